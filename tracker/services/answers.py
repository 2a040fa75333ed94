"""Asked about symptoms, and answered: so that nobody is asked twice, and a report can say so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tracker.domain.care import Answer
from tracker.domain.records import Observation, SymptomKind
from tracker.errors import UsageError
from tracker.services.edits import symptom_kind
from tracker.services.people import person_name, required_person
from tracker.services.session import Workspace


def answer(
    workspace: Workspace,
    person: str | None,
    lesion: str,
    kinds: Sequence[str | SymptomKind],
    *,
    observation_id: str | None = None,
    note: str | None = None,
    answered_at: datetime | None = None,
) -> Answer:
    """Record what a person answered about symptoms; what they named is recorded as symptoms too.

    Args:
        kinds: bleeding, crusting, itch, pain, raised, firm, growing; none of them is ().
        observation_id: the photo at which it was asked. answered_at: local time; else now.

    Raises:
        UsageError: another word, a time to come, or a photo of another lesion. UnknownNameError.
    """
    named = tuple(dict.fromkeys(symptom_kind(kind) for kind in kinds))
    now = datetime.now()
    if answered_at is not None and answered_at > now:
        raise UsageError(
            "An answer cannot be given in the future.", next_step="Give the day it was given."
        )
    who = person_name(workspace, person) or required_person(workspace, person)
    with workspace.open("symptom") as vault, vault.batch():
        found = vault.lesion(vault.person(who), lesion)
        if observation_id is not None:
            seen = vault.observation(observation_id)
            if seen.lesion is None or seen.lesion.lesion_id != found.lesion_id:
                raise UsageError(
                    f"{observation_id} is not a photo of '{found.name}'.",
                    next_step="See the ids with: moletrail timeline LESION",
                )
        for kind in named:
            vault.add_symptom(found, kind, answered_at or now, note)
        return vault.add_answer(
            found, named, observation_id=observation_id, answered_at=answered_at or now
        )


def answers(workspace: Workspace, person: str | None, lesion: str) -> list[Answer]:
    """What was answered of a lesion, oldest first.

    Raises:
        UnknownNameError: no such person or lesion.
    """
    who = person_name(workspace, person) or required_person(workspace, person)
    with workspace.open("symptoms") as vault:
        return vault.answers(vault.lesion(vault.person(who), lesion))


def unanswered(workspace: Workspace, person: str | None = None) -> list[Observation]:
    """Photos of lesions at which nobody was asked about symptoms, oldest first.

    An answer of the day a photo was taken or later, to the lesion as a whole, counts for it.

    Args:
        person: None for everybody.

    Raises:
        UnknownNameError: nobody of that name.
    """
    with workspace.open("symptoms") as vault:
        owner = None if person is None else vault.person(person)
        seen = vault.all_observations(owner)
        told = vault.answers()
    photos = {each.observation_id for each in told}
    lesions: dict[str, datetime] = {}
    for each in told:
        if each.observation_id is None:
            at = each.answered_at.astimezone().replace(tzinfo=None)
            lesions[each.lesion_id] = max(at, lesions.get(each.lesion_id, at))
    return [
        each
        for each in seen
        if each.lesion is not None
        and each.observation_id not in photos
        and not _covers(lesions.get(each.lesion.lesion_id), each)
    ]


def _covers(answered_at: datetime | None, seen: Observation) -> bool:
    return answered_at is not None and answered_at.date() >= seen.capture.value.date()
