"""Where the files that ship with the program lie: in the wheel, or in a checkout."""

from __future__ import annotations

from pathlib import Path

from tracker.errors import InternalError

_PACKAGE = Path(__file__).resolve().parent


def _shipped(in_wheel: str, in_checkout: str) -> Path:
    for candidate in (_PACKAGE / "_data" / in_wheel, _PACKAGE.parent / in_checkout):
        if candidate.is_dir():
            return candidate
    raise InternalError(
        f"The program's own folder '{in_wheel}' is missing.",
        next_step="Install Moletrail again: pip install --force-reinstall moletrail.",
    )


def models_dir() -> Path:
    """Folder of the released networks, their manifest and the noise table.

    Raises:
        InternalError: the installation is not whole.
    """
    return _shipped("models", "models/release")


def migrations_dir() -> Path:
    """Folder of the numbered SQL migrations.

    Raises:
        InternalError: the installation is not whole.
    """
    return _shipped("migrations", "migrations")


def trace_record() -> Path:
    """When the traced tests last passed, as `tests.silence.record` wrote it; may be absent."""
    return _PACKAGE / "traced.json"
