"""English of the parts that hand something over: share packs and exports."""

from __future__ import annotations

from tracker.services.sharing import SharePlan
from ui.strings import photo_count

SHARE = "Share with one person"
SHARE_TEXT = (
    "Spots that you choose, as one encrypted file: report, photos and tables. You send it "
    "yourself: nothing leaves this computer by itself."
)
SHARE_WHICH = "Which spots"
SHARE_NONE_CHOSEN = "Choose one or more"
SHARE_LOOK = "Look at what would leave"
SHARE_LOOKING = "Putting it together…"
SHARE_LEAVES = "What leaves"
SHARE_STAYS = "What stays here"
SHARE_STAYS_LINES = (
    "the place of each photo, and all else the camera wrote but date, camera model and colour "
    "profile",
    "names of your files",
    "all other spots, and all other people",
    "class probabilities of the network",
)
SHARE_PICTURES = "The pictures"
SHARE_SEND = "Send the whole photo"
SHARE_LEFT_OUT = "The report still shows the spot itself of a photo that you keep here."
SHARE_FORMATS = "For a clinic's systems as well"
SHARE_FORMAT_NAMES = {"fhir": "FHIR (records)", "dicom": "DICOM (pictures)"}
SHARE_CONSENT = "What you agree to, in your own words; it stands in the pack"
SHARE_CONSENT_EXAMPLE = "I share these pictures with Dr … for …"
SHARE_KIND = "How"
SHARE_SEALED = "Encrypted file, with a password that is made now"
SHARE_OWN = "Encrypted file, with a password of your own"
SHARE_PLAIN = "Folder without encryption: whoever has it can look at it"
SHARE_PASSWORD = "Password"
SHARE_WHERE = "Where to write it, on this computer; it must be a new name"
SHARE_START = "Write the pack"
SHARE_RUNNING = "Writing…"
SHARE_PASSWORD_IS = "The password, shown this once and kept nowhere:"
SHARE_PASSWORD_HOW = (
    "Write it down now. Give it to the receiver another way than the file, for example by "
    "telephone. 7-Zip (Windows) and Keka or The Unarchiver (macOS) open the file; what Windows and "
    "macOS bring along does not."
)
SHARE_NOTED = "I have written it down"
SHARE_SKIPPED = "{photo} could not go along: {reason}"

EXPORT = "Export everything"
EXPORT_TEXT = (
    "Open formats for other programs, of one person or of everybody. The folder is not encrypted."
)
EXPORT_FORMAT = "Format"
EXPORT_FORMATS = {
    "csv": ("CSV", "Tables for any spreadsheet, with photos and outlines. Comes back with import."),
    "parquet": ("Parquet", "The same tables for pandas, DuckDB and R. Comes back with import."),
    "fhir": ("FHIR R4", "For a record system: a bundle for each person, with the photos."),
    "dicom": ("DICOM", "For a picture archive: images, outlines and measurement reports."),
    "isic": ("ISIC", "For research: pictures and a table with pseudonyms instead of names."),
}
EXPORT_WHO = "Of whom"
EXPORT_EVERYBODY = "Everybody"
EXPORT_PHOTOS = "With the photos"
EXPORT_CLINICIAN = "For a clinician: class probabilities of the network too"
EXPORT_WHERE = "A new folder on this computer, or one of an earlier export"
EXPORT_START = "Export now"
EXPORT_RUNNING = "Exporting…"
EXPORT_LEAVES = {
    "csv": "names, spots, notes, symptoms, dates, photos, outlines and every number",
    "parquet": "names, spots, notes, symptoms, dates, photos, outlines and every number",
    "fhir": "names, spots, notes, symptoms, dates, photos and measurements",
    "dicom": "names, spots, dates, photos, outlines and measurements",
    "isic": "photos, sites, sizes and days counted from each person's first; no names, no notes",
}
EXPORT_STRIPPED = (
    "Taken out of every photo: its place, and all else the camera wrote but date, camera model and "
    "colour profile."
)


def leaves(plan: SharePlan, photos: int) -> list[str]:
    """What a pack holds, a line each; names are as they were typed.

    Args:
        photos: how many go along whole.
    """
    lines = [
        "the name " + plan.person,
        ("the spot " if len(plan.lesions) == 1 else "the spots ") + ", ".join(plan.lesions),
        f"{photo_count(photos)} as a whole, and pictures of the spots in the report",
        "dates, outlines and measurements",
    ]
    if plan.notes:
        lines.append("1 note" if plan.notes == 1 else f"{plan.notes} notes")
    if plan.symptoms:
        lines.append("1 symptom" if plan.symptoms == 1 else f"{plan.symptoms} symptoms")
    return lines


def shared(path: str, photos: int, files: int, size_bytes: int) -> str:
    """What a pack holds, and where it is."""
    return f"Written: {path}, {photo_count(photos)}, {files} files, {size_bytes / 1e6:,.1f} MB."


def exported(path: str, observations: int, photos: int, files: int) -> str:
    """What an export holds, and where it is."""
    return f"Written: {path}, {observations} entries, {photo_count(photos)}, {files} files."
