"""What a line of the journal looks like, and what is in it: the seam between plain and sealed.

Both forms are one JSON object a line, end with `,"prev":H,"hash":H'}`, and are chained alike:
`hash` is the SHA-256 of the bytes of the line before `,"hash"`, and `prev` the hash of the line
above. So `check_line` checks a journal of either form, without a key. A `LineCodec` makes and reads
single lines; it needs no sound vault around it, so `verify`, `delete` and `backup` use it on
whatever they find:

    codec = lines_of(sealing)                    # PLAIN, or VaultKey.sealing
    for raw in (vault / "journal" / codec.file_name).open("rb"):
        digest = check_line(raw.rstrip(b"\\n"), seq, prev)
        line = codec.decode(raw)                 # LineUnreadableError
    raw, digest = codec.encode(seq, prev, line.time, line.kind, line.payload, line.more)

A plain line is `{"seq":N,"time":…,"kind":…,"payload":…,"prev":H,"hash":H'}`. A sealed one is
`{"seq":N,"box":B,"prev":H,"hash":H'}`; B is base64 of the sealed, zlib-compressed JSON object of
time, kind and payload, bound to vault, number, `prev` and `more`.

Entries that were written as one, all or none, count down: after `"seq":N` stands `"more":M`, how
many of the group still follow. The last of a group, and an entry alone, have no `more`; so has
everything from before there were groups. What ends within a group was never acknowledged.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from tracker.store.sealing import JOURNAL, SealBrokenError, Sealing

EVENTS_FILE: Final = "events.jsonl"
SEALED_EVENTS_FILE: Final = "events.sealed"
GENESIS: Final = "0" * 64
_HASH_KEY: Final = b',"hash":"'
#: `,"hash":"` + 64 hex digits + `"}` at the end of every line, before its line feed.
_SEAL_BYTES: Final = len(_HASH_KEY) + 64 + 2
#: One entry as JSON; an analysis with its mask takes a few hundred thousand at most.
_MAX_JSON_BYTES: Final = 1 << 29
_KEY_ORDER: Final = ("time", "kind", "payload")
#: The beginning of a plain line, as far as its kind.
_KIND: Final = re.compile(rb'\{"seq":\d+,(?:"more":\d+,)?"time":"[^"]*","kind":"([a-z_]+)"')
_MORE: Final = re.compile(rb'\{"seq":[0-9]+,"more":([1-9][0-9]{0,8}),')


class LineUnreadableError(ValueError):
    """A line whose content cannot be had: altered, sealed elsewhere, or never a line."""


@dataclass(frozen=True, slots=True)
class Line:
    """The content of one line. time: UTC. payload: as `events.event_from_json` takes it.

    more: how many entries of its group follow.
    """

    seq: int
    time: datetime
    kind: str
    payload: Any
    prev: str
    hash: str
    more: int = 0


class LineCodec(Protocol):
    """Makes and reads the lines of one form of journal."""

    file_name: str

    def encode(
        self, seq: int, prev: str, time: datetime, kind: str, payload: Any, more: int = 0
    ) -> tuple[bytes, str]:
        """The line with its line feed, and its hash. more: entries of its group that follow."""

    def kind_of(self, line: bytes) -> str | None:
        """The kind of a line whose chain was checked, without reading all of it; None if sealed."""

    def decode(self, line: bytes) -> Line:
        """The content of a line with or without its line feed; the chain is not checked.

        Raises:
            LineUnreadableError: it is not a line of this form, or not one of this vault.
        """


def lines_of(sealing: Sealing) -> LineCodec:
    """The codec of a vault's journal."""
    return _SealedLines(sealing) if sealing.encrypted else _PlainLines()


def check_line(line: bytes, seq: int, prev: str) -> str | None:
    """The hash of a line without its line feed if it is entry `seq` after `prev`, else None."""
    body, end = line[:-_SEAL_BYTES], line[-_SEAL_BYTES:]
    digest = hashlib.sha256(body).hexdigest()
    ours = b"".join((_HASH_KEY, digest.encode("ascii"), b'"}'))
    follows = body.startswith(b'{"seq":%d,' % seq) and body.endswith(
        b',"prev":"%s"' % prev.encode("ascii")
    )
    return digest if end == ours and follows else None


def more_of(line: bytes) -> int:
    """How many entries of its group follow a line whose chain was checked; needs no key."""
    found = _MORE.match(line)
    return 0 if found is None else int(found[1])


def goes_on(more: int, before: int) -> bool:
    """Whether a line that `more` follow may stand after one that `before` were to follow."""
    return before in (0, more + 1)


class _PlainLines:
    file_name = EVENTS_FILE

    def encode(
        self, seq: int, prev: str, time: datetime, kind: str, payload: Any, more: int = 0
    ) -> tuple[bytes, str]:
        return _chained({**_place(seq, more), **_content(time, kind, payload), "prev": prev})

    def kind_of(self, line: bytes) -> str | None:
        found = _KIND.match(line)
        return None if found is None else found[1].decode("ascii")

    def decode(self, line: bytes) -> Line:
        found = _object(line)
        return _line(found, found, more_of(line))


class _SealedLines:
    file_name = SEALED_EVENTS_FILE

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = sealing

    def encode(
        self, seq: int, prev: str, time: datetime, kind: str, payload: Any, more: int = 0
    ) -> tuple[bytes, str]:
        inner = zlib.compress(_json(_content(time, kind, payload)))
        box = self._sealing.seal(JOURNAL, _bound(seq, prev, more), inner)
        text = base64.b64encode(box).decode("ascii")
        return _chained({**_place(seq, more), "box": text, "prev": prev})

    def kind_of(self, line: bytes) -> str | None:  # it is in the box
        return None

    def decode(self, line: bytes) -> Line:
        found, more = _object(line), more_of(line)
        try:
            box = base64.b64decode(found["box"], validate=True)
            name = _bound(found["seq"], found["prev"], more)
            inner = self._sealing.unseal(JOURNAL, name, box)
            unpacked = zlib.decompressobj().decompress(inner, _MAX_JSON_BYTES)
        except (SealBrokenError, ValueError, KeyError, TypeError, zlib.error) as error:
            raise LineUnreadableError(str(error)) from error
        return _line(found, _object(unpacked), more)


def _place(seq: int, more: int) -> dict[str, int]:
    return {"seq": seq, "more": more} if more else {"seq": seq}


def _bound(seq: int, prev: str, more: int) -> str:
    """What the box of a sealed line is bound to; a line that ends a group as ever."""
    return f"{seq} {prev} {more}" if more else f"{seq} {prev}"


def _content(time: datetime, kind: str, payload: Any) -> dict[str, Any]:
    return dict(zip(_KEY_ORDER, (time.isoformat(), kind, payload), strict=True))


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":"), allow_nan=False).encode("ascii")


def _chained(content: dict[str, Any]) -> tuple[bytes, str]:
    body = _json(content)[:-1]
    digest = hashlib.sha256(body).hexdigest()
    return b"".join((body, _HASH_KEY, digest.encode("ascii"), b'"}\n')), digest


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LineUnreadableError(str(error)) from error
    if not isinstance(found, dict):
        raise LineUnreadableError("no JSON object")
    return found


def _line(chain: dict[str, Any], content: dict[str, Any], more: int) -> Line:
    try:
        return Line(
            seq=chain["seq"],
            time=datetime.fromisoformat(content["time"]),
            kind=content["kind"],
            payload=content["payload"],
            prev=chain["prev"],
            hash=chain["hash"],
            more=more,
        )
    except (ValueError, KeyError, TypeError) as error:  # its text may hold what is stored
        raise LineUnreadableError(f"no entry ({type(error).__name__})") from None
