"""The clinician's page of a lesion: class probabilities with their warning, heat map, ABCDE."""

from __future__ import annotations

from tracker.domain import wording
from tracker.report.document import ClinicalPart, LesionSection
from tracker.report.drawing import photo_svg
from tracker.report.quantities import share
from tracker.report.sheets import Cell, ClinicalSheet, Drawing, Entries, Entry, Own, Table

TITLE = "for the clinician"
_PROBABILITY_HEADINGS = ("Class", "Probability")
_LETTER_HEADINGS = ("", "Measure")


def sheet(lesion: LesionSection, number: int) -> ClinicalSheet | None:
    """The page; None in a personal report."""
    part = lesion.clinical
    if part is None:
        return None
    return ClinicalSheet(
        title=Own(f"{number}. {lesion.change.lesion}: {TITLE}"),
        warning=wording.PROBABILITIES_NOTE,
        findings=_findings(part),
        probabilities=_probabilities(part),
        heatmap=_heatmap(part, lesion),
        abcde=_abcde(part),
        abcde_note=wording.ABCDE_NOTE,
        decisions=_decisions(part),
    )


def _findings(part: ClinicalPart) -> tuple[str, ...]:
    found = [f"Of the photo taken {part.taken_on}."]
    if part.certain is False:
        found.append(f"The network's answer: {wording.NOT_CERTAIN}.")
    elif part.certain and part.label is not None:
        found.append(f"The network's likeliest class: {wording.CLASS_NAMES[part.label]}.")
    if part.unlike_training:
        found.append(wording.UNLIKE_TRAINING)
    if not part.probabilities:
        found.append("No class probabilities were computed for this photo.")
    return tuple(found)


def _probabilities(part: ClinicalPart) -> Table | None:
    if not part.probabilities:
        return None
    ordered = sorted(part.probabilities, key=lambda item: -item[1])
    rows = tuple(
        (Cell(wording.CLASS_NAMES[name]), Cell(share(probability))) for name, probability in ordered
    )
    return Table(_PROBABILITY_HEADINGS, rows, (1, 0))


def _heatmap(part: ClinicalPart, lesion: LesionSection) -> Drawing | None:
    if part.heatmap is None:
        return None
    text = f"Heat map, {part.heatmap.taken_on}"
    return Drawing(
        photo_svg(part.heatmap),
        f"Lesion {lesion.change.lesion}. {text}",
        f"{text}. {wording.HEATMAP_NOTE}",
    )


def _abcde(part: ClinicalPart) -> Table | None:
    if not part.abcde:
        return None
    rows = tuple(
        (Cell(row.letter, strong=True), Cell(row.name), *(Cell(value) for value in row.values))
        for row in part.abcde
    )
    widths = (0, 2.2, *(1.0 for _ in part.abcde_heads))
    return Table((*_LETTER_HEADINGS, *part.abcde_heads), rows, widths)


def _decisions(part: ClinicalPart) -> Entries | None:
    if not part.decisions:
        return None
    items = tuple(Entry(entry.noted_on, Own(entry.text)) for entry in part.decisions)
    return Entries("Decisions", items)
