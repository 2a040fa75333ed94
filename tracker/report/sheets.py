"""The pages of a report as words, tables and drawings: what HTML and PDF both set, unchanged."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.report.document import Paper


class Own(str):
    """Text of a person's making, in any script: set apart from the words around it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG, what it shows for those who cannot see it, and what stands under it."""

    svg: str
    alt: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell. small: a second, quieter line. link: number of the lesion it leads to.

    page_of: shows the page of that lesion, where there are pages. strip: a drawing that repeats
    the numbers, without words of its own.
    """

    text: str
    small: str = ""
    strong: bool = False
    link: int | None = None
    page_of: int | None = None
    strip: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Headings name the columns; `widths` are shares of the line, 0 for as wide as needed."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A dated line of a person's own words."""

    day: str
    text: Own


@dataclass(frozen=True, slots=True)
class Entries:
    """A list of dated lines; `more` says where the rest is."""

    title: str
    items: tuple[Entry, ...]
    more: str | None = None


@dataclass(frozen=True, slots=True)
class ClinicalSheet:
    """The clinician's page of a lesion."""

    title: Own
    warning: str
    findings: tuple[str, ...]
    probabilities: Table | None
    heatmap: Drawing | None
    abcde: Table | None
    abcde_note: str
    decisions: Entries | None


@dataclass(frozen=True, slots=True)
class LesionSheet:
    """The page of one lesion."""

    number: int
    name: Own
    site: Own | None
    standing: str | None
    status: str
    changed: bool
    alerts: tuple[str, ...]
    message: str
    map: Drawing | None
    pictures: tuple[Drawing, ...]
    pictures_note: str
    measures: Table | None
    charts: tuple[Drawing, ...]
    photos: Table
    photos_more: str | None
    lists: tuple[Entries, ...]
    facts: tuple[tuple[str, str], ...]
    clinical: ClinicalSheet | None


@dataclass(frozen=True, slots=True)
class AnnexSheet:
    """What did not fit on a lesion's page, in full."""

    number: int
    name: Own
    photos: Table | None
    lists: tuple[Entries, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """A figure of the overview."""

    count: int
    words: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class ReportSheet:
    """The whole report."""

    title: str
    person: Own
    made: str
    audience: str | None
    made_up: str | None
    purpose: str
    see_now: str | None
    counts: tuple[Count, ...]
    summary: Table
    maps: tuple[Drawing, ...]
    false_flags: str | None
    lesions: tuple[LesionSheet, ...]
    annex: tuple[AnnexSheet, ...]
    reading: tuple[str, ...]
    cannot: tuple[str, ...]
    footer: str
    paper: Paper
