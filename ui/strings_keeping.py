"""English of the parts that back up, restore and delete; the rest is in `ui.strings`."""

from __future__ import annotations

from tracker.services.bins import BinRow
from tracker.services.deleting import Going
from ui.strings import photo_count

BACKUP = "Backup"
BACKUP_TEXT = (
    "One file with the whole diary. Keep it on another disk. An earlier backup of this diary under "
    "the same name is replaced."
)
BACKUP_READABLE = "Like the diary, the file is not encrypted: whoever has it can look at it."
BACKUP_SEALED = "The file is encrypted and opens with the diary's passphrase or recovery key."
BACKUP_FILE = "Where to write it, on this computer"
BACKUP_START = "Back up now"
BACKUP_RUNNING = "Backing up…"
BACKUP_LOST = "{photo} is missing or damaged in the diary, and so in the backup."

RESTORE = "I have a backup"
RESTORE_TEXT = "The diary in the file is brought back into the folder above."
RESTORE_FILE = "The backup file, on this computer"
RESTORE_START = "Restore"
RESTORE_RUNNING = "Restoring…"
RESTORE_DAMAGED = (
    "The diary is back, as it was when the backup was made; some of it was damaged then. "
    "`moletrail verify --repair` puts in order what it can."
)
RESTORE_GO_ON = "Open the diary"

DELETE_TITLE = "Delete"
DELETE_WHAT = "What to delete"
DELETE_PHOTO = "One photo"
DELETE_LESION = "This spot with all its photos"
DELETE_WHICH = "Which photo"
DELETE_PERSON_TITLE = "Delete a person"
DELETE_PERSON = "Who"
BIN_TEXT = (
    "It goes into the bin (page Data and privacy) and can be put back from there. What is in the "
    "bin counts nowhere; it is deleted for good only when you empty the bin."
)
BIN_PUT = "Put it into the bin"
BIN_DONE = "It is in the bin. On the page Data and privacy it can be put back."
BIN_EMPTY_NOW = "The bin is empty."
BIN_UNDO = "Put back"
BIN_BACK = "It is back."
BIN_PURGE = "Empty the bin for good"
BIN_SURE = "I understand that this cannot be undone"
DELETE_TYPE_NAME = "To confirm, type the name of the person"
DELETE_BUTTON = "Delete for good"
DELETE_GOES = "This goes:"
DELETE_REMAINS = "What this does not reach:"
DELETE_DONE = "Deleted."
CHECK = "Check this diary"
CHECK_TEXT = (
    "Looks whether everything that was stored is there and agrees with itself. Nothing is changed."
)
CHECK_START = "Check now"
CHECK_DEEP = "Read every byte of every photo (takes longer)"
CHECK_RUNNING = "Checking…"
CHECK_SOUND = (
    "Nothing is damaged or missing: {entries} entries and {photos} were checked. This is about the "
    "files, not about what they show."
)
CHECK_DAMAGED = "Damaged:"
CHECK_LEFT = "Left over from interrupted work; nothing is lost:"
CHECK_REPAIR_TEXT = (
    "A repair puts together what is left from every place in the diary's folder. It deletes no "
    "photo. Copy the folder first if you can."
)
CHECK_REPAIR = "Repair now"
CHECK_REPAIRING = "Repairing…"


def backed_up(file: str, photos: int, size_bytes: int) -> str:
    """What a backup holds, and where it is."""
    return f"Written: {file}, {photo_count(photos)}, {size_bytes / 1e6:,.1f} MB."


def in_bin(row: BinRow, binned_on: str, taken_on: str | None) -> str:
    """What lies in the bin; names are as they were typed."""
    when = f" of {taken_on}" if row.kind == "photo" and taken_on is not None else ""
    what = f"photo{when}" if row.kind == "photo" else photo_count(row.photos)
    return f"{row.person}, {row.lesion or 'no spot'}: {what}, in the bin since {binned_on}"


def what_goes(going: Going) -> list[str]:
    """What a deletion takes with it, a line each; names are as they were typed."""
    lines: list[str] = []
    if going.whole_person:
        lines.append(f"{going.person}, with every spot and every note")
    lines += [f"the spot {name}" for name in going.lesions]
    entries = "1 dated photo" if going.observations == 1 else f"{going.observations} dated photos"
    lines.append(f"{entries} with all measurements{_when(going)}")
    if going.symptoms:
        lines.append("1 symptom" if going.symptoms == 1 else f"{going.symptoms} symptoms")
    if going.kept_photos:
        lines.append(
            f"not: {photo_count(going.kept_photos)} that other entries show too; the picture stays "
            "for those"
        )
    return lines


def _when(going: Going) -> str:
    if going.first is None or going.last is None:
        return ""
    first, last = f"{going.first:%d %b %Y}", f"{going.last:%d %b %Y}"
    return f", {first}" if first == last else f", {first} to {last}"
