"""English of the page Data and privacy; backup, deletion and check are in `strings_keeping`."""

from __future__ import annotations

from tracker.services.sockets import Reading

LEAD = "Where everything is, who can open it, and what leaves this computer."
SECTION_WHERE = "Where the diary is"
SECTION_PRIVACY = "Proof of privacy"
SECTION_KEEP = "Backup and check"
SECTION_MODEL = "Versions of models and methods"
SECTION_DELETE = "Delete a person"
SECTION_BIN = "Bin"

READ_AT = "Read from the system at {time}, from {processes}:"
READ_AGAIN = "Read again"
LISTENS = "listens on"
LISTENS_NOTHING = "nothing"
LOCAL = "connections within this computer"
LOCAL_WHAT = "the browser's, and those to its own helper"
OUTSIDE = "other machines"
OUTSIDE_NONE = "none connected, none let in"
INCOMPLETE = "The system did not tell of every process, so this reading is not whole."
FOUND_OUTSIDE = (
    "Something leads beyond this computer. Moletrail itself makes no such connection: note the "
    "addresses above, stop the program, and report this."
)
TRACED = (
    "Every system call of {commands} commands and of the app in a browser was last traced on "
    "{day}, with version {program}: none named an address beyond the machine."
)
TRACED_OTHER = "This is version {program}; that test has not been recorded for it."
TRACED_NEVER = "No traced test is recorded in this installation; the lines above are live."
TAGS = "Place and other personal tags of photos are not part of reports and exports."

BACKUP_LAST = "The last one was written on {day}, to {file}."
BACKUP_NEVER = "This computer knows of no backup yet."

METHODS = "Comparison and judgement"
ABOUT = "What this tool is not"


def processes(reading: Reading) -> str:
    """How many processes were looked at."""
    return "1 process" if reading.processes == 1 else f"{reading.processes} processes"
