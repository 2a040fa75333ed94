"""Local features of a lesion view: SIFT (Lowe 2004) and AKAZE (Alcantarilla 2013) on CLAHE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.view import LesionView

#: Below this many pixels on the short side the detectors' pyramids have no room.
MIN_SIDE_PX = 32
_SIFT_WHOLE, _SIFT_SKIN = 2000, 3000  # strongest points kept
_SIFT_CONTRAST_WHOLE, _SIFT_CONTRAST_SKIN = 0.010, 0.008
_SIFT_LAYERS = 3
_AKAZE_WHOLE, _AKAZE_SKIN = 2000, 3000
_AKAZE_THRESHOLD_WHOLE, _AKAZE_THRESHOLD_SKIN = 3e-4, 2e-4
#: The lesion is widened by this share of its diameter before its features are left out.
SKIN_MARGIN = 0.10
_DETAIL_SIGMA_PX = 6.0
_MIRRORED_SIFT = np.arange(128).reshape(4, 4, 8)[::-1][:, :, (8 - np.arange(8)) % 8].ravel()


@dataclass(frozen=True, slots=True, eq=False)
class KeyPoints:
    """Features of one kind.

    points: (n, 2) float32 (x, y) view pixels. sizes: (n,) float32, diameter in pixels.
    angles: (n,) float32 degrees. descriptors: (n, d), float32 of unit length, or uint8 bits.
    """

    points: NDArray[np.float32]
    sizes: NDArray[np.float32]
    angles: NDArray[np.float32]
    descriptors: NDArray[Any]

    def __len__(self) -> int:
        return len(self.points)

    def mirrored(self, width_px: int) -> KeyPoints:
        """SIFT features as the mirror image of a picture of that width has them, up to rounding.

        A mirror exchanges the left and the right of each patch and the sense of its gradients
        (Ma et al. 2010, MI-SIFT): 4 x 4 cells of 8 directions in another order.
        """
        flipped = self.points.copy()
        flipped[:, 0] = width_px - 1 - flipped[:, 0]
        angles = np.mod(180.0 - self.angles, 360.0).astype(np.float32)
        return KeyPoints(flipped, self.sizes, angles, self.descriptors[:, _MIRRORED_SIFT])

    def take(self, index: NDArray[np.intp]) -> KeyPoints:
        """The features at `index`, in that order."""
        return KeyPoints(
            self.points[index], self.sizes[index], self.angles[index], self.descriptors[index]
        )


@dataclass(frozen=True, eq=False)
class ViewFeatures:
    """What registration needs of one view; computed once a photo and safe to keep.

    whole: features everywhere, SIFT then AKAZE. skin: features off the widened lesion, likewise.
    detail: (h, w) float32, the fine structure of the lightness with the shading taken out.
    skin_area: (h, w) bool, pixels off the widened lesion.
    """

    view: LesionView
    whole: tuple[KeyPoints, KeyPoints]
    skin: tuple[KeyPoints, KeyPoints]
    detail: NDArray[np.float32]
    skin_area: NDArray[np.bool_]

    @cached_property
    def mirrored(self) -> ViewFeatures:
        """Features of the mirror image, computed when first asked for."""
        return describe(self.view.mirrored())

    @property
    def is_featureless(self) -> bool:
        """True when there is too little texture to line anything up on."""
        return sum(len(points) for points in self.whole) < 8


def describe(view: LesionView) -> ViewFeatures:
    """Detect and describe the features of a view.

    One pass of each detector at its lower threshold serves both sets; the set "everywhere" takes
    those of them that also pass the higher threshold.
    """
    grey = cv2.cvtColor(view.rgb, cv2.COLOR_RGB2GRAY)
    levelled = np.asarray(
        cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(grey), dtype=np.uint8
    )
    skin_area = skin_around(view)
    sift_whole, sift_skin = _sift(levelled, skin_area)
    akaze_whole, akaze_skin = _akaze(levelled, skin_area)
    smooth = levelled.astype(np.float32)
    return ViewFeatures(
        view=view,
        whole=(sift_whole, akaze_whole),
        skin=(sift_skin, akaze_skin),
        detail=smooth - cv2.GaussianBlur(smooth, (0, 0), _DETAIL_SIGMA_PX),
        skin_area=skin_area,
    )


def skin_around(view: LesionView) -> NDArray[np.bool_]:
    """(h, w) bool: pixels off the lesion widened by `SKIN_MARGIN` of its diameter."""
    margin = max(1, round(SKIN_MARGIN * 2 * view.radius_px))
    distance = cv2.distanceTransform((~view.mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(distance > margin)


def _sift(grey: NDArray[np.uint8], skin: NDArray[np.bool_]) -> tuple[KeyPoints, KeyPoints]:
    if min(grey.shape) < MIN_SIDE_PX:
        return _none(np.float32, 128), _none(np.float32, 128)
    detector = cv2.SIFT.create(
        nfeatures=0,
        nOctaveLayers=_SIFT_LAYERS,
        contrastThreshold=_SIFT_CONTRAST_SKIN,
        edgeThreshold=20,
    )
    found, raw = detector.detectAndCompute(grey, None)
    if raw is None or len(found) == 0:
        return _none(np.float32, 128), _none(np.float32, 128)
    # RootSIFT (Arandjelovic & Zisserman 2012): Euclidean distance becomes the Hellinger kernel.
    descriptors = np.sqrt(raw / np.maximum(raw.sum(axis=1, keepdims=True), 1e-6))
    points, response = _key_points(found, descriptors.astype(np.float32))
    strong = response * _SIFT_LAYERS >= _SIFT_CONTRAST_WHOLE
    whole = _strongest(response, strong, _SIFT_WHOLE)
    return points.take(whole), points.take(_strongest(response, _on(skin, points), _SIFT_SKIN))


def _akaze(grey: NDArray[np.uint8], skin: NDArray[np.bool_]) -> tuple[KeyPoints, KeyPoints]:
    if min(grey.shape) < MIN_SIDE_PX:
        return _none(np.uint8, 61), _none(np.uint8, 61)
    # OpenCV 5 moved AKAZE out of its main module.
    module = cv2 if hasattr(cv2, "AKAZE") else cv2.xfeatures2d
    detector = module.AKAZE.create(threshold=_AKAZE_THRESHOLD_SKIN)
    found, descriptors = detector.detectAndCompute(grey, None)
    if descriptors is None or len(found) == 0:
        return _none(np.uint8, 61), _none(np.uint8, 61)
    points, response = _key_points(found, descriptors)
    whole = _strongest(response, response >= _AKAZE_THRESHOLD_WHOLE, _AKAZE_WHOLE)
    return points.take(whole), points.take(_strongest(response, _on(skin, points), _AKAZE_SKIN))


def _key_points(
    found: Sequence[cv2.KeyPoint], descriptors: NDArray[Any]
) -> tuple[KeyPoints, NDArray[np.float32]]:
    """OpenCV's key points as arrays, and their responses (n,)."""
    table = np.array(
        [(k.pt[0], k.pt[1], k.size, k.angle, k.response) for k in found], dtype=np.float32
    )
    points = KeyPoints(
        np.ascontiguousarray(table[:, :2]), table[:, 2].copy(), table[:, 3].copy(), descriptors
    )
    return points, table[:, 4].copy()


def _strongest(
    response: NDArray[np.float32], wanted: NDArray[np.bool_], limit: int
) -> NDArray[np.intp]:
    """Indices of the `limit` strongest wanted features; ties in the detector's order."""
    index = np.flatnonzero(wanted)
    order = np.argsort(-response[index], kind="stable")[:limit]
    return np.sort(index[order])


def _on(area: NDArray[np.bool_], points: KeyPoints) -> NDArray[np.bool_]:
    x = np.clip(np.rint(points.points[:, 0]).astype(np.intp), 0, area.shape[1] - 1)
    y = np.clip(np.rint(points.points[:, 1]).astype(np.intp), 0, area.shape[0] - 1)
    return np.asarray(area[y, x])


def _none(kind: type[np.float32] | type[np.uint8], width: int) -> KeyPoints:
    empty = np.zeros(0, dtype=np.float32)
    points = np.zeros((0, 2), dtype=np.float32)
    return KeyPoints(points, empty, empty, np.zeros((0, width), dtype=kind))
