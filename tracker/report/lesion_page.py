"""One lesion's page: what fits on it, in words, tables and drawings; the rest is for the annex."""

from __future__ import annotations

from typing import Any

from tracker.domain import wording
from tracker.domain.body_map import VIEW_NAMES
from tracker.domain.change import Against, Axis, AxisChange, Status
from tracker.domain.records import LifeCycle
from tracker.report.charts import chart_caption, chart_svg, chart_words, has_course
from tracker.report.document import Chart, DatedText, LesionSection, PhotoRow, ReportPicture
from tracker.report.drawing import body_svg, photo_svg, strip_svg
from tracker.report.quantities import NO_VALUE, quantity, unit_words
from tracker.report.sheets import AnnexSheet, Cell, Drawing, Entries, Entry, Own, Table

PICTURE_ROLES = {"first": "First photo", "previous": "Previous photo", "latest": "Latest photo"}
OUTLINES = {
    "model": "outline: model",
    "person": "outline corrected",
    None: "no outline",
}
LIFE_CYCLES = {
    LifeCycle.ACTIVE: None,
    LifeCycle.EXCISED: "Excised",
    LifeCycle.RESOLVED: "Resolved",
    LifeCycle.MERGED: "Merged with another lesion",
}
#: So much of a lesion's list fits on its page; the whole list is then in the annex.
MOST_PHOTOS, MOST_ENTRIES, MOST_LETTERS = 6, 2, 160
PHOTO_HEADINGS = ("Taken", "Area", "Largest diameter", "Scale", "Sizes comparable")
_PHOTO_WIDTHS = (0, 0, 0, 1, 2.4)
AGAINST = (Against.FIRST, Against.PREVIOUS, Against.TREND)
AXIS_HEADINGS = (
    "Change in",
    "Since the first photo",
    "Against noise",
    "Since the previous",
    "Trend of all photos",
)
_AXIS_WIDTHS = (1.35, 1.3, 0, 1.3, 1.3)
#: Axes whose change has a direction, so that a plus sign says something.
_SIGNED = frozenset({Axis.AREA, Axis.DIAMETER})
ALIGNED = {
    "skin": "All in the frame of one photo, lined up on the skin around the lesion.",
    "lesion": (
        "All in the frame of one photo, lined up with the help of the lesion itself, so growth "
        "may not show here."
    ),
}
NOT_ALIGNED = (
    "Each as it was taken: the photos could not be lined up, so the pictures are not at one size."
)
SOME_ALIGNED = "Photos marked “as taken” could not be lined up: their size does not compare here."
NO_BAR = "No scale is known, so no length in millimetres is drawn."
#: How the pages are read, said once at the end.
READING = (
    "Measures. Error: one standard error, in the unit of the change. Detectable: the smallest "
    "change that is told from noise. Against noise: the change since the first photo with its 95 % "
    "interval; within the grey it cannot be told from none, and the strip ends at twice that.",
    "Overall look: 1 − cosine similarity of the network's descriptions, 0 is the same. Shape: 1 is "
    "how two lesions differ. Colour: CIEDE2000 of the part that changed most, the overall shift "
    "taken off.",
    "Charts. Bars: 95 % intervals. Grey: values of the latest photo that could not be told from "
    "the first. Pennant: flagged when that photo was the latest, judged by today's method. "
    "Triangle on the time axis: a symptom was reported.",
    "Photos. The line is the outline that was measured. Millimetres are given only with a scale, "
    "and its source and error stand beside it.",
)


def page(lesion: LesionSection, number: int) -> dict[str, Any]:
    """The fields of a `LesionSheet`, but for the clinician's part."""
    change = lesion.change
    charts = tuple(_chart(chart) for chart in lesion.charts if has_course(chart))
    rows = axis_rows(lesion)
    return {
        "number": number,
        "name": Own(change.lesion),
        "site": site(lesion),
        "standing": LIFE_CYCLES[lesion.life_cycle],
        "status": lesion.status_words,
        "changed": change.status is Status.CHANGED,
        "alerts": tuple(alert.message for alert in change.alerts),
        "message": message(lesion),
        "map": _map(lesion),
        "pictures": tuple(_picture(picture, lesion) for picture in lesion.pictures),
        "pictures_note": _pictures_note(lesion),
        "measures": Table(AXIS_HEADINGS, rows, _AXIS_WIDTHS) if rows else None,
        "charts": charts,
        "photos": _photo_table(_shown_photos(lesion)),
        "photos_more": _photos_more(lesion),
        "lists": tuple(_shortened(title, entries) for title, entries in _lists(lesion)),
        "facts": facts(lesion),
    }


def annex(lesion: LesionSection, number: int) -> AnnexSheet | None:
    """What the page left out, in full; None where it left out nothing."""
    photos = _photo_table(lesion.photos) if len(lesion.photos) > MOST_PHOTOS else None
    lists = tuple(
        Entries(title, _entries(entries)) for title, entries in _lists(lesion) if _is_long(entries)
    )
    if photos is None and not lists:
        return None
    return AnnexSheet(number, Own(lesion.change.lesion), photos, lists)


def axis_rows(lesion: LesionSection) -> tuple[tuple[Cell, ...], ...]:
    """Every axis that was judged, flagged or not, against each of `AGAINST`."""
    judged = {(row.axis, row.against): row for row in lesion.change.axes}
    rows = []
    for axis in Axis:
        of_axis = [judged.get((axis, against)) for against in AGAINST]
        if any(row is not None for row in of_axis):
            first, previous, trend = (_axis_cell(row) for row in of_axis)
            drawn = Cell("", strip=_strip(of_axis[0]))
            name = wording.AXIS_NAMES[axis]
            rows.append((Cell(name[0].upper() + name[1:]), first, drawn, previous, trend))
    return tuple(rows)


def _strip(row: AxisChange | None) -> str:
    if row is None or row.change is None or row.sigma is None or not row.detectable:
        return ""
    return strip_svg(row.change, row.sigma, row.detectable, signed=row.axis in _SIGNED)


def _axis_cell(row: AxisChange | None) -> Cell:
    if row is None:
        return Cell(NO_VALUE)
    if row.change is None:
        return Cell("not comparable")
    unit = unit_words(row.unit)
    text = quantity(row.change, unit, signed=row.axis in _SIGNED)
    told = []
    if row.sigma is not None:
        told.append(f"error {quantity(row.sigma, '')}")
    if row.detectable is not None:
        told.append(f"detectable {quantity(row.detectable, '')}")
    flagged = f"{text}, flagged" if row.flagged else text
    return Cell(flagged, small=", ".join(told), strong=row.flagged)


def message(lesion: LesionSection) -> str:
    """The judgement's message without the alerts and the status that stand above it."""
    text = lesion.change.message
    for alert in lesion.change.alerts:
        text = text.removeprefix(alert.message).strip()
    return text.removeprefix(f"{wording.STATUS[lesion.change.status]}.").strip()


def site(lesion: LesionSection) -> Own | None:
    """The site, unless the lesion is named after it."""
    place = lesion.change.site
    same = place is not None and place.casefold() == lesion.change.lesion.casefold()
    return None if not place or same else Own(place)


def _map(lesion: LesionSection) -> Drawing | None:
    if lesion.place is None:
        return None
    name = VIEW_NAMES[lesion.place.view]
    alt = f"Drawing, {name}, with the lesion marked"
    return Drawing(body_svg(lesion.place.view, [(lesion.place, "")]), alt, name)


def caption(picture: ReportPicture) -> str:
    """What stands under a picture."""
    outline = OUTLINES[picture.outlined_by]
    if picture.corrected_by:
        outline = f"{outline} by {picture.corrected_by}"
    if picture.corrected_on:
        outline = f"{outline} on {picture.corrected_on}"
    return f"{PICTURE_ROLES[picture.role]}, {picture.taken_on} ({outline})"


def _picture(picture: ReportPicture, lesion: LesionSection) -> Drawing:
    text = caption(picture)
    if not picture.is_aligned and any(each.is_aligned for each in lesion.pictures):
        text = f"{text}; as taken"
    # A name within the caption keeps its direction to itself, and the caption with it.
    shown = Own(text) if picture.corrected_by else text
    return Drawing(photo_svg(picture), f"Lesion {lesion.change.lesion}. {text}", shown)


def _pictures_note(lesion: LesionSection) -> str:
    """Whether sizes compare across the pictures, and where each scale bar comes from."""
    bars: dict[str, list[str]] = {}
    for picture in lesion.pictures:
        if picture.bar is not None:
            length = quantity(picture.bar.mm, "mm", decimals=0 if picture.bar.mm >= 1 else 1)
            bars.setdefault(f"{length}: {picture.bar.source}", []).append(picture.role)
    if len(bars) == 1 and len(next(iter(bars.values()))) == len(lesion.pictures):
        told = [f"Bar {words}." for words in bars]
    else:
        told = [f"Bar of the {' and '.join(of)} photo {words}." for words, of in bars.items()]
    if lesion.pictures and not bars:
        told = [NO_BAR]
    return " ".join(filter(None, (_alignment(lesion), *told)))


def _alignment(lesion: LesionSection) -> str:
    if len(lesion.pictures) < 2:
        return ""
    if lesion.lined_up is None or not any(picture.is_aligned for picture in lesion.pictures):
        return NOT_ALIGNED
    if all(picture.is_aligned for picture in lesion.pictures):
        return ALIGNED[lesion.lined_up]
    return SOME_ALIGNED


def _chart(chart: Chart) -> Drawing:
    return Drawing(chart_svg(chart), chart_words(chart), chart_caption(chart))


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


def _photo_table(photos: tuple[PhotoRow, ...]) -> Table:
    rows = tuple(tuple(Cell(text) for text in photo_cells(photo)) for photo in photos)
    return Table(PHOTO_HEADINGS, rows, _PHOTO_WIDTHS)


def _shown_photos(lesion: LesionSection) -> tuple[PhotoRow, ...]:
    """The first photo and the latest ones."""
    photos = lesion.photos
    if len(photos) <= MOST_PHOTOS:
        return photos
    return (photos[0], *photos[1 - MOST_PHOTOS :])


def _photos_more(lesion: LesionSection) -> str | None:
    count = len(lesion.photos)
    if count <= MOST_PHOTOS:
        return None
    return f"The first and the latest of {count} photos; all are listed at the end of the report."


def _lists(lesion: LesionSection) -> list[tuple[str, tuple[DatedText, ...]]]:
    both = [("Reported symptoms", lesion.symptoms), ("Notes", lesion.notes)]
    return [(title, entries) for title, entries in both if entries]


def _is_long(entries: tuple[DatedText, ...]) -> bool:
    return len(entries) > MOST_ENTRIES or any(len(e.text) > MOST_LETTERS for e in entries)


def _shortened(title: str, entries: tuple[DatedText, ...]) -> Entries:
    shown = []
    for entry in entries[-MOST_ENTRIES:]:
        text = entry.text
        if len(text) > MOST_LETTERS:
            text = f"{text[:MOST_LETTERS].rstrip()}…"
        shown.append(Entry(entry.noted_on, Own(text)))
    more = None
    if _is_long(entries):
        more = "Shortened; in full at the end of the report."
    return Entries(title, tuple(shown), more)


def _entries(entries: tuple[DatedText, ...]) -> tuple[Entry, ...]:
    return tuple(Entry(entry.noted_on, Own(entry.text)) for entry in entries)


def facts(lesion: LesionSection) -> tuple[tuple[str, str], ...]:
    """Label and value of the small print of a lesion."""
    methods = dict.fromkeys((*lesion.versions, lesion.change.method))
    recorded = (("On record", "; ".join(lesion.recorded)),) if lesion.recorded else ()
    return (*recorded, ("Computed by", "; ".join(methods)))
