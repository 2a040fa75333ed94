"""Ways to falsify a picture file."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable

from tests.hostile.structure import Block, Field, structure_of

Mutation = Callable[[bytes, random.Random, bytes], bytes]
_ICC_NAMES = (b"iCCP", b"ICCP", b"colr", b"\xe2")


def mutate(name: str, data: bytes, rng: random.Random, other: bytes) -> bytes:
    """`data` falsified by the mutation of that name; the same rng state gives the same bytes.

    Args:
        other: another file, for splicing.
    """
    changed = MUTATIONS[name](data, rng, other)
    if changed.startswith(b"\x89PNG") and rng.random() < 0.8:
        changed = with_checksums(changed)
    return changed


def with_checksums(data: bytes) -> bytes:
    """A PNG whose checksums are right again, so that a falsified chunk is looked at."""
    out, at = bytearray(data), 8
    while at + 12 <= len(out):
        length = struct.unpack_from(">I", out, at)[0]
        end = at + 8 + length
        if end + 4 > len(out):
            break
        struct.pack_into(">I", out, end, zlib.crc32(out[at + 4 : end]))
        at = end + 4
    return bytes(out)


def _set(data: bytes, field: Field, value: int) -> bytes:
    wrapped = value % (1 << 8 * field.size)
    new = wrapped.to_bytes(field.size, field.order)
    return data[: field.at] + new + data[field.at + field.size :]


def _odd_number(field: Field, now: int, rng: random.Random) -> int:
    top = (1 << 8 * field.size) - 1
    bit = 1 << rng.randrange(8 * field.size)
    small = (0, 1, 2, 3, 7, 8, 255)
    near = (now + 1, now - 1, now * 2, now // 2, now + 16, now ^ bit)
    large = (top, top - 1, top // 2, top // 2 + 1)
    return rng.choice((*small, *near, *large, rng.randint(0, top)))


def _falsify(*kinds: str) -> Mutation:
    def change(data: bytes, rng: random.Random, other: bytes) -> bytes:
        fields = structure_of(data).of(*kinds)
        if not fields:
            return _flip_bits(data, rng, other)
        for field in rng.sample(fields, min(len(fields), rng.choice((1, 1, 2, 4)))):
            now = int.from_bytes(data[field.at : field.at + field.size], field.order)
            data = _set(data, field, _odd_number(field, now, rng))
        return data

    return change


def _truncate(data: bytes, rng: random.Random, other: bytes) -> bytes:
    return data[: rng.randrange(1, len(data))]


def _splice(data: bytes, rng: random.Random, other: bytes) -> bytes:
    return data[: rng.randrange(len(data))] + other[rng.randrange(len(other)) :]


def _random_bytes(data: bytes, rng: random.Random, other: bytes) -> bytes:
    at, size = rng.randrange(len(data)), rng.choice((1, 4, 16, 64, 512))
    return data[:at] + rng.randbytes(size) + data[at + rng.choice((0, size)) :]


def _flip_bits(data: bytes, rng: random.Random, other: bytes) -> bytes:
    changed = bytearray(data)
    reach = len(changed) if rng.random() < 0.5 else min(len(changed), 400)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        changed[rng.randrange(reach)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _blocks(data: bytes, rng: random.Random, other: bytes) -> bytes:
    """Drops, doubles, swaps or empties blocks, or takes one from the other file."""
    blocks = structure_of(data).blocks
    if len(blocks) < 2:
        return _random_bytes(data, rng, other)
    first, second = sorted(rng.sample(blocks, 2), key=lambda block: block.start)
    one = data[first.start : first.end]
    foreign = structure_of(other).blocks
    choices = {
        "drop": data[: first.start] + data[first.end :],
        "double": data[: first.end] + one * rng.choice((1, 50, 2000)) + data[first.end :],
        "empty": data[: first.inside] + data[first.end :],
        "move": data[: first.start] + data[first.end : second.end] + one + data[second.end :],
    }
    if foreign:
        taken = rng.choice(foreign)
        piece = other[taken.start : taken.end]
        choices["foreign"] = data[: second.start] + piece + data[second.start :]
    return choices[rng.choice(sorted(choices))]


def _icc(data: bytes, rng: random.Random, other: bytes) -> bytes:
    blocks = structure_of(data).named(*_ICC_NAMES)
    if not blocks:
        return _random_bytes(data, rng, other)
    block = rng.choice(blocks)
    return _garble(data, block, rng)


def _garble(data: bytes, block: Block, rng: random.Random) -> bytes:
    changed = bytearray(data)
    if block.name == b"iCCP":
        return _garble_packed(data, block, rng)
    for _ in range(rng.choice((1, 2, 8, 40))):
        if block.end > block.inside:
            at = rng.randrange(block.inside, min(block.end, len(changed)))
            changed[at] = rng.randrange(256)
    return bytes(changed)


def _garble_packed(data: bytes, block: Block, rng: random.Random) -> bytes:
    """The profile of a PNG, unpacked, falsified and packed again."""
    content = data[block.inside : block.end - 4]
    name, _, packed = content.partition(b"\0")
    try:
        profile = bytearray(zlib.decompress(packed[1:]))
    except zlib.error:
        return data
    for _ in range(rng.choice((1, 2, 8, 40))):
        profile[rng.randrange(len(profile))] = rng.randrange(256)
    return _replace_chunk(data, block, name + b"\0\0" + zlib.compress(bytes(profile)))


def _replace_chunk(data: bytes, block: Block, content: bytes) -> bytes:
    chunk = struct.pack(">I", len(content)) + block.name + content + bytes(4)
    return data[: block.start] + chunk + data[block.end :]


def _payload(data: bytes, rng: random.Random, other: bytes) -> bytes:
    """The coded picture itself: unpacked, falsified and packed again where it is a zlib stream."""
    streams = structure_of(data).named(b"IDAT")
    if not streams:
        changed = bytearray(data)
        start = len(changed) // 2
        for _ in range(rng.choice((1, 4, 32, 256))):
            changed[rng.randrange(start, len(changed))] = rng.randrange(256)
        return bytes(changed)
    packed = b"".join(data[block.inside : block.end - 4] for block in streams)
    raw = bytearray(zlib.decompress(packed))
    for _ in range(rng.choice((1, 8, 64))):
        raw[rng.randrange(len(raw))] = rng.randrange(256)
    size = rng.choice((len(raw), len(raw), len(raw) // 2, len(raw) + 1, 64 << 20))
    raw = raw[:size] + bytes(max(0, size - len(raw)))
    first = streams[0]
    rest = data[streams[-1].end :]
    return _replace_chunk(data[: first.end], first, zlib.compress(raw, 1)) + rest


def _overfill(data: bytes, rng: random.Random, other: bytes) -> bytes:
    """Much more beside the picture than a photo has: packed texts, profiles, segments, tails."""
    size = rng.choice((1 << 16, 1 << 20, 12 << 20))
    if data.startswith(b"\x89PNG"):
        kind = rng.choice((b"zTXt", b"iCCP", b"iTXt", b"tEXt"))
        head = {b"zTXt": b"k\0\0", b"iCCP": b"k\0\0", b"iTXt": b"k\0\1\0\0\0", b"tEXt": b"k\0"}[
            kind
        ]
        filler = b"x" * size if kind == b"tEXt" else zlib.compress(bytes(size), 9)
        content = head + filler
        chunk = struct.pack(">I", len(content)) + kind + content
        return data[:33] + chunk + struct.pack(">I", zlib.crc32(chunk[4:])) + data[33:]
    if data.startswith(b"\xff\xd8"):
        content = rng.choice((b"ICC_PROFILE\0\1\1", b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"))
        marker = b"\xff\xe2" if content.startswith(b"ICC") else b"\xff\xe1"
        body = content + bytes(65_000 - len(content))
        segment = marker + struct.pack(">H", len(body) + 2) + body
        return data[:2] + segment * min(size // 65_000 + 1, 200) + data[2:]
    return data + rng.randbytes(1 << 12) * (size >> 12)


MUTATIONS: dict[str, Mutation] = {
    "lengths": _falsify("length"),
    "dimensions": _falsify("dimension"),
    "offsets": _falsify("offset", "count"),
    "types": _falsify("type"),
    "orientation": _falsify("orientation"),
    "any-field": _falsify("length", "dimension", "offset", "count", "type", "orientation"),
    "blocks": _blocks,
    "icc": _icc,
    "payload": _payload,
    "overfill": _overfill,
    "truncate": _truncate,
    "splice": _splice,
    "random-bytes": _random_bytes,
    "bit-flips": _flip_bits,
}
