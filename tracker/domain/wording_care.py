"""Sentences about decisions and next photos, under the rules of `wording`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tracker.domain.care import DecisionKind

DECISION_NAMES: Final[Mapping[DecisionKind, str]] = {
    DecisionKind.MONITOR: "monitor",
    DecisionKind.REFER: "refer",
    DecisionKind.BIOPSY: "biopsy",
    DecisionKind.EXCISE: "excise",
    DecisionKind.NO_ACTION: "no action",
    DecisionKind.REOPENED: "decision taken back",
}

#: Why a lesion is on the worklist, by the word of its urgency.
URGENCY_NAMES: Final[Mapping[str, str]] = {
    "symptom": "symptom reported",
    "changed": "change measured",
    "new": "new spot",
    "cannot_compare": "cannot compare: retake",
    "due": "next photo due",
    "rest": "nothing measured that goes beyond the tool's own noise",
}
#: What a calendar on a shared screen may show: no names, nothing of a body.
CALENDAR_SUMMARY: Final = "Photo diary: next photos"
CALENDAR_TEXT: Final = (
    "The diary suggests new photos from this day on. If anything seems different before, do not "
    "wait for this day."
)
