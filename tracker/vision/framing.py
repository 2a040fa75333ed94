"""Where the network looks: the square around the lesion, and whether a second look is due."""

from __future__ import annotations

from tracker.domain.geometry import Box

#: A second look is taken when the square that the mask calls for has less than this in common
#: with the square that was looked at (intersection over union).
SAME_SQUARE = 0.72
#: The mask is cut when it comes this near to the square's side, as a share of that side.
SQUARE_MARGIN = 0.02


def needs_second_look(lesion: Box, crop: Box, context: float, photo_size: tuple[int, int]) -> bool:
    """Whether the lesion sits badly in the square: cut by it, tiny in it, or far from its middle.

    Args:
        lesion: tight box of the mask that the first look gave.
        crop: the square that was looked at.
        context: side of the ideal square over the lesion's longer side.
        photo_size: (width, height) of the photo.
    """
    ideal = lesion.square(context)
    return is_cut(lesion, crop, photo_size) or overlap(ideal, crop) < SAME_SQUARE


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
