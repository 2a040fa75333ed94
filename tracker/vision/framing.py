"""Where the network looks: squares around a lesion, and what they cut off."""

from __future__ import annotations

from tracker.domain.geometry import Box

#: The mask is cut when it comes this near to the square's side, as a share of that side.
SQUARE_MARGIN = 0.02


def look_around(lesion: Box, context: float, photo_size: tuple[int, int]) -> Box:
    """The square to look at for a lesion whose tight box is known.

    It is no larger than the photo's longer side and leaves the photo no more than it must: beyond
    the photo the network sees mirror images, and a mirrored lesion is a second lesion.

    Args:
        context: side of the square over the lesion's longer side.
        photo_size: (width, height) of the photo in pixels.
    """
    side = max(2, min(round(context * max(lesion.w, lesion.h)), max(photo_size)))
    x, y = (
        _start(centre, side, extent)
        for centre, extent in zip(lesion.centre, photo_size, strict=True)
    )
    return Box(x, y, side, side)


def _start(centre: float, side: int, extent: int) -> int:
    if side >= extent:
        return round((extent - side) / 2)
    return min(max(round(centre - side / 2), 0), extent - side)


def is_cut(lesion: Box, crop: Box, photo_size: tuple[int, int]) -> bool:
    """Whether the lesion reaches a side of the square that lies inside the photo.

    At the photo's own edge the photo cuts the lesion, which no second look can mend.
    """
    margin = SQUARE_MARGIN * crop.w
    width, height = photo_size
    return (
        (crop.x > 0 and lesion.x - crop.x <= margin)
        or (crop.y > 0 and lesion.y - crop.y <= margin)
        or (crop.x + crop.w < width and crop.x + crop.w - lesion.x - lesion.w <= margin)
        or (crop.y + crop.h < height and crop.y + crop.h - lesion.y - lesion.h <= margin)
    )


def overlap(first: Box, second: Box) -> float:
    """Intersection over union of two boxes, 0..1."""
    w = min(first.x + first.w, second.x + second.w) - max(first.x, second.x)
    h = min(first.y + first.h, second.y + second.h) - max(first.y, second.y)
    if w <= 0 or h <= 0:
        return 0.0
    return w * h / (first.area_px + second.area_px - w * h)


def holds(box: Box, point: tuple[float, float]) -> bool:
    """Whether a point (x, y) lies in the box."""
    return box.x <= point[0] < box.x + box.w and box.y <= point[1] < box.y + box.h
