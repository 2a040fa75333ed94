"""Pictures for the app: right size, no metadata, the later one in the earlier one's frame."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests import made_up
from tracker.services import framing, pictures
from tracker.services.comparing import complete_series
from tracker.services.intake import add_photo
from tracker.services.results import AddRequest, Stored
from tracker.services.session import Workspace
from tracker.services.vaults import create_vault


def _with_place(jpeg: bytes) -> bytes:
    """The photo with EXIF: camera, place and date."""
    with Image.open(io.BytesIO(jpeg)) as image:
        exif = Image.Exif()
        exif[0x010F] = "SecretCamera"
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8769)[0x9003] = "2022:05:14 10:00:00"
        out = io.BytesIO()
        image.save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, list[str]]:
    """A vault with two photos of one lesion."""
    workspace = Workspace(tmp_path_factory.mktemp("pictures") / "vault")
    create_vault(workspace)
    names = []
    for number in range(2):
        photo = made_up.photos()[number]
        jpeg = _with_place(photo.jpeg) if number == 0 else photo.jpeg
        result = add_photo(
            workspace,
            AddRequest(
                data=jpeg,
                photo=f"{number}.jpg",
                person="A",
                lesion="L",
                taken_at=None if number == 0 else photo.taken_at,
            ),
        )
        assert isinstance(result, Stored)
        names.append(result.observation_id)
    complete_series(workspace, "A", "L")
    return workspace, names


def _pixels(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"), dtype=np.float64)


def test_no_metadata_survives(stored: tuple[Workspace, list[str]]) -> None:
    workspace, names = stored
    for made in (
        pictures.photo_picture(workspace, names[0]),
        pictures.lesion_picture(workspace, names[0], outline=True),
    ):
        with Image.open(io.BytesIO(made)) as image:
            assert len(image.getexif()) == 0
            assert image.format == "JPEG"
        assert b"SecretCamera" not in made


def test_the_original_is_kept_and_its_date_was_read(stored: tuple[Workspace, list[str]]) -> None:
    workspace, names = stored
    with workspace.open() as vault:
        seen = vault.observation(names[0])
        original = vault.photo_bytes(seen.photo.photo_sha256)
    assert b"SecretCamera" in original
    assert seen.capture.isoformat() == "2022-05-14T10:00:00"
    assert seen.capture.source.value == "exif"


def test_lesion_pictures_are_square_and_outlined_on_demand(
    stored: tuple[Workspace, list[str]],
) -> None:
    workspace, names = stored
    bare = _pixels(pictures.lesion_picture(workspace, names[0]))
    outlined = _pixels(pictures.lesion_picture(workspace, names[0], outline=True))
    assert bare.shape == (pictures.LESION_PX, pictures.LESION_PX, 3)
    changed = np.abs(bare - outlined).max(axis=2) > 60
    assert 0.001 < changed.mean() < 0.1


def test_pictures_come_from_the_cache_the_second_time(
    stored: tuple[Workspace, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, names = stored
    first = pictures.lesion_picture(workspace, names[1])
    monkeypatch.setattr(pictures, "decode_photo", None)
    assert pictures.lesion_picture(workspace, names[1]) == first


def test_the_later_photo_lies_on_the_earlier_one(stored: tuple[Workspace, list[str]]) -> None:
    """The made-up lesion did not change between these two: aligned pixels must agree better."""
    workspace, names = stored
    pair = pictures.aligned_pair(workspace, *names)
    assert pair.is_aligned
    earlier = _pixels(pair.earlier).mean(axis=2)
    aligned = _pixels(pair.later).mean(axis=2)
    own_frame = _pixels(pictures.lesion_picture(workspace, names[1])).mean(axis=2)
    assert earlier.shape == aligned.shape

    def agreement(one: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
        # The flat grey beyond the photos' edges is no picture.
        seen = (abs(earlier - framing.OUTSIDE_GREY) > 4) & (abs(one - framing.OUTSIDE_GREY) > 4)
        return float(np.corrcoef(earlier[seen], one[seen])[0, 1])

    assert agreement(aligned) > 0.9
    assert agreement(aligned) > agreement(own_frame)


def test_photos_never_compared_are_shown_side_by_side(
    stored: tuple[Workspace, list[str]], tmp_path: Path
) -> None:
    workspace, names = stored
    other = made_up.photos()[6]
    result = add_photo(
        workspace,
        AddRequest(
            data=other.jpeg, photo="o.jpg", person="A", lesion="Other", taken_at="2024-01-01"
        ),
    )
    assert isinstance(result, Stored)
    pair = pictures.aligned_pair(workspace, names[0], result.observation_id)
    assert not pair.is_aligned
    assert _pixels(pair.later).shape == (pictures.LESION_PX, pictures.LESION_PX, 3)
