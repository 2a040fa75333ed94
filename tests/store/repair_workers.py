"""A repair in another process that is stopped before one of its steps. Imported there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.store.workers import CRASHED
from tracker.store import disk
from tracker.store.keys import VaultKey
from tracker.store.verify import repair_vault

#: Everything by which a repair changes what lies on the disk.
_STEPS: tuple[tuple[Any, str], ...] = (
    (disk, "write_all"),
    (disk, "flush"),
    (Path, "replace"),
    (Path, "unlink"),
    (os, "link"),
)


def repair_until(path: str, data_key: bytes | None, vault_id: str, step: int) -> None:
    """Repair, and die just before the step of that number; returns where there are fewer."""
    left = iter(range(step))

    def deadly(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if next(left, None) is None:
                os._exit(CRASHED)
            return real(*args, **kwargs)

        return call

    for owner, name in _STEPS:
        setattr(owner, name, deadly(getattr(owner, name)))
    repair_vault(Path(path), None if data_key is None else VaultKey(data_key, vault_id))
