"""Boxes in pixels of the upright full-resolution photo."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.errors import UsageError


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned box; `x`, `y` is the top-left corner, all values in whole pixels.

    A box may reach beyond the photo (a crop with context does); `clip` brings it inside.

    Raises:
        UsageError: if width or height is not positive.
    """

    x: int
    y: int
    w: int
    h: int

    def __post_init__(self) -> None:
        if self.w <= 0 or self.h <= 0:
            raise UsageError(
                f"The region {self.x},{self.y},{self.w},{self.h} has no area.",
                next_step="Give X,Y,W,H in pixels with W and H above zero.",
            )

    @property
    def area_px(self) -> int:
        """Pixels inside."""
        return self.w * self.h

    @property
    def centre(self) -> tuple[float, float]:
        """Centre as (x, y) in pixels."""
        return self.x + self.w / 2, self.y + self.h / 2

    def clip(self, width: int, height: int) -> Box | None:
        """The part inside a photo of `width` x `height` pixels, or None if there is none."""
        x0, y0 = max(self.x, 0), max(self.y, 0)
        x1, y1 = min(self.x + self.w, width), min(self.y + self.h, height)
        if x1 <= x0 or y1 <= y0:
            return None
        return Box(x0, y0, x1 - x0, y1 - y0)

    def square(self, context: float) -> Box:
        """A square of side `context` x the longer side, about the same centre."""
        side = max(2, round(context * max(self.w, self.h)))
        cx, cy = self.centre
        return Box(round(cx - side / 2), round(cy - side / 2), side, side)

    def as_list(self) -> list[int]:
        """`[x, y, w, h]`, the order of the command-line contract."""
        return [self.x, self.y, self.w, self.h]


def parse_box(text: str) -> Box:
    """Read `X,Y,W,H` as typed by a person.

    Raises:
        UsageError: unless the text is four whole numbers with a positive size.
    """
    parts = text.replace(";", ",").split(",")
    try:
        x, y, w, h = (int(part.strip()) for part in parts)
    except ValueError as error:
        raise UsageError(
            f"'{text}' is not a region of interest.",
            next_step="Give four whole numbers X,Y,W,H in pixels of the upright photo.",
        ) from error
    return Box(x, y, w, h)
