"""What an event means for the database: the one place where rows are made.

Live writes and a rebuild both go through here. Tables only grow, so an event is simply some rows,
and nothing needs to be read first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tracker.domain.analysis import Analysis, ModelIdentity
from tracker.domain.capture import CaptureTime
from tracker.domain.comparison import Comparison
from tracker.domain.geometry import Box
from tracker.store.apply_care import care_rows, utc
from tracker.store.codec import pack_bits
from tracker.store.database import Database
from tracker.store.events import (
    CaptureCorrected,
    ComparisonAdded,
    Deleted,
    Event,
    JournalRepaired,
    MaskCorrected,
    NoteSet,
    ObservationAdded,
    ObservationMoved,
    ObservationReanalysed,
    PersonSaved,
    PhotoKept,
    VaultCreated,
)
from tracker.store.journal import Entry

#: A row without its leading `seq`, under the name of its table.
TableRow = tuple[str, tuple[Any, ...]]
#: Rows of one INSERT; one statement for many rows is several times faster than one for each.
_ROWS_A_STATEMENT = 64


def rows_of(event: Event) -> Iterator[TableRow]:
    """The rows that an event adds."""
    match event:
        case VaultCreated(vault_id, created_at, demo):
            yield "vault", (vault_id, utc(created_at), demo)
        case PersonSaved(person):
            yield "person", (person.person_id, person.name)
        case PhotoKept(p):
            yield (
                "photo",
                (p.photo_sha256, p.file_name, p.media_type, p.size_bytes, p.width, p.height),
            )
        case ObservationAdded():
            yield from _observation(event)
        case ObservationReanalysed(observation_id, analysis):
            yield from _analysis(observation_id, analysis)
        case ObservationMoved(observation_id, lesion_id):
            yield "assignment", (observation_id, lesion_id)
        case CaptureCorrected(observation_id, capture):
            yield "capture", (observation_id, *_capture(capture))
        case NoteSet(observation_id, note):
            yield "note", (observation_id, note)
        case ComparisonAdded(comparison):
            yield "comparison", _comparison(comparison)
        case MaskCorrected(correction, analysis):
            yield from care_rows(event)
            yield from _analysis(correction.observation_id, analysis)
        case JournalRepaired() | Deleted():
            yield _rewriting(event)
        case _:
            yield from care_rows(event)


def _rewriting(event: JournalRepaired | Deleted) -> TableRow:
    """The row of an event that tells how the journal itself was written anew."""
    if isinstance(event, JournalRepaired):
        counts = (event.kept, event.salvaged, event.restored, event.lost)
        return "journal_repair", (utc(event.repaired_at), *counts)
    gone = (event.people, event.lesions, event.observations, event.photos, event.symptoms)
    return "deletion", (utc(event.deleted_at), *gone, event.entries)


def _observation(event: ObservationAdded) -> Iterator[TableRow]:
    identity = event.observation_id
    modality = None if event.modality is None else event.modality.value
    yield (
        "observation",
        (
            identity,
            event.photo_sha256,
            event.person_id,
            modality,
            *_box(event.requested_roi),
            utc(event.added_at),
        ),
    )
    yield "assignment", (identity, event.lesion_id)
    yield "capture", (identity, *_capture(event.capture))
    if event.note is not None:
        yield "note", (identity, event.note)
    yield from _analysis(identity, event.analysis)


def _analysis(observation_id: str, a: Analysis) -> Iterator[TableRow]:
    scale: tuple[Any, ...] = (None, None, None)
    if a.scale is not None:
        scale = (a.scale.mm_per_px, a.scale.sigma, a.scale.source.value)
    probabilities = None
    if a.probabilities is not None:
        probabilities = [{"label": k, "probability": v} for k, v in a.probabilities.items()]
    yield (
        "analysis",
        (
            observation_id,
            a.photo,
            a.status,
            a.reason,
            a.advice,
            a.width,
            a.height,
            *_capture(a.capture),
            None if a.modality is None else a.modality.value,
            *_box(a.roi),
            *scale,
            probabilities,
            a.label,
            a.certain,
            a.unlike_training,
            a.unlike_training_limit,
            a.embedding,
            *_box(a.heatmap_box),
            *_model(a.model),
            *_model(a.gate),
            [
                dict(zip(("x_px", "y_px", "w_px", "h_px"), o.roi.as_list(), strict=True))
                | {"area_px": o.area_px}
                for o in a.others
            ],
        ),
    )
    yield from _findings(a)


def _findings(a: Analysis) -> Iterator[TableRow]:
    if (q := a.quality) is not None:
        issues = [
            {
                "code": issue.code.value,
                "severity": issue.severity,
                "reason": issue.reason,
                "advice": issue.advice,
            }
            for issue in q.issues
        ]
        numbers = (q.sharpness, q.exposure, q.dark_fraction, q.glare_fraction, q.lesion_px)
        yield "quality", (*numbers, issues)
    if (mask := a.mask) is not None:
        yield "mask", (*_box(mask.box), pack_bits(mask.pixels), mask.source)
    if (m := a.measures) is not None:
        yield (
            "measurement",
            (
                m.area_px,
                m.perimeter_px,
                m.diameter_px,
                m.perpendicular_px,
                m.asymmetry,
                m.border_irregularity,
                m.colours,
                list(m.lesion_lab),
                list(m.lesion_lab_sd),
                None if m.skin_lab is None else list(m.skin_lab),
                m.touches_frame,
                m.method,
                m.border_doubt,
            ),
        )


def _comparison(c: Comparison) -> tuple[Any, ...]:
    registration: tuple[Any, ...] = (None, None, None, None)
    if (r := c.registration) is not None:
        registration = (r.method.value, list(r.matrix), r.inliers, r.residual)
    return (
        c.earlier,
        c.later,
        c.same_lesion,
        *registration,
        c.size_source,
        c.size_why_not,
        c.log_area_ratio,
        c.log_diameter_ratio,
        c.size_sigma_log,
        c.delta_asymmetry,
        c.log_irregularity_ratio,
        c.colour_delta_e,
        c.colour_overall_delta_e,
        None if c.delta_lab is None else list(c.delta_lab),
        c.focal_delta_e,
        None if c.focal_delta_lab is None else list(c.focal_delta_lab),
        c.colour_constancy,
        c.cosine,
        c.method,
        list(c.notes),
    )


def _box(box: Box | None) -> tuple[int | None, ...]:
    return (None, None, None, None) if box is None else tuple(box.as_list())


def _capture(capture: CaptureTime | None) -> tuple[Any, ...]:
    if capture is None:
        return (None, None, None)
    return capture.value, capture.precision, capture.source.value


def _model(model: ModelIdentity | None) -> tuple[str | None, ...]:
    return (None, None, None) if model is None else (model.name, model.version, model.sha256)


def apply_entries(database: Database, entries: Sequence[Entry]) -> None:
    """Insert the rows of `entries`, and the entries themselves as applied.

    The caller holds the transaction, so that a database always knows how far it has come.

    Raises:
        StorageFullError, InternalError, DatabaseUnreadableError: see `Database.run`.
    """
    apply_rows(database, entries)
    note_applied(database, entries)


def apply_rows(database: Database, entries: Iterable[Entry]) -> None:
    """Insert the rows of `entries`, whose hashes need not be known yet; `note_applied` is to follow
    in the same transaction. Raises as `apply_entries`.
    """
    tables: dict[str, list[tuple[Any, ...]]] = {}
    for entry in entries:
        for table, values in rows_of(entry.event):
            tables.setdefault(table, []).append((entry.seq, *values))
    for table, rows in tables.items():
        _insert_all(database, table, rows)


def note_applied(database: Database, entries: Iterable[Entry]) -> None:
    """Note that the rows of `entries` are there. Raises as `apply_entries`."""
    rows = [(entry.seq, entry.hash, entry.kind, utc(entry.time)) for entry in entries]
    _insert_all(database, "applied_entry", rows)


def _insert_all(database: Database, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    for start in range(0, len(rows), _ROWS_A_STATEMENT):
        _insert(database, table, rows[start : start + _ROWS_A_STATEMENT])


def _insert(database: Database, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    one = "(" + ", ".join("?" * len(rows[0])) + ")"
    sql = f"INSERT INTO {table} VALUES " + ", ".join([one] * len(rows))
    database.run(sql, [value for row in rows for value in row])
