"""One lesion's measured photos as series that the judge reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.noise.check import comparison_of
from tests.bench.change_measure import CARD_SIGMA
from tracker.analysis.judge import judge
from tracker.analysis.noise import NoiseTable
from tracker.analysis.series import LesionSeries, SeriesObservation
from tracker.domain.analysis import Measures, Scale, ScaleSource
from tracker.domain.capture import CaptureTime, DateSource, Modality
from tracker.domain.change import Change

START = datetime(2024, 1, 8, 12)
DAYS_APART = 91

Record = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Lesion:
    """One lesion's measured photos in one arm, ready to be judged in any order."""

    record: Record
    arm: str
    noise: NoiseTable

    def has(self, labels: Iterable[str]) -> bool:
        """Whether all of these photos were taken."""
        return all(label in self.record["photos"] for label in labels)

    def refused(self, labels: Iterable[str]) -> bool:
        """Whether one of these photos was refused."""
        return any(self.record["photos"][label]["status"] == "refused" for label in labels)

    def judged(self, *visits: Sequence[str]) -> Change | None:
        """The answer on visits of so many photos each; None where a photo was refused."""
        labels = [label for visit in visits for label in visit]
        if not self.has(labels) or self.refused(labels):
            return None
        seen = tuple(
            self._observation(label, place, shot)
            for place, visit in enumerate(visits)
            for shot, label in enumerate(visit)
        )
        comparisons = tuple(
            comparison_of(raw)
            for raw in self.record["comparisons"][self.arm]
            if raw["earlier"] in labels and raw["later"] in labels
        )
        return judge(LesionSeries("bench", "lesion", None, seen, comparisons), self.noise)

    def _observation(self, label: str, place: int, shot: int) -> SeriesObservation:
        facts = self.record["photos"][label]
        taken = START + timedelta(days=DAYS_APART * place, minutes=shot)
        per_px = facts["mm_per_px"]
        scale = Scale(per_px, CARD_SIGMA * per_px, ScaleSource.CARD) if self.arm == "card" else None
        return SeriesObservation(
            label,
            CaptureTime(taken, "second", DateSource.GIVEN),
            Modality(self.record["modality"]),
            Measures(**facts["measures"]),
            scale,
            "f" * 64,
        )
