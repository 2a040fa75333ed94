"""Every question that is asked of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import EMBEDDING_DIM
from tracker.domain.comparison import Comparison
from tracker.domain.geometry import Box
from tracker.domain.records import Lesion, Observation, Person, PhotoRecord
from tracker.store.database import Database, Row
from tracker.store.reads_care import mask_corrections
from tracker.store.rows import (
    comparison_of,
    lesion_of,
    observation_of,
    person_of,
    photo_of,
)
from tracker.store.values import Use

#: A lesion's columns but for its person's.
OF_LESION = """l.lesion_id, l.name AS lesion, l.site, l.life_cycle, l.is_new,
    l.place_view, l.place_x, l.place_y, l.mark, l.recheck_months, l.stage_on, l.merged_into"""
_OF_LESIONS = f"""
SELECT l.person_id, p.name AS person, {OF_LESION}
FROM {{lesion}} l JOIN person_now p USING (person_id)
"""
#: What is in the bin is left out of lists; it can be had by its id, or where it is asked for.
_LESIONS, _LESIONS_AND_BIN = (_OF_LESIONS.format(lesion=v) for v in ("lesion_here", "lesion_now"))
_PHOTOS = """
SELECT photo_sha256, file_name, media_type, size_bytes,
    width_px AS photo_width_px, height_px AS photo_height_px
FROM photo_now
"""
OBSERVATIONS = f"""
SELECT o.*, p.name AS person, {OF_LESION},
    c.taken_at, c.taken_precision, c.taken_source, n.note,
    f.file_name, f.media_type, f.size_bytes,
    f.width_px AS photo_width_px, f.height_px AS photo_height_px,
    a.* EXCLUDE (seq, observation_id), q.* EXCLUDE (seq), k.* EXCLUDE (seq), m.* EXCLUDE (seq)
FROM observation_here o
JOIN person_now p USING (person_id)
JOIN assignment_now t ON t.observation_id = o.observation_id
LEFT JOIN lesion_now l ON l.lesion_id = t.lesion_id
JOIN capture_now c ON c.observation_id = o.observation_id
LEFT JOIN note_now n ON n.observation_id = o.observation_id
JOIN photo_now f ON f.photo_sha256 = o.photo_sha256
JOIN analysis_now a ON a.observation_id = o.observation_id
LEFT JOIN quality q ON q.seq = a.seq
LEFT JOIN mask k ON k.seq = a.seq
LEFT JOIN measurement m ON m.seq = a.seq
"""
_BY_TIME = " ORDER BY c.taken_at, o.added_at_utc, o.seq"


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """Vectors of analyses: ids (n,) int64 (the analyses' `seq`), vectors (n, 128) float32."""

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]


def people(database: Database) -> list[Person]:
    """Everybody, by name."""
    rows = database.rows("SELECT person_id, name AS person FROM person_now ORDER BY name, seq")
    return [person_of(row) for row in rows]


def lesions(database: Database, person_id: str | None, *, binned: bool = False) -> list[Lesion]:
    """Lesions of one person or of all, by person and name; those in the bin where asked for."""
    where = "" if person_id is None else " WHERE l.person_id = ?"
    parameters = [] if person_id is None else [person_id]
    lists = _LESIONS_AND_BIN if binned else _LESIONS
    rows = database.rows(lists + where + " ORDER BY p.name, l.name, l.seq", parameters)
    return [lesion for row in rows if (lesion := lesion_of(row)) is not None]


def lesion_by_id(database: Database, lesion_id: str) -> Lesion | None:
    """The lesion as it is now, also one in the bin."""
    rows = database.rows(_LESIONS_AND_BIN + " WHERE l.lesion_id = ?", [lesion_id])
    return lesion_of(rows[0]) if rows else None


def lesion_by_name(database: Database, person_id: str, name: str) -> Lesion | None:
    """The lesion of that (clean) name."""
    rows = database.rows(
        _LESIONS + " WHERE l.person_id = ? AND l.name = ? ORDER BY l.seq LIMIT 1", [person_id, name]
    )
    return lesion_of(rows[0]) if rows else None


def person_by(database: Database, column: str, value: str) -> Person | None:
    """The person whose `column` ("name" or "person_id") is `value`."""
    rows = database.rows(
        f"SELECT person_id, name AS person FROM person_now WHERE {column} = ? ORDER BY seq LIMIT 1",
        [value],
    )
    return person_of(rows[0]) if rows else None


def photos(database: Database) -> list[PhotoRecord]:
    """The records of all kept photos, in the order in which they were recorded."""
    return [photo_of(row) for row in database.rows(_PHOTOS + " ORDER BY seq")]


def photo(database: Database, photo_sha256: str) -> PhotoRecord | None:
    """The record of a kept photo."""
    rows = database.rows(_PHOTOS + " WHERE photo_sha256 = ?", [photo_sha256])
    return photo_of(rows[0]) if rows else None


def observations(
    database: Database, where: str = "", parameters: Sequence[Any] = ()
) -> list[Observation]:
    """Observations in order of capture, then of adding; `where` is over OBSERVATIONS' aliases."""
    clause = f" WHERE {where}" if where else ""
    rows = database.rows(OBSERVATIONS + clause + _BY_TIME, parameters)
    # Joined to the above, DuckDB 2.0.0 mistakes one array column for another.
    by_hand = mask_corrections(database)
    return [observation_of(row, by_hand.get(row["observation_id"])) for row in rows]


def uses(database: Database) -> list[Use]:
    """All observations in the order they were added, those in the bin too, without what was seen
    on them."""
    rows = database.rows(
        """
        SELECT o.observation_id, o.photo_sha256, o.person_id, t.lesion_id, c.taken_at
        FROM observation o
        JOIN assignment_now t USING (observation_id)
        JOIN capture_now c USING (observation_id)
        ORDER BY o.seq
        """
    )
    return [Use(**row) for row in rows]


def ever_assigned(database: Database, lesion_id: str) -> set[str]:
    """Observations that were of a lesion at some time."""
    rows = database.rows(
        "SELECT DISTINCT observation_id FROM assignment WHERE lesion_id = ?", [lesion_id]
    )
    return {row["observation_id"] for row in rows}


def duplicate_id(
    database: Database, photo_sha256: str, person_id: str, lesion_id: str | None, roi: Box | None
) -> str | None:
    """The first observation of that photo, person, lesion (None: any) and requested region that is
    not in the bin."""
    sides: list[int | None] = [None] * 4 if roi is None else [*roi.as_list()]
    rows = database.rows(
        """
        SELECT o.observation_id
        FROM observation_here o JOIN assignment_now t USING (observation_id)
        WHERE o.photo_sha256 = ? AND o.person_id = ?
            AND (? IS NULL OR t.lesion_id = ?)
            AND o.requested_x_px IS NOT DISTINCT FROM ?
            AND o.requested_y_px IS NOT DISTINCT FROM ?
            AND o.requested_w_px IS NOT DISTINCT FROM ?
            AND o.requested_h_px IS NOT DISTINCT FROM ?
        ORDER BY o.seq LIMIT 1
        """,
        [photo_sha256, person_id, lesion_id, lesion_id, *sides],
    )
    return rows[0]["observation_id"] if rows else None


def analysis_marks(database: Database, observation_ids: Sequence[str]) -> dict[str, str]:
    """By observation id: the hash of the journal entry that its current analysis came with."""
    if not observation_ids:
        return {}
    rows = database.rows(
        f"""
        SELECT a.observation_id, e.hash FROM analysis_now a JOIN applied_entry e USING (seq)
        WHERE a.observation_id IN ({", ".join("?" * len(observation_ids))})
        """,
        observation_ids,
    )
    return {row["observation_id"]: row["hash"] for row in rows}


def comparisons(database: Database, lesion_id: str) -> list[Comparison]:
    """The latest comparison per (earlier, later, method), both now of that lesion."""
    rows = database.rows(
        """
        SELECT c.* FROM comparison_now c
        JOIN assignment_now e ON e.observation_id = c.earlier_id AND e.lesion_id = ?
        JOIN assignment_now l ON l.observation_id = c.later_id AND l.lesion_id = ?
        WHERE c.earlier_id NOT IN (SELECT item_id FROM bin_now)
            AND c.later_id NOT IN (SELECT item_id FROM bin_now)
        ORDER BY c.seq
        """,
        [lesion_id, lesion_id],
    )
    return [comparison_of(row) for row in rows]


def embeddings(database: Database, after: int) -> Embeddings:
    """All embeddings from analyses with `seq` above `after`."""
    found = database.columns(
        """
        SELECT seq, unnest(embedding) AS element FROM analysis
        WHERE embedding IS NOT NULL AND seq > ? ORDER BY seq
        """,
        [after],
    )
    ids = np.asarray(found["seq"], dtype=np.int64)[::EMBEDDING_DIM].copy()
    vectors = np.asarray(found["element"], dtype=np.float32).reshape(-1, EMBEDDING_DIM)
    return Embeddings(ids, np.ascontiguousarray(vectors))


def searchable(database: Database, person_id: str, model_sha256: str) -> dict[int, str]:
    """Current analyses of a person by one model: `seq` -> observation id."""
    rows = database.rows(
        """
        SELECT a.seq, a.observation_id
        FROM analysis_now a JOIN observation_here o USING (observation_id)
        WHERE o.person_id = ? AND a.model_sha256 = ? AND a.embedding IS NOT NULL
        """,
        [person_id, model_sha256],
    )
    return {row["seq"]: row["observation_id"] for row in rows}


def networks_used(database: Database) -> dict[tuple[str | None, str | None], int]:
    """Current analyses by the SHA-256 of the ViT and of the gate that made them."""
    rows = database.rows(
        """
        SELECT model_sha256, gate_sha256, count(*) AS n
        FROM analysis_now JOIN observation_here USING (observation_id)
        GROUP BY model_sha256, gate_sha256
        """
    )
    return {(row["model_sha256"], row["gate_sha256"]): row["n"] for row in rows}


def counts(database: Database) -> Row:
    """How many of each thing there are now; lesions and observations in the bin do not count."""
    return database.rows(
        """
        SELECT
            (SELECT count(*) FROM person_now) AS people,
            (SELECT count(*) FROM lesion_here) AS lesions,
            (SELECT count(*) FROM photo_now) AS photos,
            (SELECT count(*) FROM observation_here) AS observations,
            (SELECT count(*) FROM assignment_now JOIN observation_here USING (observation_id)
                WHERE lesion_id IS NULL) AS unassigned,
            (SELECT count(*) FROM comparison_now) AS comparisons
        """
    )[0]


def entries_before_deletion(database: Database) -> int:
    """How many entries the journal had when last something was deleted; 0 if never."""
    return int(database.rows("SELECT coalesce(max(entries), 0) AS n FROM deletion")[0]["n"])


def applied(database: Database) -> tuple[int, str] | None:
    """Number and hash of the last journal entry that the database holds; None when empty."""
    rows = database.rows("SELECT seq, hash FROM applied_entry ORDER BY seq DESC LIMIT 1")
    return (rows[0]["seq"], rows[0]["hash"]) if rows else None


def vault_id(database: Database) -> str | None:
    """Which vault the database was made for; None when it is empty."""
    rows = database.rows("SELECT vault_id FROM vault LIMIT 1")
    return rows[0]["vault_id"] if rows else None


def created_at(database: Database) -> datetime:
    """When the vault was made, UTC."""
    found: datetime = database.rows("SELECT created_at_utc AS t FROM vault LIMIT 1")[0]["t"]
    return found.replace(tzinfo=UTC)


def hash_of_applied(database: Database, seq: int) -> str | None:
    """The hash of journal entry `seq` as the database holds it."""
    rows = database.rows("SELECT hash FROM applied_entry WHERE seq = ?", [seq])
    return rows[0]["hash"] if rows else None


def applied_count(database: Database) -> int:
    """How many journal entries the database holds; without gaps it is the last one's number."""
    return int(database.rows("SELECT count(*) AS n FROM applied_entry")[0]["n"])


def has_observation(database: Database, observation_id: str) -> bool:
    """Whether there is an observation of that id."""
    sql = "SELECT 1 AS one FROM observation WHERE observation_id = ? LIMIT 1"
    return bool(database.rows(sql, [observation_id]))
