"""Losing the process between any two steps that change the disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


class KilledError(BaseException):
    """Where the process would have been lost: nothing behind it may tidy up."""


class Steps:
    """Counts what changes the disk, and is killed before the step of number `fatal`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fatal: int | None = None) -> None:
        self.done: list[str] = []
        self._fatal = fatal
        for name in ("unlink", "replace", "rmdir", "mkdir", "write", "fsync", "ftruncate"):
            monkeypatch.setattr(os, name, self._watched(name, getattr(os, name)))

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **more: Any) -> Any:
            # The system lets go of a lost process's lock by itself.
            if not str(args[0]).endswith(("lock", "lock-holder.json")):
                if len(self.done) == self._fatal:
                    raise KilledError
                self.done.append(f"{name} {Path(str(args[0])).name}")
            return real(*args, **more)

        return step
