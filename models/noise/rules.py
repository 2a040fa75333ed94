"""The rules of judging that ship with the noise table, and where each comes from."""

from __future__ import annotations

from typing import Any

RULES: dict[str, Any] = {
    "false_flag_rate": 0.05,
    "shares": {"embedding": 0.25, "area": 0.35, "diameter": 0.05, "shape": 0.05, "colour": 0.3},
    "reference_factors": [1.0, 1.5, 1.75],
    "replicate_correlation": 0.3,
    "prior_weight": {"measured": 20.0, "prior": 4.0},
    "floor": {"measured": 0.6, "prior": 0.5},
    "max_area_detectable": 0.6,
    "near_identical": {"min_cosine": 0.98, "max_turn_deg": 0.5, "max_perspective": 0.01},
}
RULES_PROVENANCE = {
    "false_flag_rate": "chosen: family-wise, per lesion and visit",
    "shares": "chosen: most to the area; then to the focal colour, the change that matters most "
    "clinically, and the embedding; little to the diameter, which follows the area, and the shape: "
    "in simulated change (tests/bench/change) neither found what the others had missed",
    "reference_factors": "chosen: of two differences with one photo in common, both fail when "
    "that photo does; three failures for two tests. Simulation holds the family-wise rate",
    "replicate_correlation": "prior: photos of one day share skin state, operator and often light",
    "prior_weight": "chosen: a measured entry counts as 20 own pairs, a prior as 4",
    "floor": "chosen: one day's pairs do not hold what differs between visits",
    "max_area_detectable": "chosen: where growth by less than 60 % would not be flagged, nothing "
    "worth saying is known of the size, and the photos are not called unchanged; two experts' "
    "borders differ by 15 %, the best hardware detects 17 %",
    "near_identical": "chosen on made-up bursts and re-saved copies (models/noise/bursts.py)",
}
