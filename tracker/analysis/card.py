"""Reads the printed card in a photo: millimetres per pixel at any place beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from tracker.analysis.card_fit import CardFit, fit_card
from tracker.analysis.card_markers import SeenMarker, search_markers
from tracker.domain import scale_card as layout
from tracker.domain.analysis import Scale, ScaleSource

#: Name and version of the reading.
METHOD = "moletrail-card/1"
#: Corners further than this from their places (rms; whichever is greater) are not one flat card.
MAX_RESIDUAL_MM = 0.30
MAX_RESIDUAL_PX = 0.8
#: One marker alone carries the scale only with edges this sharp: blur over a module's side.
MAX_SINGLE_BLUR = 0.15
#: ... and sides at least this long, px.
MIN_SINGLE_SIDE_PX = 60.0
#: Foreign or mirrored markers in view below which nothing is said: one may be chance.
MIN_STRANGERS = 2
#: A print checked with a ruler against the 50.0 mm line, read to a quarter of a millimetre.
PRINT_ERROR = 0.005
#: The skin beside the card is not in its plane: a step of this height (the card's thickness, the
#: lesion's own relief), and skin that curves away with this radius, seen from this distance.
STEP_MM = 0.8
SKIN_RADIUS_MM = 150.0
CAMERA_MM = 200.0
#: A scale less sure than this is no scale.
MAX_RELATIVE_SIGMA = 0.08
#: Paper that was left around the card, and its shadow, counted as card.
BORDER_MM = 1.0


class CardProblem(StrEnum):
    """Why a card in view gives no scale."""

    TWICE = "twice"
    MIRRORED = "mirrored"
    FOREIGN = "foreign"
    NOT_FLAT = "not_flat"
    UNSHARP = "unsharp"


@dataclass(frozen=True, slots=True, eq=False)
class CardReading:
    """One card, found and consistent.

    markers: what was seen of it. fit: the homography with its error.
    """

    markers: tuple[SeenMarker, ...]
    fit: CardFit

    @property
    def residual_px(self) -> float:
        """Root mean square distance of the corners from where one flat card has them."""
        return self.fit.residual_px

    @property
    def card_from_photo(self) -> NDArray[np.float64]:
        """(3, 3), photo pixels (x, y, 1) to millimetres on the card."""
        return np.asarray(np.linalg.inv(self.fit.photo_from_card), np.float64)

    @property
    def tilt_deg(self) -> float:
        """Angle between the line of sight and the card's normal, in degrees, 0 from straight above.

        From foreshortening at the card's middle, whose cosine it is for a distant camera.
        """
        across = _jacobian(self.fit.photo_from_card, layout.WIDTH_MM / 2, layout.HEIGHT_MM / 2)
        long, short = np.linalg.svd(across, compute_uv=False)
        return float(np.degrees(np.arccos(np.clip(short / long, 0.0, 1.0))))

    def outline_px(self, border_mm: float = BORDER_MM) -> NDArray[np.float64]:
        """The card's corners (4, 2) in photo pixels, widened by `border_mm` on each side."""
        low, right, bottom = -border_mm, layout.WIDTH_MM + border_mm, layout.HEIGHT_MM + border_mm
        corners = np.array([[[low, low], [right, low], [right, bottom], [low, bottom]]])
        seen = cv2.perspectiveTransform(corners, self.fit.photo_from_card)
        return np.asarray(seen[0], np.float64)

    def distance_mm(self, point_px: tuple[float, float]) -> float:
        """How far a photo point lies from the card on its plane, 0 on the card."""
        place = np.array([[point_px]], np.float64)
        x, y = cv2.perspectiveTransform(place, self.card_from_photo)[0, 0]
        beside = max(-x, x - layout.WIDTH_MM, 0.0), max(-y, y - layout.HEIGHT_MM, 0.0)
        return float(np.hypot(*beside))


def find_card(rgb: NDArray[np.uint8]) -> CardReading | CardProblem | None:
    """Look for our printed card in an upright photo.

    Two or more of its four markers are enough, or one that is large and sharp.

    Args:
        rgb: (H, W, 3) uint8 sRGB of any size.

    Returns:
        The reading; why a card in view cannot be used; None where no card is in view.
    """
    search = search_markers(rgb)
    if not search.markers:
        if search.mirrored >= MIN_STRANGERS:
            return CardProblem.MIRRORED
        return CardProblem.FOREIGN if search.foreign >= MIN_STRANGERS else None
    ids = [marker.marker_id for marker in search.markers]
    if len(set(ids)) < len(ids):
        return CardProblem.TWICE
    if len(ids) == 1 and not _carries_alone(search.markers[0]):
        return CardProblem.UNSHARP
    fit = fit_card(search.markers)
    if fit is None or not _flat(fit, search.markers):
        return CardProblem.NOT_FLAT
    return CardReading(search.markers, fit)


def scale_at(reading: CardReading, point_px: tuple[float, float]) -> Scale | None:
    """Millimetres per photo pixel at a point, from the homography's local Jacobian there.

    The scale is sqrt(|d mm / d px|), the root of the area ratio, so that areas are right under
    tilt too. Its relative variance is the sum of
    - the fit's: corner errors (residual, blur, scatter) through the covariance, which grows with
      fewer markers and with the distance from them;
    - the print's, PRINT_ERROR^2;
    - the plane's, ((STEP_MM + d^2 / (2 SKIN_RADIUS_MM)) / CAMERA_MM)^2 at d mm from the card:
      what is h lower than the card looks smaller by h over the camera's distance.

    Returns:
        The scale with source CARD; None where it is less sure than MAX_RELATIVE_SIGMA.
    """
    found = reading.fit.scale_and_error(point_px)
    if found is None:
        return None
    mm_per_px, fit_error = found
    away = reading.distance_mm(point_px)
    plane_error = (STEP_MM + away**2 / (2 * SKIN_RADIUS_MM)) / CAMERA_MM
    relative = float(np.sqrt(fit_error**2 + PRINT_ERROR**2 + plane_error**2))
    if relative > MAX_RELATIVE_SIGMA:
        return None
    return Scale(mm_per_px, relative * mm_per_px, ScaleSource.CARD)


def _carries_alone(marker: SeenMarker) -> bool:
    module = marker.side_px / layout.MARKER_MODULES
    sharp = marker.edge_width_px <= MAX_SINGLE_BLUR * module
    return sharp and marker.side_px >= MIN_SINGLE_SIDE_PX


def _flat(fit: CardFit, markers: Sequence[SeenMarker]) -> bool:
    """The corners fit one flat card, seen from its front and whole before the camera."""
    px_per_mm = float(np.mean([m.side_px for m in markers])) / layout.MARKER_SIDE_MM
    if fit.residual_px > max(MAX_RESIDUAL_MM * px_per_mm, MAX_RESIDUAL_PX):
        return False
    right, bottom = layout.WIDTH_MM, layout.HEIGHT_MM
    corners = np.array([[0, 0, 1], [right, 0, 1], [right, bottom, 1], [0, bottom, 1]], np.float64)
    depth = corners @ fit.photo_from_card[2]
    return bool((depth > 0).all() and np.linalg.det(fit.photo_from_card) > 0)


def _jacobian(matrix: NDArray[np.float64], x: float, y: float) -> NDArray[np.float64]:
    """(2, 2) derivative of a homography at a point."""
    u, v, w = matrix @ np.array([x, y, 1.0])
    return np.asarray((matrix[:2, :2] - np.outer([u / w, v / w], matrix[2, :2])) / w, np.float64)
