"""Colour as numbers: sRGB to CIE L*a*b*, CIEDE2000, and the colours dermoscopy counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tracker.errors import UsageError

#: sRGB (IEC 61966-2-1) primaries to CIE XYZ, D65.
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE_XYZ = _TO_XYZ.sum(axis=1)
_CODES = np.arange(256) / 255.0
#: Linear light 0..1 of each 8-bit sRGB code.
SRGB_TO_LINEAR = np.where(
    _CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4
).astype(np.float32)

#: A dermoscopic colour counts when it covers this share of the lesion or more.
COLOUR_SHARE = 0.03


def linear_to_lab(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    """CIE L*a*b* (D65, 2 degrees) of linear sRGB light.

    Args:
        linear: (..., 3) float, 0..1 (a little beyond is allowed after a gain).

    Returns:
        (..., 3) float32: L* 0..100, a* and b* about -110..110.
    """
    xyz = linear.astype(np.float32) @ (_TO_XYZ / _WHITE_XYZ[:, None]).T.astype(np.float32)
    low = (24 / 116) ** 3
    f = np.where(xyz > low, np.cbrt(np.maximum(xyz, low)), xyz * (841 / 108) + 16 / 116)
    lightness = 116 * f[..., 1] - 16
    return np.stack(
        [lightness, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1
    ).astype(np.float32)


def srgb_to_lab(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """CIE L*a*b* (D65, 2 degrees) of 8-bit sRGB.

    Args:
        rgb: (..., 3) uint8.

    Returns:
        (..., 3) float32: L* 0..100, a* and b* about -110..110.

    Raises:
        UsageError: unless the array is uint8 with three channels last.
    """
    if rgb.dtype != np.uint8 or rgb.shape[-1:] != (3,):
        raise UsageError(f"Colours must be (..., 3) uint8, not {rgb.shape} {rgb.dtype}.")
    return linear_to_lab(SRGB_TO_LINEAR[rgb])


def delta_e_2000(lab1: ArrayLike, lab2: ArrayLike) -> NDArray[np.float64]:
    """CIEDE2000 colour difference (CIE 142-2001; Sharma, Wu, Dalal 2005), kL = kC = kH = 1.

    Args:
        lab1, lab2: (..., 3) L*, a*, b*, broadcast against each other.

    Returns:
        (...) float64, 0 for equal colours; about 1 is just noticeable.
    """
    one, two = np.asarray(lab1, np.float64), np.asarray(lab2, np.float64)
    l1, a1, b1 = np.moveaxis(one, -1, 0)
    l2, a2, b2 = np.moveaxis(two, -1, 0)
    mean_chroma7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    g = 1.5 - 0.5 * np.sqrt(mean_chroma7 / (mean_chroma7 + 25.0**7))
    c1, c2 = np.hypot(g * a1, b1), np.hypot(g * a2, b2)
    h1 = np.degrees(np.arctan2(b1, g * a1)) % 360
    h2 = np.degrees(np.arctan2(b2, g * a2)) % 360
    grey = c1 * c2 == 0
    turn = (h2 - h1 + 180) % 360 - 180
    # Opposite hues: the paper takes +180 when h2 - h1 is exactly 180.
    turn = np.where(h2 - h1 == 180, 180.0, turn)
    turn = np.where(grey, 0.0, turn)
    d_hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2)
    hue = np.where(grey, h1 + h2, _mean_hue(h1, h2))
    return _combined((l2 - l1, c2 - c1, d_hue), ((l1 + l2) / 2, (c1 + c2) / 2, hue))


def _mean_hue(h1: NDArray[np.float64], h2: NDArray[np.float64]) -> NDArray[np.float64]:
    total = h1 + h2
    wrapped = np.where(total < 360, total + 360, total - 360)
    return np.where(np.abs(h1 - h2) <= 180, total, wrapped) / 2


def _combined(
    difference: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    mean: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Weights S, T and the rotation term of CIEDE2000 (Sharma 2005, equations 15 to 22).

    Both arguments are lightness, chroma, hue; the hue difference is a chord, the mean hue degrees.
    """
    d_light, d_chroma, d_hue = difference
    light, chroma, hue = mean
    t = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    off = (light - 50) ** 2
    s_light = 1 + 0.015 * off / np.sqrt(20 + off)
    s_chroma = 1 + 0.045 * chroma
    s_hue = 1 + 0.015 * chroma * t
    turn = np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2)))
    chroma7 = chroma**7
    rotation = -np.sin(turn) * 2 * np.sqrt(chroma7 / (chroma7 + 25.0**7))
    x, y, z = d_light / s_light, d_chroma / s_chroma, d_hue / s_hue
    squared = x**2 + y**2 + z**2 + rotation * y * z
    return np.asarray(np.sqrt(np.maximum(squared, 0)), np.float64)


def dermoscopic_colours(
    lab: NDArray[np.float32], skin_lab: tuple[float, float, float] | None
) -> tuple[str, ...]:
    """Which of the six dermoscopic colours a lesion shows (ABCD rule, Stolz 1994).

    Regions of L*a*b* stand for the names; white is judged against the skin around the lesion, as
    the rule asks. The regions are ours, set by eye on dermoscopic pictures: the count is reported,
    never judged.

    Args:
        lab: (n, 3) pixels of the lesion. skin_lab: mean colour of the skin around it, or None.

    Returns:
        Names out of white, red, light brown, dark brown, blue-grey, black, in that order.
    """
    if len(lab) == 0:
        return ()
    light, a, b = lab[:, 0], lab[:, 1], lab[:, 2]
    chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a))
    skin_light, skin_chroma = (75.0, 22.0) if skin_lab is None else _light_chroma(skin_lab)
    black = (light < 22) & (chroma < 16)
    blue = ~black & (light < 62) & ((b < 3) | ((chroma < 9) & (light < 50)))
    white = ~black & ~blue & (light > skin_light + 3) & (chroma < 0.85 * skin_chroma)
    red = ~black & ~blue & ~white & (hue < 32) & (a > 18)
    brown = ~(black | blue | white | red)
    dark = brown & (light < 42)
    pale = brown & ~dark & (light < skin_light - 5)
    found = (white, red, pale, dark, blue, black)
    names = ("white", "red", "light brown", "dark brown", "blue-grey", "black")
    return tuple(n for n, f in zip(names, found, strict=True) if f.mean() >= COLOUR_SHARE)


def _light_chroma(lab: tuple[float, float, float]) -> tuple[float, float]:
    return lab[0], float(np.hypot(lab[1], lab[2]))
