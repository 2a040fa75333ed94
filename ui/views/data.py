"""Where the diary is, what computed it, what this tool cannot do."""

from __future__ import annotations

import streamlit as st

from tracker.domain import wording
from tracker.services.doctor import examine
from tracker.services.results import DoctorReport, VaultState
from ui import session, strings
from ui.parts import (
    backup,
    check_vault,
    deletion,
    person_picker,
    protection_section,
    reanalyze,
    report_download,
)


def show() -> None:
    """Draw the page."""
    st.title(strings.DATA_TITLE)
    report = examine(session.workspace())
    for problem in report.problems:
        st.warning(session.plain(problem), icon=":material/build:")
    st.subheader(strings.DATA_WHERE, anchor=False)
    st.code(report.vault.path, language=None, wrap_lines=True)
    if report.vault.observations is not None:
        _counts(report.vault)
    st.write(strings.DATA_LOCAL)
    if report.vault.encrypted is not None:
        protection_section.show(encrypted=report.vault.encrypted)
    if report.vault.state == "ok":
        backup.make(encrypted=bool(report.vault.encrypted))
        reanalyze.show()
    if report.vault.state in ("ok", "VaultDamaged"):
        check_vault.show()
    person = person_picker.pick(key="data_person")
    if person is not None:
        report_download.for_lesion(person, None)
        deletion.a_person()
    st.subheader(strings.DATA_LIMITS, anchor=False)
    for sentence in wording.WHAT_THIS_IS_NOT:
        st.markdown(f"- {sentence}")
    with st.expander(strings.DATA_VERSIONS, icon=":material/info:"):
        _versions(report)


def _versions(report: DoctorReport) -> None:
    rows = [{"": "Moletrail", strings.COLUMN_VERSION: report.program}]
    rows += [
        {"": model.name, strings.COLUMN_VERSION: f"{model.version} ({(model.sha256 or '')[:12]})"}
        for model in report.models
    ]
    rows += [
        {"": name, strings.COLUMN_VERSION: version or strings.NOT_KNOWN}
        for name, version in report.libraries.items()
    ]
    st.dataframe(rows, hide_index=True)
    st.caption(f"{strings.DATA_LICENCE}: {report.licence.whole}")


def _counts(vault: VaultState) -> None:
    counts = strings.vault_counts(vault.people or 0, vault.lesions or 0, vault.observations or 0)
    folder = strings.DATA_FOLDER_ENCRYPTED if vault.encrypted else strings.DATA_FOLDER
    st.write(f"{counts} {folder}")
