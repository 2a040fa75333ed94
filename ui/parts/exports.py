"""Every open format, with what leaves and what is taken out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import streamlit as st

from tracker.services import exporting
from ui import session
from ui import strings_sharing as strings
from ui.parts import chrome


def show(person: str) -> None:
    """The section of the data page that exports; `person` is the one shown on the page."""
    st.subheader(strings.EXPORT, anchor=False)
    with chrome.card("export"):
        st.write(strings.EXPORT_TEXT)
        form = st.radio(
            strings.EXPORT_FORMAT,
            exporting.formats(),
            format_func=lambda name: strings.EXPORT_FORMATS[name][0],
            captions=[strings.EXPORT_FORMATS[name][1] for name in exporting.formats()],
            key="export-format",
        )
        who = st.radio(
            strings.EXPORT_WHO,
            (person, None),
            format_func=lambda name: (
                strings.EXPORT_EVERYBODY if name is None else session.plain(name)
            ),
            horizontal=True,
            key=f"export-who-{person}",
        )
        pictured = form in ("dicom", "isic")
        with_photos = pictured or st.checkbox(
            strings.EXPORT_PHOTOS, value=True, key="export-photos"
        )
        clinician = form not in ("dicom", "isic") and st.checkbox(
            strings.EXPORT_CLINICIAN, key="export-clinician"
        )
        st.markdown(f"- **{strings.SHARE_LEAVES}**: {strings.EXPORT_LEAVES[form]}")
        st.markdown(f"- {strings.EXPORT_STRIPPED}")
        place = st.text_input(
            strings.EXPORT_WHERE,
            value=str(exporting.suggested_folder(form, date.today())),
            key=f"export-where-{form}",
        ).strip()
        if st.button(strings.EXPORT_START, disabled=not place, icon=":material/folder_zip:"):
            _write(form, Path(place), who, with_photos=with_photos, clinician=clinician)


def _write(form: str, out: Path, person: str | None, *, with_photos: bool, clinician: bool) -> None:
    bar = st.progress(0.0, strings.EXPORT_RUNNING)

    def advance(done: int, of: int) -> None:
        bar.progress(min(1.0, done / max(of, 1)), strings.EXPORT_RUNNING)

    with chrome.errors_in_words():
        done = exporting.write_export(
            session.workspace(),
            form,
            out,
            person,
            with_photos=with_photos,
            clinician=clinician,
            on_photo=advance,
        )
    bar.empty()
    said = strings.exported(str(done.path), done.observations, done.photos, done.files)
    st.info(session.plain(said), icon=":material/save:")
    for each in done.left_out:
        line = strings.SHARE_SKIPPED.format(photo=each.photo, reason=each.reason)
        st.warning(session.plain(line))
