"""Typed values as JSON and back, bit for bit but for the sign of zero.

The journal outlives every program version, so nothing is pickled: dataclasses become objects
under their field names, arrays become base64 with their shape. A field that is missing in an
old line takes its default; a field that is not known here was written by a newer program.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import functools
import math
import types
import typing
import zlib
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

#: A mask of two gigapixels, far beyond any photo that is let in.
MAX_MASK_BYTES = 1 << 28
_UNIONS = (typing.Union, types.UnionType)


class CodecError(ValueError):
    """A value that does not fit its type: a bug when writing, damage when reading."""


class UnknownFieldError(CodecError):
    """A key that this program has no field for."""


def encode(kind: Any, value: Any) -> Any:
    """`value` of type `kind` as what `json.dumps` takes.

    Raises:
        CodecError: the value is not of that type, or is not a finite number.
    """
    origin = typing.get_origin(kind)
    if origin is not None:
        return _encode_generic(origin, kind, value)
    if dataclasses.is_dataclass(kind):
        if not isinstance(value, cast(type, kind)):
            raise CodecError(f"{type(value).__name__} where {kind} belongs")
        return {
            name: encode(hint, getattr(value, name))
            for name, hint in _fields(cast(type, kind)).items()
        }
    return _encode_plain(kind, value)


def _encode_generic(origin: Any, kind: Any, value: Any) -> Any:
    if origin in _UNIONS:
        return None if value is None else encode(_of_optional(kind), value)
    if origin is typing.Literal:
        return _one_of(typing.get_args(kind), value)
    if origin is tuple:
        return [encode(part, item) for part, item in _parts(kind, value)]
    if origin is np.ndarray:
        return _encode_array(kind, value)
    of_key, of_value = _of_mapping(origin, kind)
    return {encode(of_key, key): encode(of_value, item) for key, item in value.items()}


def decode(kind: Any, found: Any) -> Any:
    """The value of type `kind` that `encode` wrote.

    Raises:
        UnknownFieldError: a newer program wrote it. CodecError: anything else that does not fit.
    """
    origin = typing.get_origin(kind)
    if origin is not None:
        return _decode_generic(origin, kind, found)
    if dataclasses.is_dataclass(kind):
        return _decode_dataclass(kind, _as(dict, found))
    return _decode_plain(kind, found)


def _decode_generic(origin: Any, kind: Any, found: Any) -> Any:
    if origin in _UNIONS:
        return None if found is None else decode(_of_optional(kind), found)
    if origin is typing.Literal:
        return _one_of(typing.get_args(kind), found)
    if origin is tuple:
        return tuple(decode(part, item) for part, item in _parts(kind, _as(list, found)))
    if origin is np.ndarray:
        return _decode_array(kind, found)
    of_key, of_value = _of_mapping(origin, kind)
    items = _as(dict, found).items()
    return {decode(of_key, key): decode(of_value, item) for key, item in items}


@functools.cache
def _fields(kind: Any) -> dict[str, Any]:
    """Types of a dataclass's fields by name; looking them up is what costs time here."""
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _decode_dataclass(kind: Any, found: dict[str, Any]) -> Any:
    hints = _fields(kind)
    unknown = found.keys() - hints.keys()
    if unknown:
        raise UnknownFieldError(f"{kind.__name__} has no field {sorted(unknown)}")
    values = {name: decode(hints[name], item) for name, item in found.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise CodecError(str(error)) from error


def _encode_plain(kind: Any, value: Any) -> Any:
    if kind is bool and isinstance(value, bool | np.bool_):
        return bool(value)
    if kind is int and isinstance(value, int | np.integer) and not isinstance(value, bool):
        return int(value)
    if kind is float and isinstance(value, int | float | np.number):
        return _finite(float(value))
    if kind in (date, datetime) and type(value) is kind:
        return value.isoformat()
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value).value
    if kind is str and isinstance(value, str):
        return str(value)
    raise CodecError(f"{type(value).__name__} where {kind} belongs")


def _decode_plain(kind: Any, found: Any) -> Any:
    if kind is float:
        return _finite(float(_as((int, float), found)))
    if kind is datetime:
        return datetime.fromisoformat(_as(str, found))
    if kind is date:
        return date.fromisoformat(_as(str, found))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(found)
    if kind in (bool, int, str):
        if type(found) is not kind:
            raise CodecError(f"{found!r} where {kind.__name__} belongs")
        return found
    raise CodecError(f"no such type in the journal: {kind}")


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise CodecError("a number is not finite; what is unknown is None")
    # A negative zero becomes zero: DuckDB keeps runs of equal numbers as one of them, so it could
    # come back as either.
    return value + 0.0


def _as(kind: Any, found: Any) -> Any:
    if not isinstance(found, kind) or isinstance(found, bool):
        raise CodecError(f"{type(found).__name__} where {kind} belongs")
    return found


def _of_mapping(origin: Any, kind: Any) -> tuple[Any, Any]:
    if not (isinstance(origin, type) and issubclass(origin, Mapping)):
        raise CodecError(f"no such type in the journal: {kind}")
    of_key, of_value = typing.get_args(kind)
    return of_key, of_value


def _of_optional(kind: Any) -> Any:
    inner = [part for part in typing.get_args(kind) if part is not type(None)]
    if len(inner) != 1:
        raise CodecError(f"{kind} is more than an optional value")
    return inner[0]


def _one_of(allowed: tuple[Any, ...], value: Any) -> Any:
    if value not in allowed:
        raise CodecError(f"{value!r} is none of {allowed}")
    return value


def _parts(kind: Any, values: Any) -> list[tuple[Any, Any]]:
    """Each item of a tuple with its type; `tuple[X, ...]` has any number of them."""
    args = typing.get_args(kind)
    if len(args) == 2 and args[1] is Ellipsis:
        return [(args[0], item) for item in values]
    if len(args) != len(values):
        raise CodecError(f"{len(values)} items where {len(args)} belong")
    return list(zip(args, values, strict=True))


def _element(kind: Any) -> Any:
    """The scalar type of an `NDArray[...]` annotation."""
    return typing.get_args(typing.get_args(kind)[1])[0]


def _encode_array(kind: Any, value: NDArray[Any]) -> dict[str, Any]:
    element = np.dtype(_element(kind))
    if value.dtype != element:
        raise CodecError(f"an array of {value.dtype} where {element} belongs")
    if element == np.bool_:
        data = pack_bits(value)
        return {"bits": list(value.shape), "zlib": base64.b64encode(data).decode("ascii")}
    if not np.isfinite(value).all():
        raise CodecError("an array holds a number that is not finite")
    little = np.ascontiguousarray(value + element.type(0), dtype=element.newbyteorder("<"))
    return {
        "shape": list(value.shape),
        "base64": base64.b64encode(little.tobytes()).decode("ascii"),
    }


def _decode_array(kind: Any, found: Any) -> NDArray[Any]:
    element = np.dtype(_element(kind))
    packed = _as(dict, found)
    try:
        if element == np.bool_:
            data = base64.b64decode(packed["zlib"], validate=True)
            return unpack_bits(data, tuple(packed["bits"]))
        data = base64.b64decode(packed["base64"], validate=True)
        little = np.frombuffer(data, dtype=element.newbyteorder("<"))
        values: NDArray[Any] = little.reshape(packed["shape"]).astype(element)
        values += element.type(0)
        return values
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise CodecError(f"an array cannot be read: {error}") from error


def pack_bits(pixels: NDArray[np.bool_]) -> bytes:
    """A mask (h, w) at one bit a pixel, row-major, compressed with zlib."""
    return zlib.compress(np.packbits(pixels, axis=None).tobytes(), 6)


def unpack_bits(data: bytes, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """The mask of `shape` that `pack_bits` made of it.

    Raises:
        CodecError: the bytes are not a mask of that shape.
    """
    count = math.prod(shape)
    expected = (count + 7) // 8
    if expected > MAX_MASK_BYTES:
        raise CodecError(f"a mask of {count} pixels is too large")
    try:
        raw = zlib.decompressobj().decompress(data, expected + 1)
    except zlib.error as error:
        raise CodecError(f"a mask cannot be read: {error}") from error
    if len(raw) != expected:
        raise CodecError(f"a mask has {len(raw)} bytes where {expected} belong")
    bits = np.unpackbits(np.frombuffer(raw, np.uint8), count=count)
    return bits.astype(np.bool_).reshape(shape)
