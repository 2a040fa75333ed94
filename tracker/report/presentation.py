"""From the document's values to the words on the page, the same for HTML and PDF."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tracker.domain import wording
from tracker.domain.change import Against, AlertKind, Axis, AxisChange, Change, Status
from tracker.domain.records import LifeCycle
from tracker.report.document import (
    DatedText,
    LesionSection,
    PhotoRow,
    ReportDocument,
    ReportPicture,
)

NO_VALUE = "–"
PICTURE_ROLES = {"first": "First photo", "previous": "Previous photo", "latest": "Latest photo"}
OUTLINES = {
    "model": "outline: model",
    "person": "outline: corrected",
    None: "no outline",
}
LIFE_CYCLES = {
    LifeCycle.ACTIVE: None,
    LifeCycle.EXCISED: "Excised",
    LifeCycle.RESOLVED: "Resolved",
    LifeCycle.MERGED: "Merged with another lesion",
}
MADE_UP = "Made-up person and made-up pictures: this report belongs to the demonstration."
#: Axes whose change has a direction, so that a plus sign says something.
_SIGNED = frozenset({Axis.AREA, Axis.DIAMETER})
#: How the judge's units are printed; others stand as they are.
_UNITS = {"percent": "%", "1-cosine": "", "index": "", "1": "", "delta_e_2000": "ΔE"}
_PER_YEAR = "_per_year"


@dataclass(frozen=True, slots=True)
class AxisCell:
    """One measure against one reference: the change, and what could have been detected."""

    change: str
    detectable: str
    flagged: bool


@dataclass(frozen=True, slots=True)
class AxisRow:
    """A line of the table of measures; a cell is None where nothing was judged."""

    axis: str
    cells: tuple[AxisCell | None, ...]


def title(document: ReportDocument) -> str:
    """The report's title, without the name."""
    return "Change report: one lesion" if len(document.lesions) == 1 else "Change report"


def summary(document: ReportDocument) -> list[str]:
    """How many lesions stand where, symptoms first."""
    total = len(document.lesions)
    lines = [f"{total} lesion{'' if total == 1 else 's'} in this report."]
    with_symptoms = sum(has_symptom_alert(lesion) for lesion in document.lesions)
    if with_symptoms:
        lines.append(f"{with_symptoms} with reported symptoms. {wording.SEE_NOW}")
    counts = Counter(lesion.change.status for lesion in document.lesions)
    lines += [
        f"{counts[status]} of {total}: {wording.STATUS[status]}."
        for status in _ORDER
        if counts[status]
    ]
    return lines


_ORDER = (
    Status.CHANGED,
    Status.CANNOT_COMPARE,
    Status.NO_CHANGE_DETECTED,
    Status.BASELINE_ONLY,
)


def has_symptom_alert(lesion: LesionSection) -> bool:
    """Whether a symptom overrides the measurement."""
    return any(alert.kind is AlertKind.SYMPTOM for alert in lesion.change.alerts)


def axis_rows(lesion: LesionSection) -> list[AxisRow]:
    """Every axis that was judged, flagged or not, against each of `AGAINST`."""
    judged = {(row.axis, row.against): row for row in lesion.change.axes}
    axes = [axis for axis in Axis if any(key[0] is axis for key in judged)]
    return [
        AxisRow(
            wording.AXIS_NAMES[axis],
            tuple(_axis_cell(judged.get((axis, against))) for against in AGAINST),
        )
        for axis in axes
    ]


def _axis_cell(row: AxisChange | None) -> AxisCell | None:
    if row is None:
        return None
    if row.change is None:
        return AxisCell("not comparable", "", flagged=False)
    unit = unit_words(row.unit)
    change = quantity(row.change, unit, signed=row.axis in _SIGNED)
    limit = "" if row.detectable is None else _limit(row, quantity(row.detectable, unit))
    return AxisCell(f"{change}, flagged" if row.flagged else change, limit, row.flagged)


def _limit(row: AxisChange, size: str) -> str:
    """A change without direction can only be larger than none."""
    return f"detectable: ±{size}" if row.axis in _SIGNED else f"detectable: ≥ {size}"


def unit_words(unit: str) -> str:
    """A unit of the judge as it is printed: `percent_per_year` is `% a year`."""
    base = unit.removesuffix(_PER_YEAR)
    parts = (_UNITS.get(base, base), "a year" if base != unit else "")
    return " ".join(part for part in parts if part)


def message(lesion: LesionSection) -> str:
    """The judgement's message without the alerts and the status that stand above it."""
    text = lesion.change.message
    for alert in lesion.change.alerts:
        text = text.removeprefix(alert.message).strip()
    return text.removeprefix(f"{wording.STATUS[lesion.change.status]}.").strip()


def site(lesion: LesionSection) -> str | None:
    """The site, unless the lesion is named after it."""
    place = lesion.change.site
    return None if place is None or place.casefold() == lesion.change.lesion.casefold() else place


def short_limit(change: Change) -> str | None:
    """The smallest detectable change of area, for the status in a few words."""
    for row in change.axes:
        if row.axis is Axis.AREA and row.against is Against.FIRST and row.detectable is not None:
            return f"{quantity(row.detectable, unit_words(row.unit), decimals=0)} of the area"
    return None


def quantity(
    value: float | None, unit: str, *, signed: bool = False, decimals: int | None = None
) -> str:
    """`+23 %`, `1.4 mm`, `0.12`, with a true minus sign; a dash where there is none."""
    if value is None:
        return NO_VALUE
    size = abs(value)
    digits = (0 if size >= 20 else 1 if size >= 1 else 2) if decimals is None else decimals
    text = f"{size:.{digits}f}"
    zero = float(text) == 0
    sign = "" if zero else "−" if value < 0 else "+" if signed else ""
    return f"{sign}{text}{f' {unit}' if unit else ''}"


def photo_cells(photo: PhotoRow) -> tuple[str, str, str, str, str]:
    """Date, area, largest diameter, scale, and whether sizes can be compared."""
    if photo.comparable is None:
        compared = "first photo" if photo.why_not is None else photo.why_not
    else:
        compared = "yes" if photo.comparable else photo.why_not or "no"
    return (
        photo.taken_on,
        quantity(photo.area_mm2, "mm²", decimals=1),
        quantity(photo.diameter_mm, "mm", decimals=1),
        photo.scale or "none",
        compared,
    )


PHOTO_HEADINGS = ("Taken", "Area", "Largest diameter", "Scale", "Sizes comparable")
AGAINST = (Against.FIRST, Against.PREVIOUS, Against.TREND)
AXIS_HEADINGS = ("Change in", "Since the first photo", "Since the previous", "Trend of all photos")


def caption(picture: ReportPicture) -> str:
    """What stands under a picture."""
    return f"{PICTURE_ROLES[picture.role]}, {picture.taken_on} ({OUTLINES[picture.outlined_by]})"


def facts(lesion: LesionSection) -> list[tuple[str, str]]:
    """Label and value of the small print of a lesion."""
    rows: list[tuple[str, str]] = []
    life = LIFE_CYCLES[lesion.life_cycle]
    if life:
        rows.append(("Standing", life))
    methods = dict.fromkeys((*lesion.versions, lesion.change.method))
    rows.append(("Computed by", "; ".join(methods)))
    return rows


def dated(entry: DatedText) -> str:
    """A symptom or a note with its date."""
    return f"{entry.noted_on}: {entry.text}"


def all_texts(document: ReportDocument) -> list[str]:
    """Every text of a person's making, to be checked against the fonts."""
    texts = [document.person, *document.cannot, document.purpose, document.false_flags or ""]
    for lesion in document.lesions:
        change = lesion.change
        texts += [change.lesion, change.site or "", change.message, change.method]
        texts += [alert.message for alert in change.alerts]
        texts += [dated(entry) for entry in (*lesion.symptoms, *lesion.notes)]
        texts += [lesion.status_words, *lesion.versions]
        texts += [cell for photo in lesion.photos for cell in photo_cells(photo)]
        texts += [unit_words(row.unit) for row in change.axes]
        texts += [chart.title + chart.unit for chart in lesion.charts]
    return texts
