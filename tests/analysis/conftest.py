"""The noise table that ships, for tests of what is judged with it."""

from __future__ import annotations

import pytest

from tests.analysis.series_maker import released_noise
from tracker.analysis.noise import NoiseTable


@pytest.fixture(scope="module")
def noise() -> NoiseTable:
    return released_noise()
