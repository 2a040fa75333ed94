"""One picture before it is stored: what was measured on it, and what the person says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import streamlit as st

from tracker.domain import wording
from tracker.domain.analysis import Analysis, ScaleSource
from tracker.domain.capture import Modality
from tracker.domain.records import SymptomKind
from tracker.services import profiles
from tracker.services.intake import has_rival
from tracker.services.preview import Preview
from tracker.services.results import AddRequest, LesionRow
from ui import dates, session
from ui import strings as common
from ui import strings_add as strings
from ui.parts import guide, symptom_question

_EARLIEST = date(1900, 1, 1)
_SOURCES = {
    ScaleSource.CARD: "the printed card",
    ScaleSource.RULER: "the ruler in the picture",
    ScaleSource.GIVEN: "what you gave",
    ScaleSource.DEVICE: "the device's profile",
}


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """What the person said of a picture.

    missing: what has to be said before it can be stored. symptoms: () is "none of these", None is
    not answered.
    """

    request: AddRequest
    symptoms: tuple[SymptomKind, ...] | None
    missing: tuple[str, ...]


def refused(name: str, seen: Preview) -> None:
    """A picture that cannot be measured: why, and what to do."""
    if seen.picture is not None:
        st.image(seen.picture, width=320, alt=common.ALT_PHOTO.format(photo=name))
    reason, advice = seen.analysis.reason or "", seen.analysis.advice or ""
    st.warning(f"{session.plain(name)}: {session.plain(f'{reason} {advice}')}")


def facts(name: str, seen: Preview) -> None:
    """The picture with its outline; quality with advice, outline, and scale."""
    if seen.picture is not None:
        alt = common.ALT_PHOTO.format(photo=name)
        st.image(seen.picture, caption=session.plain(name), width="stretch", alt=alt)
    analysis = seen.analysis
    issues = () if analysis.quality is None else analysis.quality.issues
    _fact("visibility", strings.QUALITY, [f"{one.reason} {one.advice}" for one in issues])
    if analysis.is_unlike_training:
        st.caption(f":material/info: {wording.UNLIKE_TRAINING}")
    _fact("gesture", strings.OUTLINE, _outline(seen))
    _fact("straighten", strings.SCALE, [_scale(analysis)])


def _fact(icon: str, title: str, sentences: list[str]) -> None:
    said = " ".join(sentences) or strings.QUALITY_ENOUGH
    st.caption(f":material/{icon}: **{title}:** {session.plain(said)}")


def _outline(seen: Preview) -> list[str]:
    found = strings.OUTLINE_FOUND
    if seen.diameter_mm is not None:
        found = strings.OUTLINE_SIZE.format(diameter=seen.diameter_mm)
    rival = [strings.OUTLINE_RIVAL] if has_rival(seen.analysis) else []
    return [found, *rival, strings.OUTLINE_WRONG]


def _scale(analysis: Analysis) -> str:
    scale = analysis.scale
    if scale is None:
        return strings.SCALE_NONE
    return strings.SCALE_FOUND.format(mm_per_px=scale.mm_per_px, source=_SOURCES[scale.source])


def form(
    key: str, name: str, data: bytes, person: str, modality: Modality, seen: Preview
) -> Filled:
    """The questions: day, spot, symptoms; scale and note for who has them."""
    taken_at = _date(key, seen)
    lesion, is_new, site = _lesion(key, person, seen)
    symptoms = symptom_question.answer(key=f"symptoms-{key}")
    with st.expander(strings.DETAILS):
        note = st.text_input(common.NOTES, key=f"note-{key}")
        scale = st.number_input(
            common.ADD_SCALE,
            min_value=0.0,
            value=None,
            format="%.5f",
            key=f"scale-{key}",
            help=common.ADD_SCALE_HELP,
        )
        profile = _profile(key)
    request = AddRequest(
        data=data,
        photo=name,
        person=person,
        lesion=lesion or None,
        site=site,
        taken_at=taken_at,
        mm_per_px=scale or None,
        profile=profile,
        modality=modality,
        note=note or None,
        is_new=is_new,
        assign_nearest=False,
    )
    missing = [strings.MISSING_DATE] if taken_at is None else []
    missing += [strings.MISSING_LESION] if lesion == "" else []
    return Filled(request, symptoms, tuple(missing))


def _profile(key: str) -> str | None:
    """The calibrated device it was taken with, where there are such."""
    names = [each.name for each in profiles.profiles(session.workspace())]
    if not names:
        return None
    return st.selectbox(strings.PROFILE, names, index=None, key=f"profile-{key}")


def _date(key: str, seen: Preview) -> str | None:
    """ISO text of the day confirmed; keeps the camera's time of day where the day is its own."""
    known = None if seen.capture is None else seen.capture.value.date()
    day = st.date_input(
        common.ADD_DATE,
        value=known,
        min_value=_EARLIEST,
        max_value="today",
        key=f"date-{key}",
        format=dates.input_format(),
        help=common.ADD_DATE_EXIF if known else common.ADD_DATE_MISSING,
    )
    if known is None and day is None:
        st.caption(f":material/event: {common.ADD_DATE_MISSING}")
    if not isinstance(day, date):
        return None
    if seen.capture is not None and day == known:
        return seen.capture.isoformat()
    return day.isoformat()


def _lesion(key: str, person: str, seen: Preview) -> tuple[str | None, bool, str | None]:
    """(name, or None to decide later, or "" while unnamed; appeared lately; site)."""
    rows = _by_site(key, guide.known_lesions(person))
    known = [row.lesion for row in rows]
    wanted = session.to_retake()
    retake = wanted[1] if wanted is not None and wanted[0] == person else None
    proposed = [match.lesion for match in seen.proposals]
    first = [retake] if retake in known else []
    here = [name for name in proposed if name in known]
    ordered = list(dict.fromkeys([*first, *here, *known, *proposed]))
    likely = seen.likely
    _said(seen, known)
    options = [*ordered, common.ADD_NEW_LESION, common.ADD_DECIDE_LATER]
    start = None if known else len(ordered)
    if likely is not None:
        start = ordered.index(likely.lesion)
    elif first:
        start = 0
    chosen = st.selectbox(common.ADD_LESION, options, index=start, key=f"lesion-{key}")
    if chosen is None:
        return "", False, None
    if chosen == common.ADD_DECIDE_LATER:
        return None, False, None
    if chosen != common.ADD_NEW_LESION:
        return chosen, False, None
    name = st.text_input(common.ADD_NEW_LESION_NAME, key=f"new-{key}")
    site = st.text_input(common.ADD_SITE, key=f"site-{key}")
    is_new = st.checkbox(wording.NEW_LESION_QUESTION, key=f"isnew-{key}")
    if is_new:
        st.warning(wording.NEW_LESION, icon=":material/priority_high:")
    return name.strip(), is_new, site.strip() or None


def _by_site(key: str, rows: list[LesionRow]) -> list[LesionRow]:
    """The person's spots; only those of a part of the body where one is named."""
    sites = sorted({row.site for row in rows if row.site is not None})
    if len(sites) < 2:
        return rows
    site = st.selectbox(
        strings.WHERE, sites, index=None, key=f"where-{key}", placeholder=strings.ANYWHERE
    )
    return rows if site is None else [row for row in rows if row.site == site]


def _said(seen: Preview, known: list[str]) -> None:
    """How sure the proposal is: lined up, merely alike, or none."""
    likely = seen.likely
    best = seen.proposals[0] if seen.proposals else None
    if likely is not None:
        words = strings.CONFIDENT.format(
            lesion=session.plain(likely.lesion), likeness=likely.similarity
        )
        st.info(words, icon=":material/link:")
    elif best is not None:
        words = strings.LIKELY.format(lesion=session.plain(best.lesion), likeness=best.similarity)
        st.caption(f":material/help_center: {words}")
    elif known:
        st.caption(common.ADD_UNSURE)
