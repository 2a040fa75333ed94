"""The one door to Typst, which sets our PDF and PNG pages.

Typst runs inside this process. Sources are handed over in memory, only the fonts of its wheel and
of the wheel fontpkg-amiri are used, and no source of ours imports a package, so nothing is fetched
and nothing else is read from the disk. The same sources and date give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final, Literal, cast

import fontpkg_amiri
import typst

from tracker.domain.plain_text import without_steering
from tracker.errors import InternalError
from tracker.report.templates import template

#: Stands for a character that none of the embedded fonts has.
REPLACEMENT: Final = "▯"
_UNDISPLAYABLE: Final = re.compile(r'the text `?"(.+?)"`? could not be displayed', re.DOTALL)
_ZERO_WIDTH_SPACE: Final = "\u200b"
_MAX_ROUNDS: Final = 20


def typeset_pdf(source: str, files: Mapping[str, str], made_on: date) -> bytes:
    """Set `source` as a tagged PDF (PDF/UA-1) with `made_on` as its date.

    Args:
        files: further files the source reads, by name; text only (pictures as SVG).

    Raises:
        InternalError: Typst refuses the source.
    """
    stamp = int(datetime(made_on.year, made_on.month, made_on.day, tzinfo=UTC).timestamp())
    return _compile(source, files, "pdf", stamp)


def typeset_png(source: str, pixels_per_inch: int) -> bytes:
    """Set a one-page `source` as PNG.

    Raises:
        InternalError: Typst refuses the source.
    """
    return _compile(source, {}, "png", 0, pixels_per_inch)


def unprintable(texts: Iterable[str]) -> frozenset[str]:
    """The characters of `texts` that the embedded fonts lack.

    They have Latin, Greek, Cyrillic, Hebrew and Arabic. Typst itself is asked, by setting each
    doubtful character once, so that this stays true when its fonts change.
    """
    doubtful = {char for text in texts for char in text if ord(char) > 0xFF}
    missing: set[str] = set()
    for _ in range(_MAX_ROUNDS):
        asked = sorted(doubtful - missing)
        if not asked:
            break
        found = _undisplayable(asked)
        if not found:
            break
        missing |= found
    else:
        missing |= doubtful
    return frozenset(missing)


def printable(text: str, missing: frozenset[str]) -> str:
    """`text` without control characters, each one of `missing` shown as a hollow box."""
    kept = without_steering(text).replace(_ZERO_WIDTH_SPACE, "")
    return "".join(REPLACEMENT if char in missing else char for char in kept)


def _undisplayable(characters: list[str]) -> set[str]:
    # A letter before each keeps combining marks from joining their neighbours.
    listing = "\n".join(f"a{char}\n" for char in characters)
    source = template("fonts.typ") + '\n#set document(title: "x")\n#show: body\n#read("text")'
    try:
        _typeset(source, {"text": listing}, "pdf", 0)
    except typst.TypstError as error:
        named = set("".join(_UNDISPLAYABLE.findall(f"{error.message}\n{error.diagnostic}")))
        # Should the wording of the message change, nothing beyond Latin-1 is printed, visibly.
        return named & set(characters) or set(characters)
    return set()


def _compile(
    source: str,
    files: Mapping[str, str],
    kind: Literal["pdf", "png"],
    stamp: int,
    pixels_per_inch: int = 144,
) -> bytes:
    try:
        made = _typeset(source, files, kind, stamp, pixels_per_inch)
    except typst.TypstError as error:
        raise InternalError(f"The page could not be set: {error.message}") from error
    if not isinstance(made, bytes):
        raise InternalError("The page could not be set: it ran over several pictures.")
    return made


def _typeset(
    source: str,
    files: Mapping[str, str],
    kind: Literal["pdf", "png"],
    stamp: int,
    pixels_per_inch: int = 144,
) -> bytes | list[bytes]:
    sources = {name: text.encode("utf-8") for name, text in files.items()}
    sources["main"] = source.encode("utf-8")
    # The stubs leave out the dictionary form of the input and lists of pages, hence Any.
    compile_sources: Any = typst.compile
    made = compile_sources(
        sources,
        format=kind,
        ppi=pixels_per_inch,
        font_paths=_fonts(),
        pdf_standards=["ua-1"] if kind == "pdf" else [],
        timestamp=stamp,
    )
    return cast("bytes | list[bytes]", made)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(fontpkg_amiri.ROOT / "files")],
    )
