"""The card's fiducials in a photo: found on a reduced copy, corners sharpened at full size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.domain import scale_card as layout

Points = NDArray[np.float64]

#: Markers are looked for with the photo's longer side reduced to this.
SEARCH_PX = 1280
#: Smallest marker that is looked for: its perimeter over the longer side of the reduced photo.
#: 0.04 is a side of 13 px there, 1.8 px a module, near what decoding can do.
MIN_PERIMETER = 0.04
#: A module is read from this many pixels each way, less a margin that blur may have greyed.
MODULE_SAMPLES = 8
MODULE_MARGIN = 0.2
#: A side's edge is measured along this part of it; near the corners two edges blur together.
SIDE_RANGE = (0.12, 0.88)
#: Reach of the edge search to either side, in modules: the next module may be white again.
REACH_MODULES = 0.45
#: About the tone curve of sRGB and of most cameras.
TONE_POWER = 2.2
#: Spacing of the samples across an edge, px.
STEP_PX = 0.25
MAX_SAMPLES = 80
#: Candidates that OpenCV could not decode are judged from this side on, and at most this many.
MIN_JUDGED_PX = 14.0
MAX_JUDGED = 80
#: Dictionaries whose markers people have at hand; with how many modules along a side.
_FOREIGN = (
    ("DICT_4X4_250", 6),
    ("DICT_5X5_1000", 7),
    ("DICT_6X6_1000", 8),
    ("DICT_7X7_1000", 9),
    ("DICT_ARUCO_ORIGINAL", 7),
    ("DICT_APRILTAG_36h11", 8),
)
_IDS = frozenset(marker.marker_id for marker in layout.MARKERS)


@dataclass(frozen=True, slots=True, eq=False)
class SeenMarker:
    """A fiducial of ours in the photo.

    corners_px: (4, 2) top left, top right, bottom right, bottom left of the printed marker, in
        photo pixels; the centre of the photo's first pixel is (0, 0), as in OpenCV.
    scatter_px: how far edge points lie off their straight lines, root mean square.
    edge_width_px: sigma of the blur of the edges.
    """

    marker_id: int
    corners_px: Points
    scatter_px: float
    edge_width_px: float

    @property
    def side_px(self) -> float:
        """Mean length of the four sides."""
        sides = np.roll(self.corners_px, -1, axis=0) - self.corners_px
        return float(np.hypot(sides[:, 0], sides[:, 1]).mean())


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What the reduced photo showed.

    markers: ours, each sighting, so that a second card shows as the same id twice.
    mirrored: sightings of ours that read right only in a mirror. foreign: markers of other boards.
    """

    markers: tuple[SeenMarker, ...]
    mirrored: int
    foreign: int


def search_markers(rgb: NDArray[np.uint8]) -> Search:
    """Look for the card's markers in an upright photo (H, W, 3) uint8 of any size.

    Detection after Garrido-Jurado 2014 (OpenCV's ArUco) on a copy of at most `SEARCH_PX`; then a
    line is fitted to each side of each marker at full resolution, and corners are where lines meet.
    """
    grey, scale = _reduced(rgb)
    corners, ids, rejected = _detector().detectMarkers(grey)
    found = [] if ids is None else [int(i) for i in ids.ravel()]
    quads = [np.asarray(quad, np.float64).reshape(4, 2) for quad in corners]
    ours = [
        _sharpened(rgb, i, (quad + 0.5) / scale - 0.5, scale)
        for i, quad in _distinct(zip(found, quads, strict=True))
    ]
    others = sum(i not in _IDS for i in found)
    if ours:
        return Search(tuple(ours), 0, others)
    unread = _largest([np.asarray(quad, np.float64).reshape(4, 2) for quad in rejected])
    return Search((), _count_mirrored(grey, unread), others + _count_foreign(grey, unread))


def _reduced(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """The photo in grey and reduced, and reduced pixels per photo pixel (at most 1)."""
    height, width = rgb.shape[:2]
    scale = min(1.0, SEARCH_PX / max(height, width))
    if scale == 1.0:
        return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8), 1.0
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8), size[0] / width


def _dictionary(name: str) -> cv2.aruco.Dictionary:
    return cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, name))


def _detector() -> cv2.aruco.ArucoDetector:
    settings = cv2.aruco.DetectorParameters()
    settings.minMarkerPerimeterRate = MIN_PERIMETER
    settings.perspectiveRemovePixelPerCell = MODULE_SAMPLES
    settings.perspectiveRemoveIgnoredMarginPerCell = MODULE_MARGIN
    return cv2.aruco.ArucoDetector(_dictionary(layout.ARUCO_DICTIONARY), settings)


def _distinct(sightings: zip[tuple[int, Points]]) -> list[tuple[int, Points]]:
    """Our markers; the inner and the outer contour of one print count once."""
    kept: list[tuple[int, Points]] = []
    for marker_id, quad in sightings:
        near = np.hypot(*(quad[0] - quad[2])) / 2
        again = any(
            marker_id == other and np.hypot(*(quad.mean(axis=0) - seen.mean(axis=0))) < near
            for other, seen in kept
        )
        if marker_id in _IDS and not again:
            kept.append((marker_id, quad))
    return kept


def _sharpened(rgb: NDArray[np.uint8], marker_id: int, rough: Points, scale: float) -> SeenMarker:
    """The marker with its corners at full resolution; `rough` is good to a reduced pixel or two."""
    module = float(np.hypot(*(np.roll(rough, -1, axis=0) - rough).T).mean()) / layout.MARKER_MODULES
    reach = max(1.5, min(REACH_MODULES * module, 3.0 / scale))
    grey, corner = _window(rgb, rough, reach + 3)
    lines, scatters, widths = [], [], []
    for start, end in zip(rough - corner, np.roll(rough, -1, axis=0) - corner, strict=True):
        points, width = _edge_points(grey, start, end, reach)
        line, scatter = _fit_line(points)
        lines.append(line)
        scatters.append(scatter)
        widths.append(width)
    # Side k runs from corner k to corner k + 1, so corner k is where sides k - 1 and k meet.
    met = [_crossing(lines[k - 1], lines[k]) for k in range(4)]
    sharp = np.array(met) + corner
    if not np.isfinite(sharp).all() or np.abs(sharp - rough).max() > 2 * reach:
        # Edges that lead astray: the rough corners stand, with an error to match.
        return SeenMarker(marker_id, rough, 1.0 / scale, module)
    scatter = float(np.sqrt(np.mean(np.square(scatters))))
    return SeenMarker(marker_id, sharp, scatter, float(np.mean(widths)))


def _window(
    rgb: NDArray[np.uint8], quad: Points, margin: float
) -> tuple[NDArray[np.float32], Points]:
    """The part of the photo around a quad in linear grey, lightly smoothed, and its corner.

    A lens blurs light, not codes: only in linear light does a blurred edge keep its middle.
    """
    low = np.maximum(np.floor(quad.min(axis=0) - margin).astype(int), 0)
    high = np.ceil(quad.max(axis=0) + margin).astype(int) + 1
    cut = np.ascontiguousarray(rgb[low[1] : high[1], low[0] : high[0]])
    grey = np.power(cv2.cvtColor(cut, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255, TONE_POWER)
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.6), np.float32), low.astype(np.float64)


def _edge_points(
    grey: NDArray[np.float32], start: Points, end: Points, reach: float
) -> tuple[Points, float]:
    """Points (n, 2) where the picture brightens most from within the marker outwards.

    The place across the edge is the centroid of the gradient about its peak; the second value is
    the width of the edge (sigma of a Gaussian, px), taken at the median point.
    """
    along = end - start
    length = float(np.hypot(*along))
    outward = np.array([along[1], -along[0]]) / length
    count = int(np.clip(length / 2, 8, MAX_SAMPLES))
    base = start + np.linspace(*SIDE_RANGE, count)[:, None] * along
    offsets = np.arange(-reach, reach + STEP_PX / 2, STEP_PX)
    places = base[:, None] + offsets[None, :, None] * outward
    maps = places.astype(np.float32)
    seen = cv2.remap(
        grey, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    rise = np.maximum(np.diff(np.asarray(seen, np.float64), axis=1), 0.0)
    middle = (offsets[:-1] + offsets[1:]) / 2
    peak = middle[rise.argmax(axis=1)]
    # A gradient reaches over the blur; noise far from the peak must not pull the centroid.
    weight = rise * (np.abs(middle[None] - peak[:, None]) <= max(2.0, reach / 2))
    total = np.maximum(weight.sum(axis=1), 1e-9)
    place = (weight * middle).sum(axis=1) / total
    # A Gaussian edge of height C has the steepest slope C / (sigma sqrt(2 pi)).
    height = np.ptp(np.asarray(seen, np.float64), axis=1)
    steepest = np.maximum(rise.max(axis=1) / STEP_PX, 1e-9)
    width = float(np.median(height / steepest)) / float(np.sqrt(2 * np.pi))
    return base + place[:, None] * outward, width


def _fit_line(points: Points) -> tuple[tuple[Points, Points], float]:
    """A line (point, unit direction) through points, outliers left out, and the rms beside it."""
    kept = points
    for _ in range(3):
        vx, vy, x, y = cv2.fitLine(kept.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.001).ravel()
        place, heading = np.array([x, y], np.float64), np.array([vx, vy], np.float64)
        off = (points - place) @ np.array([-heading[1], heading[0]])
        limit = max(3 * 1.4826 * float(np.median(np.abs(off))), 0.1)
        near = np.abs(off) <= limit
        kept = points[near]
    return (place, heading), float(np.sqrt(np.mean(off[near] ** 2)))


def _crossing(first: tuple[Points, Points], second: tuple[Points, Points]) -> Points:
    (p, d), (q, e) = first, second
    cross = d[0] * e[1] - d[1] * e[0]
    if abs(cross) < 1e-6:
        return np.full(2, np.nan)
    gap = q - p
    return np.asarray(p + d * (gap[0] * e[1] - gap[1] * e[0]) / cross, np.float64)


def _largest(quads: Sequence[Points]) -> list[Points]:
    """The undecoded quads worth a second look, the largest first."""
    sided = [(float(np.hypot(*(np.roll(q, -1, axis=0) - q).T).min()), q) for q in quads]
    worth = sorted((s for s in sided if s[0] >= MIN_JUDGED_PX), key=lambda s: -s[0])
    return [quad for _, quad in worth[:MAX_JUDGED]]


def _count_mirrored(grey: NDArray[np.uint8], quads: list[Points]) -> int:
    """How many quads are markers of ours once they are mirrored."""
    dictionary = _dictionary(layout.ARUCO_DICTIONARY)
    read = (_bits(grey, quad, layout.MARKER_MODULES) for quad in quads)
    mirrored = [_identify(dictionary, np.fliplr(b)) for b in read if b is not None]
    return sum(i in _IDS for i in mirrored)


def _count_foreign(grey: NDArray[np.uint8], quads: list[Points]) -> int:
    """The most quads that one other dictionary reads."""
    most = 0
    for name, modules in _FOREIGN:
        dictionary = _dictionary(name)
        read = (_bits(grey, quad, modules) for quad in quads)
        most = max(most, sum(_identify(dictionary, b) is not None for b in read if b is not None))
    return most


def _bits(grey: NDArray[np.uint8], quad: Points, modules: int) -> NDArray[np.uint8] | None:
    """The modules inside the black border, (n, n) of 0/1, None without a clear black border."""
    cell = 6
    side = modules * cell
    square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), square)
    flat = np.asarray(cv2.warpPerspective(grey, matrix, (side, side)), np.uint8)
    level, _ = cv2.threshold(flat, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    cells = flat.reshape(modules, cell, modules, cell)[:, 1:-1, :, 1:-1].mean(axis=(1, 3))
    white = (cells > level).astype(np.uint8)
    inner = np.ascontiguousarray(white[1:-1, 1:-1])
    contrast = float(np.ptp(cells))
    if white.sum() != inner.sum() or not 0 < inner.sum() < inner.size or contrast < 40:
        return None
    return inner


def _identify(dictionary: cv2.aruco.Dictionary, bits: NDArray[np.uint8]) -> int | None:
    """The id of an (n, n) pattern of 0/1 in any of four rotations, without any error."""
    known, marker_id, _ = dictionary.identify(np.ascontiguousarray(bits), 0.0)
    return int(marker_id) if known else None
