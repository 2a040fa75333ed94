"""Questions about what people report, decide and put away: a part of `reads`."""

from __future__ import annotations

from tracker.domain.analysis import Analysis
from tracker.domain.care import Answer, BinItem, Decision, DeviceProfile, Survey
from tracker.domain.records import MaskCorrection, Symptom
from tracker.store.database import Database, Row
from tracker.store.rows import analysis_of
from tracker.store.rows_care import (
    answer_of,
    bin_item_of,
    correction_of,
    decision_of,
    profile_of,
    survey_of,
    symptom_of,
)


def life_cycle_notes(database: Database) -> dict[str, str]:
    """By lesion id: what was written when its present life cycle was last set."""
    rows = database.rows(
        """
        SELECT l.lesion_id, arg_max(l.note, l.seq) AS note
        FROM lesion l JOIN lesion_now n
            ON n.lesion_id = l.lesion_id AND n.life_cycle = l.life_cycle
        WHERE l.note IS NOT NULL GROUP BY l.lesion_id
        """
    )
    return {row["lesion_id"]: row["note"] for row in rows}


def symptoms(database: Database, lesion_id: str | None) -> list[Symptom]:
    """Symptoms of a lesion, or of all, in the order they were noted."""
    return [symptom_of(row) for row in _of_lesion(database, "symptom", lesion_id, "noted_at_utc")]


def decisions(database: Database, lesion_id: str | None) -> list[Decision]:
    """Decisions on a lesion, or on all, oldest first."""
    return [
        decision_of(row) for row in _of_lesion(database, "decision", lesion_id, "decided_at_utc")
    ]


def answers(database: Database, lesion_id: str | None) -> list[Answer]:
    """Answers about symptoms of a lesion, or of all, oldest first."""
    found = _of_lesion(database, "symptom_answer", lesion_id, "answered_at_utc")
    return [answer_of(row) for row in found]


def _of_lesion(database: Database, table: str, lesion_id: str | None, time: str) -> list[Row]:
    where = "" if lesion_id is None else "WHERE lesion_id = ?"
    parameters = [] if lesion_id is None else [lesion_id]
    return database.rows(f"SELECT * FROM {table} {where} ORDER BY {time}, seq", parameters)


def surveys(database: Database, person_id: str | None) -> list[Survey]:
    """Surveys of a person, or of all, oldest first; not those that were taken back."""
    where, parameters = ("", []) if person_id is None else (" AND person_id = ?", [person_id])
    rows = database.rows(
        f"SELECT * FROM survey_now WHERE NOT removed{where} ORDER BY surveyed_on, seq", parameters
    )
    return [survey_of(row) for row in rows]


def profiles(database: Database) -> list[DeviceProfile]:
    """Device profiles that are offered, by name."""
    rows = database.rows("SELECT * FROM device_profile_now WHERE NOT removed ORDER BY name, seq")
    return [profile_of(row) for row in rows]


def bin_items(database: Database) -> list[BinItem]:
    """What is in the bin, latest first."""
    rows = database.rows("SELECT * FROM bin_now ORDER BY changed_at_utc DESC, seq DESC")
    return [bin_item_of(row) for row in rows]


def twin_in_use(database: Database, observation_id: str) -> str | None:
    """The observation of the same photo, person, lesion and region that is not in the bin."""
    same = " AND ".join(
        f"o.requested_{s}_px IS NOT DISTINCT FROM b.requested_{s}_px" for s in "xywh"
    )
    rows = database.rows(
        f"""
        SELECT o.observation_id
        FROM observation b JOIN assignment_now tb ON tb.observation_id = b.observation_id
        JOIN observation_here o ON o.photo_sha256 = b.photo_sha256 AND o.person_id = b.person_id
        JOIN assignment_now t ON t.observation_id = o.observation_id
        WHERE b.observation_id = ? AND o.observation_id <> b.observation_id
            AND t.lesion_id IS NOT DISTINCT FROM tb.lesion_id AND {same}
        ORDER BY o.seq LIMIT 1
        """,
        [observation_id],
    )
    return rows[0]["observation_id"] if rows else None


def mask_corrections(database: Database) -> dict[str, MaskCorrection]:
    """The latest correction of each mask that was ever corrected, by observation id."""
    rows = database.rows("SELECT * FROM mask_correction_now")
    return {row["observation_id"]: correction_of(row) for row in rows}


def network_analysis(database: Database, observation_id: str) -> Analysis | None:
    """The latest analysis of an observation with a mask that a network made, None without one."""
    rows = database.rows(
        """
        SELECT a.* EXCLUDE (seq), q.* EXCLUDE (seq), k.* EXCLUDE (seq), m.* EXCLUDE (seq)
        FROM analysis a
        JOIN mask k ON k.seq = a.seq AND k.mask_source = 'model'
        LEFT JOIN quality q ON q.seq = a.seq
        LEFT JOIN measurement m ON m.seq = a.seq
        WHERE a.observation_id = ? ORDER BY a.seq DESC LIMIT 1
        """,
        [observation_id],
    )
    return analysis_of(rows[0]) if rows else None
