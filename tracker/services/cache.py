"""Derived bytes kept in the vault: looked up and written with the vault open, made with it shut."""

from __future__ import annotations

from tracker.services.session import Workspace
from tracker.store.vault import Vault


class _AbsentError(Exception):
    """Asked for bytes that are not there; never leaves this module."""


def kept_in(vault: Vault, key: str) -> bytes | None:
    """What an open vault keeps under `key`, None where it is not there (any more)."""

    def absent() -> bytes:
        raise _AbsentError

    try:
        return vault.cached(key, absent)
    except _AbsentError:
        return None


def kept(workspace: Workspace, key: str) -> bytes | None:
    """What is kept under `key`, None where it is not there (any more)."""
    with workspace.open("picture") as vault:
        return kept_in(vault, key)


def keep(workspace: Workspace, key: str, made: bytes) -> bytes:
    """Keep bytes under `key`; returns what is kept there now."""
    with workspace.open("picture") as vault:
        return vault.cached(key, lambda: made)
