"""The question about symptoms, asked wherever a photo or a spot is looked at."""

from __future__ import annotations

import streamlit as st

from tracker.domain import wording
from tracker.domain.care import Answer
from tracker.domain.records import SymptomKind
from tracker.services import answers, person_view
from tracker.services.person_view import PersonView
from tracker.services.results import ObservationRow
from ui import dates, session, strings, strings_lesion


def ask(*, key: str) -> list[SymptomKind]:
    """What the person says of the spot; every choice is in view, on any width."""
    return st.pills(
        wording.SYMPTOM_QUESTION,
        list(SymptomKind),
        selection_mode="multi",
        format_func=lambda kind: wording.SYMPTOM_NAMES[kind],
        wrap=True,
        key=key,
    )


def answer(*, key: str) -> tuple[SymptomKind, ...] | None:
    """What the person says of the spot; () for "none of these", None while nothing is said.

    A symptom counts even where "none of these" was chosen too.
    """
    chosen = st.pills(
        wording.SYMPTOM_QUESTION,
        [*SymptomKind, None],
        selection_mode="multi",
        format_func=lambda kind: strings.NONE_OF_THESE if kind is None else _name(kind),
        wrap=True,
        key=key,
    )
    kinds = tuple(kind for kind in chosen if kind is not None)
    if kinds:
        st.error(wording.SEE_NOW, icon=":material/priority_high:")
    return kinds if chosen else None


def _name(kind: SymptomKind) -> str:
    return wording.SYMPTOM_NAMES[kind]


def ask_about(view: PersonView, lesion: str, row: ObservationRow) -> None:
    """What was reported of the spot, and the question, asked once for each photo."""
    workspace = session.workspace()
    seen = row.observation
    reported = view.series[lesion].symptoms
    if reported:
        st.markdown(f"**{strings_lesion.REPORTED}**")
        for symptom in reported:
            st.markdown(f"- {dates.day(symptom.noted_at.date())}: {_name(symptom.kind)}")
    given = [
        each
        for each in person_view.answers_of(workspace, view, lesion)
        if each.observation_id == seen.observation_id
    ]
    if given:
        st.caption(_given(given[-1]))
        with st.expander(strings_lesion.ASK_AGAIN, icon=":material/sick:"):
            _ask_and_keep(view.person, lesion, row, len(given))
    else:
        _ask_and_keep(view.person, lesion, row, 0)


def _ask_and_keep(person: str, lesion: str, row: ObservationRow, times: int) -> None:
    """Ask and record; `times` it was answered before, so that an answer does not stay chosen."""
    observation_id = row.observation.observation_id
    key = f"symptoms-{observation_id}-{times}"
    kinds = answer(key=key)
    if st.button(strings_lesion.ASK_SAVE, key=f"{key}-save", disabled=kinds is None):
        answers.answer(
            session.workspace(), person, lesion, kinds or (), observation_id=observation_id
        )
        st.rerun()


def _given(given: Answer) -> str:
    said = wording.join_words([_name(kind) for kind in given.kinds])
    day = dates.day(given.answered_at.astimezone().date())
    return strings_lesion.ASKED.format(day=day, answer=said or strings_lesion.ANSWER_NONE)
