"""Derived bytes kept in the vault: looked up and written with the vault open, made with it shut."""

from __future__ import annotations

from tracker.services.session import Workspace


class _AbsentError(Exception):
    """Asked for bytes that are not there; never leaves this module."""


def kept(workspace: Workspace, key: str) -> bytes | None:
    """What is kept under `key`, None where it is not there (any more)."""

    def absent() -> bytes:
        raise _AbsentError

    try:
        with workspace.open("picture") as vault:
            return vault.cached(key, absent)
    except _AbsentError:
        return None


def keep(workspace: Workspace, key: str, made: bytes) -> bytes:
    """Keep bytes under `key`; returns what is kept there now."""
    with workspace.open("picture") as vault:
        return vault.cached(key, lambda: made)
