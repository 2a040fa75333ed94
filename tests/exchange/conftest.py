"""A vault with three analysed photos, made once, and a way to get its copies."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import made_up
from tracker.domain.geometry import Box
from tracker.domain.records import LifeCycle, SymptomKind
from tracker.services.intake import add_photo
from tracker.services.results import AddRequest, Stored
from tracker.services.session import Workspace
from tracker.services.vaults import create_vault

#: Everything a spreadsheet, a parser or a screen may trip over.
HOSTILE = '=HYPERLINK("http://x","y");+1\r\n-2\t@3 \'q\' "z", \u202egnp.exe\u202c 🩹'
HOSTILE_NAME = "'=cmd|' /C calc'!A0 ; ../..\\CON \u202eadA 🙂"


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two photos of one lesion, one of another with a hostile name, one without a lesion."""
    workspace = Workspace(tmp_path_factory.mktemp("stored") / "vault")
    create_vault(workspace)
    first, second, *_, other = made_up.photos(8)
    for number, photo in enumerate((first, second, other)):
        request = AddRequest(
            data=photo.jpeg,
            photo=f"=1+1 {number}.jpg",
            person="Ada",
            lesion=HOSTILE_NAME if photo is other else photo.lesion,
            site="@back",
            taken_at=photo.taken_at if number else f"{photo.taken_at}T10:20:30.500",
            mm_per_px=photo.mm_per_px,
            note=HOSTILE,
        )
        assert isinstance(add_photo(workspace, request), Stored)
    waiting = AddRequest(
        data=other.jpeg,
        photo="again.jpg",
        person=HOSTILE_NAME,
        taken_at="2024-01-02",
        roi=Box(300, 180, 400, 380),
    )
    assert isinstance(add_photo(workspace, replace(waiting, assign_nearest=False)), Stored)
    with workspace.open() as vault:
        ada = vault.person("Ada")
        lesion = vault.lesion(ada, HOSTILE_NAME)
        vault.add_symptom(
            lesion, SymptomKind.ITCH, datetime(2025, 5, 1, 12, tzinfo=UTC), "-" * 10_000
        )
        vault.set_life_cycle(lesion, LifeCycle.EXCISED, "+ pathology: =none\nsecond line")
        vault.set_site(vault.lesion(ada, HOSTILE_NAME), "back, low")
    return workspace.vault_path


@pytest.fixture
def workspace(stored: Path, tmp_path: Path) -> Workspace:
    """A copy of it for one test."""
    return Workspace(Path(shutil.copytree(stored, tmp_path / "vault")))
