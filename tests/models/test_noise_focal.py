"""Foci painted into a view lie inside the lesion, and the limit is the judge's."""

from __future__ import annotations

import numpy as np
import pytest

from models.noise.focal import FOCI, Focus, limit, painted
from tests.analysis.series_maker import comparison, observation, released_noise, series
from tests.analysis.skin_pictures import Camera, Spot, photograph, subject
from tracker.analysis.judge import judge
from tracker.domain.change import Against, Axis


@pytest.mark.parametrize("focus", FOCI, ids=lambda focus: focus.name)
def test_a_focus_lies_inside_the_lesion(focus: Focus) -> None:
    view = subject(photograph(21, (Spot(),), Camera())).view
    for seed in range(4):
        changed = (painted(view, focus, seed).rgb != view.rgb).any(axis=2)
        share = np.count_nonzero(changed & view.mask) / np.count_nonzero(view.mask)
        assert 0.4 * focus.width**2 < share < 1.3 * focus.width**2
        assert np.count_nonzero(changed & ~view.mask) < 0.15 * np.count_nonzero(changed)


def test_the_limit_is_the_one_that_the_judge_uses() -> None:
    noise = released_noise()
    one = comparison("a", "b")
    pair = [observation("a", 0), observation("b", 99)]
    change = judge(series(pair, [one]), noise)
    (told,) = (
        a.detectable for a in change.axes if a.axis is Axis.COLOUR and a.against is Against.FIRST
    )
    assert limit(noise, one, 0.12, cut=False) == pytest.approx(told)
