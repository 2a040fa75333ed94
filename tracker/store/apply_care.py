"""Rows of lesions and of what people decide, answer and put away: a part of `apply`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tracker.domain.care import DeviceProfile
from tracker.domain.records import Lesion
from tracker.store.events import (
    BinChanged,
    DecisionMade,
    DeviceProfileSaved,
    Event,
    LesionSaved,
    MaskCorrected,
    SurveySaved,
    SymptomAdded,
    SymptomsAnswered,
)


def utc(time: datetime) -> datetime:
    """The instant as the database keeps it: UTC without a zone; without a zone it is local."""
    return time.astimezone(UTC).replace(tzinfo=None)


def _lesion(at: Lesion, note: str | None) -> tuple[Any, ...]:
    """The row of a lesion, in the order of its table's columns."""
    place: tuple[Any, ...] = (None, None, None)
    if (p := at.place) is not None:
        place = (p.view.value, p.x, p.y)
    return (
        at.lesion_id,
        at.person_id,
        at.name,
        at.site,
        at.life_cycle.value,
        at.is_new,
        note,
        *place,
        None if at.mark is None else at.mark.value,
        at.recheck_months,
        at.stage_on,
        at.merged_into,
    )


def care_rows(event: Event) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The rows of their own that such an event adds, as `apply.rows_of`."""
    match event:
        case LesionSaved(at, note):
            yield "lesion", _lesion(at, note)
        case SymptomAdded(s):
            yield "symptom", (s.symptom_id, s.lesion_id, s.kind.value, utc(s.noted_at), s.note)
        case MaskCorrected(c):
            row = (c.observation_id, c.by, c.method.value, utc(c.corrected_at))
            yield "mask_correction", row
        case DecisionMade(d):
            who = (d.decision_id, d.lesion_id, d.kind.value, d.by, utc(d.decided_at))
            yield "decision", (*who, d.until, d.note, list(d.observations))
        case SymptomsAnswered(a):
            kinds = [kind.value for kind in a.kinds]
            asked = (a.answer_id, a.lesion_id, a.observation_id, utc(a.answered_at))
            yield "symptom_answer", (*asked, kinds)
        case SurveySaved(s):
            what = (s.survey_id, s.person_id, s.site, s.surveyed_on)
            yield "survey", (*what, list(s.lesions), s.note, s.removed)
        case DeviceProfileSaved(profile):
            yield "device_profile", _profile(profile)
        case BinChanged(kind, item_id, binned, changed_at):
            yield "bin", (kind, item_id, binned, utc(changed_at))


def _profile(p: DeviceProfile) -> tuple[Any, ...]:
    modality = None if p.modality is None else p.modality.value
    size = (p.mm_per_px, p.sigma_mm_per_px, p.width_px, p.height_px)
    return (p.profile_id, p.name, *size, modality, p.removed)
