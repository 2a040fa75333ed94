"""Where the diary is, who can open it, what leaves it, and what computed it."""

from __future__ import annotations

from datetime import date

import streamlit as st

from tracker.domain import wording
from tracker.services.doctor import examine
from tracker.services.methods import METHODS
from tracker.services.results import DoctorReport, VaultState
from tracker.services.settings import settings
from ui import dates, session, strings_review
from ui import strings as common
from ui import strings_data as strings
from ui.parts import (
    backup,
    bin_section,
    check_vault,
    chrome,
    deletion,
    exports,
    person_picker,
    privacy,
    protection_section,
    reanalyze,
    report_download,
    share,
)


def show() -> None:
    """Draw the page."""
    st.title(common.DATA_TITLE)
    chrome.lead(strings.LEAD)
    report = examine(session.workspace())
    for problem in report.problems:
        st.warning(session.plain(problem), icon=":material/build:")
    _where(report.vault)
    st.header(strings.SECTION_PRIVACY, anchor=False)
    with chrome.card("privacy"):
        privacy.show()
    if report.vault.state in ("ok", "VaultDamaged"):
        _keep(report.vault)
    if report.vault.state == "ok":
        reanalyze.show()
        _people()
        _for_clinicians()
    st.header(strings.SECTION_MODEL, anchor=False)
    _versions(report)
    with st.expander(strings.ABOUT, icon=":material/info:"):
        for sentence in wording.WHAT_THIS_IS_NOT:
            st.markdown(f"- {sentence}")


def _where(vault: VaultState) -> None:
    st.header(strings.SECTION_WHERE, anchor=False)
    st.code(vault.path, language=None, wrap_lines=True)
    if vault.observations is not None:
        _counts(vault)
    if vault.encrypted is not None:
        protection_section.show(encrypted=vault.encrypted)


def _keep(vault: VaultState) -> None:
    st.header(strings.SECTION_KEEP, anchor=False)
    known = settings(session.workspace())
    if known.backed_up_on is None:
        st.write(strings.BACKUP_NEVER)
    else:
        day = dates.day(date.fromisoformat(known.backed_up_on))
        st.write(session.plain(strings.BACKUP_LAST.format(day=day, file=known.backup_file)))
    if vault.state == "ok":
        backup.make(encrypted=bool(vault.encrypted))
    check_vault.show()


def _people() -> None:
    """Reports, the bin, and deleting: of the people in the diary."""
    person = person_picker.pick(key="data_person")
    if person is None:
        return
    report_download.for_lesion(person, None)
    share.show(person)
    exports.show(person)
    st.header(strings.SECTION_BIN, anchor=False)
    bin_section.show()
    st.header(strings.SECTION_DELETE, anchor=False)
    deletion.a_person()


def _for_clinicians() -> None:
    st.header(strings_review.DATA_TITLE, anchor=False)
    with chrome.card("clinicians"), chrome.row("clinicians"):
        st.markdown(strings_review.DATA_TEXT, width="stretch")
        if st.button(strings_review.DATA_OPEN, icon=":material/clinical_notes:"):
            st.switch_page(session.page("review"))


def _versions(report: DoctorReport) -> None:
    with st.expander(common.DATA_VERSIONS, icon=":material/info:"):
        rows = [{"": "Moletrail", common.COLUMN_VERSION: report.program}]
        rows += [
            {"": model.name, common.COLUMN_VERSION: _short(model.version, model.sha256)}
            for model in report.models
        ]
        rows += [{"": name, common.COLUMN_VERSION: method} for name, method in METHODS.items()]
        rows += [
            {"": name, common.COLUMN_VERSION: version or common.NOT_KNOWN}
            for name, version in report.libraries.items()
        ]
        st.dataframe(rows, hide_index=True)
        st.caption(f"{common.DATA_LICENCE}: {report.licence.whole}")


def _short(version: str | None, sha256: str | None) -> str:
    return f"{version} ({(sha256 or '')[:12]})"


def _counts(vault: VaultState) -> None:
    counts = common.vault_counts(vault.people or 0, vault.lesions or 0, vault.observations or 0)
    folder = common.DATA_FOLDER_ENCRYPTED if vault.encrypted else common.DATA_FOLDER
    st.write(f"{counts} {folder}")
