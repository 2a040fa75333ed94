"""Which lesions the bench on repeat photos takes, and what it makes of them."""

from __future__ import annotations

from pathlib import Path

from tests.bench.real_groups import PEOPLE, choose, manifest_rows
from tests.bench.statistics_of import change_summary


def _rows(lesion: str, photos: int, split: str) -> list[dict[str, str]]:
    return [
        {
            "id": f"{lesion}-{number}",
            "lesion_id": lesion,
            "split": split,
            "path": f"{lesion}-{number}.jpg",
            "diagnosis": "nv",
        }
        for number in range(photos)
    ]


ROWS = [
    *_rows("T1", 3, "train"),
    *_rows("V1", 2, "val"),
    *_rows("V2", 3, "val"),
    *_rows("V3", 3, "val"),
    *_rows("single", 1, "val"),
]


def test_validation_comes_first_and_single_photos_never() -> None:
    groups = choose(Path(), ROWS, photos=1, lesions=3, held_back=0, seed=1)
    assert {group.lesion for group in groups} == {"V1", "V2", "V3"}
    everything = choose(Path(), ROWS, photos=99, lesions=99, held_back=0, seed=1)
    assert everything[-1].lesion == "T1"
    assert "single" not in {group.lesion for group in everything}


def test_a_photo_held_back_is_not_imported_and_two_remain() -> None:
    groups = choose(Path(), ROWS, photos=99, lesions=99, held_back=2, seed=1)
    held = [group for group in groups if group.held_back is not None]
    assert len(held) == 2
    imported = {row["photo"] for row in manifest_rows(groups)}
    for group in held:
        assert str(group.held_back) not in imported
        assert len(group.photos) == 2
    assert {group.person for group in groups} <= set(PEOPLE)


def test_dates_run_forward_within_a_lesion() -> None:
    groups = choose(Path(), ROWS, photos=99, lesions=99, held_back=0, seed=1)
    rows = manifest_rows(groups)
    for group in groups:
        days = [row["taken_at"] for row in rows if row["lesion"] == group.lesion]
        assert days == sorted(set(days))


def test_a_baseline_is_no_followed_lesion() -> None:
    axis = {"axis": "area", "against": "first", "z": 9.0, "flagged": True}
    changed = {"status": "changed", "axes": [axis], "alerts": []}
    alone = {"status": "baseline_only", "axes": [], "alerts": []}
    summary = change_summary([changed, alone])
    assert summary["followed"] == 1
    assert summary["changed_share"] == 1.0
    assert summary["flagged_by_axis"] == {"area": 1}
