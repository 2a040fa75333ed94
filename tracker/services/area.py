"""Areas of a series in one frame: ratios against the first photo that others can be held against.

A photo that cannot be lined up with the first one may still line up with its neighbour. So the
comparisons of a series are a graph: a photo's ratio comes from its own comparison with the
reference where there is one (the number that the judgement uses too), else it is the product along
the surest path.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tracker.domain.comparison import Comparison


@dataclass(frozen=True, slots=True)
class PathRatio:
    """ln(area / reference area), the variance the path's pairs know of, and its last step."""

    log_ratio: float
    variance: float
    steps: int
    last: Comparison | None


def ratios_to_reference(
    ids: Sequence[str], comparisons: Iterable[Comparison]
) -> tuple[str | None, dict[str, PathRatio]]:
    """Each photo's area against the reference: the earliest photo with a comparable one.

    Args:
        ids: observation ids in order of capture. comparisons: pairs among them.

    Returns:
        The reference's id (None where no two photos are comparable in size), and the ratio of
        every photo that a path of comparable pairs leads to, the reference itself with 0 steps.
    """
    edges: dict[str, list[tuple[str, float, float, Comparison]]] = {}
    for pair in comparisons:
        if pair.log_area_ratio is None:
            continue
        variance = (pair.size_sigma_log or 0.0) ** 2
        edges.setdefault(pair.earlier, []).append((pair.later, pair.log_area_ratio, variance, pair))
        edges.setdefault(pair.later, []).append(
            (pair.earlier, -pair.log_area_ratio, variance, pair)
        )
    reference = next((name for name in ids if name in edges), None)
    if reference is None:
        return None, {}
    direct = {
        other: PathRatio(log_ratio, variance, 1, pair)
        for other, log_ratio, variance, pair in edges[reference]
    }
    return reference, _surest_paths(reference, edges) | direct


def _surest_paths(
    reference: str, edges: dict[str, list[tuple[str, float, float, Comparison]]]
) -> dict[str, PathRatio]:
    """Dijkstra's algorithm with variance as the length."""
    found: dict[str, PathRatio] = {}
    queue: list[tuple[float, int, str, float, Comparison | None]] = [(0.0, 0, reference, 0.0, None)]
    while queue:
        variance, steps, name, log_ratio, last = heapq.heappop(queue)
        if name in found:
            continue
        found[name] = PathRatio(log_ratio, variance, steps, last)
        for other, step_log, step_variance, pair in edges[name]:
            if other not in found:
                heapq.heappush(
                    queue,
                    (variance + step_variance, steps + 1, other, log_ratio + step_log, pair),
                )
    return found


def standard_error(path: PathRatio, mask_sigma_log: Callable[[Comparison], float]) -> float:
    """Standard error of a path's ln ratio: its pairs, and once the repeatability of two masks."""
    if path.last is None:
        return 0.0
    return math.hypot(math.sqrt(path.variance), mask_sigma_log(path.last))
