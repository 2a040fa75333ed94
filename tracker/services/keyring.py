"""The keys of unlocked vaults: held in memory, by vault path, for the whole process.

A key is never written anywhere and shows in no `repr`, log or message. The command line holds it
for one command; the app for as long as it is used: `lock_when_idle` sets after which time without
use every key is dropped.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.errors import VaultLockedError
from tracker.services import memo

if TYPE_CHECKING:
    from tracker.services.session import Workspace
    from tracker.store.keys import VaultKey

#: Seconds without an interaction after which the app locks the diary.
IDLE_LOCK_S: Final = 15 * 60.0
#: The first stands still while some computers sleep, the second may be set back: the longer of
#: both times counts.
_CLOCKS: Final = (time.monotonic, time.time)


@dataclass
class _Held:
    """A key in memory, and when it was last used, on each clock."""

    key: VaultKey = field(repr=False)
    used_at: tuple[float, ...]


class Keyring:
    """Keys by vault path; safe to use from several threads.

    Args:
        clocks: give seconds; a key is idle for the longest time that any of them shows.
    """

    def __init__(self, clocks: Sequence[Callable[[], float]] = _CLOCKS) -> None:
        self._clocks = tuple(clocks)
        self._guard = threading.Lock()
        self._held: dict[Path, _Held] = {}
        self._idle_s: float | None = None
        self._timer: threading.Timer | None = None

    def __repr__(self) -> str:
        return f"Keyring({len(self._held)} unlocked)"

    def put(self, path: Path, key: VaultKey) -> None:
        """Hold the key of the vault at `path`."""
        _write_no_core_dump()
        with self._guard:
            self._held[_place(path)] = _Held(key, self._now())
            self._watch()

    def get(self, path: Path, *, counts_as_use: bool = True) -> VaultKey | None:
        """The key, unless the vault is locked or was idle for too long."""
        self.drop_idle()
        with self._guard:
            held = self._held.get(_place(path))
            if held is None:
                return None
            if counts_as_use:
                held.used_at = self._now()
            return held.key

    def drop(self, path: Path) -> None:
        """Forget the key of one vault."""
        self._drop_where(lambda place, _: place == _place(path))

    def drop_all(self) -> None:
        """Forget every key."""
        self._drop_where(lambda *_: True)

    def drop_idle(self) -> None:
        """Forget the keys that were not used for the time that `lock_when_idle` set."""
        limit_s = self._idle_s
        if limit_s is not None:
            self._drop_where(lambda _, held: self._idle_for_s(held) >= limit_s)

    def lock_when_idle(self, idle_s: float | None) -> None:
        """Drop each key after `idle_s` seconds without use; None: never."""
        with self._guard:
            if idle_s != self._idle_s:
                self._idle_s = idle_s
                self._watch()

    def _drop_where(self, chosen: Callable[[Path, _Held], bool]) -> None:
        """Forget keys, and with each the readable tables that the store keeps in memory."""
        with self._guard:
            places = [place for place, held in self._held.items() if chosen(place, held)]
            for place in places:
                del self._held[place]
            if places:
                self._watch()
        for place in places:
            _forget_tables(place)

    def _now(self) -> tuple[float, ...]:
        return tuple(clock() for clock in self._clocks)

    def _idle_for_s(self, held: _Held) -> float:
        return max(now - then for now, then in zip(self._now(), held.used_at, strict=True))

    def _watch(self) -> None:
        """Look again when the first key may be due, so that it goes without anybody asking."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._idle_s is None or not self._held:
            return
        longest_s = max(self._idle_for_s(held) for held in self._held.values())
        self._timer = threading.Timer(max(1.0, self._idle_s - longest_s), self._look_again)
        self._timer.daemon = True
        self._timer.start()

    def _look_again(self) -> None:
        self.drop_idle()
        with self._guard:
            self._watch()


_RING = Keyring()


def is_encrypted(workspace: Workspace) -> bool:
    """Whether there is an encrypted vault at the workspace's path.

    Raises:
        VaultError, VaultDamagedError: its head cannot be read.
    """
    from tracker.store.keys import is_encrypted as encrypted  # noqa: PLC0415 - loads cryptography

    return encrypted(workspace.vault_path)


def is_unlocked(workspace: Workspace) -> bool:
    """Whether the key is held; asking does not count as use."""
    return _RING.get(workspace.vault_path, counts_as_use=False) is not None


def unlock(workspace: Workspace, secret: str) -> VaultKey:
    """Hold the key that a passphrase or a recovery key opens.

    Raises:
        WrongPassphraseError: it opens neither way. VaultDamagedError: the head is broken.
    """
    from tracker.store.keys import unlock as opened  # noqa: PLC0415 - loads cryptography

    key = opened(workspace.vault_path, secret)
    _RING.put(workspace.vault_path, key)
    return key


def lock(workspace: Workspace) -> None:
    """Forget the key of this vault."""
    _RING.drop(workspace.vault_path)


def lock_all() -> None:
    """Forget every key of this process."""
    _RING.drop_all()


def lock_when_idle(idle_s: float | None) -> None:
    """Drop every key after `idle_s` seconds without use; None, as at the start: never."""
    _RING.lock_when_idle(idle_s)


def touch(workspace: Workspace) -> None:
    """An interaction: the time without use begins anew, unless it has run out."""
    _RING.get(workspace.vault_path)


def key_of(workspace: Workspace) -> VaultKey | None:
    """The key to open the vault with; None for a vault that is not encrypted.

    A locked vault is unlocked with the workspace's own source of the passphrase, asked once.

    Raises:
        VaultLockedError: locked, and no source. WrongPassphraseError: the source was wrong.
        InputError: the source cannot be read.
        VaultNotFoundError, VaultError, VaultDamagedError: see `is_encrypted`.
    """
    from tracker.store.heads import headers_of  # noqa: PLC0415 - loads cryptography

    headers = headers_of(workspace.vault_path)
    if not headers:
        return None
    with workspace.asking:  # a second thread waits for the answer instead of asking again
        held = _RING.get(workspace.vault_path)
        # Another vault may have taken the place.
        if held is not None and any(map(held.fits, headers)):
            return held
        secret = workspace.ask_secret()
        if secret is None:
            raise VaultLockedError(
                f"The vault '{workspace.vault_path}' is encrypted and locked.",
                next_step="Unlock it with its passphrase or its recovery key.",
            )
        return unlock(workspace, secret)


def _place(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _write_no_core_dump() -> None:
    """From now on let a crash of this process not write its memory to the disk, key and all."""
    try:
        import resource  # noqa: PLC0415 - Windows has none, and writes none unless told to
    except ImportError:
        return
    with suppress(OSError, ValueError):
        _, hardest = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, hardest))


def _forget_tables(path: Path) -> None:
    from tracker.services import subjects  # noqa: PLC0415 - loads image libraries
    from tracker.store import kept  # noqa: PLC0415 - loads the database

    memo.forget(path)
    subjects.forget(path)
    kept.forget(path)
