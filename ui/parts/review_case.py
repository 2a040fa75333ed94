"""One case of the review: its evidence on one screen, the decision beside it."""

from __future__ import annotations

import html

import streamlit as st

from tracker.domain import wording
from tracker.domain.records import Observation
from tracker.errors import UnknownNameError
from tracker.report.document import ReportPicture
from tracker.services import person_view, pictures
from tracker.services.case_view import CaseView, case_view
from tracker.services.person_view import PersonView
from tracker.services.report_clinical import heatmap
from ui import dates, session, strings_lesion
from ui import strings as common
from ui import strings_review as strings
from ui.components.mounting import data_address, mount
from ui.parts import (
    chrome,
    outline,
    review_decision,
    review_state,
    review_tables,
    stages,
    status,
)
from ui.parts.review_state import Case, Queue

_SIMILAR_PX = 96


def show(queue: Queue) -> None:
    """Draw the case that the list stands at."""
    _bar(queue)
    place, read = review_state.area(f"case {queue.case.lesion_id}", lambda: _read(queue.case))
    with place:
        if read is None:
            st.warning(strings.GONE, icon=":material/search_off:")
        else:
            _draw(queue, *read)


def _read(case: Case) -> tuple[PersonView, CaseView] | None:
    """None where the lesion is not there any more."""
    try:
        with st.spinner(common.COMPARING):
            view = person_view.person_view(session.workspace(), case.person)
            return view, case_view(session.workspace(), view, case.lesion)
    except UnknownNameError:
        return None


def _draw(queue: Queue, view: PersonView, found: CaseView) -> None:
    case = queue.case
    _head(view, case)
    with chrome.card("case-evidence"):
        _evidence(view, found)
    left, right = st.columns([7, 5], gap="medium")
    with left:
        _measured(found)
        _story(view, case)
    with right:
        with chrome.card("case-decision"):
            review_decision.show(queue, found)
        _network(found)
        _others(found)
        with chrome.card("case-pack"):
            review_decision.pack(case)
    with st.expander(strings.VERSIONS, icon=":material/memory:"):
        review_tables.identities(found.versions)


def _bar(queue: Queue) -> None:
    """Where in the list the window stands, and the ways to go from here."""
    key = review_state.shortcut
    with st.container(horizontal=True, vertical_alignment="center", key="case-bar"):
        if st.button(strings.BACK, key="case-list", shortcut=key("L"), icon=":material/list:"):
            review_state.leave()
            st.rerun()
        if st.button(
            strings.PREVIOUS,
            key="case-previous",
            disabled=queue.at == 0,
            shortcut=key("K"),
            icon=":material/chevron_left:",
        ):
            review_state.go_to(queue.at - 1)
            st.rerun()
        if st.button(
            strings.NEXT,
            key="case-next",
            disabled=queue.at + 1 >= len(queue.cases),
            shortcut=key("J"),
            icon=":material/chevron_right:",
        ):
            review_state.go_to(queue.at + 1)
            st.rerun()
        where = strings.case_of(queue.at + 1, len(queue.cases))
        st.html(f'<span class="mt-case" role="status">{html.escape(where)}</span>')


def _head(view: PersonView, case: Case) -> None:
    series = view.series[case.lesion]
    days = [dates.day(seen.capture.value) for seen in series.observations]
    st.title(session.plain(f"{case.person} · {case.lesion}"), anchor=False)
    count = strings.photos(len(series.observations))
    chrome.lead(strings_lesion.facts(series.lesion.site, count, days[0], days[-1]))
    stage = stages.line(view, case.lesion)
    if stage is not None:
        st.info(session.plain(stage), icon=":material/flag:")


def _evidence(view: PersonView, found: CaseView) -> None:
    """The judgement, then the photos and the heat map beside each other."""
    status.badge(found.change)
    status.alerts(found.change)
    shown = [_picture(each, strings.ROLES[each.role]) for each in found.pictures]
    heat = _heatmap(found.latest)
    if heat is not None:
        shown.append(_picture(heat, strings.HEATMAP) | {"outlines": (), "own_frame": False})
    mount(
        "evidence",
        key="case-evidence-photos",
        data={
            "pictures": shown,
            "note": _frame_note(found),
            "words": {"outline": strings.OUTLINE},
            "keys": review_state.has_keys(),
            "stamp": str(hash(str(shown))),
        },
    )
    if heat is not None:
        st.caption(wording.HEATMAP_NOTE)
    with st.container(horizontal=True):
        if heat is None and found.latest is not None:
            _heatmap_button(found.latest)
        if st.button(
            strings.OPEN_SPOT,
            key="case-open",
            icon=":material/compare:",
            help=strings.OPEN_SPOT_HELP,
            shortcut=review_state.shortcut("T"),
        ):
            session.choose_lesion(view.person, found.change.lesion)
            st.switch_page(session.page("timeline"))
        rows = person_view.rows_of(session.workspace(), view, found.change.lesion)
        if rows:
            outline.button(rows[-1])


def _picture(picture: ReportPicture, label: str) -> dict[str, object]:
    day = review_tables.day_of(picture.taken_on)
    notes = [day]
    if picture.corrected_by:
        notes.append(strings.CORRECTED_BY.format(name=picture.corrected_by))
    if not picture.is_aligned:
        notes.append(strings.OWN_FRAME)
    bar = picture.bar
    return {
        "src": data_address(picture.data),
        "alt": f"{label}, {day}",
        "label": label,
        "note": " · ".join(notes),
        "outlines": picture.outlines,
        "own_frame": not picture.is_aligned,
        "bar": None if bar is None else {"text": f"{bar.mm:g} mm", "share": bar.share},
    }


def _frame_note(found: CaseView) -> str:
    bars = [each.bar for each in found.pictures if each.bar is not None]
    source = strings.BAR_FROM.format(source=bars[0].source) if bars and bars[0].source else ""
    if found.lined_up == "skin":
        return strings.LINED_UP_SKIN.format(bar=source).replace("  ", " ")
    if found.lined_up == "lesion":
        return strings.LINED_UP_LESION
    return strings.NOT_LINED_UP if len(found.pictures) > 1 else source


def _heatmap(latest: Observation | None) -> ReportPicture | None:
    """The heat map where it was made before."""
    return None if latest is None else heatmap(session.workspace(), latest, only_kept=True)


def _heatmap_button(latest: Observation) -> None:
    """Asks the network once more, which takes a second or two; kept from then on."""
    pressed = st.button(
        strings.HEATMAP_MAKE,
        key="case-heatmap",
        icon=":material/gradient:",
        shortcut=review_state.shortcut("H"),
    )
    if not pressed:
        return
    with st.spinner(strings.HEATMAP_MAKING):
        made = heatmap(session.workspace(), latest)
    if made is None:
        st.info(strings.HEATMAP_NONE, icon=":material/info:")
    else:
        st.rerun()


def _measured(found: CaseView) -> None:
    with chrome.card("case-measured"):
        if found.clinical is None:
            st.write(strings.NOTHING_MEASURED)
        else:
            review_tables.abcde(found.clinical, found.change)
        review_tables.evolution(found.change)
        status.reasons(found.change)


def _network(found: CaseView) -> None:
    with chrome.card("case-network"):
        st.markdown(f"##### {strings.NETWORK}")
        if found.clinical is None:
            st.write(strings.NO_PROBABILITIES)
        else:
            review_tables.network(found.clinical)


def _others(found: CaseView) -> None:
    """The person's other spots: why this one stands out, and those that look most like it."""
    with chrome.card("case-others"):
        st.markdown(f"##### {strings.STANDS_OUT}")
        if found.stands_out:
            st.markdown(f":material/priority_high: {session.plain(found.stands_out)}")
        if not found.similar:
            st.caption(strings.SIMILAR_NONE)
            return
        st.markdown(f"**{strings.SIMILAR}**")
        with st.container(horizontal=True, gap="small"):
            for one in found.similar:
                with st.container(width=_SIMILAR_PX, gap=None):
                    picture = pictures.lesion_picture(session.workspace(), one.observation_id)
                    alt = strings.ALT_SIMILAR.format(lesion=one.lesion)
                    st.image(picture, width=_SIMILAR_PX, alt=alt)
                    st.caption(f"{session.plain(one.lesion)} · {one.cosine:.2f}")
        st.caption(strings.SIMILAR_NOTE)


def _story(view: PersonView, case: Case) -> None:
    series = view.series[case.lesion]
    told = [
        (each.noted_at.astimezone().date(), _symptom(wording.SYMPTOM_NAMES[each.kind], each.note))
        for each in series.symptoms
    ]
    told += [(s.capture.value.date(), s.note) for s in series.observations if s.note]
    with chrome.card("case-story"):
        st.markdown(f"##### {strings.STORY}")
        if told:
            review_tables.lines([(dates.day(day), text) for day, text in sorted(told)[::-1]])
        else:
            st.caption(strings.STORY_NONE)
    stages.show(view, case.lesion)


def _symptom(name: str, note: str | None) -> str:
    return f"▲ {name}: {note}" if note else f"▲ {name}"
