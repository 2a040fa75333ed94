"""Documents to print: made-up people, made-up numbers, plain pictures."""

from __future__ import annotations

from datetime import date

import numpy as np

from tracker.analysis.render_camera import to_jpeg
from tracker.domain import wording
from tracker.domain.change import Against, Alert, AlertKind, Axis, AxisChange, Change, Status
from tracker.report.document import (
    Chart,
    ChartPoint,
    DatedText,
    LesionSection,
    PhotoRow,
    ReportDocument,
    ReportPicture,
)

MADE_ON = date(2025, 3, 1)
STATUSES = tuple(Status)


def picture(role: str, shade: int, taken_on: str) -> ReportPicture:
    rgb = np.full((150, 200, 3), (220, 175, 160), dtype=np.uint8)
    y, x = np.ogrid[:150, :200]
    rgb[(x - 100) ** 2 + (y - 75) ** 2 < 40**2] = (shade, shade // 2, shade // 3)
    return ReportPicture(role, taken_on, to_jpeg(rgb), "image/jpeg", 200, 150)  # type: ignore[arg-type]


def axes(status: Status) -> tuple[AxisChange, ...]:
    if status is Status.BASELINE_ONLY:
        return ()
    if status is Status.CANNOT_COMPARE:
        return (
            AxisChange(Axis.AREA, Against.FIRST, None, "percent", None, None, None, False),
            AxisChange(Axis.EMBEDDING, Against.FIRST, 0.03, "1-cosine", 0.02, 0.08, 0.4, False),
        )
    changed = status is Status.CHANGED
    return (
        AxisChange(Axis.EMBEDDING, Against.FIRST, 0.21, "1-cosine", 0.02, 0.08, 7.0, changed),
        AxisChange(Axis.AREA, Against.FIRST, 31.4, "percent", 6.0, 17.2, 5.0, changed),
        AxisChange(Axis.AREA, Against.PREVIOUS, -2.2, "percent", 6.0, 17.2, 0.4, False),
        AxisChange(Axis.DIAMETER, Against.FIRST, 12.6, "percent", 3.2, 9.5, 3.1, changed),
        AxisChange(Axis.SHAPE, Against.FIRST, 0.01, "index", 0.02, 0.06, 0.5, False),
        AxisChange(Axis.COLOUR, Against.FIRST, 2.1, "delta_e_2000", 1.1, 3.4, 1.1, False),
        AxisChange(Axis.AREA, Against.TREND, 12.5, "percent_per_year", 3.0, 8.0, 4.1, changed),
    )


def lesion(name: str, status: Status, *, site: str | None = "left forearm") -> LesionSection:
    count = 1 if status is Status.BASELINE_ONLY else 4
    days = [f"2024-0{1 + 2 * i}-11" for i in range(count)]
    alerts = (
        (Alert(AlertKind.SYMPTOM, f"Reported on 2024-07-11: bleeding. {wording.SEE_NOW}"),)
        if status is Status.CHANGED
        else ()
    )
    points = tuple(
        ChartPoint(date.fromisoformat(day), 100 + 10 * i, 6.0 if i else None)
        for i, day in enumerate(days)
    )
    roles = ("first", "previous", "latest") if count > 1 else ("first",)
    return LesionSection(
        change=Change(
            "P",
            name,
            site,
            status,
            0.9,
            "a",
            "b",
            "c",
            axes(status),
            alerts,
            "Compared with the first photo, the area grew by 31 %; a change of 17 % or more would "
            "have been detected.",
            "judge 1",
        ),
        status_words=wording.status_sentence(status, "area 17 %"),
        photos=tuple(
            PhotoRow(day, 12.3 + i, 4.4, "card, ±1 %" if i else None, bool(i) or None)
            for i, day in enumerate(days)
        ),
        pictures=tuple(picture(role, 90 + 15 * i, days[i]) for i, role in enumerate(roles)),
        charts=(Chart("Area against the first photo", "%", points, reference=100.0),),
        symptoms=(DatedText("2024-07-11", "bleeding"),) if alerts else (),
        notes=(DatedText("2024-05-11", "after a week in the sun"),),
        versions=("moletrail-vit 0.1.0, sha256 1a2b3c4d", "moletrail-gate 0.1"),
    )


def document(count: int = 1, person: str = "Demo Ada", name: str = "Mole") -> ReportDocument:
    return ReportDocument(
        person=person,
        made_on=MADE_ON,
        lesions=tuple(lesion(f"{name} {i + 1}", STATUSES[i % 4]) for i in range(count)),
        false_flags=wording.false_flags_sentence(0.05, 4 * count, 0.2 * count),
        made_up=True,
    )
