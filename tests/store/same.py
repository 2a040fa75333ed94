"""Equality of stored values down to the bit, field by field, so that no new field is forgotten."""

from __future__ import annotations

import dataclasses
import struct
from typing import Any

import numpy as np


def difference(left: Any, right: Any, where: str = "value") -> str | None:  # noqa: PLR0911 - one a type
    """Where two values differ in a bit or a type, None if nowhere."""
    if type(left) is not type(right):
        return f"{where}: {type(left).__name__} and {type(right).__name__}"
    if isinstance(left, np.ndarray):
        same = left.dtype == right.dtype and left.shape == right.shape
        return None if same and left.tobytes() == right.tobytes() else where
    if dataclasses.is_dataclass(left):
        parts = [(f.name, getattr(left, f.name), getattr(right, f.name)) for f in _fields(left)]
        return _first(parts, where)
    if isinstance(left, dict):
        if list(left) != list(right):
            return f"{where}: keys {list(left)} and {list(right)}"
        return _first([(key, left[key], right[key]) for key in left], where)
    if isinstance(left, tuple | list):
        if len(left) != len(right):
            return f"{where}: {len(left)} and {len(right)} items"
        return _first(
            [(str(i), a, b) for i, (a, b) in enumerate(zip(left, right, strict=True))], where
        )
    if isinstance(left, float):
        return None if struct.pack("<d", left) == struct.pack("<d", right) else where
    return None if left == right else f"{where}: {left!r} and {right!r}"


def _fields(value: Any) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(value)


def _first(parts: list[tuple[str, Any, Any]], where: str) -> str | None:
    found = (difference(a, b, f"{where}.{name}") for name, a, b in parts)
    return next((text for text in found if text is not None), None)


def assert_same(left: Any, right: Any) -> None:
    """Fail with the path of the first field that differs."""
    found = difference(left, right)
    assert found is None, found
