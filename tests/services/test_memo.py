"""What is kept in memory: as long as the vault stands where it stood, and no longer."""

from __future__ import annotations

from pathlib import Path

from tracker.services.memo import Memo


def test_made_once_for_each_state_of_the_vault(tmp_path: Path) -> None:
    memo = Memo()
    made = iter(range(10))
    values = [
        memo.get(tmp_path, position, "kind", "key", lambda: next(made))
        for position in ("1", "1", "2", "2", "1")
    ]
    assert values == [0, 0, 1, 1, 2]


def test_vaults_and_kinds_are_apart_and_forgetting_is_complete(tmp_path: Path) -> None:
    memo = Memo()
    other = tmp_path / "other"
    assert memo.get(tmp_path, "1", "a", "key", lambda: "one") == "one"
    assert memo.get(tmp_path, "1", "b", "key", lambda: "two") == "two"
    assert memo.get(other, "1", "a", "key", lambda: "three") == "three"
    memo.forget(tmp_path)
    assert memo.get(tmp_path, "1", "a", "key", lambda: "anew") == "anew"
    assert memo.get(other, "1", "a", "key", lambda: "anew") == "three"


def test_the_one_not_asked_for_longest_goes(tmp_path: Path) -> None:
    memo = Memo(most=2)
    for key in ("a", "b", "a", "c"):
        memo.get(tmp_path, "1", "kind", key, lambda key=key: key)  # type: ignore[misc]
    assert memo.get(tmp_path, "1", "kind", "a", lambda: "anew") == "a"
    assert memo.get(tmp_path, "1", "kind", "b", lambda: "anew") == "anew"


def test_what_was_begun_before_a_write_is_not_kept_after_it(tmp_path: Path) -> None:
    memo = Memo()

    def slow() -> str:
        memo.get(tmp_path, "2", "kind", "other", lambda: "written meanwhile")
        return "of state 1"

    assert memo.get(tmp_path, "1", "kind", "key", slow) == "of state 1"
    assert memo.get(tmp_path, "2", "kind", "key", lambda: "of state 2") == "of state 2"
