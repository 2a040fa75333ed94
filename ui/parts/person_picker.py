"""Who a page is about."""

from __future__ import annotations

import streamlit as st

from tracker.services import timeline
from ui import session, strings


def pick_or_name(*, key: str, default: str | None = None) -> str | None:
    """A known person, or the name of someone new; None while no name is given."""
    known = [row.person for row in timeline.people(session.workspace())]
    if not known:
        return st.text_input(strings.NEW_PERSON_FIRST, key=f"{key}_name").strip() or None
    start = known.index(default) if default in known else 0
    chosen = st.selectbox(strings.PERSON, [*known, strings.NEW_PERSON], index=start, key=key)
    if chosen == strings.NEW_PERSON:
        return st.text_input(strings.NEW_PERSON_NAME, key=f"{key}_name").strip() or None
    return chosen


def pick(*, key: str, default: str | None = None) -> str | None:
    """A known person; shown only where there is a choice. None while the vault is empty."""
    known = [row.person for row in timeline.people(session.workspace())]
    if len(known) < 2:
        return known[0] if known else None
    start = default if default in known else known[0]
    return st.segmented_control(
        strings.PERSON,
        known,
        default=start,
        required=True,
        wrap=True,
        key=key,
        format_func=session.plain,
    )
