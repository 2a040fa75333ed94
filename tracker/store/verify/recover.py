"""Photos that nobody sees any more, written out so that they can be added again.

They wait in lost+found, or are kept without an entry that says what they show.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tracker import resources
from tracker.errors import UsageError
from tracker.store.disk import explained, make_folder, write_atomic
from tracker.store.keys import VaultKey
from tracker.store.locking import locked
from tracker.store.migrate import load_migrations
from tracker.store.sealing import PHOTO, SealBrokenError
from tracker.store.verify.check import WAIT_S, key_for
from tracker.store.verify.evidence import Evidence, gather
from tracker.store.verify.lost_found import LOST_AND_FOUND
from tracker.store.verify.photo_check import unused
from tracker.store.verify.picture_kinds import PictureKind, kind_of


def recover_photos(path: Path, key: VaultKey | None, out: Path) -> list[Path]:
    """Write every photo that waits to be added again to a folder, readable; the vault keeps them.

    Returns:
        The files written, each named after the SHA-256 of its bytes; those there already too.

    Raises:
        As `examine_vault`; StorageFullError: no room in `out`. UsageError: `out` is in the vault.
    """
    key = key_for(path, key)
    if out.expanduser().resolve().is_relative_to(path.resolve()):
        raise UsageError(
            f"'{out}' is inside the vault.", next_step="Give a folder outside of the vault."
        )
    with locked(path, wait_s=WAIT_S, purpose="recovering photos", timed=key is None):
        seen = gather(path, key, load_migrations(resources.migrations_dir()))
        return list(dict.fromkeys(_write(out, *found) for found in _waiting(seen)))


def _waiting(seen: Evidence) -> Iterator[tuple[bytes, PictureKind]]:
    folder = seen.vault / LOST_AND_FOUND
    places = [seen.photo_path(sha) for sha in unused(seen)]
    with explained(folder):
        places += sorted(path for path in folder.rglob("*") if path.is_file())
        for place in places:
            with suppress(FileNotFoundError):
                data = _opened(seen, place)
                if (kind := kind_of(data)) is not None:
                    yield data, kind


def _opened(seen: Evidence, place: Path) -> bytes:
    """The bytes of a file; where it is sealed as a photo, those of the photo."""
    content = place.read_bytes()
    name = place.name.partition(".")[0].partition("-")[0]  # a number may have been added
    try:
        return seen.sealing.unseal(PHOTO, name, content)
    except SealBrokenError:
        return content


def _write(out: Path, data: bytes, kind: PictureKind) -> Path:
    target = out / f"{hashlib.sha256(data).hexdigest()}{kind.ending}"
    with explained(target):
        make_folder(out)
        if not target.exists():
            write_atomic(target, data)
    return target
