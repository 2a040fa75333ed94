"""A vault with three analysed photos, made once, and a way to get its copies."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from tests import made_up
from tracker.domain.analysis import LesionMask
from tracker.domain.body import BodyPlace, BodyView, SiteMark
from tracker.domain.capture import CaptureTime, DateSource
from tracker.domain.care import DecisionKind
from tracker.domain.geometry import Box
from tracker.domain.records import Lesion, LifeCycle, MaskMethod, Person, SymptomKind
from tracker.services.intake import add_photo
from tracker.services.results import AddRequest, Stored
from tracker.services.session import Workspace
from tracker.services.vaults import create_vault
from tracker.store.vault import Vault

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
        _corrections(vault, vault.lesion(ada, first.lesion))
        _care(vault, ada)
    return workspace.vault_path


def _corrections(vault: Vault, lesion: Lesion) -> None:
    """What a person may correct: a mask, a date, a name."""
    seen, other = vault.observations(lesion)
    analysis = seen.analysis
    assert analysis.mask is not None
    assert analysis.measures is not None
    pixels = analysis.mask.pixels.copy()
    pixels[: pixels.shape[0] // 2] = False
    rows = np.flatnonzero(pixels.any(axis=1))
    columns = np.flatnonzero(pixels.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    inner = pixels[top : rows[-1] + 1, left : columns[-1] + 1]
    box = analysis.mask.box
    drawn = LesionMask(
        Box(box.x + left, box.y + top, inner.shape[1], inner.shape[0]), inner, "person"
    )
    measures = replace(analysis.measures, area_px=float(inner.sum()), border_doubt=None)
    by_hand = replace(analysis, roi=drawn.box, mask=drawn, measures=measures)
    vault.correct_mask(seen.observation_id, by_hand, MaskMethod.BRUSH, "=Dr Bär")
    day = datetime(2022, 2, 3)  # before the other photo: their order turns round
    vault.set_capture(other.observation_id, CaptureTime(day, "day", DateSource.GIVEN))
    vault.rename_lesion(lesion, "=renamed")


def _care(vault: Vault, ada: Person) -> None:
    """What people decide, answer and look over."""
    lesion, excised = vault.lesion(ada, "=renamed"), vault.lesion(ada, HOSTILE_NAME)
    seen, _ = vault.observations(lesion)
    vault.set_place(lesion, BodyPlace(BodyView.BACK, 0.25, 1 / 3))
    vault.set_mark(vault.lesion(ada, "=renamed"), SiteMark.WOUND)
    vault.set_recheck(vault.lesion(ada, "=renamed"), 4)
    note = "+ pathology: =none\nsecond line"
    vault.set_life_cycle(excised, LifeCycle.EXCISED, note, on=date(2025, 6, 1))
    vault.add_decision(excised, DecisionKind.EXCISE, "=Dr Bär", note=HOSTILE)
    vault.add_decision(
        lesion,
        DecisionKind.MONITOR,
        "Dr Ada",
        until=date(2026, 3, 4),
        observations=[seen.observation_id],
    )
    vault.add_decision(lesion, DecisionKind.REOPENED, "Dr Ada")
    vault.add_answer(lesion, [], observation_id=seen.observation_id)
    vault.add_answer(excised, [SymptomKind.ITCH, SymptomKind.PAIN])
    vault.save_survey(ada, "@whole body", date(2021, 1, 2), [lesion], note="-all")
    vault.save_survey(ada, "feet", date(2021, 1, 2), [])


@pytest.fixture
def workspace(stored: Path, tmp_path: Path) -> Workspace:
    """A copy of it for one test."""
    return Workspace(Path(shutil.copytree(stored, tmp_path / "vault")))
