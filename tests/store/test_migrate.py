"""Migrations are applied once, whole or not at all, and never silently changed."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.store.builders import add
from tests.store.same import assert_same
from tracker import resources
from tracker.errors import InternalError, VaultNewerError
from tracker.store import Vault
from tracker.store.database import DATABASE_FILE, Database
from tracker.store.migrate import (
    Migration,
    SchemaChangedError,
    SchemaNewerError,
    load_migrations,
    migrate,
)


def a_migration(number: int, sql: str) -> Migration:
    return Migration(number, f"m{number}", sql, f"{number}:{sql}")


ONE = a_migration(1, "CREATE TABLE one (a INTEGER)")
TWO = a_migration(2, "CREATE TABLE two (a INTEGER); INSERT INTO one VALUES (2)")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as opened:
        yield opened


def test_each_is_applied_once(connection: duckdb.DuckDBPyConnection) -> None:
    migrate(connection, (ONE,))
    migrate(connection, (ONE, TWO))
    migrate(connection, (ONE, TWO))
    assert connection.execute("SELECT a FROM one").fetchall() == [(2,)]
    applied = connection.execute("SELECT number, sha256 FROM schema_migration").fetchall()
    assert applied == [(1, ONE.sha256), (2, TWO.sha256)]


def test_a_failing_one_leaves_no_trace(connection: duckdb.DuckDBPyConnection) -> None:
    bad = a_migration(2, "CREATE TABLE two (a INTEGER); SELECT nonsense")
    with pytest.raises(duckdb.Error):
        migrate(connection, (ONE, bad))
    tables = {row[0] for row in connection.execute("SHOW TABLES").fetchall()}
    assert tables == {"one", "schema_migration"}
    migrate(connection, (ONE, TWO))


def test_changed_and_newer_are_told_apart(connection: duckdb.DuckDBPyConnection) -> None:
    migrate(connection, (ONE, TWO))
    with pytest.raises(SchemaNewerError):
        migrate(connection, (ONE,))
    with pytest.raises(SchemaChangedError):
        migrate(connection, (dataclasses.replace(ONE, sha256="other"), TWO))


def test_line_ends_of_a_checkout_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "0001_one.sql").write_bytes(b"SELECT 1;\nSELECT 2;\n")
    unix = load_migrations(tmp_path)
    (tmp_path / "0001_one.sql").write_bytes(b"SELECT 1;\r\nSELECT 2;\r\n")
    assert load_migrations(tmp_path) == unix


@pytest.mark.parametrize("names", [[], ["0002_b.sql"], ["0001_a.sql", "0001_b.sql"], ["one.sql"]])
def test_numbers_without_gaps(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1")
    with pytest.raises(InternalError):
        load_migrations(tmp_path)


def test_a_newer_schema_is_left_alone(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        add(vault, 1)
    with duckdb.connect(str(vault_path / DATABASE_FILE)) as connection:
        connection.execute(
            "INSERT INTO schema_migration VALUES (99, 'later', 'x', now()::TIMESTAMP)"
        )
    before = (vault_path / DATABASE_FILE).read_bytes()
    with pytest.raises(VaultNewerError, match="newer Moletrail"), Vault.open(vault_path):
        pass
    assert (vault_path / DATABASE_FILE).read_bytes() == before


def test_a_database_of_another_schema_is_made_again(
    vault_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Vault.open(vault_path) as vault:
        stored = add(vault, 1)
    with duckdb.connect(str(vault_path / DATABASE_FILE)) as connection:
        connection.execute("UPDATE schema_migration SET sha256 = 'of a development version'")
    with caplog.at_level(logging.WARNING), Vault.open(vault_path) as vault:
        assert_same(vault.all_observations(), [stored])
    assert "migration 1 was another one" in caplog.text


def test_the_database_reaches_nothing_outside_itself(vault_path: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with Vault.open(vault_path):
        pass
    database = Database.open(vault_path, load_migrations(resources.migrations_dir()))
    try:
        for sql in (
            f"SELECT * FROM read_csv('{secret}')",
            f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
            f"ATTACH '{tmp_path / 'other.duckdb'}'",
            "INSTALL httpfs",
            "SET enable_external_access = true",
            "SET autoinstall_known_extensions = true",
        ):
            with pytest.raises(InternalError, match=r"disabled|locked|Cannot"):
                database.run(sql)
    finally:
        database.close()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["secret.csv", "vault"]
