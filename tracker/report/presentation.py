"""From the document's values to the report's pages, the same for HTML and PDF."""

from __future__ import annotations

from collections import Counter

from tracker.domain import wording
from tracker.domain.body import BodyPlace, BodyView
from tracker.domain.body_map import VIEW_NAMES
from tracker.domain.change import Against, AlertKind, Axis, Change, Status
from tracker.report import clinical, lesion_page
from tracker.report.document import LesionSection, ReportDocument
from tracker.report.drawing import body_svg
from tracker.report.quantities import NO_VALUE, quantity, unit_words
from tracker.report.sheets import Cell, Count, Drawing, LesionSheet, Own, ReportSheet, Table

MADE_UP = "Made-up person and made-up pictures: this report belongs to the demonstration."
FOR_CLINICIANS = (
    "Clinician's pack: it carries class probabilities and is not meant for the person alone."
)
SUMMARY_HEADINGS = ("No.", "Lesion", "Site", "Result", "Photos", "Period", "Page")
_SUMMARY_WIDTHS = (0, 1.7, 1.2, 3.4, 0, 0, 0)
_ORDER = (
    Status.CHANGED,
    Status.CANNOT_COMPARE,
    Status.NO_CHANGE_DETECTED,
    Status.BASELINE_ONLY,
)


def report_sheet(document: ReportDocument) -> ReportSheet:
    """Everything that is printed, in its order."""
    with_symptoms = sum(has_symptom_alert(lesion) for lesion in document.lesions)
    return ReportSheet(
        title=title(document),
        person=Own(document.person),
        made=f"Made on {document.made_on.isoformat()} with {document.program}.",
        audience=FOR_CLINICIANS if document.audience == "clinician" else None,
        made_up=MADE_UP if document.made_up else None,
        purpose=document.purpose,
        see_now=wording.SEE_NOW if with_symptoms else None,
        counts=counts(document),
        summary=_summary(document),
        maps=_maps(document),
        false_flags=document.false_flags,
        lesions=tuple(_lesion(lesion, number) for number, lesion in enumerate(document.lesions, 1)),
        annex=tuple(
            sheet
            for number, lesion in enumerate(document.lesions, 1)
            if (sheet := lesion_page.annex(lesion, number)) is not None
        ),
        reading=lesion_page.READING if document.lesions else (),
        cannot=document.cannot,
        footer=document.footer,
        paper=document.paper,
    )


def title(document: ReportDocument) -> str:
    """The report's title, without the name."""
    return "Change report: one lesion" if len(document.lesions) == 1 else "Change report"


def counts(document: ReportDocument) -> tuple[Count, ...]:
    """How many lesions stand where, symptoms first."""
    total = len(document.lesions)
    found = [Count(total, "lesion in this report" if total == 1 else "lesions in this report")]
    with_symptoms = sum(has_symptom_alert(lesion) for lesion in document.lesions)
    if with_symptoms:
        found.append(Count(with_symptoms, "with reported symptoms", strong=True))
    by_status = Counter(lesion.change.status for lesion in document.lesions)
    found += [
        Count(by_status[status], wording.STATUS[status], strong=status is Status.CHANGED)
        for status in _ORDER
        if by_status[status]
    ]
    return tuple(found)


def has_symptom_alert(lesion: LesionSection) -> bool:
    """Whether a symptom overrides the measurement."""
    return any(alert.kind is AlertKind.SYMPTOM for alert in lesion.change.alerts)


def short_limit(change: Change) -> str | None:
    """The smallest detectable change of area, for the status in a few words."""
    for row in change.axes:
        if row.axis is Axis.AREA and row.against is Against.FIRST and row.detectable is not None:
            return f"{quantity(row.detectable, unit_words(row.unit), decimals=0)} of the area"
    return None


def _summary(document: ReportDocument) -> Table:
    rows = []
    for number, lesion in enumerate(document.lesions, 1):
        symptom = has_symptom_alert(lesion)
        changed = lesion.change.status is Status.CHANGED
        rows.append(
            (
                Cell(str(number)),
                Cell(Own(lesion.change.lesion), link=number),
                Cell(Own(lesion.change.site) if lesion.change.site else NO_VALUE),
                Cell(
                    f"Symptoms reported. {wording.SEE_NOW}" if symptom else lesion.status_words,
                    small=lesion.status_words if symptom else _first_alert(lesion),
                    strong=symptom or changed,
                ),
                Cell(str(len(lesion.photos))),
                Cell(_period(lesion)),
                Cell("", page_of=number),
            )
        )
    return Table(SUMMARY_HEADINGS, tuple(rows), _SUMMARY_WIDTHS)


_ALERT_NAMES = {
    AlertKind.NEW_LESION: "new spot: show it to a clinician",
    AlertKind.UGLY_DUCKLING: "differs from the person's other spots",
    AlertKind.IDENTITY_DOUBT: "may show another spot",
}


def _first_alert(lesion: LesionSection) -> str:
    named = (_ALERT_NAMES.get(alert.kind, "") for alert in lesion.change.alerts)
    return "; ".join(dict.fromkeys(name for name in named if name))


def _period(lesion: LesionSection) -> str:
    if not lesion.photos:
        return NO_VALUE
    first, last = lesion.photos[0].taken_on[:7], lesion.photos[-1].taken_on[:7]
    return first if first == last else f"{first} to {last}"


def _maps(document: ReportDocument) -> tuple[Drawing, ...]:
    """Each drawing that has a mark, with the lesions' numbers; none in a report on one lesion."""
    marks: dict[BodyView, list[tuple[BodyPlace, str]]] = {}
    for number, lesion in enumerate(document.lesions, 1):
        if lesion.place is not None:
            marks.setdefault(lesion.place.view, []).append((lesion.place, str(number)))
    if len(document.lesions) < 2:
        return ()
    return tuple(
        Drawing(
            body_svg(view, marks[view]),
            f"Drawing, {VIEW_NAMES[view]}, with marks for the lesions "
            + wording.join_words([text for _, text in marks[view]]),
            VIEW_NAMES[view],
        )
        for view in BodyView
        if view in marks
    )


def _lesion(lesion: LesionSection, number: int) -> LesionSheet:
    page = lesion_page.page(lesion, number)
    return LesionSheet(**page, clinical=clinical.sheet(lesion, number))
