"""One process at a time in a vault, and a word on who it is.

The operating system holds the lock, so it is gone with its process; the file beside it only
tells others who has it.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from tracker.errors import VaultBusyError, VaultError
from tracker.store.disk import PRIVATE_FILE, explained, neutral_times, settle_times, write_atomic

LOCK_FILE = "lock"
HOLDER_FILE = "lock-holder.json"
_POLL_S = 0.02
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a vault: the process, what it is doing, and since when (UTC, ISO 8601).

    since: None in an encrypted vault, which does not tell when it is used.
    """

    pid: int
    purpose: str
    since: str | None

    def describe(self) -> str:
        """In words, for a message."""
        doing = f" ({self.purpose})" if self.purpose else ""
        since = "" if self.since is None else f" since {self.since}"
        return f"process {self.pid}{doing}{since}"


@contextmanager
def locked(vault: Path, *, wait_s: float, purpose: str, timed: bool = True) -> Iterator[None]:
    """Hold the vault for the length of the block; threads of one process exclude each other too.

    A word on a holder that is still there is of a process that was killed; what that one wrote may
    have left times that tell when the vault was used.

    Args:
        wait_s: seconds to wait for another holder before giving up; 0 tries once.
        purpose: a few words that others are shown, without personal data.
        timed: note since when, and leave the times of the files as they are; False in an
            encrypted vault.

    Raises:
        VaultBusyError: somebody else still holds it after `wait_s`; the message says who.
        VaultError: the lock cannot be taken at all, for example on a read-only disk.
    """
    lock = FileLock(vault / LOCK_FILE, mode=PRIVATE_FILE, thread_local=False)
    with explained(vault / LOCK_FILE):
        try:
            lock.acquire(timeout=max(wait_s, 0.0), poll_interval=_POLL_S)
        except Timeout as error:
            raise _busy(vault, wait_s) from error
        except NotImplementedError as error:
            raise VaultError(
                f"The disk of the vault '{vault}' has no file locks.",
                next_step="Keep the vault on a local disk.",
            ) from error
        except RuntimeError as error:  # filelock's word for a thread that waits on itself
            raise _busy(vault, 0.0) from error
    try:
        if not timed and (vault / HOLDER_FILE).exists():
            settle_times(vault)
        _write_holder(vault, purpose, timed=timed)
        yield
    finally:
        with suppress(OSError):
            (vault / HOLDER_FILE).unlink()
        if not timed:
            neutral_times(vault / LOCK_FILE, vault)
        lock.release()


def _busy(vault: Path, wait_s: float) -> VaultBusyError:
    holder = read_holder(vault)
    who = "another process" if holder is None else holder.describe()
    waited = f" after waiting {wait_s:g} s" if wait_s > 0 else ""
    return VaultBusyError(
        f"The vault '{vault}' is still in use by {who}{waited}.",
        next_step="Try again when it has finished.",
    )


def read_holder(vault: Path) -> Holder | None:
    """Who last took the lock; None if it cannot be told."""
    try:
        found = json.loads((vault / HOLDER_FILE).read_text(encoding="utf-8"))
        since = found.get("since")
        return Holder(
            int(found["pid"]), str(found["purpose"]), None if since is None else str(since)
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _write_holder(vault: Path, purpose: str, *, timed: bool) -> None:
    content: dict[str, int | str] = {"pid": os.getpid(), "purpose": purpose}
    if timed:
        content["since"] = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        write_atomic(
            vault / HOLDER_FILE, json.dumps(content).encode(), durable=False, neutral=not timed
        )
    except VaultError as error:  # a full disk must not keep anybody from reading the vault
        _log.warning("the holder of the vault could not be noted: %s", error)
