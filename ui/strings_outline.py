"""The words of correcting an outline."""

from __future__ import annotations

from tracker.domain.records import MaskCorrection, MaskMethod

OPEN = "Correct the outline"
TITLE = "Correct the outline"
LEAD = (
    "What you change is measured and compared anew. The tool's own outline is kept beside yours, "
    "and can be put back."
)
BY = "Who corrects it"
BY_HINT = "name, optional"
RESTORE = "Put the tool's own outline back"
SAVING = "Measuring and comparing anew…"
SAVED = "Saved. Both outlines are kept."
PROPOSED = "This is what the tool finds there. Save it, or go on with the brush."

_METHODS = {
    MaskMethod.BOX: "from a box",
    MaskMethod.CLICK: "from a click",
    MaskMethod.BRUSH: "by hand",
    MaskMethod.ORIGINAL: "put back",
}

#: Handed to the script of the tool.
TOOL = {
    "tools": "What the pointer does",
    "add": "Add",
    "erase": "Take away",
    "box": "Box",
    "click": "Click",
    "move": "Move",
    "how_add": "Paint over what belongs to the spot.",
    "how_erase": "Paint over what does not belong to it.",
    "how_box": "Draw a box around the whole spot; the tool looks for it there.",
    "how_click": "Touch the middle of the spot; the tool looks for it there.",
    "how_move": "Drag the photo. Two fingers, or Ctrl and the wheel, change its size.",
    "size": "Brush",
    "undo": "Undo",
    "again": "Redo",
    "zoom": "Size of the photo",
    "smaller": "Smaller",
    "larger": "Larger",
    "whole": "Whole photo",
    "original": "Show the tool's own",
    "save": "Save the outline",
    "looking": "Looking for the spot…",
    "saving": "Measuring and comparing anew…",
    "stage": (
        "The photo with the outline. Arrow keys move the brush, with Shift further; the space bar "
        "sets it down and lifts it; plus and minus change the size; Control Z takes a stroke back."
    ),
}


def corrected(how: MaskCorrection, day: str) -> str:
    """Who corrected an outline, on which day (in words) and how."""
    who = f" by {how.by}" if how.by else ""
    return f"Outline corrected{who} on {day}, {_METHODS[how.method]}."
