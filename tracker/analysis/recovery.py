"""How a site that the person marked as a wound, a rash or treated skin gets on.

Only such a site is spoken of in words of healing. It is judged like any other, with the same
errors; this is its own trend beside that, since here getting smaller is what is hoped for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.analysis.evidence import DAYS_A_YEAR, evidence_between, evidence_of_trend
from tracker.analysis.noise import NoiseTable
from tracker.analysis.series import Pairs, Visit
from tracker.domain import wording_change
from tracker.domain.body import SiteMark
from tracker.domain.change import Axis

#: Two-sided rate at which a single direction is called; there is one test here, not a family.
RATE = 0.05
#: Wounds close in weeks: a trend may be as short as this.
MIN_SPAN_DAYS = 7.0
_DAYS_A_WEEK = 7.0


@dataclass(frozen=True, slots=True)
class Recovery:
    """Change of the site's area, in per cent of the first photo's.

    percent: latest against first. limit: the least change in that direction that could be told
    from noise. percent_a_week, error_a_week: trend over all visits and its standard error, None
    with too few. is_clear: whether the change exceeds what noise explains.
    """

    mark: SiteMark
    percent: float
    limit: float
    percent_a_week: float | None
    error_a_week: float | None
    is_clear: bool


def recovery(
    mark: SiteMark, visits: Sequence[Visit], pairs: Pairs, noise: NoiseTable
) -> Recovery | None:
    """None with one visit, or where the area cannot be compared."""
    if len(visits) < 2:
        return None
    change = evidence_between(Axis.AREA, visits[0], visits[-1], pairs, noise)
    if change is None:
        return None
    reach = change.critical(RATE) * change.sigma
    limit = abs(100 * math.expm1(math.copysign(reach, change.value)))
    span = MIN_SPAN_DAYS / DAYS_A_YEAR
    trend = evidence_of_trend(Axis.AREA, visits, pairs, noise, min_span_years=span)
    weekly = error = None
    if trend is not None:
        a_week = _DAYS_A_WEEK / DAYS_A_YEAR
        weekly, error = 100 * math.expm1(trend.value * a_week), 100 * trend.sigma * a_week
    clear = abs(change.value) >= reach
    return Recovery(mark, 100 * math.expm1(change.value), limit, weekly, error, clear)


def recovery_sentence(found: Recovery) -> str:
    """Direction, amount and error in words; words of healing only for a clear decrease."""
    amount = f"{abs(found.percent):.0f} %"
    limit = f"{found.limit:.0f} %"
    if not found.is_clear:
        text = wording_change.RECOVERY_UNCLEAR
    else:
        text = (
            wording_change.RECOVERY_SMALLER if found.percent < 0 else wording_change.RECOVERY_LARGER
        )
    told = text.format(mark=wording_change.MARK_NAMES[found.mark], amount=amount, limit=limit)
    if found.percent_a_week is None or found.error_a_week is None:
        return told
    trend = wording_change.RECOVERY_TREND.format(
        weekly=f"{found.percent_a_week:+.0f} %", error=f"{found.error_a_week:.0f} %"
    )
    return f"{told} {trend}"
