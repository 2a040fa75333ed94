"""What was read and computed at one state of a vault, kept in memory until the vault moves on.

A page is drawn anew at each click. Most clicks change nothing in the vault, so that what was read
for the click before still holds: it is kept under the vault's position (`Vault.position`), and
gone as soon as anybody writes. `forget` drops it when a vault is locked.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar, cast

_T = TypeVar("_T")
#: Values of one kind that are kept: a person's view takes a few MB, a pair of pictures one.
MOST_OF_A_KIND = 24


class Memo:
    """Values by vault, position and key; safe to use from several threads.

    Args:
        most: values of one kind that are kept of one vault; the one not asked for longest goes.
    """

    def __init__(self, most: int = MOST_OF_A_KIND) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._positions: dict[str, str] = {}
        self._kept: dict[tuple[str, str], OrderedDict[Hashable, object]] = {}
        self._lasting: dict[tuple[str, str], dict[str, Any]] = {}

    def get(
        self, vault: Path, position: str, kind: str, key: Hashable, make: Callable[[], _T]
    ) -> _T:
        """What is kept under `kind` and `key`, else `make()`, kept until the position changes.

        Args:
            position: of the vault when what `make` reads was read.
        """
        place = _place(vault)
        with self._guard:
            if self._positions.get(place) != position:
                self._drop(place)
                self._positions[place] = position
            found = self._kept.setdefault((place, kind), OrderedDict())
            if key in found:
                found.move_to_end(key)
                return cast("_T", found[key])
        made = make()
        with self._guard:
            if self._positions.get(place) == position:
                found = self._kept.setdefault((place, kind), OrderedDict())
                found[key] = made
                while len(found) > self._most:
                    found.popitem(last=False)
        return made

    def lasting(self, vault: Path, kind: str) -> dict[str, Any]:
        """A dictionary that stays while the vault moves on; its user knows what still holds."""
        with self._guard:
            return self._lasting.setdefault((_place(vault), kind), {})

    def forget(self, vault: Path) -> None:
        """Drop all that is kept of a vault."""
        place = _place(vault)
        with self._guard:
            self._positions.pop(place, None)
            for name in [name for name in self._lasting if name[0] == place]:
                del self._lasting[name]
            self._drop(place)

    def _drop(self, place: str) -> None:
        for name in [name for name in self._kept if name[0] == place]:
            del self._kept[name]


def _place(vault: Path) -> str:
    return os.path.realpath(vault)


_MEMO = Memo()
get = _MEMO.get
lasting = _MEMO.lasting
forget = _MEMO.forget
