"""The printable scale and colour card, as a PNG at 600 dpi or a PDF in true size."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

from PIL import Image

from tracker.domain import scale_card as layout
from tracker.errors import UsageError
from tracker.report.templates import template
from tracker.report.typesetting import typeset_pdf, typeset_png

PNG_DPI = 600
#: The narrower of A4 and US Letter by the shorter of both: fits either without being scaled.
PAGE_MM = (210.0, 279.4)
#: The card's page carries the date of its design, so that every print is the same file.
DESIGNED_ON = date(2026, 11, 1)

_Bar = tuple[float, float, float, float]

_SHEET = """
#set document(title: "Moletrail scale and colour card", author: "Moletrail")
#set page(width: {width}mm, height: {height}mm, margin: 25mm)
#show: body
#set text(size: 11pt)
#set par(justify: false)
= Moletrail scale and colour card

+ Print this page at 100 % (“actual size”; not “fit to page”) on stiff white paper, best matt.
+ Hold a ruler against the line on the card that says 50.0 mm. If it is not 50.0 mm long, the
  printer has changed the size: print again.
+ Cut the card out along the grey line.
+ Lay it flat on the skin beside the spot, in the same plane and in the same light, its ruler
  towards the spot, and take the photo from straight above with the whole card in view.

#v(6mm)
#figure(
  alt: "Card of 85.6 by 54.0 millimetres with four square markers, patches and a ruler",
  box(stroke: 0.4pt + luma(110), card(data)),
)
#v(6mm)
Colours are stated as sRGB. A home printer does not meet them exactly: they make photos that show
the same print comparable; they do not measure colour absolutely. Use one print for one series.
"""


def card_png() -> bytes:
    """The card alone, 85.6 x 54.0 mm at 600 dpi (the resolution is in the file), PNG."""
    head = f"#set page(width: {layout.WIDTH_MM}mm, height: {layout.HEIGHT_MM}mm, margin: 0pt)\n"
    raw = typeset_png(f"{_preamble()}{head}#show: body\n#card(data)", PNG_DPI)
    with Image.open(io.BytesIO(raw)) as picture:
        opaque = picture.convert("RGB")
    out = io.BytesIO()
    opaque.save(out, format="PNG", dpi=(PNG_DPI, PNG_DPI), optimize=True)
    return out.getvalue()


def card_pdf() -> bytes:
    """The card in true size on a page that fits A4 and US Letter, with instructions, PDF."""
    width, height = PAGE_MM
    sheet = _SHEET.format(width=width, height=height)
    return typeset_pdf(_preamble() + sheet, {}, DESIGNED_ON)


def write_card(path: Path) -> None:
    """Write the card as `.png` or `.pdf`, by the suffix of `path`.

    Raises:
        UsageError: another suffix.
    """
    makers = {".png": card_png, ".pdf": card_pdf}
    maker = makers.get(path.suffix.lower())
    if maker is None:
        raise UsageError(
            f"The card cannot be written as '{path.name}'.",
            next_step="Give a file name that ends in .pdf or .png.",
        )
    path.write_bytes(maker())


def _preamble() -> str:
    data = json.dumps(_drawing(), ensure_ascii=True)
    drawing = f"#let data = json(bytes({_quoted(data)}))"
    return "\n".join((template("fonts.typ"), template("card.typ"), drawing, ""))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _drawing() -> dict[str, object]:
    patches = [
        {
            "x": patch.x_mm,
            "y": patch.y_mm,
            "srgb": list(patch.srgb),
            "label": f"{patch.srgb[0]} {patch.srgb[1]} {patch.srgb[2]}",
        }
        for patch in layout.PATCHES
    ]
    numbers = [
        {
            "x": layout.RULER_LEFT_MM + mm,
            "y": layout.HEIGHT_MM - 7.4,
            "label": f"{mm} mm" if mm == layout.RULER_LENGTH_MM else str(mm),
        }
        for mm in range(0, layout.RULER_LENGTH_MM + 1, 10)
    ]
    return {
        "width": layout.WIDTH_MM,
        "height": layout.HEIGHT_MM,
        "patch": layout.PATCH_SIDE_MM,
        "bars": [*_marker_bars(), *_ruler_bars(), *_check_bars()],
        "patches": patches,
        "numbers": numbers,
        "name": layout.NAME,
        "sentence": layout.CHECK_SENTENCE,
    }


def _marker_bars() -> list[_Bar]:
    """Black modules of each marker, joined along rows so that no hairlines show between them."""
    import cv2  # noqa: PLC0415  # only a card needs OpenCV here, and it may lack libGL

    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, layout.ARUCO_DICTIONARY))
    module = layout.MARKER_SIDE_MM / layout.MARKER_MODULES
    bars: list[_Bar] = []
    for marker in layout.MARKERS:
        bits = cv2.aruco.generateImageMarker(dictionary, marker.marker_id, layout.MARKER_MODULES)
        for row, line in enumerate(bits):
            column = 0
            while column < len(line):
                if line[column] > 0:
                    column += 1
                    continue
                start = column
                while column < len(line) and line[column] == 0:
                    column += 1
                x, y = marker.x_mm + start * module, marker.y_mm + row * module
                # Rows overlap by a hundredth of a millimetre where the next one is inside.
                overlap = 0.01 if row + 1 < layout.MARKER_MODULES else 0.0
                bars.append((x, y, (column - start) * module, module + overlap))
    return bars


def _ruler_bars() -> list[_Bar]:
    """Ticks up from the lower edge, 0.15 mm wide, their middle on the millimetre."""
    bars: list[_Bar] = []
    for mm in range(layout.RULER_LENGTH_MM + 1):
        length = 5.0 if mm % 10 == 0 else 3.6 if mm % 5 == 0 else 2.4
        x = layout.RULER_LEFT_MM + mm - 0.075
        bars.append((x, layout.HEIGHT_MM - length, 0.15, length))
    return bars


def _check_bars() -> list[_Bar]:
    """The 50.0 mm line; its ends are the outer edges of the end strokes."""
    left, y = layout.CHECK_LINE_LEFT_MM, layout.CHECK_LINE_Y_MM
    right = left + layout.CHECK_LINE_MM
    return [
        (left, y - 0.1, layout.CHECK_LINE_MM, 0.2),
        (left, y - 1.5, 0.2, 3.0),
        (right - 0.2, y - 1.5, 0.2, 3.0),
    ]
