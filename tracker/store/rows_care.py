"""Database rows as what people decide, answer and put away: a part of `rows`."""

from __future__ import annotations

from datetime import UTC, datetime

from tracker.domain.body import BodyPlace, BodyView, SiteMark
from tracker.domain.capture import Modality
from tracker.domain.care import Answer, BinItem, Decision, DecisionKind, DeviceProfile, Survey
from tracker.domain.records import (
    Lesion,
    LifeCycle,
    MaskCorrection,
    MaskMethod,
    Symptom,
    SymptomKind,
)
from tracker.store.database import Row


def aware(time: datetime) -> datetime:
    """An instant of the database, which keeps UTC without a zone, with its zone."""
    return time.replace(tzinfo=UTC)


def whole_lesion_of(row: Row, *, person: str, name: str) -> Lesion:
    """A lesion from a row of its table; one of an older schema lacks the later columns."""
    mark = row.get("mark")
    return Lesion(
        lesion_id=row["lesion_id"],
        person_id=row["person_id"],
        person=person,
        name=name,
        site=row["site"],
        life_cycle=LifeCycle(row["life_cycle"]),
        is_new=row["is_new"],
        place=_place_of(row),
        mark=None if mark is None else SiteMark(mark),
        recheck_months=row.get("recheck_months"),
        stage_on=row.get("stage_on"),
        merged_into=row.get("merged_into"),
    )


def _place_of(row: Row) -> BodyPlace | None:
    view = row.get("place_view")
    return None if view is None else BodyPlace(BodyView(view), row["place_x"], row["place_y"])


def symptom_of(row: Row) -> Symptom:
    """A symptom from a row of its table."""
    return Symptom(
        symptom_id=row["symptom_id"],
        lesion_id=row["lesion_id"],
        kind=SymptomKind(row["kind"]),
        noted_at=aware(row["noted_at_utc"]),
        note=row["note"],
    )


def correction_of(row: Row) -> MaskCorrection:
    """A mask's correction from the columns of its table."""
    return MaskCorrection(
        observation_id=row["observation_id"],
        by=row["corrected_by"],
        method=MaskMethod(row["correction_method"]),
        corrected_at=aware(row["corrected_at_utc"]),
    )


def decision_of(row: Row) -> Decision:
    """A decision from a row of its table."""
    return Decision(
        decision_id=row["decision_id"],
        lesion_id=row["lesion_id"],
        kind=DecisionKind(row["kind"]),
        by=row["decided_by"],
        decided_at=aware(row["decided_at_utc"]),
        until=row["until"],
        note=row["note"],
        observations=tuple(row["observation_ids"]),
    )


def answer_of(row: Row) -> Answer:
    """An answer from a row of its table."""
    return Answer(
        answer_id=row["answer_id"],
        lesion_id=row["lesion_id"],
        observation_id=row["observation_id"],
        answered_at=aware(row["answered_at_utc"]),
        kinds=tuple(SymptomKind(kind) for kind in row["kinds"]),
    )


def survey_of(row: Row) -> Survey:
    """A survey from a row of its table."""
    return Survey(
        survey_id=row["survey_id"],
        person_id=row["person_id"],
        site=row["site"],
        surveyed_on=row["surveyed_on"],
        lesions=tuple(row["lesion_ids"]),
        note=row["note"],
        removed=row["removed"],
    )


def profile_of(row: Row) -> DeviceProfile:
    """A device profile from a row of its table."""
    modality = row["modality"]
    return DeviceProfile(
        profile_id=row["profile_id"],
        name=row["name"],
        mm_per_px=row["mm_per_px"],
        sigma_mm_per_px=row["sigma_mm_per_px"],
        width_px=row["width_px"],
        height_px=row["height_px"],
        modality=None if modality is None else Modality(modality),
        removed=row["removed"],
    )


def bin_item_of(row: Row) -> BinItem:
    """What is in the bin, from a row of `bin_now`."""
    kind = row["item_kind"]
    if kind not in ("photo", "lesion"):
        raise ValueError(f"a {kind!r} in the bin")
    return BinItem(kind, row["item_id"], aware(row["changed_at_utc"]))
