"""What a person should look at today: every lesion in the group of its most urgent matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.change import AlertKind, Change, Status
from tracker.services.answers import unanswered
from tracker.services.due import DueRow, due
from tracker.services.person_view import person_view
from tracker.services.session import Workspace
from tracker.services.timeline import unassigned

#: Days ahead that a next photo is announced.
DUE_WITHIN_DAYS = 30
_STANDS_OUT = frozenset({AlertKind.NEW_LESION, AlertKind.UGLY_DUCKLING})


@dataclass(frozen=True, slots=True)
class Today:
    """Lesions of a person by what is to be done; each is in one group, the most urgent that fits.

    see_now: a symptom was reported. changed: change was measured. stands_out: new, or unlike the
    others. retake: the latest photo cannot be compared, or may show another spot. rest: nothing
    was measured, or there is one photo. due: next photos within DUE_WITHIN_DAYS, soonest first;
    a lesion may be there as well. unassigned: photos that wait for a lesion.
    unanswered: lesions at whose latest photo nobody was asked about symptoms.
    """

    see_now: tuple[Change, ...]
    changed: tuple[Change, ...]
    stands_out: tuple[Change, ...]
    retake: tuple[Change, ...]
    rest: tuple[Change, ...]
    due: tuple[DueRow, ...]
    unassigned: int
    unanswered: tuple[str, ...]


def today(workspace: Workspace, person: str, on: date | None = None) -> Today:
    """The groups; missing comparisons are computed and stored first.

    Args:
        on: the day that counts as today, by default the computer's.

    Raises:
        UnknownNameError: nobody of that name. VaultError and its kin.
    """
    changes = person_view(workspace, person).changes
    groups = grouped(changes)
    rows = due(workspace, person, today=on, within_days=DUE_WITHIN_DAYS)
    return Today(
        see_now=tuple(groups["see_now"]),
        changed=tuple(groups["changed"]),
        stands_out=tuple(groups["stands_out"]),
        retake=tuple(groups["retake"]),
        rest=tuple(groups["rest"]),
        due=tuple(row for row in rows if row.due_on is not None),
        unassigned=len(unassigned(workspace, person)),
        unanswered=_unanswered(workspace, person, changes),
    )


def _unanswered(workspace: Workspace, person: str, changes: Sequence[Change]) -> tuple[str, ...]:
    open_ones = {seen.observation_id for seen in unanswered(workspace, person)}
    return tuple(change.lesion for change in changes if change.latest in open_ones)


def grouped(changes: Sequence[Change]) -> dict[str, list[Change]]:
    """Each change in its most urgent group, in the order given."""
    groups: dict[str, list[Change]] = {
        name: [] for name in ("see_now", "changed", "stands_out", "retake", "rest")
    }
    for change in changes:
        groups[_group(change)].append(change)
    return groups


def _group(change: Change) -> str:
    kinds = {alert.kind for alert in change.alerts}
    if AlertKind.SYMPTOM in kinds:
        return "see_now"
    if change.status is Status.CHANGED:
        return "changed"
    if kinds & _STANDS_OUT:
        return "stands_out"
    if change.status is Status.CANNOT_COMPARE or AlertKind.IDENTITY_DOUBT in kinds:
        return "retake"
    return "rest"
