"""The heads that lie in a vault, for whoever needs its key while the head is damaged."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from tracker.errors import VaultDamagedError
from tracker.store.disk import explained
from tracker.store.header import (
    HEADER_COPY_FILE,
    HEADER_FILE,
    Header,
    read_header,
    read_header_file,
)


def headers_of(path: Path) -> tuple[Header, ...]:
    """The header with the key slots; of a vault whose head is damaged, all that can be used.

    Returns:
        Nothing for a vault that is not encrypted.

    Raises:
        VaultDamagedError: there is none. VaultNotFoundError, VaultNewerError, VaultError: as
        `header.read_header`.
    """
    try:
        header = read_header(path, warn=False)
    except VaultDamagedError:
        found = sealed_headers(path)
        if not found:
            raise
        return found
    return (header,) if header.encrypted else ()


def sealed_headers(vault: Path) -> tuple[Header, ...]:
    """Every sound header of an encrypted vault in the folder, whatever else is wrong with it.

    Raises:
        VaultNewerError: written by a newer program. VaultError: the system refuses.
    """
    found: list[Header] = []
    # A head from elsewhere is more likely to lie in the file that everybody knows.
    for name in (HEADER_COPY_FILE, HEADER_FILE):
        with explained(vault / name), suppress(VaultDamagedError, IsADirectoryError):
            found.append(read_header_file(vault / name))
    return tuple(header for header in dict.fromkeys(found) if header.encrypted)
