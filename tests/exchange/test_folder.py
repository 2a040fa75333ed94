"""Where an export may be written: nobody's files are ever lost to it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import tracker.exchange.folder as folder_module
from tracker.errors import InputError
from tracker.exchange.folder import MARKER, check_replaceable, new_folder, read_marker


def _export(out: Path, text: str = "a") -> None:
    with new_folder(out, {"format": "csv"}) as folder:
        (folder / "photos").mkdir()
        (folder / "photos" / "a.txt").write_text(text, "utf-8")
        (folder / "b.txt").write_text("b", "utf-8")


def _fail(out: Path) -> None:
    with new_folder(out, {}) as folder:
        (folder / "half").touch()
        raise OSError("full")


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_new_an_empty_and_a_replaced_folder(tmp_path: Path) -> None:
    out = tmp_path / "a" / "out"
    _export(out)
    assert _names(out) == {"photos/a.txt", "b.txt", MARKER}
    _export(out, "later")
    assert (out / "photos" / "a.txt").read_text("utf-8") == "later"
    (tmp_path / "empty").mkdir()
    _export(tmp_path / "empty")
    assert sorted(path.name for path in out.parent.iterdir()) == ["out"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "empty"]


@pytest.mark.parametrize("name", ["mine.txt", "photos/mine.txt", ".hidden"])
def test_a_file_that_somebody_added_is_kept(tmp_path: Path, name: str) -> None:
    _export(tmp_path / "out")
    (tmp_path / "out" / name).write_text("mine", "utf-8")
    with pytest.raises(InputError, match="would be lost"):
        _export(tmp_path / "out")
    assert (tmp_path / "out" / name).read_text("utf-8") == "mine"


def test_a_file_that_somebody_changed_is_kept(tmp_path: Path) -> None:
    _export(tmp_path / "out")
    (tmp_path / "out" / "b.txt").write_text("B", "utf-8")
    with pytest.raises(InputError, match="was changed"):
        _export(tmp_path / "out")
    assert (tmp_path / "out" / "b.txt").read_text("utf-8") == "B"


def test_a_file_that_somebody_took_away_is_no_hindrance(tmp_path: Path) -> None:
    _export(tmp_path / "out")
    (tmp_path / "out" / "b.txt").unlink()
    _export(tmp_path / "out")
    assert "b.txt" in _names(tmp_path / "out")


def test_another_folder_or_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "x").touch()
    with pytest.raises(InputError, match="not empty"):
        check_replaceable(tmp_path / "letters")
    with pytest.raises(InputError, match="is a file"):
        check_replaceable(tmp_path / "letters" / "x")


@pytest.mark.parametrize(
    "marker", ["", "[]", "{}", '{"files": {}, "layout": "x"}', '{"files": {}, "layout": 99}', "\0"]
)
def test_a_marker_that_is_none(tmp_path: Path, marker: str) -> None:
    (tmp_path / MARKER).write_text(marker, "utf-8")
    with pytest.raises(InputError):
        read_marker(tmp_path)
    with pytest.raises(InputError):
        check_replaceable(tmp_path)


def test_a_failed_export_leaves_the_earlier_one(tmp_path: Path) -> None:
    _export(tmp_path / "out")
    with pytest.raises(OSError, match="full"):
        _fail(tmp_path / "out")
    assert _names(tmp_path / "out") == {"photos/a.txt", "b.txt", MARKER}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_is_left_of_a_leftover_is_replaced_too(tmp_path: Path) -> None:
    left = tmp_path / ".out.moletrail-part"
    left.mkdir()  # killed before anything was in it
    with new_folder(tmp_path / "out", {}) as folder:
        (folder / "a.txt").touch()
    for name in (".out.moletrail-part", ".out.moletrail-old"):
        assert not (tmp_path / name).exists()


def test_what_tells_whose_a_leftover_is_goes_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / ".out.moletrail-part"
    (left / "photos").mkdir(parents=True)
    (left / f".{MARKER}").touch()
    (left / "photos" / "a.jpg").write_bytes(b"a")
    (left / "b.csv").write_bytes(b"b")
    gone: list[str] = []
    real = shutil.rmtree

    def rmtree(path: Path) -> None:
        gone.append(Path(path).name)
        if Path(path) == left:
            assert [each.name for each in left.iterdir()] == [f".{MARKER}"]
        real(path)

    monkeypatch.setattr(shutil, "rmtree", rmtree)
    with new_folder(tmp_path / "out", {}):
        pass
    assert gone == ["photos", left.name]


def test_what_a_killed_export_left_is_swept_and_other_things_are_not(tmp_path: Path) -> None:
    left = tmp_path / ".out.moletrail-part"
    left.mkdir()
    (left / f".{MARKER}").touch()
    (left / "half").touch()
    _export(tmp_path / "out")
    assert not left.exists()
    left.mkdir()
    (left / "mine").touch()
    with pytest.raises(InputError, match="in the way"):
        _export(tmp_path / "out")
    assert (left / "mine").exists()


@pytest.mark.parametrize("step", ["mark", "unlink", "move aside", "put in place", "discard"])
def test_killed_at_any_step_the_next_export_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A killed process runs no clean-up: what lies there then must not stop the next one."""
    out = tmp_path / "out"
    _export(out, "earlier")
    with monkeypatch.context() as broken:
        broken.setattr(shutil, "rmtree", lambda *_, **__: None)
        broken.setattr(folder_module, "_discard_leftover", lambda _: None)
        _break(broken, step)
        with pytest.raises(KeyboardInterrupt):
            _export(out, "killed")
    _export(out, "later")
    assert (out / "photos" / "a.txt").read_text("utf-8") == "later"
    assert _names(out) == {"photos/a.txt", "b.txt", MARKER}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def _break(broken: pytest.MonkeyPatch, step: str) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    if step == "mark":
        broken.setattr(folder_module, "_mark", killed)
    elif step == "unlink":
        broken.setattr(Path, "unlink", killed)
    elif step == "discard":
        calls: list[Path] = []

        def second(folder: Path) -> None:
            calls.append(folder)
            if len(calls) == 3:
                raise KeyboardInterrupt

        broken.setattr(folder_module, "_discard_leftover", second)
    else:
        rename, wanted = Path.rename, 1 if step == "move aside" else 2
        done: list[Path] = []

        def counted(self: Path, target: Path) -> Path:
            done.append(self)
            if len(done) >= wanted:
                raise KeyboardInterrupt  # and putting things back is not reached either
            return rename(self, target)

        broken.setattr(Path, "rename", counted)


def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    _export(tmp_path / "out")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.txt").write_text("b", "utf-8")
    (tmp_path / "out" / "b.txt").unlink()
    try:
        (tmp_path / "out" / "b.txt").symlink_to(tmp_path / "elsewhere" / "b.txt")
    except OSError:
        pytest.skip("no links here")
    with pytest.raises(InputError):
        _export(tmp_path / "out")
    assert (tmp_path / "elsewhere" / "b.txt").exists()


def test_the_marker_names_no_time_and_no_machine(tmp_path: Path) -> None:
    _export(tmp_path / "out")
    marker = json.loads((tmp_path / "out" / MARKER).read_text("utf-8"))
    shutil.rmtree(tmp_path / "out")
    _export(tmp_path / "out")
    assert json.loads((tmp_path / "out" / MARKER).read_text("utf-8")) == marker
    assert str(tmp_path) not in json.dumps(marker)
