"""The words of the body map. Clinical sentences live in `tracker.domain.wording`."""

from __future__ import annotations

TITLE = "Body map"
NAV = "Map"
LEAD = (
    "Where your spots are. Choose one to see it; put those that have no place yet on the drawing."
)
NONE = "No spot to show yet."
PUT = "{spot} is on the map: {region}."
PUT_SITE = "{spot} is on the map, and its place is noted as: {region}."
REMOVED = "{spot} was taken off the map."
TERM = "Site code: {name} (SNOMED CT {code}), ISIC: {isic}"
PHOTOS_NONE = "no photo"

#: Handed to the script of the map.
WORDS = {
    "pane": "Plus and minus change the size, arrow keys move an enlarged drawing.",
    "pane_placing": "Arrow keys move the ring, Enter puts the spot there, Escape stops.",
    "placing": "Touch the place of {spot} on the drawing.",
    "beside": "That is beside the body. Touch the body itself.",
    "cancel": "Stop",
    "views": "Parts of the body",
    "spots": "{count} on it",
    "many": "{count} spots close together: enlarge",
    "zoom": "Size of the drawing",
    "smaller": "Smaller",
    "larger": "Larger",
    "there": "On the map",
    "missing": "Not on the map yet",
    "place": "Place",
    "move": "Move",
    "remove": "Take off the map",
    "open": "Open",
    "key": (
        "! a symptom was reported · ▲ change measured · = no change that can be detected · "
        "? cannot be compared · 1 first photo · × not followed any more"
    ),
    "sides": {"L": "left side", "R": "right side"},
}
