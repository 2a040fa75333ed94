"""The change benchmark's figures as a page of Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Record = dict[str, Any]


def markdown(result: Record) -> str:
    """The whole page."""
    return "\n".join([*_head(result), *_bodies(result), *_baselines(result), *_tones(result), ""])


def percent(found: Record | None) -> str:
    """A rate with its count and 95 % interval."""
    if not found or found["share"] is None:
        return "-"
    low, high = (100 * v for v in found["interval"])
    return f"{100 * found['share']:.0f} % ({found['count']}/{found['of']}; {low:.0f}-{high:.0f})"


def _head(result: Record) -> Iterator[str]:
    lesions = ", ".join(f"{count} {name}" for name, count in result["lesions"].items())
    yield "# Change benchmark (simulated)"
    yield ""
    yield (
        f"Every rate here is SIMULATED: real lesion pictures ({lesions}; rendered ones are named "
        f"so), made to change and photographed again by `tests/bench/change_simulator`, "
        f"{result['photos']} photos in all, {sum(result['refused_photos'].values())} refused. "
        "The same skin is photographed each time, so registration is easier than in life. Dates "
        "are made up: visits 91 days apart. In brackets: count, 95 % interval."
    )
    yield (
        'Flagged: share of ALL series; "cannot compare" and refused photos count as not flagged. '
        f"Noise table {result['noise']}."
    )


def _bodies(result: Record) -> Iterator[str]:
    for kind, arms in result["groups"].items():
        for arm, group in arms.items():
            yield from _group(kind, arm, group)


def _group(kind: str, arm: str, group: Record) -> Iterator[str]:
    year = group["year_of_four_visits"]
    yield ""
    yield f"## {kind}, {arm} ({group['lesions']} lesions)"
    yield ""
    yield "| nothing changed | flagged | cannot compare | by |"
    yield "|---|---|---|---|"
    yield (
        f"| a year, four visits, one photo each: lesions | {percent(year['lesions_flagged'])} | | "
        f"{_axes(year['by_test'])} |"
    )
    yield (
        f"| the same: visits | {percent(year['visits_flagged'])} | "
        f"{percent(year['visits_cannot_compare'])} | |"
    )
    for name, key in (("one photo against one", "single"), ("two against two", "double")):
        counted = group[f"stable_{key}"]
        yield (
            f"| {name} | {percent(counted['flagged'])} | {percent(counted['cannot_compare'])} | "
            f"{_axes(counted['by_axis'])} |"
        )
    yield ""
    yield (
        f"False flags per lesion and year {year['flags_per_lesion_and_year']}; a person with 20 "
        f"moles: {year['flags_a_year_for_20_moles']} a year."
    )
    yield ""
    yield "| change | flagged | of those compared | cannot compare | by |"
    yield "|---|---|---|---|---|"
    for shots in ("single", "double"):
        for label, counted in group[f"changed_{shots}"].items():
            name = label if shots == "single" else f"{label}, two photos each visit"
            yield (
                f"| {name} | {percent(counted['flagged'])} | "
                f"{percent(counted['flagged_of_compared'])} | {percent(counted['cannot_compare'])} "
                f"| {_axes(counted['by_axis'])} |"
            )
    yield ""
    aucs = {name: value for name, value in group["auc"].items() if name != "without_a_score"}
    yield "AUC changed against stable: " + "; ".join(f"{n} {v}" for n, v in aucs.items())
    yield f"(without a score: {percent(group['auc']['without_a_score'])})."
    curve = ", ".join(f"{p['found']:.2f} at {p['false_flags']:.2f}" for p in group["roc"])
    yield f"ROC, all changes, share found at a share of stable photos flagged: {curve}."
    area = group["area"]
    yield (
        f"Area ratio: median error {_share(area['unchanged']['median_abs_error'])}, p90 "
        f"{_share(area['unchanged']['p90_abs_error'])} unchanged; "
        f"{_share(area['grown']['median_abs_error'])}, "
        f"{_share(area['grown']['p90_abs_error'])} grown. Area in mm2, coefficient of variation "
        f"over five photos: {_share(area['coefficient_of_variation_mm2'])} (median lesion)."
    )
    least = group["smallest_found_in_90_percent"].items()
    told = "; ".join(f"{name} {f'+{size} %' if size else 'none tried'}" for name, size in least)
    yield f"Smallest growth found in 90 % of lesions: {told}."


def _baselines(result: Record) -> Iterator[str]:
    for kind, found in result["baselines"].items():
        labels = list(next(iter(found.values()))["found_at_5_percent_false"])
        yield ""
        yield f"## Baselines, {kind}, threshold chosen in hindsight to flag 5 % of stable photos"
        yield ""
        yield f"| | {' | '.join(found)} |"
        yield "|---|" + "---|" * len(found)
        yield "| AUC | " + " | ".join(str(f["auc_all_changes"]) for f in found.values()) + " |"
        for label in labels:
            shares = (percent(f["found_at_5_percent_false"].get(label)) for f in found.values())
            yield f"| {label} | {' | '.join(shares)} |"


def _tones(result: Record) -> Iterator[str]:
    yield ""
    yield "## By skin tone (individual typology angle as the picture was lit)"
    yield ""
    yield "| band, scale | lesions | stable, flagged | growth 30, 40 % | changes of pigment |"
    yield "|---|---|---|---|---|"
    for band, arms in result["by_skin_tone"].items():
        for arm, found in arms.items():
            yield (
                f"| {band}, {arm} | {found['lesions']} | {percent(found['stable_flagged'])} | "
                f"{percent(found['growth of 30 % and 40 %'])} | "
                f"{percent(found['changes of pigment'])} |"
            )


def _axes(found: Record) -> str:
    return ", ".join(f"{name} {count}" for name, count in found.items())


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"
