"""The app's own English, in one place. Clinical sentences live in `tracker.domain.wording`."""

from __future__ import annotations

APP_NAME = "Moletrail"

NAV_LESIONS = "Spots"
NAV_ADD = "Add photos"
NAV_LESION = "Timeline"
NAV_DATA = "Data and privacy"
#: In the bar, where a phone leaves a word's room to each.
NAV_ADD_SHORT = "Add"
NAV_DATA_SHORT = "Data"

DEMO_BANNER = "Demo: made-up pictures, measured by the real program."
EMPTY_TITLE = "No photos yet"
EMPTY_TEXT = "Add the first photo of a spot. The second one, weeks later, is what gets compared."
ADD_FIRST = "Add your first photo"


PROTECT_TITLE = "Who can open it"
PROTECT_PASSPHRASE = "Only with a passphrase"
PROTECT_PASSPHRASE_FOLLOWS = (
    "Photos, notes and numbers are encrypted on the disk. You type the passphrase when you open "
    "the diary, and again after {minutes} minutes without use.",
    "You also get a recovery key to write down. If you forget the passphrase and lose that key, "
    "**the photos are gone for good**: nobody can open them then.",
)
PROTECT_NONE = "Anyone at this computer account"
PROTECT_NONE_FOLLOWS = (
    "Nothing to remember and nothing to lose: the photos lie in the folder as they are.",
    "Whoever uses this computer account, or holds its disk while the disk is not encrypted, can "
    "look at them. You can encrypt the diary later, on the page Data and privacy.",
)
PROTECT_CHOOSE_PASSPHRASE = "Use a passphrase"
PROTECT_CHOOSE_NONE = "No passphrase"

PASSPHRASE = "Passphrase"
PASSPHRASE_NEW = "New passphrase"
PASSPHRASE_AGAIN = "The same once more"
PASSPHRASE_EMPTY = "Type a passphrase in both fields."
PASSPHRASE_DIFFERS = "The two do not match. Type both again."
PASSPHRASE_WEAK = "{remark} {hint} To use it all the same, press the button again."
PASSPHRASE_CURRENT = "Passphrase of now, or recovery key"

RECOVERY_TITLE = "Your recovery key"
RECOVERY_TEXT = (
    "It opens the diary if you forget the passphrase. It is shown **this once** and kept nowhere. "
    "Write it on paper and keep it away from this computer; whoever has it can open the diary."
)
RECOVERY_LOSS = (
    "Whoever loses both the passphrase and this key has lost the photos for good: nobody can open "
    "the diary then."
)
RECOVERY_WRITTEN = "I have written it down"
RECOVERY_CONTINUE = "Continue"

UNLOCK_TITLE = "Your diary is locked"
UNLOCK_TEXT = "It is encrypted. Type the passphrase to open it."
UNLOCK_FIELD = "Passphrase or recovery key"
UNLOCK = "Unlock"
UNLOCK_EMPTY = "Type the passphrase first."
UNLOCK_WRONG = "That does not open the diary."
UNLOCK_WRONG_ADVICE = (
    "Nothing was changed. Check capital letters and the language of the keyboard, and type it "
    "again: there is no limit to how often."
)
UNLOCK_FORGOTTEN = "I forgot the passphrase"
UNLOCK_FORGOTTEN_TEXT = (
    "Type the recovery key into the same field: seven groups of five letters and digits that you "
    "wrote down when the diary was encrypted. Then choose a new passphrase on the page Data and "
    "privacy.",
    "Without the passphrase and without the recovery key nobody can open the diary. The files stay "
    "where they are in case one of them turns up:",
)
LOCK_NOW = "Lock now"
LOCKED_BY_ITSELF = "Locks by itself after {minutes} minutes without use."

PERSON = "Person"
NEW_PERSON = "Someone new…"
NEW_PERSON_NAME = "Name"
NEW_PERSON_FIRST = "Whose skin is it? A name or initials"

ADD_NAME_FIRST = "Say whose skin it is first; then photos can be dragged in here."
ADD_FILES = "Drag photos here (JPEG, PNG, WebP, TIFF, HEIC, AVIF)"
ADD_CAMERA = "Use this computer's camera"
ADD_DATE = "Taken on"
ADD_DATE_EXIF = "date from the photo's own record"
ADD_DATE_MISSING = "The photo carries no date. When was it taken?"
ADD_SITE = "Where on the body (optional)"
ADD_LESION = "Which spot"
ADD_NEW_LESION = "A spot not followed yet"
ADD_DECIDE_LATER = "Decide later"
ADD_NEW_LESION_NAME = "Name of the spot"
ADD_SCALE = "Millimetres per pixel, if known (optional)"
ADD_SCALE_HELP = "From a ruler in the picture or the maker of your dermatoscope."
ADD_MODALITY = "How it was taken"
ADD_MODALITY_CLINICAL = "Phone, camera"
ADD_MODALITY_DERMOSCOPIC = "Dermatoscope"
ADD_SAVE = "Save this photo"
ADD_UNSURE = "No known spot is clearly the same; please say which one it is."
ADD_SAVED = "Saved: {photo}, {lesion}."
ADD_DUPLICATE = "{photo} is in the diary already; nothing was stored twice."
ADD_WAITING = "Photos waiting for a spot"
ADD_ASSIGN = "Assign"
ADD_DOUBLE_SHOT = (
    "Take a second photo right away, from a slightly different angle: two photos of one day tell "
    "how much the measurement wobbles, so smaller changes can be seen."
)

LESION_PICK = "Spot"
STRIP = "Photos"
OUTLINE = "Show the measured outline"
CHARTS = "Measurements over time"
NUMBERS = "All numbers"
EDIT_TITLE = "Correct an entry"
REPORT = "Change report"
REPORT_MAKE = "Make the report (PDF)"
REPORT_SAVE = "Save the PDF"
NOTES = "Notes"

DATA_TITLE = "Data and privacy"
DATA_VERSIONS = "Versions"

NOT_KNOWN = "not known"
UNEXPECTED = "This page met an error of the program. Your photos and measurements are untouched."
UNEXPECTED_NEXT = (
    "Reload the page. If it comes back: Data and privacy, Check the diary, and report the line "
    "that the terminal shows."
)
BUSY = "The diary is in use by another window or command. Try again in a moment."

COMPARING = "Comparing photos…"
FILTER = "Show"
OPEN_TIMELINE = "Open"
ALL_SPOTS = "All spots"
SAVE = "Save"
WAITING_COUNT = "{count} photos wait for you to say which spot they show (page Add photos)."
LOOK_UNIT = "1 − cosine similarity"
COLOUR_UNIT = "ΔE (CIEDE2000)"
SHAPE_UNIT = "0 even to 1 uneven"
COLUMN_DATE = "Date"
COLUMN_AREA = "Area (mm²)"
COLUMN_RATIO = "Area ratio to first"
COLUMN_DIAMETER = "Diameter (mm)"
COLUMN_LIKENESS_FIRST = "Cosine to first"
COLUMN_LIKENESS_PREVIOUS = "Cosine to previous"
COLUMN_COLOUR = "ΔE of the mean to first"
COLUMN_FOCAL = "ΔE of parts to first"
COLUMN_ASYMMETRY = "Asymmetry"
COLUMN_BORDER = "Border irregularity"
COLUMN_SCALE = "Scale from"
COLUMN_MODEL = "Model"
COLUMN_WHY = "Not comparable because"
COLUMN_AXIS = "Axis"
COLUMN_AGAINST = "Against"
COLUMN_CHANGE = "Change"
COLUMN_DETECTABLE = "Smallest detectable"
COLUMN_UNIT = "Unit"
COLUMN_FLAGGED = "Flagged"
EDIT_PHOTO = "Photo"
EDIT_DATE = "Taken on"
EDIT_MOVE = "Shows this spot"
EDIT_SAVE = "Save the correction"
EDIT_SAVED = "Corrected. The earlier entry stays in the journal."
NONE_OF_THESE = "none of these"
#: Read out where a picture cannot be seen.
ALT_LATEST = "Latest photo of {lesion}"
ALT_PHOTO = "Photo {photo}, the spot outlined"
REPORT_MAKING = "Making the report…"
DATA_FOLDER = "The folder holds your photos byte for byte; see Backup for a copy to keep."
DATA_FOLDER_ENCRYPTED = "The folder holds your photos encrypted; see Backup for a copy to keep."
DATA_PROTECTION = "Who can open it"
DATA_ENCRYPTED = (
    "The diary is **encrypted**: without its passphrase or its recovery key nobody can read it."
)
DATA_PLAIN = (
    "The diary is **not encrypted**: whoever uses this computer account, or holds its disk while "
    "the disk is not encrypted, can look at the photos."
)
DATA_OPEN_NOW = (
    "While it is unlocked, everybody who is signed in to this computer can see it in the app."
)
DATA_ENCRYPT = "Encrypt this diary"
DATA_ENCRYPT_TEXT = (
    "Everything in the folder is encrypted, in place; this takes a moment for each photo. You get "
    "a recovery key to write down. If you forget the passphrase and lose that key, **the photos "
    "are gone for good**."
)
DATA_ENCRYPT_REMAINS = "What encrypting does not reach:"
DATA_ENCRYPTING = "Encrypting every photo…"
DATA_CHANGE = "Change passphrase"
DATA_CHANGED = "The passphrase was changed."
DATA_CHANGE_TEXT = "Forgot the old one? The recovery key does as well."
DATA_RECOVERY = "New recovery key"
DATA_RECOVERY_TEXT = (
    "For when the written one is lost or somebody may have seen it: the earlier recovery key no "
    "longer opens the diary."
)
DATA_RECOVERY_MAKE = "Make a new recovery key"
REANALYZE = "New version of the model"
REANALYZE_WAITING = "{photos} still have the numbers of another version of the model."
REANALYZE_KEEPS = (
    "Numbers of two versions are not held against each other. Measuring again takes a few seconds "
    "a photo; the earlier numbers stay in the diary, and outlines drawn by hand stay as they are. "
    "You can stop at any time and go on later."
)
REANALYZE_START = "Measure again"
REANALYZE_RUNNING = "Measuring again…"
REANALYZE_STOP = "Stop for now"
REANALYZE_DONE = "What moved:"
REANALYZE_SPOTS = "Spots of which something else is said now:"
REANALYZE_PHOTO = "Photo"
REANALYZE_BEFORE = "Area before (px)"
REANALYZE_AFTER = "Area now (px)"
REANALYZE_AGREE = "Outlines agree (Dice)"
REANALYZE_NOTE = "Note"
REANALYZE_KEPT = "Keeps its earlier numbers."
REANALYZE_WAS = "Before"
REANALYZE_IS = "Now"
DATA_LICENCE = "Licence"
COLUMN_VERSION = "Version"
LIMIT_AREA = "area {percent:.0f} %"


def photo_count(count: int) -> str:
    """`1 photo`, `2 photos`."""
    return "1 photo" if count == 1 else f"{count} photos"


def vault_counts(people: int, lesions: int, photos: int) -> str:
    """What a diary holds: `1 person, 3 spots, 12 photos.`"""
    persons = "1 person" if people == 1 else f"{people} people"
    spots = "1 spot" if lesions == 1 else f"{lesions} spots"
    return f"{persons}, {spots}, {photo_count(photos)}."
