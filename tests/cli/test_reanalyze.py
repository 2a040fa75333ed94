"""`reanalyze` with the real network, after an update brought another file of it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Moletrail
from tests.store.builders import add
from tests.store.same import assert_same
from tracker import resources
from tracker.services import session
from tracker.store import Vault

#: A field `doc_string` at the end of an ONNX file: another file, the same network.
_DOC_STRING = b"\x32\x05later"


Update = Callable[[], str]


@pytest.fixture
def update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Update:
    """Called, it makes this process the program of a later release; returns the ViT's new hash."""
    folder = tmp_path / "later"
    shutil.copytree(resources.models_dir(), folder)
    listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    vit = listed["models"]["vit"]
    content = (folder / vit["file"]).read_bytes() + _DOC_STRING
    (folder / vit["file"]).write_bytes(content)
    vit |= {"version": "9.9.9", "sha256": hashlib.sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(listed), encoding="utf-8")

    def use_it() -> str:
        monkeypatch.setattr(resources, "models_dir", lambda: folder)
        monkeypatch.setattr(session, "_MODELS", session._Models())
        return str(vit["sha256"])

    return use_it


def test_after_an_update_photos_are_measured_again(
    vault: Moletrail, photos: list[Path], update: Update
) -> None:
    for photo, day in ((0, "2022-05-14"), (5, "2024-05-14")):
        words = ("--person", "A", "--lesion", "L", "--date", day, "--mm-per-px", "0.02")
        assert vault("add", photos[photo], *words).code == 0
    before = vault("timeline", "L").objects
    assert before[1]["cosine_to_first"] is not None
    nothing = vault("reanalyze")
    summary = {"type": "reanalysis", "waiting": 0, "measured": 0, "refused": 0, "dry_run": False}
    assert (nothing.code, nothing.objects) == (0, [summary])
    assert "by the networks of this version" in vault("reanalyze", plain=True).stdout
    (was,) = vault("changes").of_type("change")

    sha256 = update()
    answer = vault("reanalyze", "--lesion", "L")
    assert answer.code == 0
    moved = answer.of_type("reanalysed")
    assert [one["observation_id"] for one in moved] == [one["observation_id"] for one in before]
    for one, old in zip(moved, before, strict=True):
        assert one["from_model"] == old["model"]
        assert (one["to_model"]["sha256"], one["to_model"]["version"]) == (sha256, "9.9.9")
        # It is the same network in another file, so nothing moves.
        assert one["mask_dice"] == 1.0
        assert one["area_px_after"] == one["area_px_before"] == old["area_px"]
        assert one["area_mm2_after"] == one["area_mm2_before"] == old["area_mm2"]
        assert one["stored"]
    (lesion,) = answer.of_type("reanalysed_lesion")
    assert (lesion["lesion"], lesion["status_before"]) == ("L", was["status"])
    assert lesion["status_after"] == was["status"]
    after = vault("timeline", "L").objects
    assert [one["model"]["sha256"] for one in after] == [sha256] * 2
    assert after[1]["cosine_to_first"] == pytest.approx(before[1]["cosine_to_first"], abs=1e-6)
    assert answer.objects[-1] == summary | {"waiting": 2, "measured": 2}
    assert vault("reanalyze").objects == [summary]


def test_who_is_meant(vault: Moletrail, update: Update) -> None:
    with Vault.open(vault.vault) as opened:
        for name in ("Ada", "Ben"):
            add(opened, len(name), person=name, lesion="arm")
    update()
    assert vault("reanalyze").code == 2
    assert vault("reanalyze", "--person", "Ada", "--everyone").code == 2
    assert vault("reanalyze", "--person", "Cid").code == 3
    assert vault("reanalyze", "--person", "Ada", "--lesion", "leg").code == 3


def test_photos_that_cannot_be_measured_are_named(vault: Moletrail, update: Update) -> None:
    """The bytes of `builders.add` are no picture."""
    with Vault.open(vault.vault) as opened:
        kept = add(opened, 3, person="Ada", lesion="arm")
    update()
    answer = vault("reanalyze", "--dry-run")
    assert answer.code == 3
    (refusal,) = answer.of_type("refusal")
    assert refusal["observation_id"] == kept.observation_id
    assert refusal["reason"]
    spoken = vault("reanalyze", plain=True)
    assert "keeps its earlier analysis" in spoken.stdout
    with Vault.open(vault.vault) as opened:
        assert_same(opened.all_observations(), [kept])
