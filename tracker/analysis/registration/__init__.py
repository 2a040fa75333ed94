"""Lining up two photos of one lesion: is it the same lesion, and how does the skin map?

Identity uses features everywhere. Size uses features of the skin only, since features on the
lesion grow with it and would hide the very change that is looked for.
"""

from __future__ import annotations

from tracker.analysis.registration.alignment import Alignment, align
from tracker.analysis.registration.features import ViewFeatures, describe
from tracker.analysis.registration.fitting import Fit

__all__ = ["Alignment", "Fit", "ViewFeatures", "align", "describe"]
