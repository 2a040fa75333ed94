"""Colour constancy by the skin that both photos show: a gain per channel in linear light.

On HAM10000 pairs this halves the colour difference of unchanged lesions; grey-world and shades of
grey barely help, affine least squares and mean-and-spread matching make it worse.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.colour import srgb_to_lab
from tracker.analysis.registration.plane import Matrix
from tracker.analysis.view import LesionView

Lab = tuple[float, float, float]

#: sRGB values outside are clipped highlights, deep shadow or hair: their ratio is not the light's.
_DARKEST, _BRIGHTEST = 12, 250
_MIN_SKIN_PX = 400
_MAX_GAIN = 6.0


@dataclass(frozen=True, slots=True)
class SkinLight:
    """How the light on the later photo differs, read off the skin.

    gain: factor per channel (R, G, B) in linear light that takes the later photo to the earlier.
    earlier_lab, later_lab: mean L*a*b* of the skin it was read off, before the gain.
    """

    gain: tuple[float, float, float]
    earlier_lab: Lab
    later_lab: Lab


def light_from_registered_skin(
    earlier: LesionView,
    later: LesionView,
    matrix: Matrix,
    skin_earlier: NDArray[np.bool_],
    skin_later: NDArray[np.bool_],
) -> SkinLight | None:
    """The gain from pixels of skin that both views show; None where there are too few.

    Args:
        matrix: later view pixels to earlier view pixels.
        skin_earlier, skin_later: (h, w) bool, skin off the widened lesion in each view.
    """
    height, width = earlier.mask.shape
    warped = np.asarray(
        cv2.warpPerspective(later.rgb, matrix, (width, height), flags=cv2.INTER_LINEAR), np.uint8
    )
    seen = cv2.warpPerspective(
        skin_later.astype(np.uint8), matrix, (width, height), flags=cv2.INTER_NEAREST
    )
    shared = skin_earlier & (seen > 0) & _usable(earlier.rgb) & _usable(warped)
    if np.count_nonzero(shared) < _MIN_SKIN_PX:
        return None
    a, b = earlier.rgb[shared], warped[shared]
    return _light(linear(a).mean(axis=0), linear(b).mean(axis=0), _mean_lab(a), _mean_lab(b))


def light_from_skin_means(earlier_lab: Lab, later_lab: Lab) -> SkinLight | None:
    """The gain from the mean skin colour of each photo; None where it is out of reason."""
    return _light(lab_to_linear(earlier_lab), lab_to_linear(later_lab), earlier_lab, later_lab)


def lesion_lab(view: LesionView, gain: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Lab:
    """Mean L*a*b* of the lesion's pixels after a gain in linear light."""
    lesion = view.rgb[view.mask]
    if gain != (1.0, 1.0, 1.0):
        lesion = encoded(linear(lesion) * np.asarray(gain))
    return _mean_lab(lesion)


def linear(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """sRGB (..., 3) uint8 to linear light 0..1 (IEC 61966-2-1)."""
    table = np.arange(256) / 255.0
    table = np.where(table <= 0.04045, table / 12.92, ((table + 0.055) / 1.055) ** 2.4)
    return np.asarray(table[rgb])


def encoded(light: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Linear light to sRGB uint8 (IEC 61966-2-1), clipped."""
    inside = np.clip(light, 0.0, 1.0)
    value = np.where(inside <= 0.0031308, 12.92 * inside, 1.055 * inside ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(value * 255.0), dtype=np.uint8)


def lab_to_linear(lab: Lab) -> NDArray[np.float64]:
    """CIE L*a*b* (D65, 2 degrees) to linear sRGB (3,), unclipped (CIE 15; IEC 61966-2-1)."""
    fy = (lab[0] + 16.0) / 116.0
    f = np.array([fy + lab[1] / 500.0, fy, fy - lab[2] / 200.0])
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29))
    xyz = xyz * np.array([0.95047, 1.0, 1.08883])
    from_xyz = np.array(
        [
            [3.2404542, -1.5371385, -0.4985314],
            [-0.9692660, 1.8760108, 0.0415560],
            [0.0556434, -0.2040259, 1.0572252],
        ]
    )
    return np.asarray(from_xyz @ xyz)


def _light(
    earlier: NDArray[np.float64], later: NDArray[np.float64], earlier_lab: Lab, later_lab: Lab
) -> SkinLight | None:
    if earlier.min() <= 0 or later.min() <= 0:
        return None
    gain = earlier / later
    if gain.max() > _MAX_GAIN or gain.min() < 1 / _MAX_GAIN:
        return None
    red, green, blue = (float(g) for g in gain)
    return SkinLight((red, green, blue), earlier_lab, later_lab)


def _usable(rgb: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray((rgb.min(axis=2) >= _DARKEST) & (rgb.max(axis=2) <= _BRIGHTEST))


def _mean_lab(rgb: NDArray[np.uint8]) -> Lab:
    lightness, a, b = srgb_to_lab(rgb.reshape(-1, 1, 3)).reshape(-1, 3).mean(axis=0)
    return float(lightness), float(a), float(b)
