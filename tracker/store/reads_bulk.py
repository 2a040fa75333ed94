"""Questions about everybody at once, each answered by one statement: a part of `reads`."""

from __future__ import annotations

from tracker.domain.capture import CaptureTime, DateSource
from tracker.store.database import Database, Row
from tracker.store.reads import OF_LESION
from tracker.store.rows import lesion_of
from tracker.store.values import LesionSpan


def lesion_spans(database: Database, person_id: str | None) -> list[LesionSpan]:
    """Each lesion of a person, or of all, with how many photos over what time; by person, name."""
    where = "" if person_id is None else "WHERE l.person_id = ?"
    rows = database.rows(
        f"""
        SELECT l.person_id, p.name AS person, {OF_LESION}, s.*
        FROM lesion_here l JOIN person_now p USING (person_id)
        LEFT JOIN (
            SELECT t.lesion_id AS of_lesion, count(*) AS photos,
                count(DISTINCT c.taken_at::DATE) AS days,
                min(c.taken_at) AS first_at, max(c.taken_at) AS latest_at,
                arg_min([c.taken_precision, c.taken_source], c.taken_at) AS first_words,
                arg_max([c.taken_precision, c.taken_source], c.taken_at) AS latest_words,
                arg_max(o.observation_id, c.taken_at) AS latest_id
            FROM observation_here o
            JOIN assignment_now t ON t.observation_id = o.observation_id
            JOIN capture_now c ON c.observation_id = o.observation_id
            GROUP BY t.lesion_id
        ) s ON s.of_lesion = l.lesion_id
        {where} ORDER BY p.name, l.name, l.seq
        """,
        [] if person_id is None else [person_id],
    )
    return [_span(row) for row in rows]


def _span(row: Row) -> LesionSpan:
    lesion = lesion_of(row)
    if lesion is None:  # the statement begins with lesions
        raise ValueError("a span without a lesion")
    return LesionSpan(
        lesion=lesion,
        photos=row["photos"] or 0,
        days=row["days"] or 0,
        first=_time(row, "first"),
        latest=_time(row, "latest"),
        latest_id=row["latest_id"],
    )


def _time(row: Row, prefix: str) -> CaptureTime | None:
    if row[f"{prefix}_at"] is None:
        return None
    precision, source = row[f"{prefix}_words"]
    return CaptureTime(row[f"{prefix}_at"], precision, DateSource(source))
