"""What a photo may ask of this computer; beyond it the photo is refused in words.

The limits lie far above what cameras, phones and scanners write.
"""

from __future__ import annotations

from typing import Final

MIB: Final = 1024 * 1024

#: No camera writes larger single photos; a wrong file must not fill the memory.
MAX_FILE_BYTES: Final = 512 * MIB
#: 108-megapixel phones pass; above it a decoded photo would need gigabytes.
MAX_PIXELS: Final = 120_000_000
#: The longest side a JPEG can have. Beyond it lie films of scanners and made-up files.
MAX_SIDE_PX: Final = 65_535
#: Colour profiles of printers reach 3 MiB, those of cameras a few KiB.
MAX_ICC_BYTES: Final = 8 * MIB
#: EXIF in a JPEG ends at 64 KiB; PNG, WebP and HEIF set no end.
MAX_EXIF_BYTES: Final = 4 * MIB
#: One text of a PNG, unpacked: Pillow reads no longer one.
MAX_TEXT_BYTES: Final = 1 * MIB
#: Everything beside the pictures together: edit histories and depth maps are the largest.
MAX_METADATA_BYTES: Final = 64 * MIB
#: Pictures in one file: bursts and short animations pass, films do not.
MAX_FRAMES: Final = 600
#: Blocks (chunks, segments, boxes) of one file: a 512-MiB PNG in 8-KiB pieces has 65,536.
MAX_BLOCKS: Final = 100_000
#: Entries of one TIFF directory; cameras write fewer than a hundred.
MAX_TIFF_TAGS: Final = 4096

#: Memory the decoder may take beyond what it holds when idle: for opening a file ...
OPENING_BYTES: Final = 192 * MIB
#: ... and for each pixel once the size is known: Pillow's picture, a codec's own, the result.
BYTES_A_PIXEL: Final = 24
#: Seconds by the clock for one photo. A 108-megapixel HEIC takes about 5 on one slow core.
TIME_LIMIT_S: Final = 10.0
#: While other programs keep the decoder from its processor, its clock may run on to here.
BUSY_LIMIT_S: Final = 60.0
#: A first start reads the libraries from a cold disk, perhaps past a virus scanner.
START_LIMIT_S: Final = 60.0
