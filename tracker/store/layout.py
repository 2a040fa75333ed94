"""Which files of a vault are kept in a backup: everything that cannot be made again."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.store.head import HEAD_FILE
from tracker.store.header import HEADER_COPY_FILE, HEADER_FILE, JOURNAL_FOLDER
from tracker.store.lines import EVENTS_FILE, SEALED_EVENTS_FILE
from tracker.store.photos import PHOTO_FOLDER, SEALED_FOLDER


@dataclass(frozen=True, slots=True)
class Layout:
    """Names inside one kind of vault, with `/` between folders.

    journal: the chained lines. small: read as a whole under the vault's lock; the header is first.
    photo: form of a photo's name; its second group is the blob's own name, which in a plain vault
    is the SHA-256 of its bytes.
    """

    journal: str
    small: tuple[str, ...]
    photo: re.Pattern[str]


def _photo_names(folder: str) -> re.Pattern[str]:
    return re.compile(rf"{folder}/([0-9a-f]{{2}})/(\1[0-9a-f]{{62}})")


_PLAIN = Layout(
    journal=f"{JOURNAL_FOLDER}/{EVENTS_FILE}",
    small=(HEADER_FILE,),
    photo=_photo_names(PHOTO_FOLDER),
)
_SEALED = Layout(
    journal=f"{JOURNAL_FOLDER}/{SEALED_EVENTS_FILE}",
    small=(HEADER_FILE, HEADER_COPY_FILE, f"{JOURNAL_FOLDER}/{HEAD_FILE}"),
    photo=_photo_names(SEALED_FOLDER),
)


def layout_of(encrypted: bool) -> Layout:
    """The layout of a plain or an encrypted vault."""
    return _SEALED if encrypted else _PLAIN
