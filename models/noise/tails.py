"""Student-t noise with the scale and the tail that the data show where flags are decided.

The scale is matched at the median of |x|, the tail at a far quantile: that is where a threshold
lies, and there a fit must be right. Maximum likelihood is driven by the bulk instead and misses
the tail that a few failed masks make.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import stdtrit

#: Quantile of |x| at which the tail is matched; about the rate a single test may spend.
TAIL = 0.97
#: Quantiles of |x| that the fit must reach at least.
CHECKED = (0.85, 0.9, 0.93, 0.95, 0.97, 0.98)
#: Fewer degrees of freedom are failed comparisons rather than noise. More are not to be read off a
#: few hundred pairs of one session, and between visits more goes wrong, not less.
DOF_RANGE = (1.6, 6.0)


@dataclass(frozen=True)
class Fit:
    """expected: value without change; sigma, dof: Student-t around it; n: how many values."""

    expected: float
    sigma: float
    dof: float
    n: int


def fit_signed(values: NDArray[np.float64]) -> Fit:
    """Noise centred on 0."""
    sigma, dof = _matched(np.abs(values))
    return Fit(0.0, sigma, dof, len(values))


def fit_magnitude(values: NDArray[np.float64]) -> Fit:
    """Noise of values >= 0: the median is expected, and the upper half gives scale and tail."""
    expected = float(np.median(values))
    above = values[values > expected] - expected
    sigma, dof = _matched(above)
    return Fit(expected, sigma, dof, len(values))


def _matched(folded: NDArray[np.float64]) -> tuple[float, float]:
    """Scale and degrees of freedom of a folded t with this median and this far quantile."""
    middle, far = (float(np.quantile(folded, q)) for q in (0.5, TAIL))

    def surplus(dof: float) -> float:
        return _far_over_middle(dof) - far / middle

    low, high = DOF_RANGE
    if surplus(low) <= 0:
        dof = low
    elif surplus(high) >= 0:
        dof = high
    else:
        dof = float(brentq(surplus, low, high))
    # Where the fit falls short of the data anywhere along the tail, the scale makes up for it:
    # rather too wide than too sure.
    sigma = max(float(np.quantile(folded, q) / stdtrit(dof, (1 + q) / 2)) for q in (0.5, *CHECKED))
    return sigma, dof


def _far_over_middle(dof: float) -> float:
    return float(stdtrit(dof, (1 + TAIL) / 2) / stdtrit(dof, 0.75))


def robust_sd(values: NDArray[np.float64]) -> float:
    """Standard deviation from the median absolute deviation."""
    return float(1.4826 * np.median(np.abs(values - np.median(values))))
