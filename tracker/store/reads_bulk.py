"""Questions about everybody at once, each answered by one statement: a part of `reads`."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.domain.capture import CaptureTime, DateSource
from tracker.domain.comparison import Comparison
from tracker.domain.records import Observation
from tracker.store.database import Database, Row
from tracker.store.reads import OBSERVATIONS, OF_LESION
from tracker.store.rows import comparison_of, lesion_of, observation_of
from tracker.store.values import LesionSpan

_MASK_JOIN = "LEFT JOIN mask k ON k.seq = a.seq\n"
#: Unpacking masks takes most of the time of reading many photos.
_NO_MASK = "NULL AS mask_x_px, NULL AS mask_source"


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


def person_marks(database: Database) -> dict[str, str]:
    """By person id: the hash of the last entry that their lesions' judgement may rest on."""
    rows = database.rows(
        """
        WITH of_observation AS (
            SELECT observation_id, max(seq) AS seq FROM assignment GROUP BY ALL
            UNION ALL SELECT observation_id, max(seq) FROM capture GROUP BY ALL
            UNION ALL SELECT observation_id, max(seq) FROM analysis GROUP BY ALL
            UNION ALL SELECT later_id, max(seq) FROM comparison GROUP BY ALL
            UNION ALL SELECT item_id, max(seq) FROM bin WHERE item_kind = 'photo' GROUP BY ALL
        ), of_lesion AS (
            SELECT lesion_id, max(seq) AS seq FROM symptom GROUP BY ALL
            UNION ALL SELECT item_id, max(seq) FROM bin WHERE item_kind = 'lesion' GROUP BY ALL
        ), of_person AS (
            SELECT person_id, x.seq FROM of_observation x JOIN observation USING (observation_id)
            UNION ALL SELECT person_id, x.seq FROM of_lesion x JOIN lesion_now USING (lesion_id)
            UNION ALL SELECT person_id, seq FROM lesion
            UNION ALL SELECT person_id, seq FROM survey
        ), latest AS (SELECT person_id, max(seq) AS seq FROM of_person GROUP BY person_id)
        SELECT person_id, hash FROM latest JOIN applied_entry USING (seq)
        """
    )
    return {row["person_id"]: row["hash"] for row in rows}


def observations_without_masks(database: Database, people: Sequence[str]) -> list[Observation]:
    """All that `reads.observations` tells of some people's photos, but for the masks."""
    sql = OBSERVATIONS.replace("k.* EXCLUDE (seq)", _NO_MASK).replace(_MASK_JOIN, "")
    rows = database.rows(f"{sql} WHERE o.person_id IN ({_marks(people)})", people)
    return [observation_of(row, None) for row in rows]


def comparisons_of(database: Database, people: Sequence[str]) -> list[tuple[str, Comparison]]:
    """Comparisons as `reads.comparisons`, of some people's lesions, each with its lesion's id."""
    rows = database.rows(
        f"""
        SELECT c.*, e.lesion_id FROM comparison_now c
        JOIN assignment_now e ON e.observation_id = c.earlier_id
        JOIN assignment_now l ON l.observation_id = c.later_id AND l.lesion_id = e.lesion_id
        JOIN observation o ON o.observation_id = c.later_id
        WHERE o.person_id IN ({_marks(people)})
            AND c.earlier_id NOT IN (SELECT item_id FROM bin_now)
            AND c.later_id NOT IN (SELECT item_id FROM bin_now)
        ORDER BY c.seq
        """,
        people,
    )
    return [(row["lesion_id"], comparison_of(row)) for row in rows]


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
