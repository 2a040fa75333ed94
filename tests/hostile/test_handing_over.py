"""A falsified photo that could be stored can be handed over, and takes no place along."""

from __future__ import annotations

from tests.hostile.pictures import NOW, cases
from tracker.errors import PhotoUnreadableError
from tracker.vision.decode import decode_photo
from tracker.vision.placeless import placeless

#: What the sound files carry beside the picture (tests.vision.pictures.exif_block).
PRIVATE = (b"ARTIST-OF-THE-TEST", b"GPSLatitude")


def test_no_falsified_photo_breaks_or_leaks() -> None:
    handed_over = 0
    for case in cases(110, 20261123):
        try:
            before = decode_photo(case.data, "photo", now=NOW)
        except PhotoUnreadableError:
            continue
        safe = placeless(case.data, "photo")
        assert not any(mark in safe.data for mark in PRIVATE), (case.kind, case.mutation)
        after = decode_photo(safe.data, "photo", now=NOW)
        assert sorted(after.rgb.shape) == sorted(before.rgb.shape)
        handed_over += 1
    assert handed_over > 30
