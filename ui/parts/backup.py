"""The diary as one file, and back from one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import streamlit as st

from tracker.services import backups
from ui import session
from ui import strings_keeping as strings
from ui.parts import chrome


def make(*, encrypted: bool) -> None:
    """The section of the data page that writes a backup.

    Into a path, not as a download: a diary of thousands of photos does not fit in a browser.
    """
    st.subheader(strings.BACKUP, anchor=False)
    sealed = strings.BACKUP_SEALED if encrypted else strings.BACKUP_READABLE
    st.write(f"{strings.BACKUP_TEXT} {sealed}")
    suggested = str(backups.suggested_file(date.today()))
    file = st.text_input(strings.BACKUP_FILE, value=suggested, key="backup-file")
    if not st.button(strings.BACKUP_START, disabled=not file.strip(), icon=":material/save:"):
        return
    bar = st.progress(0.0, strings.BACKUP_RUNNING)

    def advance(done: int, of: int) -> None:
        bar.progress(min(1.0, done / max(of, 1)), strings.BACKUP_RUNNING)

    with chrome.errors_in_words():
        made = backups.back_up(session.workspace(), Path(file.strip()), advance)
    bar.empty()
    said = strings.backed_up(str(made.file), made.photos, made.size_bytes)
    st.info(session.plain(said), icon=":material/save:")
    for photo in (*made.missing, *made.damaged):
        st.warning(session.plain(strings.BACKUP_LOST.format(photo=photo)))


def restore_here() -> None:
    """The section of the first visit that brings a backup back into the diary's own place."""
    with st.expander(strings.RESTORE, icon=":material/settings_backup_restore:"):
        st.write(strings.RESTORE_TEXT)
        file = st.text_input(strings.RESTORE_FILE, key="restore-file")
        if not st.button(strings.RESTORE_START, disabled=not file.strip()):
            return
        bar = st.progress(0.0, strings.RESTORE_RUNNING)

        def advance(done: int, of: int) -> None:
            bar.progress(min(1.0, done / max(of, 1)), strings.RESTORE_RUNNING)

        with chrome.errors_in_words():
            outcome = backups.restore(Path(file.strip()), session.workspace().vault_path, advance)
        if not outcome.damage:
            st.rerun()
        st.warning(strings.RESTORE_DAMAGED, icon=":material/build:")
        for message in outcome.damage:
            st.markdown(f"- {session.plain(message)}")
        st.button(strings.RESTORE_GO_ON)  # any click runs the app again, now on the diary
