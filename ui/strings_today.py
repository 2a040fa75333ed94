"""English of the page Today."""

from __future__ import annotations

NAV_TODAY = "Today"
LEAD = "What to do next for {person}, most urgent first."
SEE_NOW = "See a clinician now"
SEE_NOW_TEXT = "A symptom was reported. That counts more than any measurement."
CHANGED = "Change was measured"
CHANGED_TEXT = "Show these to a clinician. The change report is made for the visit."
STANDS_OUT = "New, or unlike the others"
STANDS_OUT_TEXT = "Show these to a clinician as well, whatever was measured."
RETAKE = "Photos to take again"
RETAKE_TEXT = "The latest photo could not be compared; here is why, and how the next one will be."
DUE = "Next photos"
DUE_TEXT = (
    "After 3 months, then every 6 to 12, unless you or your clinician chose otherwise with "
    "“Interval”."
)
DUE_NONE = "No photo is due in the next {days} days."
CALENDAR = "Save the dates as a calendar file"
CALENDAR_HELP = (
    "A file for any calendar program. It says that photos are due, and names neither you nor the "
    "spots. A calendar that is kept online leaves this computer."
)
CALENDAR_FILE = "moletrail-dates.ics"
DUE_SINCE = "due since {day}"
DUE_ON = "due on {day}"
INTERVAL = "Interval"
INTERVAL_LABEL = "Next photo after"
INTERVAL_USUAL = "the usual time"
LAST_PHOTO = "last photo {day}"
REST = "Everything else"
REST_NONE = "No spot besides these."
OPEN = "Open"
TAKE = "Take the photo"
RETAKE_NOW = "Take it again"
WAITING = "Waiting for you"
ASSIGN = "Say which spot"
ANSWER = "Answer"
INBOX = "Look through"
BACKUP = "Back up"

EMPTY_TITLE = "Begin with one photo"
EMPTY_LEAD = (
    "The first photo of a spot is its starting point. The second one, some weeks later, is what "
    "gets compared."
)
EMPTY_STEPS = (
    (
        "Take it sharp and close",
        "In daylight, straight from above, with a hand's breadth of skin around the spot.",
    ),
    (
        "Put something to measure by beside it",
        "The printed card, or a ruler with millimetres: sizes are in millimetres only with one.",
    ),
    (
        "Take a second one at once",
        "From a slightly different angle: two photos of one day show how much the measurement "
        "wobbles, so that smaller changes can be told from it.",
    ),
)
CARD = "Save the card to print (PDF)"
CARD_FILE = "moletrail-card.pdf"


def photos_waiting(count: int) -> str:
    """Photos without a spot."""
    if count == 1:
        return "1 photo is stored, and waits for you to say which spot it shows."
    return f"{count} photos are stored, and wait for you to say which spots they show."


def inbox_waiting(count: int) -> str:
    """Pictures in the watched folder."""
    if count == 1:
        return "1 new picture lies in your inbox folder."
    return f"{count} new pictures lie in your inbox folder."


def months(count: int) -> str:
    """An interval between photos."""
    return "1 month" if count == 1 else f"{count} months"


def unanswered(count: int) -> str:
    """Spots whose latest photo was stored without an answer about symptoms."""
    if count == 1:
        return "Of 1 spot you have not said whether it bled, itched, hurt or grew."
    return f"Of {count} spots you have not said whether they bled, itched, hurt or grew."


def rest(same: int, first: int) -> str:
    """Lesions with nothing to do, by what their status says."""
    parts = []
    if same:
        parts.append(
            f"{_spots(same)}: no change larger than this tool can detect. That does not mean that "
            "nothing changed"
        )
    if first:
        parts.append(f"{_spots(first)}: first photo, nothing to compare yet")
    return ". ".join(parts) + "." if parts else REST_NONE


def backup_due(days: int | None) -> str:
    """How long ago the last backup was made; None: never, as far as this computer knows."""
    if days is None:
        return "There is no backup that this computer knows of: one broken disk, and all is gone."
    return f"The last backup was made {days} days ago."


def _spots(count: int) -> str:
    return "1 spot" if count == 1 else f"{count} spots"
