"""Shares with their intervals, areas under curves, quantiles: what the change benchmark counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from scipy.stats import rankdata


class Rate(TypedDict):
    """count of `of`; the share with its 95 % interval (Wilson 1927); None of nothing."""

    count: int
    of: int
    share: float | None
    interval: tuple[float, float] | None


def rate(count: int, of: int) -> Rate:
    """`count` out of `of`."""
    if of <= 0:
        return {"count": count, "of": 0, "share": None, "interval": None}
    z = 1.96
    share = count / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    reach = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    low, high = max(0.0, middle - reach), min(1.0, middle + reach)
    return {
        "count": count,
        "of": of,
        "share": round(share, 4),
        "interval": (round(low, 3), round(high, 3)),
    }


def auc(quiet: Sequence[float], moved: Sequence[float]) -> float | None:
    """Chance that one that moved scores above one that did not, ties counting half."""
    if not quiet or not moved:
        return None
    ranks = rankdata(np.concatenate([np.asarray(quiet), np.asarray(moved)]))
    above = float(ranks[len(quiet) :].sum()) - len(moved) * (len(moved) + 1) / 2
    return round(above / (len(quiet) * len(moved)), 4)


def quantile(values: Sequence[float], share: float) -> float | None:
    """A quantile, None of nothing."""
    return round(float(np.quantile(values, share)), 4) if values else None
