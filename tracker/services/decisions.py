"""What a clinician decided on a lesion: the latest decision stands, and none is ever lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.care import Decision, DecisionKind
from tracker.domain.records import Lesion
from tracker.errors import UsageError
from tracker.services.people import person_name, required_person
from tracker.services.session import Workspace
from tracker.store.vault import Vault


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision with whose it is; `stands` until a later one of the same lesion."""

    decision: Decision
    person: str
    lesion: str
    stands: bool


def decide(
    workspace: Workspace,
    person: str | None,
    lesion: str,
    kind: str | DecisionKind,
    *,
    by: str,
    until: date | None = None,
    note: str | None = None,
    observations: Sequence[str] = (),
) -> Decision:
    """Record a decision.

    Args:
        kind: monitor, refer, biopsy, excise or no_action. by: who decides. until: the next look,
        of monitor only. observations: ids it is based on; else the photos of the latest day.

    Raises:
        UsageError: another word, a past day, a photo of another lesion. UnknownNameError.
    """
    word = _kind(kind)
    if until is not None and word is not DecisionKind.MONITOR:
        raise UsageError("Only 'monitor' has a day.", next_step="Leave the day out.")
    if word is DecisionKind.MONITOR and (until is None or until <= date.today()):
        raise UsageError(
            "Monitoring goes on until a day to come.", next_step="Give it: --until YYYY-MM-DD."
        )
    who = person_name(workspace, person) or required_person(workspace, person)
    with workspace.open("decide") as vault:
        found = vault.lesion(vault.person(who), lesion)
        based_on = _based_on(vault, found, observations)
        return vault.add_decision(found, word, by, until=until, note=note, observations=based_on)


def reopen(
    workspace: Workspace, person: str | None, lesion: str, *, by: str, note: str | None = None
) -> Decision:
    """Take the standing decision back; the lesion is on the worklist again.

    Raises:
        UsageError: no decision stands. UnknownNameError: no such person or lesion.
    """
    who = person_name(workspace, person) or required_person(workspace, person)
    with workspace.open("reopen") as vault:
        found = vault.lesion(vault.person(who), lesion)
        if standing(vault.decisions(found)) is None:
            raise UsageError(
                f"No decision stands on '{lesion}'.",
                next_step="See what was decided with: moletrail decisions",
            )
        seen = _based_on(vault, found, ())
        return vault.add_decision(found, DecisionKind.REOPENED, by, note=note, observations=seen)


def decisions(
    workspace: Workspace, person: str | None = None, lesion: str | None = None
) -> list[DecisionRow]:
    """What was decided, newest first.

    Args:
        person: None for everybody, unless a lesion is named.

    Raises:
        UnknownNameError: no such person or lesion. PersonRequiredError: a lesion without a person.
    """
    if lesion is not None:
        person = person_name(workspace, person) or required_person(workspace, person)
    with workspace.open("decisions") as vault:
        owner = None if person is None else vault.person(person)
        wanted = vault.lesions(owner)
        if lesion is not None and owner is not None:
            wanted = [vault.lesion(owner, lesion)]
        found = vault.decisions()
    lesions = {each.lesion_id: each for each in wanted}
    latest = {each.lesion_id: each.decision_id for each in found}
    rows = [
        DecisionRow(
            each,
            lesions[each.lesion_id].person,
            lesions[each.lesion_id].name,
            stands=latest[each.lesion_id] == each.decision_id
            and each.kind is not DecisionKind.REOPENED,
        )
        for each in found
        if each.lesion_id in lesions
    ]
    return rows[::-1]


def standing(made: Sequence[Decision]) -> Decision | None:
    """The decision that stands of those of one lesion, oldest first; None if it was taken back."""
    if not made or made[-1].kind is DecisionKind.REOPENED:
        return None
    return made[-1]


def _based_on(vault: Vault, lesion: Lesion, chosen: Sequence[str]) -> tuple[str, ...]:
    """The photos chosen, or those of the latest day."""
    seen = vault.observations(lesion)
    ids = {each.observation_id for each in seen}
    strange = [each for each in chosen if each not in ids]
    if strange:
        raise UsageError(
            f"{strange[0]!a} is not a photo of '{lesion.name}'.",
            next_step="See the ids with: moletrail timeline LESION",
        )
    if chosen or not seen:
        return tuple(chosen)
    day = seen[-1].capture.value.date()
    return tuple(each.observation_id for each in seen if each.capture.value.date() == day)


def _kind(word: str | DecisionKind) -> DecisionKind:
    kinds = [kind for kind in DecisionKind if kind is not DecisionKind.REOPENED]
    try:
        found = DecisionKind(word.strip().lower().replace("-", "_"))
    except ValueError:
        found = DecisionKind.REOPENED
    if found not in kinds:
        raise UsageError(
            f"'{word}' is not a decision.",
            next_step=f"Use one of: {', '.join(kind.value for kind in kinds)}.",
        )
    return found
