"""`moletrail inbox`: choose a folder, see what waits, store what is sure, tidy up."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import made_up
from tests.cli.conftest import Moletrail
from tracker.services.settings import FOLDER_VARIABLE


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "settings"))


def test_what_is_sure_is_stored_and_its_copy_removed(vault: Moletrail, tmp_path: Path) -> None:
    assert vault("inbox").code == 2, "no folder is watched yet"
    folder = tmp_path / "OneDrive" / "Camera"
    folder.mkdir(parents=True)
    chosen = vault("inbox", "--folder", str(folder))
    assert (chosen.code, chosen.objects[0]["synced_by"]) == (0, "OneDrive")
    assert vault("inbox").objects == []
    first, second = made_up.photos(2)
    for photo in (first, second):
        place = folder / "Eva" / "Upper back" if photo is first else folder
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{photo.taken_at}.jpg").write_bytes(photo.jpeg)
    waiting = {one["photo"]: one for one in vault("inbox").objects}
    assert [one["type"] for one in waiting.values()] == ["waiting", "waiting"]
    one = next(one for one in waiting.values() if one["sure"])
    assert (one["person"], one["lesion"], one["taken_at"]) == ("Eva", "Upper back", first.taken_at)
    stored = vault("inbox", "--store", "--remove-stored")
    assert stored.code == 0
    kinds = [each["type"] for each in stored.objects]
    assert kinds.count("stored") >= 1
    assert kinds[-1] == "removed"
    assert not (folder / "Eva" / "Upper back" / f"{first.taken_at}.jpg").exists()
    off = vault("inbox", "--off")
    assert (off.code, off.objects[0]["folder"]) == (0, None)


def test_a_folder_and_none_is_wrong_usage(vault: Moletrail, tmp_path: Path) -> None:
    assert vault("inbox", "--folder", str(tmp_path), "--off").code == 2
    assert vault("inbox", "--folder", str(tmp_path / "nothing")).code == 3
