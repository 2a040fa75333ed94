"""Colour profiles (ICC.1) for pixels: DICOM wants those of an input device."""

from __future__ import annotations

from functools import cache
from typing import Final

from PIL import ImageCms

_DATE, _CLASS, _SPACE, _SIGNATURE = slice(24, 36), slice(12, 16), slice(16, 20), slice(36, 40)
_HEADER = 128
_MATRIX_TAGS: Final = (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC")
#: 2020-01-01 00:00:00 as an ICC date, in place of the moment the profile was made.
_NO_MOMENT: Final = bytes.fromhex("07e4 0001 0001 0000 0000 0000")


@cache
def srgb_profile() -> bytes:
    """sRGB as an input profile; the same bytes each time."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    made[_DATE] = _NO_MOMENT
    made[_CLASS] = b"scnr"
    return bytes(made)


def input_profile(profile: bytes) -> bytes | None:
    """A camera's or a screen's RGB profile as an input profile, None where it cannot be one.

    A profile made of a matrix and three curves is the same for a screen and for a scanner but for
    its class (ICC.1 8.3.3, 8.4.3); one made of tables is not.
    """
    if len(profile) < _HEADER + 4 or profile[_SIGNATURE] != b"acsp" or profile[_SPACE] != b"RGB ":
        return None
    count = int.from_bytes(profile[_HEADER : _HEADER + 4], "big")
    ends = range(_HEADER + 4, min(_HEADER + 4 + 12 * count, len(profile)), 12)
    tags = {profile[at : at + 4] for at in ends}
    if profile[_CLASS] not in (b"scnr", b"mntr") or not tags.issuperset(_MATRIX_TAGS):
        return None
    if b"A2B0" in tags:
        return None
    clean = bytearray(profile)
    clean[_CLASS] = b"scnr"
    return bytes(clean)
