"""Words of healing: of marked sites only, by the same noise, and never for a mole."""

from __future__ import annotations

import re

import pytest

from tests.analysis.series_maker import comparison, observation, series
from tracker.analysis.judge import judge
from tracker.analysis.noise import NoiseTable
from tracker.analysis.series import LesionSeries, wanted_pairs
from tracker.domain import wording
from tracker.domain.body import SiteMark
from tracker.domain.change import Change, Status

HEAL = re.compile(r"heal", re.IGNORECASE)


def followed(logs: list[float], mark: SiteMark | None, days_apart: int = 7) -> LesionSeries:
    """A site whose ln area since the first photo is `logs`."""
    photos = [observation(f"o{k}", days_apart * k) for k in range(len(logs))]
    size = dict(zip((p.observation_id for p in photos), logs, strict=True))
    pairs = []
    for one, other in wanted_pairs(photos):
        ratio = size[other] - size[one]
        pairs.append(comparison(one, other, log_area_ratio=ratio, log_diameter_ratio=ratio / 2))
    return series(photos, pairs, mark=mark)


def told(noise: NoiseTable, logs: list[float], mark: SiteMark | None) -> Change:
    return judge(followed(logs, mark), noise)


@pytest.mark.parametrize("mark", list(SiteMark))
def test_a_marked_site_that_shrinks_is_said_to_heal(noise: NoiseTable, mark: SiteMark) -> None:
    change = told(noise, [0.0, -0.4, -0.8, -1.2], mark)
    assert "it is healing" in change.message
    assert "70 % smaller" in change.message
    assert "-33 % a week" in change.message
    assert wording.SHRINKING_COUNTS not in change.message
    # It is judged like any other site.
    assert change.status is Status.CHANGED


def test_a_mole_that_shrinks_or_fades_is_never_said_to_heal(noise: NoiseTable) -> None:
    change = told(noise, [0.0, -0.4, -0.8, -1.2], None)
    assert not HEAL.search(change.message)
    assert wording.SHRINKING_COUNTS in change.message
    assert change.status is Status.CHANGED


def test_a_marked_site_that_grows_is_sent_to_a_clinician(noise: NoiseTable) -> None:
    change = told(noise, [0.0, 0.4, 0.8], SiteMark.WOUND)
    assert "it is not healing" in change.message
    assert "Show it to a clinician" in change.message


def test_less_than_noise_is_left_open_with_its_limit(noise: NoiseTable) -> None:
    change = told(noise, [0.0, -0.02], SiteMark.RASH)
    assert "cannot be told yet" in change.message
    assert "by its size it is" not in change.message
    assert "a week" not in change.message


def test_a_site_whose_size_is_not_compared_is_not_spoken_of(noise: NoiseTable) -> None:
    photos = [observation("a", 0), observation("b", 9)]
    lost = comparison("a", "b", log_area_ratio=None, size_source=None, size_why_not="No skin.")
    change = judge(series(photos, [lost], mark=SiteMark.WOUND), noise)
    assert not HEAL.search(change.message)
