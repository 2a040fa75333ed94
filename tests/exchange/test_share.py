"""Share packs: what is inside, what is not, who can open them, and what is left when it fails."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest

from tests import made_up
from tests.exchange.zip_reader import opened
from tracker.domain.geometry import Box
from tracker.domain.records import SymptomKind
from tracker.errors import InputError, PersonRequiredError, UnknownNameError, UsageError
from tracker.exchange.reading import SHARE_MANIFEST
from tracker.services.import_sources import open_source
from tracker.services.intake import add_photo
from tracker.services.results import AddRequest, Refusal, Stored
from tracker.services.session import Workspace
from tracker.services.sharing import Shared, ShareRequest, plan, share
from tracker.services.sharing_password import MADE_BITS, checked_password, new_password
from tracker.services.vaults import create_vault

pytestmark = pytest.mark.xdist_group("the stored vault")
PASSWORD = "k7mpq-copper violin"
CONSENT = "I share these pictures with Dr Diaz.\nFor a second opinion; <b>no</b> others."
REQUEST = ShareRequest("Ada", ("=renamed",), CONSENT, formats=("fhir", "dicom"))


@pytest.fixture(scope="module")
def shared(stored: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Shared]:
    folder = tmp_path_factory.mktemp("shared")
    workspace = Workspace(Path(shutil.copytree(stored, folder / "vault")))
    out = folder / "pack.zip"
    return out, share(workspace, REQUEST, out, PASSWORD)


@pytest.fixture(scope="module")
def inside(shared: tuple[Path, Shared]) -> dict[str, bytes]:
    return opened(shared[0], PASSWORD)


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_another_reader_opens_it_and_every_file_is_listed(
    shared: tuple[Path, Shared], inside: dict[str, bytes]
) -> None:
    out, done = shared
    manifest = json.loads(inside[SHARE_MANIFEST])
    assert set(manifest["files"]) == set(inside) - {SHARE_MANIFEST}
    for name, facts in manifest["files"].items():
        assert hashlib.sha256(inside[name]).hexdigest() == facts["sha256"]
        assert len(inside[name]) == facts["size_bytes"]
    assert (done.photos, done.files, done.encrypted) == (2, len(inside), True)
    assert done.size_bytes == out.stat().st_size
    with pytest.raises(AssertionError, match="wrong password"):
        opened(out, PASSWORD + "x")
    assert inside["report.pdf"].startswith(b"%PDF")
    assert sum(name.startswith("dicom/images/") for name in inside) == 2
    assert any(name.startswith("fhir/person-") for name in inside)


def test_consent_maker_and_limits_stand_in_it(inside: dict[str, bytes]) -> None:
    manifest = json.loads(inside[SHARE_MANIFEST])
    assert manifest["consent"] == CONSENT
    assert manifest["made_by"] == "Ada"
    text = inside["README.txt"].decode("utf-8-sig")
    flat = " ".join(text.split())
    assert " ".join(CONSENT.split()) in flat
    assert "does not diagnose" in flat
    assert "No measured change does not mean safe" in flat
    for model in ("moletrail-gate", "moletrail-vit"):
        assert model in flat
    assert max(len(line) for line in text.splitlines()) <= 78


def test_names_of_files_tell_nothing(inside: dict[str, bytes]) -> None:
    """They stay readable without the password."""
    for name in inside:
        assert name.isascii()
        assert not re.search(r"\d{4}-\d\d-\d\d", name)
        assert "ada" not in name.lower()
        assert "renamed" not in name
        assert hashlib.sha256(inside[name]).hexdigest()[:8] not in name


def test_only_what_was_chosen_is_in_it(stored: Path, inside: dict[str, bytes]) -> None:
    workspace = Workspace(stored)
    with workspace.open() as vault:
        ada = vault.person("Ada")
        hidden = [*vault.all_observations(), *vault.lesions(), *vault.people()]
        kept = [*vault.observations(vault.lesion(ada, "=renamed"))]
        shown = {seen.observation_id for seen in kept} | {seen.photo.photo_sha256 for seen in kept}
        names = {ada.person_id, vault.lesion(ada, "=renamed").lesion_id}
    ids = {
        getattr(each, field)
        for each in hidden
        for field in ("observation_id", "lesion_id", "person_id")
        if hasattr(each, field)
    }
    ids |= {each.photo.photo_sha256 for each in hidden if hasattr(each, "photo")}
    everything = b"\n".join(inside.values()).decode("utf-8", "replace")
    pdf = pypdf.PdfReader(io.BytesIO(inside["report.pdf"]))
    everything += "".join(page.extract_text() for page in pdf.pages)
    for identity in ids - shown - names:
        assert identity not in everything
    assert "cmd|" not in everything  # the other lesion's and the other person's name
    assert "=1+1 0.jpg" not in everything  # what the file was called on the sender's disk


def test_a_pack_imported_and_shared_again_has_the_same_tables(
    shared: tuple[Path, Shared], inside: dict[str, bytes], tmp_path: Path
) -> None:
    workspace = Workspace(tmp_path / "vault")
    create_vault(workspace)
    source = open_source(workspace, shared[0], password=lambda: PASSWORD)
    assert [type(step.result) for step in source.steps] == [Stored] * 2
    share(workspace, replace(REQUEST, formats=()), tmp_path / "again", None)
    again = files(tmp_path / "again")
    tables = [name for name in inside if name.startswith("data/") and "moletrail" not in name]
    assert [name for name in tables if again[name] != inside[name]] == []
    other = Workspace(tmp_path / "other")
    create_vault(other)
    source = open_source(other, tmp_path / "again")
    assert [type(step.result) for step in source.steps] == [Stored] * 2


def test_what_cannot_be_imported(shared: tuple[Path, Shared], tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "vault")
    create_vault(workspace)
    for password in (None, lambda: "another"):
        with pytest.raises(InputError, match="password"):
            open_source(workspace, shared[0], password=password)
    data = bytearray(shared[0].read_bytes())
    (tmp_path / "cut.zip").write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match="no zip file"):
        open_source(workspace, tmp_path / "cut.zip", password=lambda: PASSWORD)
    data[data.index(b"data/photos/0001.jpg") + 500] ^= 1
    (tmp_path / "flipped.zip").write_bytes(data)
    source = open_source(workspace, tmp_path / "flipped.zip", password=lambda: PASSWORD)
    assert sorted(type(step.result).__name__ for step in source.steps) == ["Refusal", "Stored"]


def test_two_plain_packs_are_the_same_bytes(workspace: Workspace, tmp_path: Path) -> None:
    for name in ("one", "two"):
        share(workspace, REQUEST, tmp_path / name, None)
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert "Encryption" not in (tmp_path / "one" / "README.txt").read_text("utf-8-sig")


def test_nothing_is_overwritten_and_nothing_lies_in_the_vault(
    workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "taken.zip").write_bytes(b"mine")
    (tmp_path / "empty").mkdir()
    places = (tmp_path / "taken.zip", tmp_path / "empty", workspace.vault_path / "pack.zip")
    for out in places:
        with pytest.raises(InputError):
            share(workspace, REQUEST, out, PASSWORD)
    assert (tmp_path / "taken.zip").read_bytes() == b"mine"
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be written"):
        share(workspace, REQUEST, tmp_path / "file" / "pack.zip", PASSWORD)


def test_a_pack_that_is_stopped_leaves_nothing_and_never_a_readable_photo(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    with workspace.open() as vault:
        photos = [seen.photo.photo_sha256 for seen in vault.all_observations()]
        marks = [vault.originals.read(digest)[2000:2040] for digest in set(photos)]

    def stop(done: int, _total: int) -> None:
        if done == 2:
            written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
            assert len(written) > 10_000
            assert not any(mark in written for mark in marks)
            raise KeyboardInterrupt

    for password in (PASSWORD, None):
        with pytest.raises((KeyboardInterrupt, AssertionError)) as stopped:
            share(workspace, REQUEST, folder / "pack", password, on_photo=stop)
        assert stopped.type is (KeyboardInterrupt if password else AssertionError)
        assert list(folder.iterdir()) == []


def test_a_photo_left_out_is_in_no_format(workspace: Workspace, tmp_path: Path) -> None:
    chosen = plan(workspace, "Ada", ("=renamed",))
    gone = chosen.photos[0].observation_id
    done = share(workspace, replace(REQUEST, leave_out=(gone,)), tmp_path / "out", None)
    assert (done.photos, done.left_out) == (1, ())
    names = files(tmp_path / "out")
    for place in ("data/photos/", "fhir/photos/", "dicom/images/"):
        assert sum(name.startswith(place) for name in names) == 1
    assert "Photos: 1." in (tmp_path / "out" / "README.txt").read_text("utf-8-sig")
    with pytest.raises(UnknownNameError):
        share(workspace, replace(REQUEST, leave_out=("obs_0",)), tmp_path / "o", None)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"consent": " \n"}, UsageError),
        ({"consent": "x" * 2001}, UsageError),
        ({"lesions": ()}, UsageError),
        ({"lesions": ("nothing",)}, UnknownNameError),
        ({"person": None}, PersonRequiredError),
        ({"formats": ("isic",)}, UsageError),
    ],
)
def test_refusals(
    workspace: Workspace, tmp_path: Path, changes: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        share(workspace, replace(REQUEST, **changes), tmp_path / "pack.zip", PASSWORD)  # type: ignore[arg-type]
    assert not (tmp_path / "pack.zip").exists()


def test_passwords() -> None:
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    assert MADE_BITS > 120
    for password in made:
        assert re.fullmatch(r"([a-hjkmnp-z2-9]{5}-){4}[a-hjkmnp-z2-9]{5}", password)
        assert checked_password(password) == password
    for bad in ("", "  ", "ümlaut und mehr", "tab\tin it", "x" * 100):
        with pytest.raises(UsageError):
            checked_password(bad)


def test_what_to_look_at_first(tmp_path: Path) -> None:
    """Head and neck by words, name and body map; unknown sites; other spots on the same photo."""
    workspace = Workspace(tmp_path / "vault")
    create_vault(workspace)
    photo = made_up.photos(1)[0]
    spots = {"left cheek": "face", "by the nose": None, "back": "back", "no words": None}
    for number, (name, site) in enumerate(spots.items()):
        request = AddRequest(
            data=photo.jpeg,
            photo=f"{name}.jpg",
            person="Ada",
            lesion=name,
            site=site,
            taken_at=photo.taken_at,
            roi=Box(300 + number, 180, 400, 380),
        )
        assert not isinstance(add_photo(workspace, request), Refusal)
    found = {name: plan(workspace, "Ada", (name,)).photos[0].reasons for name in spots}
    assert found == {
        "left cheek": ("face",),
        "by the nose": ("face",),
        "back": (),
        "no words": ("unknown_site",),
    }
    (look,) = plan(workspace, "Ada", ("back",)).photos
    assert set(look.others) == set(spots) - {"back"}
    with workspace.open() as vault:
        back = vault.lesion(vault.person("Ada"), "back")
        vault.add_symptom(back, SymptomKind.ITCH, datetime(2025, 1, 1, tzinfo=UTC), None)
    assert plan(workspace, "Ada", ("back",)).symptoms == 1
