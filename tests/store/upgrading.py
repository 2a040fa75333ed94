"""Invented migrations, and what a process that dies within an upgrade does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.store.workers import CRASHED
from tracker import resources
from tracker.store import Vault, migrating
from tracker.store.database import DATABASE_FILE

#: What later versions may do: a column, a view that shows it, a table filled from what is there.
ADD_A_COLUMN = """
ALTER TABLE symptom ADD COLUMN severity INTEGER DEFAULT 0;
CREATE VIEW symptom_now AS SELECT * FROM symptom
QUALIFY row_number() OVER (PARTITION BY symptom_id ORDER BY seq DESC) = 1;
CREATE OR REPLACE VIEW note_now AS
SELECT seq, observation_id, note FROM note
QUALIFY row_number() OVER (PARTITION BY observation_id ORDER BY seq DESC) = 1;
"""
FILL_A_TABLE = """
CREATE TABLE written_day (day DATE NOT NULL, entries BIGINT NOT NULL);
INSERT INTO written_day SELECT recorded_at_utc::DATE, count(*) FROM applied_entry GROUP BY 1;
"""


def later_program(folder: Path, *scripts: str) -> Path:
    """A folder of migrations: today's, and `scripts` after them."""
    shutil.copytree(resources.migrations_dir(), folder)
    first = len(list(folder.glob("*.sql"))) + 1
    for number, sql in enumerate(scripts, start=first):
        (folder / f"{number:04d}_later.sql").write_text(sql, encoding="utf-8")
    return folder


def open_as_later_program(path: str, migrations: str, step: str) -> None:
    """Open a vault with other migrations, and die at `step` of the upgrade."""
    resources.migrations_dir = lambda: Path(migrations)
    _CRASHES[step]()
    with Vault.open(Path(path)):
        pass
    raise AssertionError(f"the process survived {step}")


def _die(owner: Any, name: str, *, after: bool = False) -> None:
    real = getattr(owner, name)

    def deadly(*args: Any, **kwargs: Any) -> Any:
        if after:
            real(*args, **kwargs)
        os._exit(CRASHED)

    setattr(owner, name, deadly)


def _half_a_copy() -> None:
    def deadly(old: Path, copy: Path) -> None:
        copy.write_bytes(old.read_bytes()[: old.stat().st_size // 2])
        os._exit(CRASHED)

    migrating.shutil.copyfile = deadly  # type: ignore[assignment]


_CRASHES: dict[str, Callable[[], None]] = {
    "half a copy": _half_a_copy,
    "after the copy": lambda: _die(migrating, "_copy", after=True),
    "within the checks": lambda: _die(migrating.reads_check, "ask_everything", after=True),
    "before the copy is flushed": lambda: _die(migrating, "flush"),
    "before the folder is flushed": lambda: _die(migrating, "flush_folder"),
    "after the swap": lambda: _die(migrating, "_swap", after=True),
}
STEPS = tuple(_CRASHES)


def leftovers(vault: Path) -> list[str]:
    """Files beside the database that should not be there."""
    names = [file.name for file in vault.iterdir() if file.name.startswith(DATABASE_FILE)]
    return sorted(set(names) - {DATABASE_FILE})
