"""The question about symptoms, asked wherever a photo or a spot is looked at."""

from __future__ import annotations

import streamlit as st

from tracker.domain import wording
from tracker.domain.records import SymptomKind


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
