"""Hypothesis strategies made from the domain's own type hints.

A field that is added to the domain is generated at once, and so must be stored and read back.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, cast

import numpy as np
from hypothesis import strategies as st

from tracker.domain.analysis import EMBEDDING_DIM, Analysis, LesionMask
from tracker.domain.capture import CaptureTime
from tracker.domain.geometry import Box

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
#: The sign of zero is not kept.
FLOATS = st.floats(allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0)
INTS = st.integers(-(2**31), 2**31 - 1)
BOXES = st.builds(Box, INTS, INTS, st.integers(1, 2**31 - 1), st.integers(1, 2**31 - 1))
LOCAL_TIMES = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1))
UTC_TIMES = st.datetimes(datetime(1980, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


@st.composite
def masks(draw: st.DrawFn) -> LesionMask:
    h, w = draw(st.integers(1, 30)), draw(st.integers(1, 30))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    pixels = random.random((h, w)) < draw(st.floats(0, 1))
    box = Box(draw(INTS), draw(INTS), w, h)
    return LesionMask(box, pixels, draw(st.sampled_from(["model", "person"])))


@st.composite
def embeddings(draw: st.DrawFn) -> Any:
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    return random.normal(size=EMBEDDING_DIM).astype(np.float32)


def of_type(kind: Any) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one a type
    """Any value of `kind`, a type as written in the domain."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(st.none() if a is type(None) else of_type(a) for a in args))
    if origin is typing.Literal:
        return st.sampled_from(args)
    if origin is tuple and args[-1] is Ellipsis:
        return st.lists(of_type(args[0]), max_size=4).map(tuple)
    if origin is tuple:
        return st.tuples(*(of_type(a) for a in args))
    if origin is not None and origin is not np.ndarray:
        return st.dictionaries(of_type(args[0]), of_type(args[1]), max_size=8)
    if dataclasses.is_dataclass(kind) and kind not in _SPECIAL:
        hints = typing.get_type_hints(kind)
        fields = {f.name: of_type(hints[f.name]) for f in dataclasses.fields(kind)}
        return st.builds(cast(type, kind), **fields)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    return _SPECIAL[embeddings if origin is np.ndarray else kind]


_SPECIAL: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    float: FLOATS,
    int: INTS,
    bool: st.booleans(),
    datetime: LOCAL_TIMES,
    date: st.dates(date(1900, 1, 1), date(2200, 1, 1)),
    Box: BOXES,
    LesionMask: masks(),
    embeddings: embeddings(),
}


def analyses() -> st.SearchStrategy[Analysis]:
    """Any analysis as a vault keeps it: without the heatmap and the timings."""
    return of_type(Analysis).map(
        lambda analysis: dataclasses.replace(analysis, heatmap=None, timings_ms={})
    )


def captures() -> st.SearchStrategy[CaptureTime]:
    return of_type(CaptureTime)
