"""Everything a person may correct. Nothing is deleted; the journal keeps what stood before."""

from __future__ import annotations

from datetime import date, datetime

from tracker.domain.capture import CaptureTime, DateSource, parse_capture_time
from tracker.domain.records import Lesion, LifeCycle, Observation, Person, Symptom, SymptomKind
from tracker.errors import UsageError
from tracker.services.people import person_name, required_person
from tracker.services.session import Workspace


def move(
    workspace: Workspace, observation_id: str, lesion: str | None, *, is_new: bool = False
) -> Observation:
    """Assign a photo to a lesion of its person (made if new), or to none.

    Raises:
        UnknownNameError: no such observation. UsageError: an unusable name.
    """
    with workspace.open("move") as vault:
        seen = vault.observation(observation_id)
        target = None
        if lesion is not None:
            target = vault.ensure_lesion(seen.person, lesion, is_new=is_new)
        vault.move_observation(seen.observation_id, target)
        return vault.observation(seen.observation_id)


def set_date(workspace: Workspace, observation_id: str, taken_at: str) -> Observation:
    """Correct when a photo was taken; its place in the timeline follows.

    Raises:
        CaptureDateError: not a date, or not a plausible one. UnknownNameError.
    """
    capture: CaptureTime = parse_capture_time(taken_at, DateSource.GIVEN, now=datetime.now())
    with workspace.open("set the date") as vault:
        vault.set_capture(observation_id, capture)
        return vault.observation(observation_id)


def set_note(workspace: Workspace, observation_id: str, note: str | None) -> Observation:
    """Write, replace or (None, blank) clear the note of a photo.

    Raises:
        UnknownNameError: no such observation. UsageError: an unusable text.
    """
    with workspace.open("note") as vault:
        vault.set_note(observation_id, note)
        return vault.observation(observation_id)


def rename_lesion(workspace: Workspace, person: str | None, lesion: str, name: str) -> Lesion:
    """Give a lesion another name.

    Raises:
        UnknownNameError: no such person or lesion. UsageError: the name is taken or unusable.
    """
    who = _who(workspace, person)
    with workspace.open("rename") as vault:
        found = vault.lesion(vault.person(who), lesion)
        vault.rename_lesion(found, name)
        return vault.lesion(vault.person(who), name)


def rename_person(workspace: Workspace, person: str, name: str) -> Person:
    """Give a person another name.

    Raises:
        UnknownNameError: nobody of that name. UsageError: the name is taken or unusable.
    """
    with workspace.open("rename") as vault:
        vault.rename_person(vault.person(person), name)
        return vault.person(name)


def set_site(workspace: Workspace, person: str | None, lesion: str, site: str | None) -> Lesion:
    """Say where on the body a lesion is; None or blanks for unknown.

    Raises:
        UnknownNameError: no such person or lesion. UsageError: an unusable name.
    """
    who = _who(workspace, person)
    with workspace.open("site") as vault:
        found = vault.lesion(vault.person(who), lesion)
        vault.set_site(found, site)
        return vault.lesion(vault.person(who), lesion)


def set_life_cycle(
    workspace: Workspace,
    person: str | None,
    lesion: str,
    status: str,
    note: str | None = None,
    *,
    on: date | None = None,
) -> Lesion:
    """Say where a lesion stands: active, excised (the note holds the pathology), resolved, merged.

    Args:
        on: the day of the excision, or on which it was found resolved.

    Raises:
        UsageError: another word, or a day to come. UnknownNameError: no such person or lesion.
    """
    try:
        stage = LifeCycle(status.strip().lower())
    except ValueError:
        raise UsageError(
            f"'{status}' is not a status of a lesion.",
            next_step=f"Use one of: {', '.join(stage.value for stage in LifeCycle)}.",
        ) from None
    if on is not None and on > date.today():
        raise UsageError(
            f"{on.isoformat()} is still to come.", next_step="Give the day on which it was done."
        )
    who = _who(workspace, person)
    with workspace.open("status") as vault:
        found = vault.lesion(vault.person(who), lesion)
        vault.set_life_cycle(found, stage, note, on=on)
        return vault.lesion(vault.person(who), lesion)


def merge(workspace: Workspace, person: str | None, lesion: str, into: str) -> Lesion:
    """Move every photo of `lesion` to `into`, and mark `lesion` as merged.

    Raises:
        UsageError: both are one. UnknownNameError: no such person or lesion.
    """
    who = _who(workspace, person)
    with workspace.open("merge") as vault:
        owner = vault.person(who)
        source, target = vault.lesion(owner, lesion), vault.lesion(owner, into)
        if source.lesion_id == target.lesion_id:
            raise UsageError(
                f"'{lesion}' cannot be merged with itself.", next_step="Name two lesions."
            )
        for seen in vault.observations(source):
            vault.move_observation(seen.observation_id, target)
        note = f"Merged into {target.name}"
        vault.set_life_cycle(source, LifeCycle.MERGED, note, on=date.today(), into=target)
        return vault.lesion(owner, into)


def record_symptom(
    workspace: Workspace,
    person: str | None,
    lesion: str,
    kind: str,
    *,
    note: str | None = None,
    noted_at: datetime | None = None,
) -> Symptom:
    """Record bleeding, crusting, itch, pain, raised, firm or growing.

    Args:
        noted_at: local time; now where it is not given.

    Raises:
        UsageError: another word, or a time in the future. UnknownNameError: no such lesion.
    """
    symptom = symptom_kind(kind)
    now = datetime.now()
    if noted_at is not None and noted_at > now:
        raise UsageError(
            "A symptom cannot be noted in the future.", next_step="Give the day it was noticed."
        )
    who = _who(workspace, person)
    with workspace.open("symptom") as vault:
        found = vault.lesion(vault.person(who), lesion)
        return vault.add_symptom(found, symptom, noted_at or now, note)


def symptom_kind(text: str) -> SymptomKind:
    """The symptom of that name.

    Raises:
        UsageError: another word.
    """
    try:
        return SymptomKind(text.strip().lower())
    except ValueError:
        raise UsageError(
            f"'{text}' is not a symptom this program knows.",
            next_step=f"Use one of: {', '.join(known.value for known in SymptomKind)}.",
        ) from None


def symptoms(workspace: Workspace, person: str | None, lesion: str) -> list[Symptom]:
    """What was reported of a lesion, oldest first.

    Raises:
        UnknownNameError: no such person or lesion.
    """
    who = _who(workspace, person)
    with workspace.open("symptoms") as vault:
        return list(vault.symptoms(vault.lesion(vault.person(who), lesion)))


def _who(workspace: Workspace, person: str | None) -> str:
    return person_name(workspace, person) or required_person(workspace, person)
