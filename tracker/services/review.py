"""The worklist as a page of it is shown: filtered, counted, and kept until the vault moves on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.services import memo
from tracker.services.comparing import OnProgress
from tracker.services.session import Workspace
from tracker.services.worklist import Urgency, Worklist, WorkRow, worklist


class Decided(StrEnum):
    """Which lesions are wanted: those that wait for a decision, those that have one, or both."""

    OPEN = "open"
    DECIDED = "decided"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """What is wanted of the worklist.

    urgencies: none chosen means all. due_only: the next photo is due today or earlier. text: part
    of the name of a person, a lesion or a site, letter case aside.
    """

    urgencies: frozenset[Urgency] = frozenset()
    decided: Decided = Decided.OPEN
    due_only: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReviewList:
    """What passed, most urgent first.

    counts: of what passes all but the filter by urgency. people, lesions, observations, decided:
    of the whole vault; decided are the lesions on which a decision stands.
    """

    rows: tuple[WorkRow, ...]
    counts: Mapping[Urgency, int]
    people: int
    lesions: int
    observations: int
    decided: int


def review_list(
    workspace: Workspace,
    wanted: ReviewFilter | None = None,
    *,
    today: date | None = None,
    on_progress: OnProgress | None = None,
) -> ReviewList:
    """The worklist over everybody, filtered.

    Args:
        on_progress: see `worklist`.

    Raises:
        VaultError and its kin.
    """
    chosen = wanted or ReviewFilter()
    now = today or date.today()
    with workspace.open("review") as vault:
        position = vault.position
    whole = memo.get(
        workspace.vault_path,
        position,
        "review-whole",
        now,
        lambda: worklist(workspace, include_decided=True, today=now, on_progress=on_progress),
    )
    return memo.get(
        workspace.vault_path,
        position,
        "review",
        (now, chosen),
        lambda: _filtered(whole, chosen, now),
    )


def _filtered(whole: Worklist, wanted: ReviewFilter, today: date) -> ReviewList:
    text = wanted.text.strip().casefold()
    passing = [
        row
        for row in whole.rows
        if wanted.decided in (Decided.ALL, Decided.DECIDED if row.decided else Decided.OPEN)
        and (not wanted.due_only or (row.due_on is not None and row.due_on <= today))
        and (not text or text in f"{row.person}\n{row.lesion}\n{row.site or ''}".casefold())
    ]
    return ReviewList(
        rows=tuple(
            row for row in passing if not wanted.urgencies or row.urgency in wanted.urgencies
        ),
        counts=Counter(row.urgency for row in passing),
        people=whole.people,
        lesions=whole.lesions,
        observations=whole.observations,
        decided=sum(row.decided for row in whole.rows),
    )
