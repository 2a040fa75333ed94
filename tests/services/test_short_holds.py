"""Nobody waits for a computation: whatever takes long is done with the vault closed."""

from __future__ import annotations

import dataclasses
import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.store.builders import an_analysis
from tracker.analysis.render import to_jpeg
from tracker.domain.analysis import Analysis, LesionMask, ModelIdentity
from tracker.domain.capture import Modality
from tracker.domain.geometry import Box
from tracker.services import (
    changes,
    importing,
    intake,
    matching,
    networks,
    pictures,
    reanalyzing,
    reporting,
    session,
    timeline,
)
from tracker.services.manifest import read_manifest
from tracker.services.networks import current_networks
from tracker.services.results import AddRequest, Stored
from tracker.services.session import Workspace
from tracker.services.vaults import create_vault
from tracker.store import Vault
from tracker.store.locking import HOLDER_FILE, locked
from tracker.vision.analyzer import AnalyzeOptions
from tracker.vision.decode import DecodedPhoto, decode_photo

#: What takes longer than a look into the vault, wherever a service has it at hand.
SLOW = (
    "align",
    "changes",
    "compare",
    "complete_all",
    "complete_series",
    "decode_photo",
    "judge",
    "make_report",
    "make_view",
    "measured_again",
    "read_photo",
    "subject_of",
    "subject_of_pixels",
)
SIDE = 96
SPOT = Box(30, 28, 34, 36)


class Analyzer:
    """Finds the dark disc that `a_photo` draws, and minds who holds the vault."""

    def __init__(self, free: Callable[[], None]) -> None:
        self.free, self.asked = free, 0

    def analyze(
        self, data: bytes, photo: str, options: AnalyzeOptions
    ) -> tuple[Analysis, DecodedPhoto]:
        decoded = decode_photo(data, photo)
        return self.analyze_decoded(decoded, options), decoded

    def analyze_decoded(self, photo: DecodedPhoto, options: AnalyzeOptions) -> Analysis:
        self.free()
        self.asked += 1
        today = current_networks()
        ys, xs = np.mgrid[: SPOT.h, : SPOT.w]
        inside = (xs - SPOT.w / 2) ** 2 + (ys - SPOT.h / 2) ** 2 < (SPOT.w / 2) ** 2
        return dataclasses.replace(
            an_analysis(0),
            width=SIDE,
            height=SIDE,
            roi=SPOT,
            modality=options.modality,
            mask=LesionMask(SPOT, inside),
            model=ModelIdentity("vit", "1", today.vit),
            gate=ModelIdentity("gate", "1", min(today.gates)),
        )


def a_photo(number: int) -> bytes:
    random = np.random.default_rng(number)
    rgb = random.normal((205, 160, 140), 6, (SIDE, SIDE, 3))
    ys, xs = np.mgrid[:SIDE, :SIDE]
    rgb[(xs - 47) ** 2 + (ys - 46) ** 2 < 17**2] -= 90
    return to_jpeg(np.clip(rgb, 0, 255).astype(np.uint8))


@pytest.fixture
def minded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Workspace, list[str]]:
    """A workspace in which slow things fail while the vault is held, and which were called."""
    workspace, called = Workspace(tmp_path / "vault"), []
    create_vault(workspace)

    def free(name: str = "analyze") -> None:
        called.append(name)
        held = (workspace.vault_path / HOLDER_FILE).exists()
        assert not held, f"{name} runs while the vault is held"

    for module in [found for name, found in sys.modules.items() if _is_service(name)]:
        for name in SLOW:
            real = getattr(module, name, None)
            if callable(real):
                monkeypatch.setattr(module, name, _guarded(real, functools.partial(free, name)))
    monkeypatch.setattr(session._MODELS, "_analyzer", Analyzer(free))
    return workspace, called


def _is_service(name: str) -> bool:
    return name.startswith("tracker.services.")


def _guarded(real: Callable[..., Any], free: Callable[[], None]) -> Callable[..., Any]:
    @functools.wraps(real)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        free()
        return real(*args, **kwargs)

    return guarded


def test_no_service_computes_while_it_holds_the_vault(
    minded: tuple[Workspace, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, called = minded
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(a_photo(number))
    manifest = tmp_path / "manifest.csv"
    lines = ["photo,person,lesion,taken_at", "0.jpg,A,one,2024-01-01", "1.jpg,A,one,2024-06-01"]
    manifest.write_text("\n".join(lines))
    steps = list(importing.import_manifest(workspace, read_manifest(manifest)))
    stored = [step.result for step in steps]
    assert all(isinstance(one, Stored) for one in stored)
    request = AddRequest(b"", "", taken_at="2024-07-01", modality=Modality.DERMOSCOPIC)
    assert isinstance(intake.add_file(workspace, tmp_path / "2.jpg", request), Stored)
    assert changes.changes(workspace)
    assert len(timeline.timeline(workspace, "A", "one")) == 2
    assert matching.match_file(workspace, tmp_path / "2.jpg", "A")
    ids = [one.observation_id for one in stored if isinstance(one, Stored)]
    assert pictures.lesion_picture(workspace, ids[0], outline=True)
    assert pictures.aligned_pair(workspace, *ids)
    assert reporting.make_report(workspace, "A", "one", "html")
    new = dataclasses.replace(current_networks(), vit="f" * 64)
    monkeypatch.setattr(reanalyzing, "current_networks", lambda: new)
    monkeypatch.setattr(networks, "current_networks", lambda: new)
    todo = reanalyzing.waiting(workspace)
    assert len(todo) == 3
    assert len(list(reanalyzing.reanalyze(workspace, todo))) == 3
    assert reanalyzing.moved_lesions(workspace, todo, reanalyzing.statuses(workspace, todo))
    never = {"analyze", "align", "compare", "decode_photo", "judge", "measured_again"} - set(called)
    assert not never, "this test no longer reaches them"


def test_the_guard_sees_a_vault_that_is_held(minded: tuple[Workspace, list[str]]) -> None:
    workspace, _ = minded
    with workspace.open("test"), pytest.raises(AssertionError, match="while the vault is held"):
        intake.decode_photo(a_photo(1), "1.jpg")


def test_a_service_waits_for_a_short_hold(
    minded: tuple[Workspace, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every service opens through `Workspace.open`, and so with a deadline."""
    workspace, _ = minded
    waits: list[float] = []
    real = locked

    def noting(vault: Path, *, wait_s: float, **others: Any) -> Any:
        waits.append(wait_s)
        return real(vault, wait_s=wait_s, **others)

    monkeypatch.setattr("tracker.store.vault.locked", noting)
    request = AddRequest(a_photo(1), "1.jpg", person="A", lesion="one", taken_at="2024-07-01")
    assert isinstance(intake.add_photo(workspace, request), Stored)
    timeline.people(workspace)
    assert waits
    assert all(0 < wait <= 60 for wait in waits)
    with Vault.open(workspace.vault_path, wait_s=0.0) as vault:
        assert vault.info().observations == 1
