"""The body map: where the spots are, how they stand, and putting them there."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from tracker.domain import wording
from tracker.domain.body import BodyPlace, BodyView
from tracker.domain.body_map import VIEW_NAMES, drawing
from tracker.domain.body_regions import likely_view, region_words
from tracker.domain.change import AlertKind, Change
from tracker.domain.records import Lesion, LifeCycle
from tracker.services import details, edits, person_view
from tracker.services.person_view import PersonView
from ui import session, strings, strings_lesion
from ui import strings_body as words
from ui.components.mounting import mount
from ui.parts import chrome, person_picker, status

_PAST = frozenset({LifeCycle.EXCISED, LifeCycle.RESOLVED})
_SAID = "body-map-said"


def show() -> None:
    """Draw the page."""
    st.title(words.TITLE, anchor=False)
    before = session.chosen_lesion()
    person = person_picker.pick(key="body_person", default=before[0] if before else None)
    if person is None:
        st.write(words.NONE)
        return
    chrome.lead(words.LEAD)
    with st.spinner(strings.COMPARING):
        view = person_view.person_view(session.workspace(), person)
    urgent = [change.lesion for change in view.changes]
    names = [*urgent, *(name for name in view.series if name not in urgent)]
    spots = [_spot(view, name) for name in names if _shown(view.series[name].lesion)]
    if not spots:
        st.write(words.NONE)
        return
    said = st.session_state.pop(_SAID, None)
    if said:
        st.toast(said)
    key = f"body-{person}"
    with chrome.card("body"):
        result = mount(
            "body",
            key=key,
            data={
                "views": [_view(each) for each in BodyView],
                "view": _busiest(view).value,
                "spots": spots,
                "stamp": view.position,
                "words": words.WORDS,
            },
            triggers=("put", "opened", "removed"),
        )
    _act(view, result)


def _shown(lesion: Lesion) -> bool:
    return lesion.life_cycle is not LifeCycle.MERGED


def _view(name: BodyView) -> dict[str, object]:
    drawn = drawing(name)
    return {
        "id": name.value,
        "name": VIEW_NAMES[name],
        "width": drawn.width,
        "height": drawn.height,
        "outline": drawn.outline,
        "details": drawn.details,
        "edges": list(drawn.edges),
    }


def _busiest(view: PersonView) -> BodyView:
    """The drawing with most spots; the front where there is none."""
    places = [one.lesion.place for one in view.series.values()]
    counts = {each: sum(p is not None and p.view is each for p in places) for each in BodyView}
    return max(BodyView, key=lambda each: counts[each])


def _spot(view: PersonView, name: str) -> dict[str, object]:
    series, change = view.series[name], view.change(name)
    lesion = series.lesion
    kind, sign, said = _standing(lesion, change)
    term = details.site_term(lesion)
    return {
        "id": lesion.lesion_id,
        "name": name,
        "kind": kind,
        "sign": sign,
        "status": said,
        "facts": _facts(lesion, len(series.observations)),
        "place": _place(lesion.place),
        "likely": likely_view(lesion.site).value,
        "term": ""
        if term is None
        else words.TERM.format(name=term.snomed_name, code=term.snomed_code, isic=term.isic),
    }


def _standing(lesion: Lesion, change: Change | None) -> tuple[str, str, str]:
    """Look and sign of a spot's mark, and what is said of it."""
    if lesion.life_cycle in _PAST:
        return "past", "×", strings_lesion.STAGE_WORDS[lesion.life_cycle.value]
    if change is None:
        return "past", "–", words.PHOTOS_NONE
    if any(alert.kind is AlertKind.SYMPTOM for alert in change.alerts):
        return "symptom", "!", wording.SEE_NOW
    return change.status.value, status.MARKS[change.status], wording.status_sentence(change.status)


def _facts(lesion: Lesion, photos: int) -> str:
    parts = [lesion.site or strings_lesion.SITE_UNKNOWN, strings.photo_count(photos)]
    if lesion.place is not None:
        parts.append(VIEW_NAMES[lesion.place.view])
    return " · ".join(parts)


def _place(place: BodyPlace | None) -> dict[str, object] | None:
    return None if place is None else {"view": place.view.value, "x": place.x, "y": place.y}


def _act(view: PersonView, result: object) -> None:
    """Do what was asked for on the map."""
    names = {one.lesion.lesion_id: name for name, one in view.series.items()}
    opened, removed = getattr(result, "opened", None), getattr(result, "removed", None)
    put = getattr(result, "put", None)
    workspace = session.workspace()
    if opened in names:
        session.choose_lesion(view.person, names[opened])
        st.switch_page(session.page("timeline"))
    if removed in names:
        details.clear_place(workspace, view.person, names[removed])
        st.session_state[_SAID] = words.REMOVED.format(spot=session.plain(names[removed]))
        st.rerun()
    if isinstance(put, Mapping) and put.get("spot") in names:
        _put(view, names[put["spot"]], put)
        st.rerun()


def _put(view: PersonView, name: str, put: Mapping[str, object]) -> None:
    """Keep the place; a spot whose site is not known gets the part of the body as its site."""
    workspace = session.workspace()
    x, y = put["x"], put["y"]
    assert isinstance(x, int | float)
    assert isinstance(y, int | float)
    place = BodyPlace(BodyView(str(put["view"])), float(x), float(y))
    region = region_words(place)
    known = view.series[name].lesion.site
    details.set_place(workspace, view.person, name, place.view, place.x, place.y)
    if known is None:
        edits.set_site(workspace, view.person, name, region)
    said = words.PUT if known is not None else words.PUT_SITE
    st.session_state[_SAID] = said.format(spot=session.plain(name), region=region)
