"""What a share pack says of itself: the text beside the files, for whoever receives it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from tracker.domain import wording
from tracker.domain.exporting import Export
from tracker.domain.plain_text import without_steering

_WIDTH: Final = 78
_REPORT: Final = (
    "report.pdf, report.html",
    "The change report: read this first. Both say the same.",
)
_DATA: Final = (
    "data/",
    "The photos, outlines (masks) and numbers: tables that any spreadsheet opens, with a "
    "dictionary of their columns. Moletrail takes them in with: moletrail import",
)
_FORMATS: Final = {
    "fhir": ("fhir/", "The same as HL7 FHIR R4, for a record system."),
    "dicom": ("dicom/", "The same as DICOM images, masks and reports, for a picture archive."),
}
_LIST: Final = (
    "moletrail-share.json",
    "This consent, and every file with its size and SHA-256.",
)
_STRIPPED: Final = (
    "Taken out of every photo: where it was taken, and everything the camera wrote but the day and "
    "time, the orientation, the model of the camera and the colour profile. Names of files on the "
    "sender's computer are not inside. Nothing is inside about other people, or about spots that "
    "were not chosen, but a photo shows all that is in its frame."
)


@dataclass(frozen=True, slots=True)
class ShareFacts:
    """Who hands over what, in their own words. formats: beside report and tables."""

    consent: str
    made_by: str
    made_on: date
    person: str
    lesions: tuple[str, ...]
    formats: tuple[str, ...]
    photos: int
    encrypted: bool


def readme(facts: ShareFacts, export: Export) -> str:
    """Plain text, lines of at most 78 characters where words allow it, CRLF for every editor."""
    spots = ", ".join(f"'{_line(name)}'" for name in facts.lesions)
    parts = [
        f"{_line(facts.person)}: photos of skin, shared on {facts.made_on.isoformat()}",
        _titled("What the sender said", without_steering(facts.consent)),
        _titled(
            "What this is",
            f"A selection from a diary of photos of skin, made with {export.program} by "
            f"{_line(facts.made_by)} on {facts.made_on.isoformat()}. Spots: {spots}. "
            f"Photos: {facts.photos}.",
            wording.PURPOSE,
        ),
        _titled("What it is not", *wording.WHAT_THIS_IS_NOT[:-1], wording.EXPERT_SCALE),
        _titled("Please note", wording.FOOTER),
        _titled("Files", *_files(facts)),
        _titled("What was taken out", _STRIPPED),
        _titled("What measured", *_versions(export)),
    ]
    if export.demo:
        parts.insert(1, "These are made-up pictures of the demo, no person's.")
    if export.clinician:
        parts.insert(-3, _titled("Class probabilities", wording.PROBABILITIES_NOTE))
    if facts.encrypted:
        parts.append(
            _titled(
                "Encryption",
                "The archive is encrypted (AES-256). What is taken out of it is not: keep it as "
                "you keep other health records, and delete it when it is no longer needed.",
            )
        )
    return "\r\n\r\n".join(parts) + "\r\n"


def _line(text: str) -> str:
    """What somebody typed as part of a line."""
    return " ".join(without_steering(text).split())


def _titled(title: str, *paragraphs: str) -> str:
    body = [line for text in paragraphs for line in (*_wrapped(text), "")]
    return "\r\n".join([title, "-" * len(title), *body[:-1]])


def _wrapped(text: str) -> list[str]:
    """Lines of text; its own line breaks are kept."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            if line and len(line) + 1 + len(word) > _WIDTH:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}".strip()
        lines.append(line)
    return lines


def _files(facts: ShareFacts) -> list[str]:
    shown = [_REPORT, _DATA, *(_FORMATS[form] for form in facts.formats), _LIST]
    return [f"{name}\n{meaning}" for name, meaning in shown]


def _versions(export: Export) -> Sequence[str]:
    models = [
        f"{model.name} {model.version}\nSHA-256 {model.sha256[:32]}\n{model.sha256[32:]}"
        for model in export.models()
    ]
    return [export.program, *models]
