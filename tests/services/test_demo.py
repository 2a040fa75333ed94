"""The demo vault is built through the real intake, and goes on after an interruption."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from tests import made_up
from tracker.analysis.render_demo import demo_photo_count, demo_series
from tracker.errors import UsageError
from tracker.services import demo, timeline
from tracker.services.intake import add_photo
from tracker.services.results import AddRequest, Stored
from tracker.services.session import Workspace
from tracker.services.vaults import create_vault, vault_state


@pytest.fixture
def short_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three photos instead of all of them."""
    photos = list(islice(demo_series(), 3))
    monkeypatch.setattr(demo, "demo_series", lambda: iter(photos))
    monkeypatch.setattr(demo, "demo_photo_count", lambda: 3)


@pytest.mark.usefixtures("short_demo")
def test_built_once_marked_and_resumed(tmp_path: Path) -> None:
    workspace = demo.demo_workspace(str(tmp_path / "demo"))
    first = demo.build_demo(workspace)
    assert next(first) == (1, 3)
    first.close()
    assert list(demo.build_demo(workspace)) == [(1, 3), (2, 3), (3, 3)]
    assert list(demo.build_demo(workspace)) == [(3, 3)]
    assert vault_state(workspace).is_demo is True
    (person,) = timeline.people(workspace)
    assert (person.person, person.observations, person.unassigned) == ("Demo Ada", 3, 0)


def test_a_real_vault_is_left_alone(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "mine")
    create_vault(workspace)
    with pytest.raises(UsageError, match="not a demo"):
        next(demo.build_demo(workspace))
    assert timeline.people(workspace) == []


def test_the_demo_lies_in_the_cache_folder_by_default(tmp_path: Path) -> None:
    assert "moletrail" in str(demo.demo_vault_path())
    assert demo.demo_vault_path(str(tmp_path)) == tmp_path


@pytest.mark.slow
def test_every_picture_of_the_demo_is_taken_in(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "demo")
    steps = list(demo.build_demo(workspace))
    assert steps[-1] == (demo_photo_count(), demo_photo_count())
    assert sum(row.observations for row in timeline.people(workspace)) == demo_photo_count()


def test_made_up_photos_are_accepted_with_a_blank_lesion(tmp_path: Path) -> None:
    """Decide later: stored, compared with nothing, waiting."""
    workspace = Workspace(tmp_path / "vault")
    create_vault(workspace)
    request = AddRequest(
        data=made_up.photos()[0].jpeg,
        photo="a.jpg",
        person="A",
        taken_at="2024-01-01",
        assign_nearest=False,
    )
    stored = add_photo(workspace, request)
    assert isinstance(stored, Stored)
    assert stored.lesion is None
    assert [seen.observation_id for seen in timeline.unassigned(workspace, "A")] == [
        stored.observation_id
    ]
