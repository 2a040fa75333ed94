"""The printed scale and colour card: where everything on it is, in millimetres.

Origin at the card's top-left corner, x to the right, y down. Whoever draws the card and whoever
finds it in a photo read the same numbers here.
"""

from __future__ import annotations

from dataclasses import dataclass

#: ISO/IEC 7810 ID-1, the size of a bank card.
WIDTH_MM = 85.6
HEIGHT_MM = 54.0
NAME = "Moletrail scale and colour card, version 1"

#: OpenCV's name of the ArUco dictionary, and the side of a marker with its black border.
ARUCO_DICTIONARY = "DICT_5X5_50"
MARKER_SIDE_MM = 9.0
#: Modules along a marker's side: five bits and a black border on either side.
MARKER_MODULES = 7


@dataclass(frozen=True, slots=True)
class CardMarker:
    """A fiducial and its top-left corner."""

    marker_id: int
    x_mm: float
    y_mm: float

    @property
    def corners_mm(self) -> tuple[tuple[float, float], ...]:
        """Top left, top right, bottom right, bottom left: OpenCV's order."""
        left, top = self.x_mm, self.y_mm
        right, bottom = left + MARKER_SIDE_MM, top + MARKER_SIDE_MM
        return (left, top), (right, top), (right, bottom), (left, bottom)


#: Top left, top right, bottom left, bottom right. The ids are ours, so that other boards of the
#: same dictionary, whose ids start at 0, are not taken for the card.
MARKERS = (
    CardMarker(41, 4.0, 4.0),
    CardMarker(42, 72.6, 4.0),
    CardMarker(43, 4.0, 34.0),
    CardMarker(44, 72.6, 34.0),
)


@dataclass(frozen=True, slots=True)
class CardPatch:
    """A square of known colour, as sRGB 0..255."""

    name: str
    srgb: tuple[int, int, int]
    x_mm: float
    y_mm: float


PATCH_SIDE_MM = 7.6
_PATCH_STEP_MM = 8.8
_PATCH_LEFT_MM = 17.0

_GREYS = (("white", 243), ("grey 8", 200), ("grey 6.5", 160), ("grey 5", 122), ("grey 3.5", 85))
_COLOURS: tuple[tuple[str, tuple[int, int, int]], ...] = (
    ("dark skin", (115, 82, 68)),
    ("light skin", (194, 150, 130)),
    ("blue", (56, 61, 150)),
    ("green", (70, 148, 73)),
    ("red", (175, 54, 60)),
    ("yellow", (231, 199, 31)),
)
#: Greys about a Munsell neutral scale and six colours, values as of the 24-patch chart that
#: photographers know. A home printer does not meet them: they serve to compare photos that show
#: the same print, not to measure colour absolutely.
PATCHES = tuple(
    CardPatch(name, (value, value, value), _PATCH_LEFT_MM + i * _PATCH_STEP_MM, 9.4)
    for i, (name, value) in enumerate((*_GREYS, ("black", 52)))
) + tuple(
    CardPatch(name, srgb, _PATCH_LEFT_MM + i * _PATCH_STEP_MM, 20.4)
    for i, (name, srgb) in enumerate(_COLOURS)
)

#: The ruler along the lower edge: millimetre ticks from 0 to 80.
RULER_LEFT_MM = 2.8
RULER_LENGTH_MM = 80

#: The line that tells whether the printer kept the size.
CHECK_LINE_MM = 50.0
CHECK_LINE_LEFT_MM = 17.8
CHECK_LINE_Y_MM = 37.0
CHECK_SENTENCE = (
    "Check with a ruler: this line must measure 50.0 mm. If not, print again at 100 % "
    "(“actual size”, not “fit to page”)."
)
