"""A decoded photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.domain.capture import CaptureTime


@dataclass(frozen=True, slots=True, eq=False)
class DecodedPhoto:
    """A photo ready to be measured; no metadata but these fields survives decoding.

    name: file name for messages. rgb: (height, width, 3) uint8, upright, sRGB.
    format: Pillow's name ("JPEG"). capture: from EXIF, None where unknown or implausible.
    warnings: sentences for a person.
    """

    name: str
    rgb: NDArray[np.uint8]
    media_type: str
    format: str
    capture: CaptureTime | None
    warnings: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Pixels across."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """Pixels down."""
        return int(self.rgb.shape[0])
