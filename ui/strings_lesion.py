"""The words of the page of one spot. Clinical sentences live in `tracker.domain.wording`."""

from __future__ import annotations

CHOOSE = "Spot"
NONE = "No spot to show yet."
ONE_PHOTO = "A second photo is needed before anything can be compared."
ALL_AXES = "What was compared, and how finely"
SITE_UNKNOWN = "place not given"

STRIP = "Photos"
STRIP_LABEL = "Photos, oldest first; the arrow keys choose one"
FIRST = "first"
OWN_FRAME = "not lined up"
OWN_FRAME_HINT = "This photo could not be lined up with the others and is shown as it was taken."
FLAGGED_HINT = "Change was measured on this day."

AGAINST = "Compare with"
AGAINST_FIRST = "First"
AGAINST_PREVIOUS = "Previous"
AGAINST_OTHER = "Another"
AGAINST_WHICH = "Which photo"
ALIGNED = (
    "Both photos are drawn in one frame: the later one is laid onto the skin of the earlier one."
)
ALIGNED_ON_LESION = (
    "Both photos are drawn in one frame. There was too little skin to line them up by, so the spot "
    "itself helped: look at its colours and structure, but do not read growth from this picture."
)
NOT_ALIGNED = (
    "These two photos could not be lined up, so each is shown as it was taken. Distance, angle and "
    "light may differ: sizes and shapes cannot be compared by eye here."
)

WAY_LABELS = {
    "slider": "Slider",
    "side": "Side by side",
    "blink": "Blink",
    "growth": "Growth",
    "difference": "Colour difference",
}
NEEDS_ALIGNMENT = "Not for these two photos: they could not be lined up."
NO_GROWTH = "No growth map: these two photos were not lined up on the skin around the spot."
NO_GROWTH_CUT = "No growth map: the edge of a photo cuts the spot."
NO_GROWTH_OUTLINE = "No growth map: no outline was measured on one of these photos."
NO_DIFFERENCE = "No map of the colour difference: too little of the spot is seen on both photos."
BLINK_NOTE = "The two photos take turns in the same place: what changed seems to move."
GROWTH_NOTE = (
    "Outlines wobble too: only the numbers below tell whether a difference is more than the "
    "tool's own noise."
)
DIFFERENCE_LEGEND = "ΔE2000 {low:.0f} to {high:.0f} and more"
DIFFERENCE_NOTE = (
    "How the colour of each part differs from the earlier photo, after the light and what the "
    "whole spot shares were taken off."
)

#: Handed to the script of the comparison.
COMPARE_WORDS = {
    "ways": "How to look at the two photos",
    "outline": "Outline",
    "zoom": "Size of the picture",
    "smaller": "Smaller",
    "larger": "Larger",
    "whole": "Whole picture",
    "range": "How much of the later photo is shown",
    "range_value": "{share} % of the later photo",
    "stage": (
        "Photos of the spot. Plus and minus change the size, zero shows the whole picture, arrow "
        "keys move it, O switches the outline."
    ),
    "play": "Start blinking",
    "pause": "Stop blinking",
    "swap": "Show the other photo",
    "gained": "covered in the later photo only",
    "lost": "covered in the earlier photo only",
    "outline_earlier": "outline in the earlier photo",
    "outline_later": "outline in the later photo",
    "computing": "Working out the colour difference…",
    "difference_alt": "Map of the colour difference",
}

CHARTS = "Measurements over time"
CHART_NOTE = (
    "Dots are photos, placed true to time; bars are two standard errors. Inside the shaded band a "
    "difference cannot be told from the tool's own noise. ▲ marks a day on which change was "
    "measured; a photo that could not be compared leaves a gap."
)
AREA = "Area"
AREA_UNIT = "times the first photo"
DIAMETER = "Largest diameter"
LOOK = "Overall look"
LOOK_UNIT = "difference from the first photo (1 − cosine)"
COLOUR = "Colour of parts of the spot"
COLOUR_UNIT = "difference from the first photo (ΔE2000)"
SHAPE = "Shape"
SHAPE_UNIT = "difference from the first photo; at 1, two outlines differ as two spots do"
CHART_NONE = "Not measured on these photos."
TIP_DATE = "Photo"
TIP_LOW = "from"
TIP_HIGH = "to"

NUMBERS = "All numbers"
NOTES = "Notes and symptoms"
NOTE = "Note on this photo"
NOTE_SAVE = "Save the note"
NOTE_SAVED = "Saved."
REPORTED = "Reported so far"
ASK_SAVE = "Record the answer"
ASKED = "Asked for this photo on {day}: {answer}."
ANSWER_NONE = "none of these"
ASK_AGAIN = "Answer again"

SIZE = "Largest diameter {diameter:.1f} mm, {source}."
#: By the value of `ScaleSource`.
SCALE_SOURCES = {
    "card": "by the printed card in the photo",
    "ruler": "by a ruler in the photo",
    "given": "by the scale that was given",
    "device": "by the dermatoscope's scale",
}


STAGE = "What became of the spot"
STAGE_NOW = "Stands as"
STAGE_WORDS = {
    "active": "followed",
    "excised": "removed (excised)",
    "resolved": "gone by itself",
    "merged": "merged with another spot",
}
STAGE_CHOICES = {
    "active": "It is there and is followed",
    "excised": "It was removed (excised)",
    "resolved": "It is not to be seen any more",
    "merged": "It is the same as another spot of this diary",
}
STAGE_PATHOLOGY = "What the pathologist wrote"
STAGE_ON = "On which day"
STAGE_NOTE = "Note"
STAGE_INTO = "The other spot"
STAGE_INTO_TEXT = (
    "Its photos move to the other spot, and are compared with the ones there; this spot stays in "
    "the journal as merged."
)
STAGE_RESOLVED_TEXT = (
    "A mole that fades or goes away has changed as well. If it was brown, blue or black, show the "
    "place to a clinician, and bring the photos."
)
STAGE_SAVE = "Save"
STAGE_SAVED = "Saved. The photos stay."
MANAGE = "Corrections"
REPORT = "Change report"


def since(days: int) -> str:
    """Time between two photos, short: `3 d`, `5 wk`, `4 mo`, `2 yr`."""
    if days < 14:
        return f"{days} d"
    if days < 61:
        return f"{round(days / 7)} wk"
    if days < 700:
        return f"{round(days / 30.44)} mo"
    return f"{days / 365.25:.1f} yr".replace(".0 ", " ")


def facts(
    site: str | None, photos: str, first: str | None, latest: str | None, *, name: str = ""
) -> str:
    """What a spot is, in a line; `first` and `latest` are days in words.

    A site that is the spot's `name`, which stands above the line, is not said again.
    """
    where = site or SITE_UNKNOWN
    parts = [photos] if where.casefold() == name.casefold() else [where, photos]
    if first is not None and latest is not None:
        parts.append(first if first == latest else f"{first} to {latest}")
    return " · ".join(parts)
