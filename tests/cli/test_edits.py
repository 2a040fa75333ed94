"""Every edit has a command, changes what it says, and refuses what it cannot do."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Moletrail


@pytest.fixture
def two(vault: Moletrail, photos: list[Path]) -> Moletrail:
    """A vault of one person with two photos: lesions 'One' and 'Two'."""
    for photo, lesion, day in ((0, "One", "2022-05-14"), (1, "Two", "2022-11-19")):
        answer = vault("add", photos[photo], "--person", "A", "--lesion", lesion, "--date", day)
        assert answer.code == 0
    return vault


def _only(moletrail: Moletrail, lesion: str) -> dict[str, object]:
    (row,) = moletrail("timeline", lesion).objects
    return row


def test_move_to_another_lesion(two: Moletrail) -> None:
    observation = _only(two, "Two")["observation_id"]
    answer = two("move", str(observation), "One")
    assert answer.code == 0
    assert answer.objects[0]["lesion"] == "One"
    rows = two("timeline", "One").objects
    assert [row["taken_at"] for row in rows] == ["2022-05-14", "2022-11-19"]
    assert rows[1]["cosine_to_first"] is not None
    assert two("timeline", "Two").objects == []


def test_move_to_a_new_lesion_and_to_none(two: Moletrail) -> None:
    observation = str(_only(two, "Two")["observation_id"])
    assert two("move", observation, "Three").code == 0
    assert _only(two, "Three")["observation_id"] == observation
    assert two("move", observation, "--unassign").code == 0
    (waiting,) = two("unassigned").objects
    assert waiting["observation_id"] == observation
    assert waiting["lesion"] is None
    assert two("people").objects[0]["unassigned"] == 1


@pytest.mark.parametrize("words", [[], ["One", "--unassign"]])
def test_move_wants_one_target(two: Moletrail, words: list[str]) -> None:
    assert two("move", str(_only(two, "Two")["observation_id"]), *words).code == 2


def test_set_date_reorders_the_timeline(two: Moletrail) -> None:
    observation = str(_only(two, "Two")["observation_id"])
    two("move", observation, "One")
    answer = two("set-date", observation, "2020-01-01T10:30:00")
    assert answer.objects[0]["taken_at"] == "2020-01-01T10:30:00"
    rows = two("timeline", "One").objects
    assert rows[0]["observation_id"] == observation
    assert rows[1]["cosine_to_first"] is not None
    assert rows[1]["area_ratio"] is not None


@pytest.mark.parametrize(
    "given", ["soon", (date.today() + timedelta(days=2)).isoformat(), "1066-10-14"]
)
def test_set_date_refuses_impossible_dates(two: Moletrail, given: str) -> None:
    row = _only(two, "One")
    assert two("set-date", str(row["observation_id"]), given).code == 3
    assert _only(two, "One")["taken_at"] == row["taken_at"]


def test_note(two: Moletrail) -> None:
    observation = str(_only(two, "One")["observation_id"])
    assert two("note", observation, "after the holiday\nsunburnt").code == 0
    assert _only(two, "One")["note"] == "after the holiday\nsunburnt"
    two("note", observation, "")
    assert _only(two, "One")["note"] is None


def test_rename(two: Moletrail) -> None:
    assert two("rename", "One", "Left / arm").code == 0
    assert {row["lesion"] for row in two("lesions").objects} == {"Left / arm", "Two"}
    assert two("rename", "Two", "Left / arm").code == 2
    assert two("rename", "One", "Again").code == 3


def test_rename_person(two: Moletrail) -> None:
    assert two("rename-person", "A", "Ada").code == 0
    assert [row["person"] for row in two("people").objects] == ["Ada"]
    assert two("rename-person", "A", "B").code == 3


def test_site_and_status(two: Moletrail) -> None:
    two("site", "One", "left forearm")
    answer = two("status", "One", "excised", "--note", "naevus, report 12")
    edited = answer.objects[0]
    told = {name: edited[name] for name in ("type", "person", "lesion", "site", "status")}
    assert told == {
        "type": "edited",
        "person": "A",
        "lesion": "One",
        "site": "left forearm",
        "status": "excised",
    }
    assert two("status", "One", "gone").code == 2
    row = next(row for row in two("lesions").objects if row["lesion"] == "One")
    assert (row["site"], row["status"]) == ("left forearm", "excised")


def test_merge_keeps_both_lesions_and_moves_the_photos(two: Moletrail) -> None:
    assert two("merge", "Two", "One").code == 0
    rows = {row["lesion"]: row for row in two("lesions").objects}
    assert (rows["One"]["observations"], rows["Two"]["observations"]) == (2, 0)
    assert rows["Two"]["status"] == "merged"
    assert [change["lesion"] for change in two("changes").objects] == ["One"]
    assert two("merge", "One", "One").code == 2


def test_symptoms_are_recorded_and_come_first(two: Moletrail) -> None:
    assert two("symptom", "Two", "itch", "--note", "at night", "--date", "2024-02-03").code == 0
    assert two("symptom", "Two", "hunger").code == 2
    assert two("symptom", "Two", "pain", "--date", "2099-01-01").code == 2
    (found,) = two("symptoms", "Two").objects
    assert (found["symptom"], found["note"]) == ("itch", "at night")
    first = two("changes").objects[0]
    assert first["lesion"] == "Two"
    assert first["alerts"][0]["kind"] == "symptom"
    assert "clinician" in first["alerts"][0]["message"]


def test_adding_asks_about_symptoms(two: Moletrail, photos: list[Path]) -> None:
    asked = two("add", photos[2], "--lesion", "One", "--date", "2024-01-01", plain=True)
    assert "bled" in asked.stderr
    assert "moletrail symptom" in asked.stderr
    words = ("--lesion", "One", "--date", "2024-02-01", "--symptom", "itch", "--symptom", "pain")
    told = two("add", photos[3], *words, plain=True)
    assert "clinician" in told.stderr
    recorded = [each for each in two("symptoms", "One").objects if each["type"] == "symptom"]
    assert {each["symptom"] for each in recorded} == {"itch", "pain"}
    assert two("add", photos[4], "--symptom", "hunger").code == 2


def test_photos_of_two_lesions_under_one_name(two: Moletrail, photos: list[Path]) -> None:
    """What cannot be compared says so, in the timeline and in the judgement."""
    two("add", photos[6], "--lesion", "One", "--date", "2024-01-01")
    first, second = two("timeline", "One").objects
    assert (first["comparable"], second["comparable"]) == (False, False)
    assert first["area_ratio"] is None
    assert second["area_ratio"] is None
    assert second["why_not"]
    change = next(each for each in two("changes").objects if each["lesion"] == "One")
    assert change["status"] == "cannot_compare"
    assert "identity_doubt" in {alert["kind"] for alert in change["alerts"]}


@pytest.mark.parametrize(
    "words",
    [
        ["move", "obs_0", "One"],
        ["set-date", "obs_0", "2024-01-01"],
        ["note", "obs_0", "x"],
        ["site", "Nine", "x"],
        ["symptom", "Nine", "itch"],
        ["symptoms", "Nine"],
        ["merge", "Nine", "One"],
        ["rename", "One", "New", "--person", "Nobody"],
    ],
)
def test_unknown_names_are_refused(two: Moletrail, words: list[str]) -> None:
    answer = two(*words)
    assert answer.code == 3
    assert answer.objects[0]["error"] == "UnknownNameError"


def test_a_photo_without_a_lesion_goes_to_the_one_it_surely_shows(
    two: Moletrail, photos: list[Path]
) -> None:
    """photo2 shows the lesion of photo0 half a year later; photo6 one not seen before."""
    two("move", str(_only(two, "Two")["observation_id"]), "One")
    known = two("add", photos[2], "--date", "2023-06-03").objects[0]
    assert (known["type"], known["lesion"], known["auto_assigned"]) == ("stored", "One", True)
    strange = two("add", photos[6], "--date", "2023-06-03").objects[0]
    assert (strange["type"], strange["lesion"], strange["unassigned"]) == ("stored", None, True)
    (waiting,) = two("unassigned").objects
    assert waiting["observation_id"] == strange["observation_id"]
    again = two("add", photos[6], "--date", "2023-06-03").objects[0]
    assert (again["type"], again["observation_id"]) == ("duplicate", strange["observation_id"])


def test_sentences_instead_of_objects(two: Moletrail) -> None:
    """Without --json every command speaks to a person."""
    for words in (["people"], ["lesions"], ["timeline", "One"], ["changes"], ["doctor"]):
        answer = two(*words, plain=True)
        assert answer.code == 0
        assert answer.stdout
        assert not answer.stdout.startswith("{")
    assert "see a clinician" in two("changes", plain=True).stdout
