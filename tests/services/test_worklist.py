"""The worklist over everybody: its order, and what brings a decided lesion back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from tests.store.builders import add
from tracker.services import decisions, edits
from tracker.services.changes import changes
from tracker.services.session import Workspace
from tracker.services.worklist import Urgency, worklist

TODAY = date(2026, 3, 1)


@pytest.fixture
def workspace(cared_for: Workspace) -> Workspace:
    return cared_for


def test_the_worklist_is_in_the_order_of_changes_and_then_of_what_is_due(
    workspace: Workspace,
) -> None:
    edits.record_symptom(workspace, "Ben", "toe", "bleeding")
    listed = worklist(workspace, today=TODAY)
    judged = changes(workspace, complete=False)
    by_change = {(each.person, each.lesion): each for each in judged}
    assert (listed.people, listed.lesions, listed.observations) == (2, 3, 4)
    assert len(listed.rows) == len(judged)
    for row in listed.rows:
        change = by_change[row.person, row.lesion]
        assert (row.status, row.score) == (change.status, change.score)
        assert set(row.alerts) == {alert.kind for alert in change.alerts}
    assert (listed.rows[0].person, listed.rows[0].urgency) == ("Ben", Urgency.SYMPTOM)
    ranks = [list(Urgency).index(row.urgency) for row in listed.rows]
    assert ranks == sorted(ranks)
    assert sum(listed.counts.values()) == 3


def _another_photo(workspace: Workspace) -> None:
    with workspace.open() as vault:
        seen = add(vault, 9, lesion="toe")
        moment = dataclasses.replace(seen.capture, value=datetime.now() + timedelta(days=1))
        vault.set_capture(seen.observation_id, moment)


@pytest.mark.parametrize(
    "later",
    [
        lambda w: edits.record_symptom(w, "Ada", "toe", "pain"),
        lambda w: decisions.reopen(w, "Ada", "toe", by="Dr Bär"),
        _another_photo,
    ],
    ids=["symptom", "reopened", "photo"],
)
def test_a_decided_lesion_comes_back_when_something_follows(
    workspace: Workspace, later: Callable[[Workspace], object]
) -> None:
    decisions.decide(workspace, "Ada", "toe", "no_action", by="Dr Bär")
    assert "toe" not in {row.lesion for row in worklist(workspace, person="Ada").rows}
    shown = worklist(workspace, person="Ada", include_decided=True).rows
    assert [row.decided for row in shown if row.lesion == "toe"] == [True]
    later(workspace)
    assert "toe" in {row.lesion for row in worklist(workspace, person="Ada").rows}
