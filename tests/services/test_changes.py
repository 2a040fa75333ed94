"""The judged lesions of a person, as they are listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.store.builders import add, an_analysis
from tracker.domain.change import AlertKind, Change, Status
from tracker.domain.records import LifeCycle, SymptomKind
from tracker.services.changes import changes
from tracker.services.session import Workspace
from tracker.services.vaults import create_vault

DARK = "the dark one"


def _workspace(folder: Path, lesions: int) -> Workspace:
    """One photo of each lesion; all look alike but the last, which is much darker."""
    workspace = Workspace(folder / "vault")
    create_vault(workspace)
    with workspace.open() as vault:
        for seed in range(1, lesions):
            add(vault, seed, lesion=f"mole {seed}")
        analysis = an_analysis(lesions)
        assert analysis.measures is not None
        dark = replace(analysis.measures, lesion_lab=(18.0, 12.2, 20.3))
        add(vault, lesions, lesion=DARK, analysis=replace(analysis, measures=dark))
    return workspace


def _ducklings(found: list[Change]) -> list[str]:
    return [
        change.lesion
        for change in found
        if any(alert.kind is AlertKind.UGLY_DUCKLING for alert in change.alerts)
    ]


def test_a_lesion_unlike_the_others_is_named(tmp_path: Path) -> None:
    found = changes(_workspace(tmp_path, 6))
    assert len(found) == 6
    assert _ducklings(found) == [DARK]
    (dark,) = (change for change in found if change.lesion == DARK)
    assert "darker" in dark.message
    assert dark.status is Status.BASELINE_ONLY


def test_one_lesion_asked_for_is_still_held_against_all(tmp_path: Path) -> None:
    assert _ducklings(changes(_workspace(tmp_path, 6), lesion=DARK)) == [DARK]


def test_few_lesions_or_one_taken_out_make_no_family(tmp_path: Path) -> None:
    workspace = _workspace(tmp_path, 5)
    assert _ducklings(changes(workspace)) == [DARK]
    with workspace.open() as vault:
        lesion = vault.lesion(vault.person("Ada"), "mole 1")
        vault.set_life_cycle(lesion, LifeCycle.EXCISED, None)
    assert _ducklings(changes(workspace)) == []


def test_a_symptom_is_told_before_the_duckling(tmp_path: Path) -> None:
    workspace = _workspace(tmp_path, 6)
    with workspace.open() as vault:
        lesion = vault.lesion(vault.person("Ada"), DARK)
        vault.add_symptom(lesion, SymptomKind.BLEEDING, datetime(2025, 5, 1, tzinfo=UTC), None)
    first = changes(workspace)[0]
    assert first.lesion == DARK
    assert first.message.index("bleeding") < first.message.index("looks different")
    assert first.message.count("bleeding") == 1
