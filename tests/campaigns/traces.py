"""Traces of a vault's content in files: what must not be found beside a key.

Each needle is looked for as it is and in the other forms in which programs tend to write such a
value: UTF-16, base64 at every alignment, hex, a date in eight notations. Needles are at least
eight bytes long, so that ciphertext does not hold one by chance.
"""

from __future__ import annotations

import base64
import json
import os
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tests.campaigns.places import Place
from tracker.domain.records import Observation
from tracker.store import Vault
from tracker.store.codec import pack_bits

_MIN_BYTES = 8
_SLICE_BYTES = 16
#: Words of the program that tell what kind of thing an entry or a table is.
STRUCTURE = ("person_saved", "lesion_saved", "observation_added", "photo_kept", "symptom_added")
TABLES = ("applied_entry", "assignment", "schema_migration", "measurement")
#: Files whose time may tell when the vault was last used: a lock has to be taken somehow.
_TIMELESS = ("lock", "lock-holder.json")
RECENT_S = 2 * 86_400


@dataclass(frozen=True)
class Needles:
    """Bytes to look for, by what they would betray."""

    by_category: dict[str, tuple[bytes, ...]]

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(len(each) for each in self.by_category.values())


def needles_of(place: Place) -> Needles:
    """What there is to find of a vault: all that its reads return, the date of today, and words
    of the program that tell what an entry or a table is.
    """
    with place.open() as vault:
        found = list(_of_all(vault))
    found += [("date", form) for form in _dates(datetime.now(UTC))]
    found += [("structure", word.encode()) for word in (*STRUCTURE, *TABLES)]
    return _collected(found)


def needles_of_person(place: Place, name: str) -> Needles:
    """What there is to find of one person and nobody else: dates are left out."""
    with place.open() as vault:
        person = vault.person(name)
        found = [("name", name.encode()), ("id", person.person_id.encode())]
        for seen in vault.all_observations(person):
            found += _of_observation(seen)
            found += _of_photo(vault, seen)
    return _collected([each for each in found if each[0] != "date"])


def _collected(found: Iterable[tuple[str, bytes]]) -> Needles:
    by_category: dict[str, set[bytes]] = {}
    for category, needle in found:
        by_category.setdefault(category, set()).update(_forms(needle))
    return Needles({name: tuple(sorted(each)) for name, each in by_category.items()})


def _of_all(vault: Vault) -> Iterator[tuple[str, bytes]]:
    for person in vault.people():
        yield "name", person.name.encode()
        yield "id", person.person_id.encode()
    for lesion in vault.lesions():
        yield "name", lesion.name.encode()
        yield "name", (lesion.site or "").encode()
        yield "id", lesion.lesion_id.encode()
        for symptom in vault.symptoms(lesion):
            yield "note", (symptom.note or "").encode()
            yield from (("date", form) for form in _dates(symptom.noted_at))
    for seen in vault.all_observations():
        yield from _of_observation(seen)
        yield from _of_photo(vault, seen)


def _of_photo(vault: Vault, seen: Observation) -> Iterator[tuple[str, bytes]]:
    data = vault.photo_bytes(seen.photo.photo_sha256)
    yield from (("photo", piece) for piece in _slices(data))


def _of_observation(seen: Observation) -> Iterator[tuple[str, bytes]]:
    yield "note", (seen.note or "").encode()
    yield "file name", seen.photo.file_name.encode()
    yield "photo hash", seen.photo.photo_sha256.encode()
    yield "photo hash", bytes.fromhex(seen.photo.photo_sha256)
    yield "id", seen.observation_id.encode()
    yield from (("date", form) for form in _dates(seen.capture.value))
    analysis = seen.analysis
    if analysis.embedding is not None:
        yield from (("embedding", each) for each in _slices(analysis.embedding.tobytes()))
        wide = analysis.embedding.astype(np.float64).tobytes()
        yield from (("embedding", each) for each in _slices(wide))
    if analysis.mask is not None:
        packed = pack_bits(analysis.mask.pixels)
        yield from (("mask", each) for each in _slices(packed))
        yield from (("mask", each) for each in _slices(zlib.decompress(packed)))


def _slices(data: bytes) -> list[bytes]:
    """A few pieces from all over the data, without those of a single value."""
    step = max(_SLICE_BYTES, len(data) // 6)
    pieces = [data[at : at + _SLICE_BYTES] for at in range(0, len(data) - _SLICE_BYTES, step)]
    return [piece for piece in pieces if len(set(piece)) > _SLICE_BYTES // 2]


def _dates(time: datetime) -> list[bytes]:
    forms = ("%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%Y:%m:%d", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d")
    texts = [time.strftime(form) for form in (*forms, "%d %b %Y", "%b %d, %Y", "%d %B %Y")]
    seconds = int(time.replace(tzinfo=UTC).timestamp())
    # As text, and as the eight bytes in which DuckDB and others keep microseconds.
    return [text.encode() for text in (*texts, str(seconds))] + [
        (seconds * 1_000_000).to_bytes(8, "little", signed=True)
    ]


def _forms(needle: bytes) -> Iterator[bytes]:
    if len(needle) < _MIN_BYTES - 2:
        return
    if len(needle) >= _MIN_BYTES:
        yield needle
    yield needle.hex().encode()
    with suppress(UnicodeDecodeError):
        text = needle.decode("utf-8")
        yield text.encode("utf-16-le")
        yield json.dumps(text)[1:-1].encode("ascii")
    for shift in range(3):
        # Without the characters that depend on what lies before and behind.
        inner = base64.b64encode(b"\0" * shift + needle)[4 if shift else 0 : -4]
        if len(inner) >= _MIN_BYTES:
            yield inner


def search(places: Iterable[Path], needles: Needles) -> Counter[str]:
    """Hits by category in files, and in all files below folders: in their names and bytes."""
    hits: Counter[str] = Counter()
    for folder in places:
        for file in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            name = os.fsencode(str(file.relative_to(folder)))
            content = file.read_bytes() if file.is_file() else b""
            for category, each in needles.by_category.items():
                found = sum(needle in content or needle in name for needle in each)
                if found:
                    hits[f"{category} in {file.name}"] += found
    return hits


def telling_times(folder: Path, now: datetime) -> list[str]:
    """Files whose time of change tells when the vault was used."""
    return [
        str(file.relative_to(folder))
        for file in sorted(folder.rglob("*"))
        if file.name not in _TIMELESS
        and file.is_file()
        and abs(file.stat().st_mtime - now.timestamp()) < RECENT_S
    ]
