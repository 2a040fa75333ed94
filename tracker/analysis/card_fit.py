"""Where the card lies: a homography through all marker corners, with its covariance.

Ink that runs, and blur under a camera's tone curve, move every black edge outwards or inwards by
one small length. It is fitted along with the homography: across the card it cancels, but within
one 9 mm marker 0.05 mm a side would be 1 % of the scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.analysis.card_markers import SeenMarker
from tracker.domain import scale_card as layout

Matrix = NDArray[np.float64]

#: Millimetres are counted from the card's middle in this unit, so that all unknowns are near 1.
UNIT_MM = 40.0
#: How far an edge may have moved: ink in mm, blur and tone curve in px (standard deviations).
INK_MM = 0.05
TONE_PX = 0.15
#: Error of a corner in px that no residual shows: a floor, and a share of the edge's blur.
CORNER_PX = 0.06
CORNER_BLUR_SHARE = 0.08
_STEPS = 8
_MIDDLE = np.array([layout.WIDTH_MM / 2, layout.HEIGHT_MM / 2])
_CORNERS_MM = {m.marker_id: np.array(m.corners_mm) for m in layout.MARKERS}
#: A black edge that moves outwards moves the corners so.
_OUTWARD = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]) / UNIT_MM


@dataclass(frozen=True, slots=True, eq=False)
class CardFit:
    """The homography and what is known of its error.

    photo_from_card: (3, 3), card millimetres (x, y, 1) to photo pixels.
    theta: (9,) its eight free numbers in the fit's own units, and the edges' movement in mm.
    covariance: (9, 9) of theta.
    residual_px: root mean square distance of a corner from its place, degrees of freedom counted.
    px_per_unit: photo pixels of the fit's own unit of length.
    """

    photo_from_card: Matrix
    theta: NDArray[np.float64]
    covariance: Matrix
    residual_px: float
    px_per_unit: float
    centre_px: NDArray[np.float64]

    @property
    def edge_mm(self) -> float:
        """How far black edges have moved outwards, in mm."""
        return float(self.theta[8])

    def scale_and_error(self, point_px: tuple[float, float]) -> tuple[float, float] | None:
        """Millimetres per pixel at a photo point, and its relative standard error by this fit.

        With x = P(u), P a homography and w its denominator at u, the area ratio is
        |dx/du| = det(P) / w^3; the scale is the root of its inverse. The error follows from the
        covariance by the gradient of ln(scale). None where the card's plane is not in front.
        """
        place = (np.asarray(point_px, np.float64) - self.centre_px) / self.px_per_unit
        here = _log_density(self.theta[:8], place)
        if here is None:
            return None
        gradient = np.zeros(9)
        for k in range(8):
            step = np.zeros(8)
            step[k] = 1e-5
            above = _log_density(self.theta[:8] + step, place)
            below = _log_density(self.theta[:8] - step, place)
            if above is None or below is None:
                return None
            gradient[k] = (above - below) / 2e-5
        # Density is px^2 per mm^2: the scale goes with its root, hence the halves.
        error = 0.5 * float(np.sqrt(gradient @ self.covariance @ gradient))
        return UNIT_MM / self.px_per_unit * float(np.exp(-here / 2)), error


def fit_card(markers: Sequence[SeenMarker]) -> CardFit | None:
    """Fit the card's plane to at least one marker by Gauss-Newton; None where nothing fits."""
    corners = np.concatenate([_CORNERS_MM[m.marker_id] for m in markers])
    outward = np.concatenate([_OUTWARD] * len(markers))
    seen = np.concatenate([m.corners_px for m in markers])
    card = (corners - _MIDDLE) / UNIT_MM
    side_px = float(np.mean([m.side_px for m in markers]))
    unit = side_px * UNIT_MM / layout.MARKER_SIDE_MM
    centre = seen.mean(axis=0)
    photo = (seen - centre) / unit
    sigma_edge = float(np.hypot(INK_MM, TONE_PX * layout.MARKER_SIDE_MM / side_px))
    floor_px = _corner_error(markers)
    theta = _solve(card, photo, outward, floor_px / unit / sigma_edge)
    if theta is None:
        return None
    jacobian, off = _linearised(theta, card, photo, outward)
    free = max(1, off.size - 8)
    residual_px = float(np.sqrt(2 * (off @ off) / free)) * unit
    # residual_px is of a distance, two coordinates; the error of one coordinate is less by a root.
    sigma = max(floor_px, residual_px / np.sqrt(2)) / unit
    information = jacobian.T @ jacobian / sigma**2
    information[8, 8] += 1 / sigma_edge**2
    try:
        covariance = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        return None
    matrix = _denormalised(theta, centre, unit)
    return CardFit(matrix, theta, covariance, residual_px, unit, centre)


def _corner_error(markers: Sequence[SeenMarker]) -> float:
    """Standard error of one corner coordinate in px, before the residuals have their say.

    A corner is known about as well as the lines beside it: by the scatter of a few independent
    stretches of each.
    """
    worst = [CORNER_PX + CORNER_BLUR_SHARE * m.edge_width_px + m.scatter_px / 2 for m in markers]
    return float(np.mean(worst))


def _solve(card: Matrix, photo: Matrix, outward: Matrix, weight: float) -> Matrix | None:
    """The nine numbers; `weight` draws the edges' movement (in mm) to 0."""
    theta = _first_guess(card, photo)
    if theta is None:
        return None
    prior = np.zeros(9)
    prior[8] = weight
    for _ in range(_STEPS):
        jacobian, off = _linearised(theta, card, photo, outward)
        rows = np.vstack([jacobian, prior])
        wanted = np.append(-off, -weight * theta[8])
        step = np.linalg.lstsq(rows, wanted, rcond=None)[0]
        theta = theta + step
        if not np.isfinite(theta).all():
            return None
        if np.abs(step).max() < 1e-9:
            break
    return theta


def _first_guess(card: Matrix, photo: Matrix) -> Matrix | None:
    """Direct linear transform (Hartley & Zisserman 2004, 4.1) with the last entry 1."""
    x, y = card.T
    u, v = photo.T
    one, nil = np.ones_like(x), np.zeros_like(x)
    rows_u = np.stack([x, y, one, nil, nil, nil, -u * x, -u * y], axis=1)
    rows_v = np.stack([nil, nil, nil, x, y, one, -v * x, -v * y], axis=1)
    rows = np.concatenate([rows_u, rows_v])
    solved = np.linalg.lstsq(rows, np.concatenate([u, v]), rcond=None)[0]
    return np.append(solved, 0.0) if np.isfinite(solved).all() else None


def _linearised(
    theta: Matrix, card: Matrix, photo: Matrix, outward: Matrix
) -> tuple[Matrix, NDArray[np.float64]]:
    """Jacobian (2n, 9) and residuals (2n,) of the corners, in the fit's own units."""
    x, y = (card + theta[8] * outward).T
    w = theta[6] * x + theta[7] * y + 1
    u = (theta[0] * x + theta[1] * y + theta[2]) / w
    v = (theta[3] * x + theta[4] * y + theta[5]) / w
    nil = np.zeros_like(x)
    edge_u = (theta[0] - u * theta[6]) * outward[:, 0] + (theta[1] - u * theta[7]) * outward[:, 1]
    edge_v = (theta[3] - v * theta[6]) * outward[:, 0] + (theta[4] - v * theta[7]) * outward[:, 1]
    rows_u = np.stack([x, y, nil + 1, nil, nil, nil, -u * x, -u * y, edge_u], axis=1)
    rows_v = np.stack([nil, nil, nil, x, y, nil + 1, -v * x, -v * y, edge_v], axis=1)
    jacobian = np.concatenate([rows_u, rows_v]) / np.concatenate([w, w])[:, None]
    return jacobian, np.concatenate([u - photo[:, 0], v - photo[:, 1]])


def _log_density(eight: Matrix, place: Matrix) -> float | None:
    """ln of photo area per card area (own units) at a photo place; None beyond the horizon."""
    matrix = np.append(eight, 1.0).reshape(3, 3)
    determinant = float(np.linalg.det(matrix))
    if determinant <= 0:
        return None
    inverse = np.linalg.inv(matrix)
    # w of the forward map is one over the denominator of the backward map.
    backward = float(inverse[2] @ np.append(place, 1.0))
    if backward <= 0:
        return None
    return float(np.log(determinant) + 3 * np.log(backward))


def _denormalised(theta: Matrix, centre_px: Matrix, unit_px: float) -> Matrix:
    """(3, 3) from card millimetres to photo pixels."""
    to_photo = np.array([[unit_px, 0, centre_px[0]], [0, unit_px, centre_px[1]], [0, 0, 1]])
    from_card = np.array(
        [
            [1 / UNIT_MM, 0, -_MIDDLE[0] / UNIT_MM],
            [0, 1 / UNIT_MM, -_MIDDLE[1] / UNIT_MM],
            [0, 0, 1],
        ]
    )
    matrix = to_photo @ np.append(theta[:8], 1.0).reshape(3, 3) @ from_card
    return np.asarray(matrix / matrix[2, 2], np.float64)
