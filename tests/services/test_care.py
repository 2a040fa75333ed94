"""Decisions, answers, next photos, surveys, the bin, devices, and the worklist over all of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.store.builders import add, lose_tables
from tests.store.everything import everything
from tests.store.kinds import make_vault
from tests.store.same import assert_same
from tracker.domain.analysis import ScaleSource
from tracker.domain.body import BodyView
from tracker.domain.care import DecisionKind
from tracker.domain.change import AlertKind
from tracker.domain.records import Observation, SymptomKind
from tracker.errors import InputError, UnknownNameError, UsageError
from tracker.services import (
    answers,
    bins,
    decisions,
    details,
    due,
    edits,
    profiles,
    surveys,
)
from tracker.services.changes import changes
from tracker.services.due import DueReason, months_after
from tracker.services.session import Workspace
from tracker.services.timeline import lesions
from tracker.services.worklist import Urgency, worklist
from tracker.store import Vault

TODAY = date(2026, 3, 1)


@pytest.fixture
def workspace(cared_for: Workspace) -> Workspace:
    return cared_for


def _seen(workspace: Workspace, person: str = "Ada", lesion: str = "left arm") -> list[Observation]:
    with workspace.open() as vault:
        return vault.observations(vault.lesion(vault.person(person), lesion))


def test_a_decision_stands_until_it_is_taken_back(workspace: Workspace) -> None:
    until = date.today() + timedelta(days=90)
    made = decisions.decide(workspace, "Ada", "left arm", "monitor", by="Dr Bär", until=until)
    assert made.observations == (_seen(workspace)[-1].observation_id,)
    (row,) = decisions.decisions(workspace)
    assert (row.person, row.lesion, row.stands) == ("Ada", "left arm", True)
    decisions.reopen(workspace, "Ada", "left arm", by="Dr Bär", note="again")
    kinds = [(row.decision.kind, row.stands) for row in decisions.decisions(workspace, "Ada")]
    assert kinds == [(DecisionKind.REOPENED, False), (DecisionKind.MONITOR, False)]
    with pytest.raises(UsageError, match="No decision stands"):
        decisions.reopen(workspace, "Ada", "left arm", by="Dr Bär")


@pytest.mark.parametrize(
    ("kind", "until", "photo"),
    [
        ("cut", None, None),
        ("reopened", None, None),
        ("monitor", None, None),
        ("monitor", date(2020, 1, 1), None),
        ("refer", date(2199, 1, 1), None),
        ("refer", None, "obs_0"),
    ],
)
def test_what_is_no_decision_is_refused(
    workspace: Workspace, kind: str, until: date | None, photo: str | None
) -> None:
    with pytest.raises(UsageError):
        decisions.decide(
            workspace,
            "Ada",
            "toe",
            kind,
            by="Dr Bär",
            until=until,
            observations=[photo] if photo else (),
        )
    assert decisions.decisions(workspace) == []


def test_nobody_is_asked_twice(workspace: Workspace) -> None:
    first, second = _seen(workspace)
    assert len(answers.unanswered(workspace, "Ada")) == 3
    answers.answer(workspace, "Ada", "left arm", (), observation_id=first.observation_id)
    waiting = {each.observation_id for each in answers.unanswered(workspace, "Ada")}
    assert first.observation_id not in waiting
    assert second.observation_id in waiting
    told = answers.answer(workspace, "Ada", "left arm", ["itch", "pain", "itch"], note="nights")
    assert told.kinds == (SymptomKind.ITCH, SymptomKind.PAIN)
    assert [each.kind for each in edits.symptoms(workspace, "Ada", "left arm")] == list(told.kinds)
    waiting = {each.observation_id for each in answers.unanswered(workspace, "Ada")}
    assert second.observation_id not in waiting
    assert [each.kinds for each in answers.answers(workspace, "Ada", "left arm")] == [
        (),
        told.kinds,
    ]
    with pytest.raises(UsageError, match="not a photo"):
        answers.answer(workspace, "Ada", "toe", (), observation_id=first.observation_id)


def test_when_the_next_photo_is_due(workspace: Workspace) -> None:
    arm, toe = due.due(workspace, "Ada", today=TODAY)
    assert (arm.lesion, toe.lesion) == ("toe", "left arm")
    assert (arm.reason, toe.reason) == (DueReason.FIRST, DueReason.ROUTINE)
    assert arm.due_on == months_after(arm.last_taken, 3)
    assert toe.due_on == months_after(toe.last_taken, 6)
    assert toe.latest_by == months_after(toe.last_taken, 12)
    details.set_recheck(workspace, "Ada", "toe", 11)
    toe = next(row for row in due.due(workspace, "Ada", today=TODAY) if row.lesion == "toe")
    assert (toe.reason, toe.due_on) == (DueReason.SET, months_after(toe.last_taken, 11))
    until = date.today() + timedelta(days=400)
    decisions.decide(workspace, "Ada", "toe", "monitor", by="Dr Bär", until=until)
    toe = next(row for row in due.due(workspace, "Ada", today=TODAY) if row.lesion == "toe")
    assert (toe.reason, toe.due_on) == (DueReason.DECISION, until)
    edits.set_life_cycle(workspace, "Ada", "toe", "excised", on=date(2026, 2, 2))
    assert [row.lesion for row in due.due(workspace, "Ada", today=TODAY)] == ["left arm"]


def test_monitoring_is_not_offered_where_a_symptom_was_reported(workspace: Workspace) -> None:
    edits.record_symptom(workspace, "Ada", "toe", "raised")
    row = due.due(workspace, "Ada", today=TODAY)[0]
    assert (row.lesion, row.reason, row.due_on) == ("toe", DueReason.SEE_CLINICIAN, None)
    decisions.decide(workspace, "Ada", "toe", "no_action", by="Dr Bär")
    found = {row.lesion: row.reason for row in due.due(workspace, "Ada", today=TODAY)}
    assert found["toe"] is DueReason.FIRST


def test_a_calendar_names_nobody_unless_asked(workspace: Workspace) -> None:
    plain, events = due.calendar_file(workspace, today=TODAY)
    assert events == plain.count(b"BEGIN:VEVENT") == 1
    assert b"DTSTART;VALUE=DATE:20260301" in plain
    named, _ = due.calendar_file(workspace, names=True, today=TODAY)
    for word in (b"Ada", b"left arm"):
        assert word not in plain
        assert word in named.replace(b"\r\n ", b"")


@pytest.mark.parametrize(
    ("day", "months", "wanted"),
    [
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2025, 12, 31), 12, date(2026, 12, 31)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
    ],
)
def test_months_end(day: date, months: int, wanted: date) -> None:
    assert months_after(day, months) == wanted


def _is_new(workspace: Workspace, lesion: str) -> bool:
    (change,) = [
        each for each in changes(workspace, "Ada", complete=False) if each.lesion == lesion
    ]
    return AlertKind.NEW_LESION in {alert.kind for alert in change.alerts}


@pytest.mark.parametrize(
    ("site", "on", "shown", "is_new"),
    [
        ("arm", date(2025, 1, 1), [], True),
        ("whole body", date(2025, 1, 1), [], True),
        ("arm", date(2025, 1, 1), ["toe"], False),
        ("back", date(2025, 1, 1), [], False),
        ("arm", date(2025, 12, 1), [], False),
    ],
)
def test_a_spot_that_an_earlier_survey_did_not_show_is_new(
    workspace: Workspace, site: str, on: date, shown: list[str], is_new: bool
) -> None:
    row = surveys.survey(workspace, "Ada", site, shown, on=on)
    assert _is_new(workspace, "toe") is is_new
    rows = {row.lesion: row.urgency for row in worklist(workspace, person="Ada").rows}
    assert (rows["toe"] is Urgency.NEW) is is_new
    surveys.remove_survey(workspace, row.survey.survey_id)
    assert not _is_new(workspace, "toe")
    assert surveys.surveys(workspace) == []


def test_what_is_in_the_bin_is_nowhere_else(workspace: Workspace) -> None:
    first, second = _seen(workspace)
    bins.bin_photo(workspace, first.observation_id)
    assert [each.observation_id for each in _seen(workspace)] == [second.observation_id]
    with workspace.open() as vault:
        (arm, _) = vault.lesions(vault.person("Ada"))
        assert vault.comparisons(arm) == ()
        assert vault.info().observations == 3
        assert first.observation_id in {use.observation_id for use in vault.uses()}
        with pytest.raises(UnknownNameError):
            vault.observation(first.observation_id)
    bins.bin_lesion(workspace, "Ada", "toe")
    assert [row.lesion for row in lesions(workspace, "Ada")] == ["left arm"]
    assert [change.lesion for change in changes(workspace, "Ada", complete=False)] == ["left arm"]
    kinds = [(row.kind, row.photos) for row in bins.binned(workspace, "Ada")]
    assert kinds == [("lesion", 1), ("photo", 1)]
    for row in bins.binned(workspace):
        bins.undo(workspace, row.item_id)
    assert bins.binned(workspace) == []
    assert len(_seen(workspace)) == 2
    with workspace.open() as vault:
        assert len(vault.comparisons(arm)) == 1


def test_putting_back_makes_no_second_of_a_name_or_photo(workspace: Workspace) -> None:
    toe = bins.bin_lesion(workspace, "Ada", "toe")
    with workspace.open() as vault:
        vault.ensure_lesion(vault.person("Ada"), "toe")
    with pytest.raises(UsageError, match="another lesion called"):
        bins.undo(workspace, toe.item_id)
    photo = bins.bin_photo(workspace, _seen(workspace)[0].observation_id)
    with workspace.open() as vault:
        add(vault, 1)
    with pytest.raises(UsageError, match="added again"):
        bins.undo(workspace, photo.item_id)


def test_purging_is_final(workspace: Workspace) -> None:
    bins.bin_lesion(workspace, "Ada", "toe")
    photo = bins.bin_photo(workspace, _seen(workspace)[0].observation_id)
    with pytest.raises(UnknownNameError):
        bins.purge(workspace, [photo.item_id, "obs_0"])
    assert bins.purge(workspace, [photo.item_id]) == 1
    assert bins.purge(workspace) == 1
    assert (bins.purge(workspace), bins.binned(workspace)) == (0, [])
    with workspace.open() as vault:
        assert len(vault.uses()) == 2
        assert [each.name for each in vault.lesions(binned=True)] == ["left arm", "toe"]


def test_a_device_gives_a_scale_in_proportion_to_the_photo(workspace: Workspace) -> None:
    known = profiles.add_profile(workspace, "lens", 0.01, width_px=4000, height_px=3000)
    same = profiles.scale_of(known, 4000, 3000)
    half = profiles.scale_of(known, 1500, 2000)
    assert same.source is half.source is ScaleSource.DEVICE
    assert same.mm_per_px == 0.01
    assert same.sigma == pytest.approx(0.0002)
    assert half.mm_per_px == 0.02
    assert half.sigma == pytest.approx(0.0004)
    with pytest.raises(InputError, match="shape"):
        profiles.scale_of(known, 3000, 3000)
    profiles.add_profile(workspace, "lens", 0.03, width_px=100, height_px=100, sigma=0.0)
    (only,) = profiles.profiles(workspace)
    assert (only.profile_id, only.mm_per_px) == (known.profile_id, 0.03)
    profiles.remove_profile(workspace, "lens")
    with pytest.raises(UnknownNameError):
        profiles.profile(workspace, "lens")


@pytest.mark.parametrize(("scale", "width"), [(0.0, 10), (float("nan"), 10), (0.1, 0)])
def test_no_impossible_device(workspace: Workspace, scale: float, width: int) -> None:
    with pytest.raises(UsageError):
        profiles.add_profile(workspace, "lens", scale, width_px=width, height_px=10)


def test_places_and_marks(workspace: Workspace) -> None:
    found = details.set_place(workspace, "Ada", "toe", " Left-Sole ", 0, 1)
    assert found.place is not None
    assert (found.place.view, found.site) == (BodyView.LEFT_SOLE, "arm")
    for x, y in ((-0.1, 0), (0, 1.1), (float("nan"), 0)):
        with pytest.raises(UsageError):
            details.set_place(workspace, "Ada", "toe", "front", x, y)
    with pytest.raises(UsageError):
        details.set_place(workspace, "Ada", "toe", "inside", 0, 0)
    assert details.clear_place(workspace, "Ada", "toe").place is None
    with pytest.raises(UsageError):
        details.mark_site(workspace, "Ada", "toe", "healed")
    for months in (0, 61):
        with pytest.raises(UsageError):
            details.set_recheck(workspace, "Ada", "toe", months)
    term = details.site_term("left sole")
    assert term is not None
    assert (term.side, term.isic) == ("left", "Lower extremity:Foot:Sole of foot")


def test_all_of_it_is_made_again_from_the_journal(tmp_path: Path) -> None:
    kept = make_vault(tmp_path / "another", encrypted=False)
    with kept.open() as vault:
        _care_of_everything(vault)
    before = everything(kept.path)
    lose_tables(kept.path)
    assert_same(everything(kept.path), before)


def _care_of_everything(vault: Vault) -> None:
    seen = add(vault, 1)
    assert seen.lesion is not None
    vault.add_decision(seen.lesion, DecisionKind.REFER, "Dr Bär", note="soon")
    vault.add_answer(seen.lesion, [SymptomKind.FIRM], answered_at=datetime(2026, 1, 1, tzinfo=UTC))
    vault.save_survey(seen.person, "arm", date(2025, 1, 1), [seen.lesion])
    other = add(vault, 2)
    vault.put_in_bin("photo", other.observation_id)
