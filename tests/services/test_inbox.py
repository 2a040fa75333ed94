"""The inbox: what waits, what is proposed, what is stored and what may go."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import made_up
from tracker.errors import InputError, UsageError
from tracker.services import inbox
from tracker.services.intake import add_photo
from tracker.services.results import AddRequest, Refusal, Stored
from tracker.services.session import Workspace
from tracker.services.settings import FOLDER_VARIABLE, settings
from tracker.services.vaults import create_vault

PERSON, LESION = "Eva", "Upper back"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A vault with the first made-up photo, and an empty inbox beside it."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "settings"))
    workspace = Workspace(tmp_path / "vault")
    create_vault(workspace)
    first = made_up.photos(1)[0]
    request = AddRequest(
        first.jpeg, "first.jpg", person=PERSON, lesion=LESION, taken_at=first.taken_at
    )
    assert isinstance(add_photo(workspace, request), Stored)
    folder = tmp_path / "phone"
    folder.mkdir()
    inbox.set_inbox_folder(workspace, folder)
    return workspace


def _drop(workspace: Workspace, name: str, data: bytes) -> Path:
    folder = inbox.inbox_folder(workspace)
    assert folder is not None
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def _waiting(workspace: Workspace) -> inbox.Inbox:
    found = inbox.waiting(workspace)
    assert found is not None
    return found


def test_a_new_picture_waits_with_its_date_and_its_lesion(workspace: Workspace) -> None:
    assert _waiting(workspace).photos == ()
    second = made_up.photos(2)[1]
    _drop(workspace, "IMG_20240601_101500.jpg", second.jpeg)
    (photo,) = _waiting(workspace).photos
    one = inbox.sort_photo(workspace, photo)
    assert one.capture is not None
    assert one.capture.isoformat() == "2024-06-01T10:15:00"
    assert (one.person, one.lesion, one.sure) == (PERSON, LESION, True)
    stored = inbox.store_sorted(workspace, one)
    assert isinstance(stored, Stored)
    assert (stored.lesion, stored.taken_at.isoformat()) == (LESION, "2024-06-01T10:15:00")
    assert _waiting(workspace).photos == ()


def test_folders_say_whose_and_which(workspace: Workspace) -> None:
    second = made_up.photos(2)[1]
    _drop(workspace, "Ben/left hand/2024-06-01.jpg", second.jpeg)
    (photo,) = _waiting(workspace).photos
    one = inbox.sort_photo(workspace, photo)
    assert (one.person, one.lesion, one.sure, one.similarity) == ("Ben", "left hand", True, None)


def test_only_what_the_vault_holds_can_be_removed(workspace: Workspace, tmp_path: Path) -> None:
    first, second = made_up.photos(2)
    kept = _drop(workspace, "first.jpg", first.jpeg)
    fresh = _drop(workspace, "second.jpg", second.jpeg)
    found = _waiting(workspace)
    assert found.stored == (kept,)
    assert [photo.path for photo in found.photos] == [fresh]
    assert inbox.remove_stored(workspace, [fresh, kept]) == 1
    assert fresh.exists()
    assert not kept.exists()
    outside = tmp_path / "outside.jpg"
    outside.write_bytes(first.jpeg)
    with pytest.raises(UsageError):
        inbox.remove_stored(workspace, [outside])
    assert outside.exists()


def test_a_file_that_changed_after_the_look_is_not_stored(workspace: Workspace) -> None:
    first, second = made_up.photos(2)
    file = _drop(workspace, "2024-06-01.jpg", second.jpeg)
    one = inbox.sort_photo(workspace, _waiting(workspace).photos[0])
    file.write_bytes(first.jpeg + b"\0")
    refused = inbox.store_sorted(workspace, one)
    assert isinstance(refused, Refusal)
    assert refused.reason == inbox.CHANGED_SINCE
    file.unlink()
    assert isinstance(inbox.store_sorted(workspace, one), Refusal)


def test_what_was_left_out_waits_again_when_it_changes(workspace: Workspace) -> None:
    first, second = made_up.photos(2)
    file = _drop(workspace, "holiday.jpg", second.jpeg)
    inbox.leave_out(workspace, _waiting(workspace).photos)
    assert _waiting(workspace).photos == ()
    file.write_bytes(first.jpeg + b"\0")
    assert len(_waiting(workspace).photos) == 1


def test_no_folder_a_lost_folder_and_a_folder_of_the_diary(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = inbox.inbox_folder(workspace)
    assert folder is not None
    folder.rmdir()
    assert "not there" in (_waiting(workspace).problem or "")
    for place in (workspace.vault_path, workspace.vault_path / "photos", tmp_path / "nothing"):
        with pytest.raises(InputError):
            inbox.set_inbox_folder(workspace, place)
    inbox.set_inbox_folder(workspace, None)
    assert inbox.waiting(workspace) is None


def test_settings_that_cannot_be_read_are_as_if_never_set(
    workspace: Workspace, tmp_path: Path
) -> None:
    (file,) = (tmp_path / "settings").iterdir()
    for broken in (b"", b"[]", b"\xff", b'{"inbox": 3, "left_out": "x"}'):
        file.write_bytes(broken)
        assert settings(workspace).inbox is None
        assert settings(workspace).left_out == ()


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("C:/Users/a/OneDrive - Home/Pictures", "OneDrive"),
        ("/home/a/Dropbox/Camera Uploads", "Dropbox"),
        ("/Users/a/Library/Mobile Documents/com~apple~CloudDocs", "iCloud"),
        ("/Users/a/Library/CloudStorage/GoogleDrive-a/My Drive", "a cloud service"),
        ("/home/a/Pictures/phone", None),
        ("/home/a/megapixels", None),
    ],
)
def test_a_synced_folder_is_known_by_its_path(path: str, service: str | None) -> None:
    assert inbox.synced_by(Path(path)) == service
