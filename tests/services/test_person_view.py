"""A person as pages show them: read once for each state, judged day by day as on that day."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.worklist import fill
from tracker.services import edits, memo, person_view
from tracker.services.changes import changes
from tracker.services.session import Workspace

PERSON, LESION = "person 0000", "spot 0"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Five spots of four made-up, compared photos each."""
    path = tmp_path / "vault"
    fill(path, 1)
    return Workspace(path)


def test_read_again_only_after_somebody_wrote(workspace: Workspace) -> None:
    first = person_view.person_view(workspace, PERSON)
    assert person_view.person_view(workspace, PERSON).changes is first.changes
    assert person_view.history(workspace, first, LESION) is person_view.history(
        workspace, first, LESION
    )
    seen = first.series[LESION].observations[-1]
    edits.set_note(workspace, seen.observation_id, "written since")
    again = person_view.person_view(workspace, PERSON)
    assert again.position != first.position
    assert again.series[LESION].observations[-1].note == "written since"
    memo.forget(workspace.vault_path)
    assert person_view.person_view(workspace, PERSON).changes is not again.changes


def test_judged_as_the_list_of_changes_judges(workspace: Workspace) -> None:
    view = person_view.person_view(workspace, PERSON)
    assert list(view.changes) == changes(workspace, PERSON)
    assert view.change("nothing of that name") is None


def test_the_last_day_of_the_history_is_the_judgement_of_today(workspace: Workspace) -> None:
    view = person_view.person_view(workspace, PERSON)
    for change in view.changes:
        days = person_view.history(workspace, view, change.lesion)
        assert [day.day for day in days] == sorted(day.day for day in days)
        assert days[0].axes == ()
        assert days[-1].axes == change.axes
        assert days[-1].flagged == tuple(
            dict.fromkeys(one.axis for one in change.axes if one.flagged)
        )


def test_an_earlier_day_knows_nothing_of_later_photos(workspace: Workspace) -> None:
    view = person_view.person_view(workspace, PERSON)
    before = person_view.history(workspace, view, LESION)
    last = view.series[LESION].observations[-1]
    edits.move(workspace, last.observation_id, "spot 1")
    after = person_view.person_view(workspace, PERSON)
    days = person_view.history(workspace, after, LESION)
    assert [day.observations for day in days] == [day.observations for day in before[:-1]]
    assert [day.axes for day in days] == [day.axes for day in before[:-1]]
