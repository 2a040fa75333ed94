"""Rows back into the events they came from: the reverse of `apply.rows_of`.

What the journal has lost can be restored from the database with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracker.domain.analysis import Analysis
from tracker.domain.records import Person, PhotoRecord
from tracker.store.database import Row
from tracker.store.events import (
    KINDS,
    BinChanged,
    CaptureCorrected,
    ComparisonAdded,
    DecisionMade,
    Deleted,
    DeviceProfileSaved,
    Event,
    JournalRepaired,
    LesionSaved,
    MaskCorrected,
    NoteSet,
    ObservationAdded,
    ObservationMoved,
    ObservationReanalysed,
    PersonSaved,
    PhotoKept,
    SurveySaved,
    SymptomAdded,
    SymptomsAnswered,
    VaultCreated,
)
from tracker.store.rows import (
    analysis_of,
    box_of,
    capture_of,
    comparison_of,
    modality_of,
)
from tracker.store.rows_care import (
    answer_of,
    aware,
    correction_of,
    decision_of,
    profile_of,
    survey_of,
    symptom_of,
    whole_lesion_of,
)

#: Tables of one analysis; those after the first have no row where nothing was found.
_ANALYSIS_TABLES = ("analysis", "quality", "mask", "measurement")


class _Sparse(dict[str, Any]):
    """A row in which a column that no table gave is None."""

    def __missing__(self, key: str) -> None:
        return None


def event_of(  # noqa: PLR0911 - one a kind
    kind: str, rows: Mapping[str, Row], *, person: str, recorded_at: datetime
) -> Event:
    """The event of one journal entry from the rows that it added.

    Args:
        kind: the journal's word for it. rows: by table, one each.
        person: name that the owner of a lesion had then; it stands in the event, not in its row.
        recorded_at: time of the entry (UTC), for a time that no row keeps.

    Raises:
        KeyError, ValueError, TypeError: the rows are not those of such an event.
    """
    event = KINDS[kind]
    if event is VaultCreated:
        row = rows["vault"]
        return VaultCreated(row["vault_id"], aware(row["created_at_utc"]), row["demo"])
    if event is PersonSaved:
        return PersonSaved(Person(rows["person"]["person_id"], rows["person"]["name"]))
    if event is LesionSaved:
        return _lesion(rows["lesion"], person)
    if event is PhotoKept:
        return _photo(rows["photo"])
    if event is ObservationAdded:
        return _observation(rows)
    if event is ObservationReanalysed:
        identity = rows["analysis"]["observation_id"]
        return ObservationReanalysed(identity, _analysis(rows), recorded_at)
    if event is ObservationMoved:
        row = rows["assignment"]
        return ObservationMoved(row["observation_id"], row["lesion_id"])
    if event is CaptureCorrected:
        return _capture(rows["capture"])
    if event is NoteSet:
        return NoteSet(rows["note"]["observation_id"], rows["note"]["note"])
    if event is ComparisonAdded:
        return ComparisonAdded(comparison_of(rows["comparison"]))
    if event is SymptomAdded:
        return SymptomAdded(symptom_of(rows["symptom"]))
    if event in (JournalRepaired, Deleted):
        return _rewriting(rows)
    return _care(event, rows)


def _care(event: type[Event], rows: Mapping[str, Row]) -> Event:
    """What people decide, answer and put away."""
    if event is MaskCorrected:
        return MaskCorrected(correction_of(rows["mask_correction"]), _analysis(rows))
    if event is DecisionMade:
        return DecisionMade(decision_of(rows["decision"]))
    if event is SymptomsAnswered:
        return SymptomsAnswered(answer_of(rows["symptom_answer"]))
    if event is SurveySaved:
        return SurveySaved(survey_of(rows["survey"]))
    if event is DeviceProfileSaved:
        return DeviceProfileSaved(profile_of(rows["device_profile"]))
    if event is BinChanged:
        row = rows["bin"]
        changed_at = aware(row["changed_at_utc"])
        return BinChanged(row["item_kind"], row["item_id"], row["binned"], changed_at)
    raise ValueError(f"a {event.__name__} has no rows")


def _lesion(row: Row, person: str) -> LesionSaved:
    return LesionSaved(whole_lesion_of(row, person=person, name=row["name"]), row["note"])


def _photo(row: Row) -> PhotoKept:
    return PhotoKept(
        PhotoRecord(
            photo_sha256=row["photo_sha256"],
            file_name=row["file_name"],
            media_type=row["media_type"],
            size_bytes=row["size_bytes"],
            width=row["width_px"],
            height=row["height_px"],
        )
    )


def _observation(rows: Mapping[str, Row]) -> ObservationAdded:
    row = rows["observation"]
    capture = capture_of(rows["capture"], "taken")
    if capture is None:
        raise ValueError("an observation without a capture time")
    return ObservationAdded(
        observation_id=row["observation_id"],
        photo_sha256=row["photo_sha256"],
        person_id=row["person_id"],
        lesion_id=rows["assignment"]["lesion_id"],
        capture=capture,
        modality=modality_of(row["modality"]),
        requested_roi=box_of(row, "requested"),
        analysis=_analysis(rows),
        note=rows["note"]["note"] if "note" in rows else None,
        added_at=aware(row["added_at_utc"]),
    )


def _analysis(rows: Mapping[str, Row]) -> Analysis:
    merged = _Sparse()
    for table in _ANALYSIS_TABLES:
        merged.update(rows["analysis"] if table == "analysis" else rows.get(table, {}))
    return analysis_of(merged)


def _capture(row: Row) -> CaptureCorrected:
    capture = capture_of(row, "taken")
    if capture is None:
        raise ValueError("a correction without a capture time")
    return CaptureCorrected(row["observation_id"], capture)


def _rewriting(rows: Mapping[str, Row]) -> JournalRepaired | Deleted:
    """How the journal itself was written anew."""
    row = rows.get("journal_repair")
    if row is not None:
        counts = (row[name] for name in ("kept", "salvaged", "restored", "lost"))
        return JournalRepaired(aware(row["repaired_at_utc"]), *counts)
    row = rows["deletion"]
    names = ("people", "lesions", "observations", "photos", "symptoms", "entries")
    return Deleted(aware(row["deleted_at_utc"]), *(row[name] for name in names))
