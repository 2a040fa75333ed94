"""The change report and the scale card, from what the vault holds to a file."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from PIL import Image

from tracker import __version__
from tracker.analysis.noise import NoiseTable
from tracker.domain import wording
from tracker.domain.change import Axis, Change, Status
from tracker.domain.records import Observation, Symptom
from tracker.errors import PersonRequiredError, UnknownNameError, UsageError
from tracker.report.card import card_pdf, card_png
from tracker.report.document import (
    Chart,
    ChartPoint,
    DatedText,
    LesionSection,
    PhotoRow,
    ReportDocument,
    ReportPicture,
)
from tracker.report.presentation import short_limit
from tracker.report.writing import report_bytes
from tracker.services import pictures
from tracker.services.changes import changes
from tracker.services.comparing import Series, complete_series
from tracker.services.files import write_output
from tracker.services.people import person_name
from tracker.services.results import ObservationRow
from tracker.services.session import Workspace
from tracker.services.timeline import series_rows

REPORT_SUFFIXES = (".pdf", ".html", ".htm")
#: Recheck every 6 months, the middle of the intervals offered.
VISITS_A_YEAR = 2
CARD_SUFFIXES = (".pdf", ".png")


def write_report(
    workspace: Workspace, person: str | None, lesion: str | None, out: Path
) -> tuple[Path, str]:
    """Write the change report of a person, or of one lesion, as PDF or HTML by suffix.

    Returns:
        The file, and the person's name.

    Raises:
        UsageError: another suffix. PersonRequiredError. UnknownNameError: nothing to report on.
        InputError, StorageFullError: the file cannot be written.
    """
    _check_suffix(out, REPORT_SUFFIXES, "report")
    document = build_document(workspace, person, lesion)
    return write_output(out, report_bytes(document, out.name)), document.person


def make_report(
    workspace: Workspace, person: str | None, lesion: str | None, kind: Literal["pdf", "html"]
) -> bytes:
    """The change report as bytes, for the app to hand over.

    Raises:
        PersonRequiredError. UnknownNameError: nothing to report on.
    """
    return report_bytes(build_document(workspace, person, lesion), f"report.{kind}")


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
    workspace: Workspace, person: str | None, lesion: str | Sequence[str] | None = None
) -> ReportDocument:
    """Everything a report says, most urgent lesion first.

    Args:
        lesion: one name, or several; None for all. Of other lesions nothing is in the document.

    Raises:
        PersonRequiredError: several people and none named.
        UnknownNameError: no such person or lesion, or no photo to report on.
    """
    who = person_name(workspace, person)
    if who is None:
        raise PersonRequiredError(
            "The vault has no person yet.", next_step="Add photos first: moletrail add PHOTO"
        )
    names = [lesion] if isinstance(lesion, str) else lesion
    chosen = None if names is None else {_known_lesion(workspace, who, name) for name in names}
    only = next(iter(chosen)) if chosen is not None and len(chosen) == 1 else None
    judged = [
        change
        for change in changes(workspace, who, lesion=only)
        if chosen is None or change.lesion in chosen
    ]
    if not judged:
        raise UnknownNameError(
            f"There are no photos of '{only or who}' to report on.",
            next_step="Add photos first: moletrail add PHOTO",
        )
    with workspace.open("report") as vault:
        is_demo = vault.info().demo
    return ReportDocument(
        person=who,
        made_on=date.today(),
        lesions=tuple(_section(workspace, change) for change in judged),
        false_flags=_false_flags(workspace.noise.false_flag_rate, len(judged)),
        program=f"Moletrail {__version__}",
        made_up=is_demo,
    )


def _false_flags(rate: float, lesions: int) -> str:
    """How many flags to expect by chance in a year of following these lesions."""
    visits = lesions * VISITS_A_YEAR
    return wording.false_flags_sentence(rate, visits, rate * visits)


def _known_lesion(workspace: Workspace, person: str, lesion: str) -> str:
    with workspace.open("report") as vault:
        return vault.lesion(vault.person(person), lesion).name


def _section(workspace: Workspace, change: Change) -> LesionSection:
    series = complete_series(workspace, change.person, change.lesion)
    rows = series_rows(workspace, series)
    return LesionSection(
        change=change,
        status_words=wording.status_sentence(change.status, short_limit(change)),
        photos=tuple(_photo_row(row) for row in rows),
        pictures=_pictures(workspace, change, series),
        charts=_charts(workspace.noise, rows),
        symptoms=tuple(_symptom(symptom) for symptom in series.symptoms),
        notes=tuple(
            DatedText(seen.capture.isoformat(), seen.note)
            for seen in series.observations
            if seen.note
        ),
        life_cycle=series.lesion.life_cycle,
        versions=_versions(change, series),
    )


def _photo_row(row: ObservationRow) -> PhotoRow:
    scale = None
    if row.scale is not None:
        share = 100 * row.scale.sigma / row.scale.mm_per_px
        scale = f"{row.scale.source.value}, ±{share:.0f} %"
    return PhotoRow(
        taken_on=row.observation.capture.isoformat(),
        area_mm2=row.area_mm2,
        diameter_mm=row.diameter_mm,
        scale=scale,
        comparable=row.comparable,
        why_not=row.why_not,
    )


def _pictures(workspace: Workspace, change: Change, series: Series) -> tuple[ReportPicture, ...]:
    """First, previous and latest photo, each once."""
    by_id = {seen.observation_id: seen for seen in series.observations}
    roles: dict[str, Literal["first", "previous", "latest"]] = {}
    for role, name in _roles(change):
        if name is not None and name not in roles:
            roles[name] = role
    return tuple(_picture(workspace, role, by_id[name]) for name, role in roles.items())


def _roles(
    change: Change,
) -> tuple[tuple[Literal["first", "previous", "latest"], str | None], ...]:
    return ("first", change.first), ("previous", change.previous), ("latest", change.latest)


def _picture(
    workspace: Workspace, role: Literal["first", "previous", "latest"], seen: Observation
) -> ReportPicture:
    data = pictures.lesion_picture(workspace, seen.observation_id, outline=True)
    with Image.open(io.BytesIO(data)) as picture:
        width, height = picture.size
    mask = seen.analysis.mask
    return ReportPicture(
        role=role,
        taken_on=seen.capture.isoformat(),
        data=data,
        media_type="image/jpeg",
        width=width,
        height=height,
        outlined_by=None if mask is None else mask.source,
    )


def _charts(noise: NoiseTable, rows: list[ObservationRow]) -> tuple[Chart, ...]:
    area = [
        ChartPoint(_day(row), row.area_ratio.value, row.area_ratio.sigma)
        for row in rows
        if row.area_ratio is not None
    ]
    diameter = [
        ChartPoint(_day(row), row.diameter_mm, row.diameter_mm * _relative_sigma(noise, row))
        for row in rows
        if row.diameter_mm is not None
    ]
    colour = [
        ChartPoint(_day(row), row.focal_delta_e) for row in rows if row.focal_delta_e is not None
    ]
    return (
        Chart("Area against the first comparable photo", "times", tuple(area), 1.0, (0.75, 1.25)),
        Chart("Largest diameter", "mm", tuple(diameter)),
        Chart(
            "Colour of parts of the spot, difference from the first photo",
            "ΔE 2000",
            tuple(colour),
            axis_includes=(0.0, 5.0),
        ),
    )


def _relative_sigma(noise: NoiseTable, row: ObservationRow) -> float:
    """Of one diameter: its scale's error and the outline's, half the variance of a difference."""
    scale = 0.0 if row.scale is None else row.scale.sigma / row.scale.mm_per_px
    outline = noise.noise(Axis.DIAMETER, row.observation.modality, "scale").sigma
    return math.hypot(scale, outline / math.sqrt(2))


def _day(row: ObservationRow) -> date:
    return row.observation.capture.value.date()


def _symptom(symptom: Symptom) -> DatedText:
    name = wording.SYMPTOM_NAMES[symptom.kind]
    text = f"{name}: {symptom.note}" if symptom.note else name
    return DatedText(symptom.noted_at.astimezone().date().isoformat(), text)


def _versions(change: Change, series: Series) -> tuple[str, ...]:
    """Who computed what: each network and method once, in order of first use."""
    lines: dict[str, None] = {}
    for seen in series.observations:
        for model in (seen.analysis.model, seen.analysis.gate):
            if model is not None:
                lines[f"{model.name} {model.version}, sha256 {model.sha256[:12]}…"] = None
        if seen.analysis.measures is not None:
            lines[seen.analysis.measures.method] = None
    for comparison in series.comparisons.values():
        lines[comparison.method] = None
    if change.status is not Status.BASELINE_ONLY:
        lines[change.method] = None
    return tuple(lines)
