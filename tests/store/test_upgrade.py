"""A database of an older program is brought to a newer schema whole, or stays as it was."""

from __future__ import annotations

import errno
import inspect
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.store.builders import a_comparison, add, an_analysis
from tests.store.everything import everything
from tests.store.fixtures_make import by_hand, fill
from tests.store.same import assert_same
from tests.store.upgrading import (
    ADD_A_COLUMN,
    FILL_A_TABLE,
    STEPS,
    later_program,
    leftovers,
    open_as_later_program,
)
from tests.store.workers import CRASHED, context
from tracker import resources
from tracker.domain.records import SymptomKind
from tracker.errors import StorageFullError, VaultNewerError
from tracker.store import (
    Vault,
    apply,
    events,
    migrating,
    reads,
    reads_bulk,
    reads_care,
    reads_check,
)
from tracker.store.database import DATABASE_FILE, Database
from tracker.store.events import Event, SymptomAdded
from tracker.store.migrate import load_migrations, migrate

_PATIENCE_S = 120.0


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A closed vault with one event of every kind, and all that can be read of it."""
    path = tmp_path_factory.mktemp("filled") / "vault"
    fill(path)
    return path, everything(path)


@pytest.fixture
def full(filled: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    """A vault of one's own with one event of every kind."""
    return Path(shutil.copytree(filled[0], tmp_path / "vault"))


@pytest.fixture
def before(filled: tuple[Path, dict[str, Any]]) -> dict[str, Any]:
    """All that can be read of `full`."""
    return filled[1]


def use(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """From now on this process is the program that came with these migrations."""
    monkeypatch.setattr(resources, "migrations_dir", lambda: folder)
    real = apply.rows_of

    def rows_of(event: Event) -> Iterator[tuple[str, tuple[Any, ...]]]:
        for table, values in real(event):
            yield table, (*values, 7) if isinstance(event, SymptomAdded) else values

    monkeypatch.setattr(apply, "rows_of", rows_of)


def schema(path: Path) -> int:
    with duckdb.connect(str(path / DATABASE_FILE)) as connection:
        found = connection.execute("SELECT max(number) FROM schema_migration").fetchone()
    assert found is not None
    return int(found[0])


def test_what_was_there_is_there_and_can_be_written_on(
    full: Path, before: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = schema(full)
    use(monkeypatch, later_program(tmp_path / "m", ADD_A_COLUMN, FILL_A_TABLE))
    assert_same(everything(full), before)
    assert schema(full) == newest + 2
    assert leftovers(full) == []
    with Vault.open(full) as vault:
        lesion = vault.lesions()[0]
        symptom = vault.add_symptom(
            lesion, SymptomKind.PAIN, before["symptoms"][lesion.lesion_id][0].noted_at, None
        )
        assert vault.symptoms(lesion)[-1] == symptom
    with duckdb.connect(str(full / DATABASE_FILE)) as connection:
        severities = connection.execute("SELECT severity FROM symptom_now ORDER BY seq").fetchall()
        assert severities == [(0,), (7,)]
        assert connection.execute("SELECT count(*) FROM written_day").fetchone() == (1,)
    after = everything(full)
    (full / DATABASE_FILE).unlink()
    assert_same(everything(full), after)


def test_a_migrated_and_a_new_database_have_one_schema(tmp_path: Path) -> None:
    folder = later_program(tmp_path / "m", ADD_A_COLUMN, FILL_A_TABLE)
    migrations = load_migrations(folder)
    schemas = []
    for steps in (range(1, len(migrations) + 1), [len(migrations)]):
        with duckdb.connect(":memory:") as connection:
            for step in steps:
                migrate(connection, migrations[:step])
            schemas.append(migrating.schema_of(connection))
    assert schemas[0] == schemas[1]
    assert {row[0] for row in schemas[0]} >= {"symptom", "symptom_now", "written_day", "analysis"}


@pytest.mark.parametrize("step", STEPS)
def test_killed_within_an_upgrade(
    full: Path, before: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    old = schema(full)
    folder = later_program(tmp_path / "m", ADD_A_COLUMN, FILL_A_TABLE)
    child = context().Process(target=open_as_later_program, args=(str(full), str(folder), step))
    child.start()
    child.join(_PATIENCE_S)
    assert child.exitcode == CRASHED
    assert schema(full) in (old, old + 2), "the old file or the new one, whole"
    use(monkeypatch, folder)
    assert_same(everything(full), before)
    assert leftovers(full) == []


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("INSERT INTO vault SELECT seq, name, NULL, true FROM person", "NOT NULL"),
        ("DELETE FROM symptom", "lost rows of symptom"),
        ("SELECT 1", "not that of a new database"),
    ],
    ids=["fails on what is stored", "loses rows", "something else is in it"],
)
def test_what_cannot_be_migrated_is_made_from_the_journal(
    full: Path,
    before: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    script: str,
    why: str,
) -> None:
    if script == "SELECT 1":
        with duckdb.connect(str(full / DATABASE_FILE)) as connection:
            connection.execute("CREATE TABLE of_nobody (a INTEGER)")
    old = (full / DATABASE_FILE).read_bytes()
    folder = later_program(tmp_path / "m", script)
    monkeypatch.setattr(resources, "migrations_dir", lambda: folder)
    with caplog.at_level(logging.WARNING):
        assert_same(everything(full), before)
    assert why in caplog.text
    assert "made again from the journal" in caplog.text
    (aside,) = leftovers(full)
    assert (full / aside).read_bytes() == old


def test_no_room_for_the_copy_is_said_and_changes_nothing(
    full: Path, before: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = (full / DATABASE_FILE).read_bytes()
    use(monkeypatch, later_program(tmp_path / "m", ADD_A_COLUMN))

    def no_room(_: Path, copy: Path) -> None:
        copy.write_bytes(old[:1000])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(migrating.shutil, "copyfile", no_room)
        with pytest.raises(StorageFullError, match="disk is full"), Vault.open(full):
            pass
    assert (full / DATABASE_FILE).read_bytes() == old
    assert leftovers(full) == []
    assert_same(everything(full), before)


def test_a_disk_too_small_for_the_copy(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, filler = small_disk / "vault", small_disk / "filler"
    fill(path)
    before = everything(path)
    use(monkeypatch, later_program(tmp_path / "m", ADD_A_COLUMN, FILL_A_TABLE))
    room = os.statvfs(small_disk)
    filler.write_bytes(b"x" * max(0, room.f_bavail * room.f_frsize - 200_000))
    with pytest.raises(StorageFullError), Vault.open(path):
        pass
    assert leftovers(path) == []
    filler.unlink()
    assert_same(everything(path), before)


def test_a_log_that_was_not_taken_in_is_taken_in_first(
    full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed = tmp_path / "crashed"
    with Vault.open(full) as vault:
        add(vault, 9)
        shutil.copytree(full, crashed)  # as a power cut leaves it: not closed
    assert (crashed / (DATABASE_FILE + ".wal")).stat().st_size
    before = everything(full)
    use(monkeypatch, later_program(tmp_path / "m", ADD_A_COLUMN))
    assert_same(everything(crashed), before)
    assert leftovers(crashed) == []


@pytest.mark.parametrize("where", ["header", "journal", "schema"])
def test_a_newer_vault_is_refused_and_left_as_it_is(
    full: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str
) -> None:
    if where == "schema":
        with monkeypatch.context() as patch:
            use(patch, later_program(tmp_path / "m", ADD_A_COLUMN))
            everything(full)
    elif where == "header":
        head = full / "vault.json"
        head.write_text(head.read_text().replace('"format": 1', '"format": 99'))
    else:
        _write_an_unknown_event(full)
    (full / "lock").touch()
    before = {file: file.read_bytes() for file in sorted(full.rglob("*")) if file.is_file()}
    with pytest.raises(VaultNewerError, match="newer Moletrail") as refused, Vault.open(full):
        pass
    assert refused.value.exit_code == 4
    assert "nothing was changed" in str(refused.value)
    after = {file: file.read_bytes() for file in sorted(full.rglob("*")) if file.is_file()}
    assert after == before


def _write_an_unknown_event(path: Path) -> None:
    """As a newer program would: known to the journal and to the database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(events.KINDS, "lesion_dreamed_of", events.PersonSaved)
        patch.setitem(events._WORDS, events.PersonSaved, "lesion_dreamed_of")
        with Vault.open(path) as vault:
            vault.ensure_person("Nobody")


def test_every_question_is_asked_of_a_migrated_database(
    full: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = set()

    def spy(name: str, real: Callable[..., Any], *args: Any) -> Any:
        asked.add(name)
        return real(*args)

    questions = [
        (module, name)
        for module in (reads, reads_bulk, reads_care)
        for name, found in inspect.getmembers(module, inspect.isfunction)
        if found.__module__ == module.__name__ and not name.startswith("_")
    ]
    for module, name in questions:
        monkeypatch.setattr(module, name, partial(spy, name, getattr(module, name)))
    database = Database.open(full, load_migrations(resources.migrations_dir()))
    try:
        reads_check.ask_everything(database)
    finally:
        database.close()
    assert asked == {name for _, name in questions}


def test_a_comparison_of_an_earlier_analysis_no_longer_counts(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        one, two = add(vault, 1), add(vault, 2)
        ids = one.observation_id, two.observation_id
        assert one.lesion is not None
        vault.add_comparison(a_comparison(*ids, cosine=0.25))
        marks = vault.analysis_marks(ids)
        again = vault.add_analysis(one.observation_id, by_hand(1))
        assert vault.comparisons(one.lesion) == ()
        changed = vault.analysis_marks(ids)
        assert changed[ids[0]] != marks[ids[0]]
        assert changed[ids[1]] == marks[ids[1]]
        vault.add_comparison(a_comparison(*ids, cosine=0.75))
        assert vault.comparisons(one.lesion) == (a_comparison(*ids, cosine=0.75),)
        assert_same(vault.observation(one.observation_id), again)
        assert again.analysis.mask is not None
        assert again.analysis.mask.source == "person"
        assert again.analysis.embedding is not None
        assert vault.nearest(
            again.analysis.embedding, person=one.person, model_sha256="b" * 64, k=3
        ) == [(one.observation_id, pytest.approx(1.0))]
        first = an_analysis(1).embedding
        assert first is not None
        near = vault.nearest(first, person=one.person, model_sha256="a" * 64, k=3)
        assert [name for name, _ in near] == [two.observation_id]
