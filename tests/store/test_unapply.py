"""What the journal lost can be had from the rows that it once gave."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings

from tests.store.same import assert_same
from tests.store.test_round_trip import EVENTS
from tracker import resources
from tracker.store.apply import apply_entries, rows_of
from tracker.store.database import Database
from tracker.store.events import (
    DecisionMade,
    Event,
    LesionSaved,
    MaskCorrected,
    ObservationReanalysed,
    SymptomAdded,
    SymptomsAnswered,
    event_from_json,
    event_to_json,
)
from tracker.store.journal import GENESIS, seal
from tracker.store.migrate import load_migrations
from tracker.store.unapply import event_of
from tracker.store.verify.databases import Look

#: Events whose record has an instant: the event's field, and the record's.
INSTANTS: dict[type[Event], tuple[str, str]] = {
    SymptomAdded: ("symptom", "noted_at"),
    MaskCorrected: ("correction", "corrected_at"),
    DecisionMade: ("decision", "decided_at"),
    SymptomsAnswered: ("answer", "answered_at"),
}
NOW = datetime(2026, 5, 4, 3, 2, 1, 98765, tzinfo=UTC)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as opened:
        yield opened


@pytest.fixture(scope="module")
def database(connection: duckdb.DuckDBPyConnection) -> Database:
    return Database(connection, Path(":memory:"), load_migrations(resources.migrations_dir()))


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_rows_give_the_event_that_gave_them(
    kind: type[Event], database: Database, connection: duckdb.DuckDBPyConnection
) -> None:
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(EVENTS[kind])
    def check(event: Event) -> None:
        event = _with_zone(event)
        word, _ = event_to_json(event)
        _, entry = seal(7, NOW, event, GENESIS)
        database.run("BEGIN")
        try:
            apply_entries(database, [entry])
            look = Look(connection, "memory")
            rows = {t: row for t in look.tables() for _, row in look.rows_of_table(t, 7, 7)}
        finally:
            database.roll_back()
        owner = event.lesion.person if isinstance(event, LesionSaved) else ""
        wanted = entry.event
        again = event_of(word, rows, person=owner, recorded_at=NOW)
        assert_same(list(rows_of(again)), list(rows_of(wanted)))
        if isinstance(wanted, ObservationReanalysed):
            wanted = dataclasses.replace(wanted, added_at=NOW)
        assert_same(event_from_json(*event_to_json(again)), wanted)

    check()


def _with_zone(event: Event) -> Event:
    """The event with its record's instant in UTC, as the vault writes it."""
    if type(event) not in INSTANTS:
        return event
    field, name = INSTANTS[type(event)]
    record = getattr(event, field)
    instant = getattr(record, name).replace(tzinfo=UTC)
    return dataclasses.replace(event, **{field: dataclasses.replace(record, **{name: instant})})
