"""Dates are read out of captions as their authors meant them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.bench.elapsed import Told, capture_times, months_since_first, told


@pytest.mark.parametrize(
    ("caption", "meaning"),
    [
        ("Four years after image 1, the mole became more raised.", Told("first", 48)),
        ("Approximately ten years after image 1, a new mole developed.", Told("first", 120)),
        ("the DN two and a half years after image 1 during a time", Told("first", 30)),
        ("the mole eleven and a half years after image 1", Told("first", 138)),
        ("the mole two years and 9 months  after image 1.", Told("first", 33)),
        ("the mole two years and 9 months years after image 1.", Told("first", 33)),
        ("the mole fifteen months after than image 1", Told("first", 15)),
        ("twenty-eight years after image 1", Told("first", 336)),
        ("After seventeen years the mole is barely visible.", Told("first", 204)),
        ("This picture shows the same view one year later.", Told("previous", 12)),
        ("Six months later, mole #129 has darkened", Told("previous", 6)),
        ("(Close up, taken at the same time as image 1) The mole", Told("picture", picture=1)),
        ("taken at the same time-point as images 2 and 3.", Told("picture", picture=2)),
        ("close-up of mole #129 taken at the same time as in image 3", Told("picture", picture=3)),
        ("more prominent during the previous three years", Told("unsaid")),
        ("A close-up of the mole in image 1 which is indicated with an arrow", Told("unsaid")),
    ],
)
def test_a_caption_is_read(caption: str, meaning: Told) -> None:
    assert told(caption) == meaning


def test_later_counts_from_the_previous_picture() -> None:
    captions = ["An arrow.", "One year later.", "Four months later.", "Seven months later."]
    assert months_since_first(captions, "Over two years, the mole changed.") == [0, 12, 16, 23]


def test_later_counts_from_the_first_picture_where_the_description_says_so() -> None:
    captions = ["Two moles.", "Almost seven years later", "Twelve years later", "18 years later"]
    assert months_since_first(captions, "Over 18 years, it was stable.") == [0, 84, 144, 216]


def test_pictures_of_one_day_keep_their_order() -> None:
    times = capture_times(["First.", "At the same time-point as image 1.", "After one year."], "")
    assert times[0].date() == times[1].date() != times[2].date()
    assert times == sorted(set(times))


@pytest.mark.corpus
@pytest.mark.skipif("MOLETRAIL_DATA" not in os.environ, reason="MOLETRAIL_DATA is not set")
def test_every_series_of_the_corpus_runs_forward_in_time() -> None:
    """And lasts about as long as its description says."""
    root = Path(os.environ["MOLETRAIL_DATA"])
    series = json.loads((root / "nci_series.json").read_text(encoding="utf-8"))
    assert series
    for one in series:
        captions = [picture["caption"] for picture in one["images"]]
        months = months_since_first(captions, one["description"])
        assert months == sorted(months), one["lesion_id"]
        assert len(captions) == 2 or months[-1] > 0, one["lesion_id"]
