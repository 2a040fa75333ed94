"""What another process does while a photo is computed is neither undone nor done twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.test_short_holds import a_photo, minded  # noqa: F401  fixture
from tracker.services import comparing, edits, intake
from tracker.services.results import AddRequest, Duplicate, Stored
from tracker.services.session import Workspace
from tracker.vision.decode import DecodedPhoto

Minded = tuple[Workspace, list[str]]
ONE = AddRequest(a_photo(1), "1.jpg", person="A", lesion="one", taken_at="2024-01-01")
TWO = AddRequest(a_photo(2), "2.jpg", person="A", taken_at="2024-06-01")


def added(workspace: Workspace, request: AddRequest) -> Stored:
    result = intake.add_photo(workspace, request)
    assert isinstance(result, Stored)
    return result


def test_a_found_lesion_that_is_renamed_meanwhile_is_not_made_anew(
    minded: Minded,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace, _ = minded
    added(workspace, ONE)

    def rename(*_: object) -> str:
        edits.rename_lesion(workspace, "A", "one", "uno")
        return "one"

    monkeypatch.setattr(intake, "accepted_lesion", rename)
    stored = added(workspace, TWO)
    assert (stored.lesion, stored.auto_assigned) == (None, False)
    with workspace.open() as vault:
        assert [lesion.name for lesion in vault.lesions()] == ["uno"]


def test_a_photo_that_is_stored_meanwhile_is_a_duplicate(
    minded: Minded,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace, _ = minded
    faster: list[Stored] = []
    real = intake.decode_photo

    def decode(data: bytes, name: str) -> DecodedPhoto:
        monkeypatch.setattr(intake, "decode_photo", real)
        faster.append(added(workspace, ONE))
        return real(data, name)

    monkeypatch.setattr(intake, "decode_photo", decode)
    slower = intake.add_photo(workspace, ONE)
    assert isinstance(slower, Duplicate)
    assert slower.observation_id == faster[0].observation_id
    with workspace.open() as vault:
        assert vault.info().observations == 1


def test_a_comparison_that_is_made_meanwhile_is_stored_once(
    minded: Minded,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace, _ = minded
    added(workspace, ONE)
    added(workspace, AddRequest(TWO.data, "2.jpg", "A", "one", taken_at="2024-06-01"))
    journal = Path(workspace.vault_path, "journal", "events.jsonl")
    real = comparing.compare

    def compared_elsewhere(*both: object) -> object:
        monkeypatch.setattr(comparing, "compare", real)
        comparing.complete_series(workspace, "A", "one")
        return real(*both)  # type: ignore[arg-type]

    monkeypatch.setattr(comparing, "compare", compared_elsewhere)
    series = comparing.complete_series(workspace, "A", "one")
    assert len(series.comparisons) == 1
    assert journal.read_text(encoding="ascii").count('"kind":"comparison_added"') == 1
