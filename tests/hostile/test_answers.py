"""What a decoder process answers is believed only where it makes sense."""

from __future__ import annotations

import pytest

from tracker.vision.decoding import replies
from tracker.vision.decoding.photo import DecodedPhoto
from tracker.vision.decoding.wire import NoMessageError

GOOD = {
    "width": 2,
    "height": 2,
    "media_type": "image/jpeg",
    "format": "JPEG",
    "warnings": [],
    "taken_at": "2025-03-01T00:00:00",
    "precision": "day",
}


def read(**changed: object) -> DecodedPhoto:
    header = GOOD | changed
    return replies.read_photo(header, "a.jpg", replies.empty_pixels(header, 12))


def test_a_true_answer_is_believed() -> None:
    capture = read().capture
    assert capture is not None
    assert capture.isoformat() == "2025-03-01"


@pytest.mark.parametrize(
    "changed",
    [
        {"width": 70_000, "height": 1},
        {"width": 65_000, "height": 65_000},
        {"width": "2"},
        {"height": None},
        {"height": -2, "width": -2},
        {"width": True, "height": 4},
        {"width": 3},
        {"media_type": 7},
        {"format": "x" * 5000},
        {"warnings": None},
        {"warnings": ["x"] * 5000},
        {"warnings": [["x"]]},
        {"taken_at": "yesterday"},
        {"taken_at": 20250301},
        {"precision": "century"},
    ],
)
def test_an_answer_of_nonsense_is_none(changed: dict[str, object]) -> None:
    with pytest.raises(NoMessageError):
        read(**changed)
