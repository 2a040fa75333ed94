"""What the review remembers in one window: the view, the filters, the list, and the name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from tracker.services.review import ReviewFilter
from tracker.services.worklist import WorkRow
from ui import session

_VIEW = "review-clinician"
_KEYS = "review-keys"
_FILTER = "review-filter"
_PAGE = "review-page"
_QUEUE = "review-queue"
_LAST = "review-last"
_NAME = "review-name"
_DRAWN = "review-drawn"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Case:
    """One lesion of the list."""

    person: str
    lesion: str
    lesion_id: str


@dataclass(frozen=True, slots=True)
class Queue:
    """The list as it was when the first case was opened, and where in it the window stands.

    It keeps its order while decisions are recorded, so that "next" never skips a case.
    """

    vault: str
    cases: tuple[Case, ...]
    at: int

    @property
    def case(self) -> Case:
        """The case that is open."""
        return self.cases[self.at]


def is_clinician() -> bool:
    """Whether this window shows the clinician's view."""
    return bool(st.session_state.get(_VIEW))


def be_clinician(*, wanted: bool) -> None:
    """Switch the clinician's view of this window."""
    st.session_state[_VIEW] = wanted
    leave()


def shortcut(key: str) -> str | None:
    """The key while shortcuts are on: WCAG 2.2, 2.1.4 wants single keys to have an off switch."""
    return key if has_keys() else None


def has_keys() -> bool:
    """Whether single keys act."""
    return bool(st.session_state.get(_KEYS, True))


def set_keys(*, wanted: bool) -> None:
    """Switch single keys."""
    st.session_state[_KEYS] = wanted


def wanted() -> ReviewFilter:
    """The filters; they outlive a look at a case."""
    found: ReviewFilter = st.session_state.get(_FILTER, ReviewFilter())
    return found


def want(chosen: ReviewFilter) -> None:
    """Keep the filters; others begin at the first page."""
    if chosen != wanted():
        st.session_state[_FILTER] = chosen
        st.session_state[_PAGE] = 0


def page() -> int:
    """Page of the list, 0 and up."""
    return int(st.session_state.get(_PAGE, 0))


def turn_to(number: int) -> None:
    """Another page of the list."""
    st.session_state[_PAGE] = number


def begin(rows: Sequence[WorkRow], at: int) -> None:
    """Open a case of the list."""
    cases = tuple(Case(row.person, row.lesion, row.lesion_id) for row in rows)
    st.session_state[_QUEUE] = Queue(_vault(), cases, at)


def queue() -> Queue | None:
    """The list that is gone through; None while no case of this vault is open."""
    found: Queue | None = st.session_state.get(_QUEUE)
    return found if found is not None and found.vault == _vault() else None


def go_to(at: int) -> None:
    """Another case of the same list."""
    found = queue()
    if found is not None and 0 <= at < len(found.cases):
        st.session_state[_QUEUE] = Queue(found.vault, found.cases, at)


def leave() -> None:
    """Back to the list."""
    found: Queue | None = st.session_state.pop(_QUEUE, None)
    if found is not None:
        st.session_state[_LAST] = found.case.lesion_id


def last() -> str | None:
    """Id of the lesion whose case was open last."""
    found: str | None = st.session_state.get(_LAST)
    return found


def area(drawn: str, read: Callable[[], _T]) -> tuple[DeltaGenerator, _T]:
    """Where `drawn` is drawn, and what was read for it.

    Streamlit leaves what was drawn before in place until the script ends: beside the name of
    another case that would be the wrong evidence. So it is cleared before anything is read, but
    only where something else is to be drawn: otherwise the page would flicker at each click.
    """
    if st.session_state.get(_DRAWN) == drawn:
        return st.container(), read()
    place = st.empty()
    found = read()
    st.session_state[_DRAWN] = drawn
    return place.container(), found


def name() -> str:
    """Who decides, as typed last."""
    return str(st.session_state.get(_NAME, ""))


def set_name(text: str) -> None:
    """Keep who decides for the next case."""
    st.session_state[_NAME] = text


def _vault() -> str:
    return str(session.workspace().vault_path)
