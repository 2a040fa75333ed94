"""Series of comparisons drawn from a noise table: lesions that do not change, or by a given amount.

Errors belong to photos, as they do in life: one bad photo spoils every comparison it is part of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from tracker.analysis.noise import NoiseTable
from tracker.analysis.series import LesionSeries, SeriesObservation, wanted_pairs
from tracker.domain.analysis import Measures
from tracker.domain.capture import CaptureTime, DateSource, Modality
from tracker.domain.change import Against, Axis, AxisChange, Change
from tracker.domain.comparison import Comparison, Registration, RegistrationMethod

START = datetime(2022, 1, 10, 12)
LIGHT = 2.0  # difference of the skin's colour between any two photos, CIEDE2000
NOISE_FILE = Path(__file__).parents[2] / "models" / "release" / "noise.json"


def released_noise() -> NoiseTable:
    return NoiseTable.from_json(NOISE_FILE.read_text(encoding="utf-8"))


def measures(doubt: float | None = 0.12) -> Measures:
    return Measures(
        area_px=9000.0,
        perimeter_px=350.0,
        diameter_px=110.0,
        perpendicular_px=100.0,
        asymmetry=0.1,
        border_irregularity=1.2,
        colours=2,
        lesion_lab=(45.0, 14.0, 18.0),
        lesion_lab_sd=(5.0, 2.0, 2.0),
        skin_lab=(70.0, 12.0, 16.0),
        touches_frame=False,
        method="test/1",
        border_doubt=doubt,
    )


def observation(
    name: str,
    day: int,
    *,
    minute: int = 0,
    doubt: float | None = 0.12,
    modality: Modality | None = Modality.DERMOSCOPIC,
) -> SeriesObservation:
    taken = CaptureTime(START + timedelta(days=day, minutes=minute), "second", DateSource.GIVEN)
    return SeriesObservation(name, taken, modality, measures(doubt), None, "f" * 64)


def registration(turn_deg: float = 8.0) -> Registration:
    c, s = float(np.cos(np.radians(turn_deg))), float(np.sin(np.radians(turn_deg)))
    matrix = (c, -s, 3.0, s, c, -2.0, 0.0, 0.0, 1.0)
    return Registration(RegistrationMethod.SKIN_HOMOGRAPHY, matrix, 40, 0.02)


def comparison(earlier: str, later: str, **changed: object) -> Comparison:
    """Two photos without any difference, but for what is given."""
    plain = Comparison(
        earlier=earlier,
        later=later,
        same_lesion=True,
        registration=registration(),
        size_source="skin",
        size_why_not=None,
        log_area_ratio=0.0,
        log_diameter_ratio=0.0,
        size_sigma_log=0.005,
        delta_asymmetry=0.0,
        log_irregularity_ratio=0.0,
        colour_delta_e=1.5,
        colour_overall_delta_e=LIGHT,
        delta_lab=(0.5, 0.0, 0.0),
        colour_constancy="registered_skin",
        cosine=0.94,
        method="test/1",
        focal_delta_e=1.5,
        focal_delta_lab=(-1.5, 0.0, 0.0),
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


def series(
    observations: Sequence[SeriesObservation], comparisons: Sequence[Comparison], **more: object
) -> LesionSeries:
    plain = LesionSeries("Ada", "left arm", "arm", tuple(observations), tuple(comparisons))
    return replace(plain, **more)  # type: ignore[arg-type]


class Photographer:
    """Draws photos with errors out of a noise table, and the comparisons between them."""

    def __init__(self, noise: NoiseTable, seed: int, doubt: float = 0.12) -> None:
        self.noise = noise
        self.dice = np.random.default_rng(seed)
        self.doubt = doubt

    def errors(self) -> dict[Axis, float]:
        """One photo's error on each axis: the difference of two has about the table's noise."""
        drawn = {}
        for axis in Axis:
            entry = self.noise.noise(axis, Modality.DERMOSCOPIC, "skin", self.doubt, light=LIGHT)
            drawn[axis] = float(entry.sigma / np.sqrt(2) * self.dice.standard_t(entry.dof))
        return drawn

    def lesion(
        self, days: Sequence[int], shots: Sequence[int], log_area: Sequence[float] | None = None
    ) -> LesionSeries:
        """Visits on `days` with so many shots each, and the true ln area since the first."""
        growth = log_area or [0.0] * len(days)
        photos, errors, truth = [], {}, {}
        for place, (day, count) in enumerate(zip(days, shots, strict=True)):
            for shot in range(count):
                name = f"o{place}.{shot}"
                photos.append(observation(name, day, minute=shot, doubt=self.doubt))
                errors[name], truth[name] = self.errors(), growth[place]
        pairs = [
            self._pair(one, other, errors, truth[other] - truth[one])
            for one, other in wanted_pairs(photos)
        ]
        return series(photos, pairs)

    def _pair(
        self, one: str, other: str, errors: dict[str, dict[Axis, float]], growth: float
    ) -> Comparison:
        def apart(axis: Axis) -> float:
            return errors[other][axis] - errors[one][axis]

        def magnitude(axis: Axis) -> float:
            entry = self.noise.noise(axis, Modality.DERMOSCOPIC, None, self.doubt, light=LIGHT)
            return max(0.0, entry.expected + errors[other][axis] + errors[one][axis])

        shape = magnitude(Axis.SHAPE)
        return comparison(
            one,
            other,
            log_area_ratio=apart(Axis.AREA) + growth,
            log_diameter_ratio=apart(Axis.DIAMETER) + growth / 2,
            delta_asymmetry=shape * self.noise.shape_units[0],
            log_irregularity_ratio=shape * self.noise.shape_units[1],
            focal_delta_e=magnitude(Axis.COLOUR),
            cosine=max(-1.0, 1 - magnitude(Axis.EMBEDDING)),
        )


def axis(change: Change, which: Axis, against: Against = Against.FIRST) -> AxisChange:
    return next(a for a in change.axes if a.axis is which and a.against is against)


def two_visits(**changed: object) -> LesionSeries:
    photos = [observation("a", 0), observation("b", 180)]
    return series(photos, [comparison("a", "b", **changed)])
