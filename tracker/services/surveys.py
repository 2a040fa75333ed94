"""Surveys: a whole site was looked over on a day, so that a spot seen there later is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.care import Survey
from tracker.errors import UnknownNameError, UsageError
from tracker.services.people import person_name, required_person
from tracker.services.session import Workspace


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """A survey with the names of its person and of the lesions it showed that are still there."""

    survey: Survey
    person: str
    lesions: tuple[str, ...]


def survey(
    workspace: Workspace,
    person: str | None,
    site: str,
    lesions: Sequence[str],
    *,
    on: date | None = None,
    note: str | None = None,
) -> SurveyRow:
    """Record that all of a site was looked over, and which lesions were there.

    Args:
        site: in words ("back", "whole body"). lesions: names; none is a clear site. on: else today.

    Raises:
        UsageError: a day to come, an unusable name. UnknownNameError: no such person or lesion.
    """
    day = on or date.today()
    if day > date.today():
        raise UsageError(
            f"{day.isoformat()} is still to come.", next_step="Give the day it was looked over."
        )
    who = person_name(workspace, person) or required_person(workspace, person)
    with workspace.open("survey") as vault:
        owner = vault.person(who)
        shown = [vault.lesion(owner, name) for name in dict.fromkeys(lesions)]
        made = vault.save_survey(owner, site, day, shown, note=note)
    return SurveyRow(made, who, tuple(each.name for each in shown))


def surveys(workspace: Workspace, person: str | None = None) -> list[SurveyRow]:
    """Surveys of a person, or of everybody, oldest first.

    Raises:
        UnknownNameError: nobody of that name.
    """
    with workspace.open("survey") as vault:
        owner = None if person is None else vault.person(person)
        found, lesions = vault.surveys(owner), vault.lesions(owner)
        people = {each.person_id: each.name for each in vault.people()}
    names = {each.lesion_id: each.name for each in lesions}
    return [
        SurveyRow(
            each,
            people[each.person_id],
            tuple(names[one] for one in each.lesions if one in names),
        )
        for each in found
    ]


def remove_survey(workspace: Workspace, survey_id: str) -> SurveyRow:
    """Take a survey back that was recorded by mistake.

    Raises:
        UnknownNameError: there is none of that id.
    """
    row = next((one for one in surveys(workspace) if one.survey.survey_id == survey_id), None)
    if row is None:
        raise UnknownNameError(
            f"There is no survey {survey_id!a}.",
            next_step="See the ids with: moletrail surveys --json",
        )
    with workspace.open("survey") as vault:
        vault.remove_survey(row.survey)
    return row
