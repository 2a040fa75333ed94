"""The change report and the scale card, from what the vault holds to a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from tracker import __version__
from tracker.analysis.noise import DoubleShot
from tracker.analysis.series import double_shots, series_of
from tracker.domain import wording
from tracker.domain.care import Answer, Decision, Survey
from tracker.domain.change import Change
from tracker.errors import PersonRequiredError, UnknownNameError, UsageError
from tracker.report.card import card_pdf, card_png
from tracker.report.document import Audience, LesionSection, Paper, ReportDocument
from tracker.report.writing import report_bytes
from tracker.services.changes import judged
from tracker.services.comparing import Series, complete_all, read_person
from tracker.services.files import write_output
from tracker.services.people import person_name
from tracker.services.report_section import Source, section
from tracker.services.session import Workspace

REPORT_SUFFIXES = (".pdf", ".html", ".htm")
#: Recheck every 6 months, the middle of the intervals offered.
VISITS_A_YEAR = 2
CARD_SUFFIXES = (".pdf", ".png")
#: Called with lesions done and lesions to do.
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How a report is made. audience: "clinician" adds class probabilities with their warning.

    made_on: the date printed and written into the file, None for today.
    """

    audience: Audience = "person"
    paper: Paper = "a4"
    made_on: date | None = None


@dataclass(frozen=True, slots=True)
class _Care:
    """What people decided, answered and looked over, oldest first."""

    decisions: Sequence[Decision]
    answers: Sequence[Answer]
    surveys: Sequence[Survey]


def report_date(text: str) -> date:
    """A date as a person types it, `YYYY-MM-DD`.

    Raises:
        UsageError: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"'{text}' is not a date.", next_step="Write it like 2025-03-31."
        ) from None


def write_report(
    workspace: Workspace,
    person: str | None,
    lesion: str | None,
    out: Path,
    options: ReportOptions | None = None,
    on_progress: OnProgress | None = None,
) -> tuple[Path, str]:
    """Write the change report of a person, or of one lesion, as PDF or HTML by suffix.

    Returns:
        The file, and the person's name.

    Raises:
        UsageError: another suffix. PersonRequiredError. UnknownNameError: nothing to report on.
        InputError, StorageFullError: the file cannot be written.
    """
    _check_suffix(out, REPORT_SUFFIXES, "report")
    document = build_document(workspace, person, lesion, options, on_progress)
    return write_output(out, report_bytes(document, out.name)), document.person


def make_report(
    workspace: Workspace,
    person: str | None,
    lesion: str | None,
    kind: Literal["pdf", "html"],
    options: ReportOptions | None = None,
) -> bytes:
    """The change report as bytes, for the app to hand over.

    Raises:
        PersonRequiredError. UnknownNameError: nothing to report on.
    """
    document = build_document(workspace, person, lesion, options)
    return report_bytes(document, f"report.{kind}")


def write_card_file(out: Path) -> Path:
    """Write the printable scale and colour card, as PDF or PNG (600 dpi) by suffix.

    Raises:
        UsageError: another suffix. InputError, StorageFullError: it cannot be written.
    """
    _check_suffix(out, CARD_SUFFIXES, "card")
    return write_output(out, card_png() if out.suffix.lower() == ".png" else card_pdf())


def _check_suffix(out: Path, suffixes: tuple[str, ...], what: str) -> None:
    if out.suffix.lower() not in suffixes:
        raise UsageError(
            f"A {what} cannot be written as '{out.name}'.",
            next_step=f"Give a file name that ends in {' or '.join(suffixes[:2])}.",
        )


def build_document(
    workspace: Workspace,
    person: str | None,
    lesion: str | Sequence[str] | None = None,
    options: ReportOptions | None = None,
    on_progress: OnProgress | None = None,
) -> ReportDocument:
    """Everything a report says, most urgent lesion first.

    Args:
        lesion: one name, or several; None for all. Of other lesions nothing is in the document.

    Raises:
        PersonRequiredError: several people and none named.
        UnknownNameError: no such person or lesion, or no photo to report on.
    """
    options = options or ReportOptions()
    who = person_name(workspace, person)
    if who is None:
        raise PersonRequiredError(
            "The vault has no person yet.", next_step="Add photos first: moletrail add PHOTO"
        )
    named = [lesion] if isinstance(lesion, str) else lesion
    chosen = None if named is None else {_known_lesion(workspace, who, name) for name in named}
    stored = complete_all(workspace, read_person(workspace, who))
    changes = [
        change
        for change in judged(workspace.noise, stored)
        if chosen is None or change.lesion in chosen
    ]
    if not changes:
        raise UnknownNameError(
            f"There are no photos of '{lesion if isinstance(lesion, str) else who}' to report on.",
            next_step="Add photos first: moletrail add PHOTO",
        )
    with workspace.open("report") as vault:
        is_demo = vault.info().demo
        decided = vault.decisions() if options.audience == "clinician" else []
        care = _Care(decided, vault.answers(), vault.surveys(vault.person(who)))
    return ReportDocument(
        person=who,
        made_on=options.made_on or date.today(),
        lesions=_sections(workspace, _sources(stored, changes, care), options, on_progress),
        false_flags=_false_flags(workspace.noise.false_flag_rate, len(changes)),
        program=f"Moletrail {__version__}",
        made_up=is_demo,
        audience=options.audience,
        paper=options.paper,
    )


def _false_flags(rate: float, lesions: int) -> str:
    """How many flags to expect by chance in a year of following these lesions."""
    visits = lesions * VISITS_A_YEAR
    return wording.false_flags_sentence(rate, visits, rate * visits)


def _known_lesion(workspace: Workspace, person: str, lesion: str) -> str:
    with workspace.open("report") as vault:
        return vault.lesion(vault.person(person), lesion).name


def _sources(stored: Sequence[Series], changes: Sequence[Change], care: _Care) -> list[Source]:
    by_name = {series.lesion.name: series for series in stored}
    shots = {name: _double_shots(series) for name, series in by_name.items()}
    sources = []
    for change in changes:
        series = by_name[change.lesion]
        others = [shot for name, own in shots.items() if name != change.lesion for shot in own]
        lesion_id = series.lesion.lesion_id
        sources.append(
            Source(
                series,
                change,
                tuple(others),
                decisions=tuple(each for each in care.decisions if each.lesion_id == lesion_id),
                answers=tuple(each for each in care.answers if each.lesion_id == lesion_id),
                surveys=tuple(care.surveys),
            )
        )
    return sources


def _sections(
    workspace: Workspace,
    sources: Sequence[Source],
    options: ReportOptions,
    on_progress: OnProgress | None,
) -> tuple[LesionSection, ...]:
    sections = []
    for done, source in enumerate(sources, 1):
        sections.append(section(workspace, source, options.audience))
        if on_progress is not None:
            on_progress(done, len(sources))
    return tuple(sections)


def _double_shots(series: Series) -> tuple[DoubleShot, ...]:
    whole = series_of(series.lesion, series.observations, series.comparisons.values())
    return tuple(double_shots(whole.observations, whole.comparisons))
