"""The words of the review pages. Clinical sentences live in `tracker.domain.wording`."""

from __future__ import annotations

NAV = "Review"
TITLE = "Review"
SWITCH = "Clinician's view"
SWITCH_HELP = (
    "Holds in this window until it is closed or reloaded. The pages of the personal diary stay as "
    "they are; class probabilities are never shown there."
)
OFF_LEAD = (
    "For a clinician who looks through the photos of one person or of many: everybody's spots, "
    "most urgent first, each with its full evidence, and a place for the decision."
)
OFF_SHOWS = (
    "class probabilities of the network with their warning, its heat map, and when it is not "
    "certain or has never seen such a photo",
    "asymmetry, border, colours, diameter and evolution, with standard errors, the smallest change "
    "that can be detected, and the method",
    "other spots of the same person that look alike, and spots that stand out",
    "decisions with name and time, which can be taken back but never get lost",
)
OFF_SHOWS_TITLE = "The clinician's view also shows"
OFF_PERSON = (
    "If these are your own photos, leave it off: probabilities of a class say little about one "
    "spot, and nothing on the other pages depends on them."
)

JUDGED = "Judged {done} of {of} people"
FILTER_WHY = "Why it is on the list"
FILTER_REST = "the rest"
FILTER_DECIDED = "Decision"
FILTER_DECIDED_NAMES = {"open": "Open", "decided": "Decided", "all": "All"}
FILTER_DUE = "Only those due for photos"
FILTER_TEXT = "Person, spot or site"
FILTER_TEXT_HINT = "Part of a name"
KEYS = "Keyboard shortcuts"
KEYS_HELP = (
    "Single keys act while no field is being typed in. Switch them off if they get in the way."
)
KEYS_LIST = "**J** and **K** go down and up, **Enter** opens, **N** and **P** turn the page."
LIST_LABEL = "Spots to review, most urgent first"
HEADS = ("Person and spot", "Status", "Latest photo", "Next photo", "Decision")
NO_SITE = "place not given"
NOT_COMPARED = "not all photos compared yet; opening it does that"
LATE = "{days} d overdue"
SEE_CLINICIAN = "for a clinician now"
NOT_DUE = "–"
UNDECIDED = "open"
STALE = "newer photos or symptoms since"
RAN_OUT = "ran out"
EMPTY = "Nothing on the list fits these filters."
EMPTY_ALL = "No spot waits for a decision."
EMPTY_VAULT = "No spot with photos yet."
BEGIN = "Begin with the first"
PREVIOUS_PAGE = "Previous page"
NEXT_PAGE = "Next page"
#: By the value of `AlertKind`.
ALERTS = {
    "symptom": "symptom reported",
    "new_lesion": "new spot",
    "ugly_duckling": "stands out from the other spots",
    "identity_doubt": "may be another spot than before",
}

BACK = "List"
PREVIOUS = "Previous"
NEXT = "Next"
GONE = "This spot is not there any more, or has another name now."
ROLES = {"first": "First", "previous": "Previous", "latest": "Latest"}
OUTLINE = "Outlines"
OWN_FRAME = "in its own frame"
LINED_UP_SKIN = (
    "In one frame, laid onto each other by the skin around the spot. {bar} Outlines wobble too: "
    "only the numbers tell whether a difference is more than noise."
)
LINED_UP_LESION = (
    "In one frame, but the spot itself helped to line the photos up: do not read growth from them."
)
NOT_LINED_UP = "Each photo in its own frame: sizes and shapes cannot be compared by eye here."
BAR_FROM = "Bar: {source}."
CORRECTED_BY = "outline corrected by {name}"
HEATMAP = "Heat map"
HEATMAP_MAKE = "Show the heat map"
HEATMAP_MAKING = "Asking the network once more…"
HEATMAP_NONE = (
    "No heat map: this photo was measured by another version of the network than the one at hand. "
    "Measure again first, on the page Data and privacy."
)
OPEN_SPOT = "Compare closely"
OPEN_SPOT_HELP = "Slider, blink, growth and colour difference of any two photos, and all charts."

NETWORK = "What the network says"
NETWORK_OF = "Of the photo of {day}"
ANSWER_CERTAIN = "Likeliest class: {name}"
ANSWER_NOT_CERTAIN = "Answer: {words}"
ANSWER_NOT_CERTAIN_WHY = (
    "No class reaches the threshold below which this network gives no answer. The numbers follow "
    "all the same."
)
NO_PROBABILITIES = "No class probabilities were computed for this photo."
CLASS = "Class"
PROBABILITY = "Probability"

ABCDE = "ABCDE as measured"
ABCDE_LETTER = "Letter"
ABCDE_MEASURE = "Measure"
EVOLUTION = "Evolution, axis by axis"
EVOLUTION_HEADS = ("Axis", "Change", "σ", "Smallest detectable")
EVOLUTION_LETTER = "Evolution"
EVOLUTION_FLAGGED = "change measured: {axes}"
EVOLUTION_NONE = "nothing flagged"
FLAGGED = "change measured"
NOT_MEASURED = "not compared"
METHOD = "Method: {method}. σ is the standard error of the change while nothing changes."
NOTHING_MEASURED = "No outline was measured on any photo of this spot."

STANDS_OUT = "Among this person's spots"
SIMILAR = "Most alike among the other spots"
SIMILAR_NONE = "No other spot of this person was measured by the same network."
SIMILAR_NOTE = "Cosine of the embeddings of both latest photos; 1 is alike."
ALT_SIMILAR = "Latest photo of {lesion}"

STORY = "Symptoms and notes"
STORY_NONE = "Nothing was reported or noted."
VERSIONS = "Models and methods"

DECISION = "Decision"
STANDING = "{kind}, by {by}, {when}"
UNTIL = "until {day}"
NONE_YET = "None recorded yet."
EARLIER = "All decisions on this spot"
NAME = "Your name"
NAME_HINT = "Stands beside the decision"
CHOOSE = "Choose a decision"
CHOSEN = "Chosen: **{kind}**"
DAY_UNTIL = "Monitor until"
MONITOR_NOT_OFFERED = (
    "Reported raised, firm or growing since the last decision: monitoring is not offered, since "
    "such spots are not for following with photos."
)
NOTE = "Note"
RECORD = "Record"
RECORD_NEXT = "Record and go on"
RECORDED = "Recorded: {kind}, {lesion} of {person}."
REOPEN = "Take the decision back"
REOPENED = "Taken back; the spot is on the list again."
NEEDS_NAME = "Your name is needed to record a decision."
NEEDS_KIND = "Choose a decision first."
LAST = "That was the last case of this list."

PACK = "Clinician's pack"
PACK_TEXT = (
    "This spot with all of the above as a PDF. It contains class probabilities: it is not meant "
    "for the person."
)
PACK_MAKE = "Make the PDF"
PACK_MAKING = "Writing it…"
PACK_SAVE = "Save the PDF"
PACK_SHARE = "Share as an encrypted file"

DATA_TITLE = "For clinicians"
DATA_TEXT = "Everybody's spots by urgency, the full evidence of each, and decisions."
DATA_OPEN = "Open the review"


def totals(people: int, lesions: int, photos: int, decided: int) -> str:
    """How much there is altogether."""
    return (
        f"{_count(people, 'person', 'people')}, {_count(lesions, 'spot', 'spots')}, "
        f"{_count(photos, 'photo', 'photos')}; {decided:,} decided"
    )


def page_of(first: int, last: int, count: int) -> str:
    """`1 to 25 of 212`."""
    return f"{first:,} to {last:,} of {count:,}"


def case_of(at: int, count: int) -> str:
    """`Case 3 of 212`."""
    return f"Case {at:,} of {count:,}"


def photos(count: int) -> str:
    """`4 photos`."""
    return _count(count, "photo", "photos")


def _count(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
