"""The report out of a vault: the same bytes again, nothing of where, and what each reader gets."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests import made_up
from tracker.domain.analysis import CLASSES
from tracker.domain.body import SiteMark
from tracker.domain.change import Axis
from tracker.domain.records import MaskCorrection, MaskMethod, SymptomKind
from tracker.errors import UsageError
from tracker.report.document import ReportDocument
from tracker.report.lesion_page import caption
from tracker.services import framing
from tracker.services.comparing import complete_series
from tracker.services.decisions import decide
from tracker.services.details import set_place
from tracker.services.intake import add_photo
from tracker.services.report_pictures import own_picture
from tracker.services.reporting import (
    ReportOptions,
    build_document,
    make_report,
    report_date,
    write_report,
)
from tracker.services.results import AddRequest, Stored
from tracker.services.session import Workspace
from tracker.services.vaults import create_vault

PERSON, LESION = "Ada", "Upper back"
DAY = date(2026, 1, 2)
FOR_PERSON = ReportOptions(made_on=DAY)
FOR_CLINICIAN = ReportOptions("clinician", "letter", DAY)


def with_place_of_capture(jpeg: bytes) -> bytes:
    with Image.open(io.BytesIO(jpeg)) as image:
        exif = Image.Exif()
        exif[0x010F] = "SecretCamera"
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (12.0, 34.0, 56.0)
        out = io.BytesIO()
        image.save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """First, middle and last photo of a lesion that grows; only the first has a scale."""
    made = Workspace(tmp_path_factory.mktemp("secret-folder") / "vault")
    create_vault(made)
    photos = made_up.photos()
    for number in (0, 3, 5):
        photo = photos[number]
        stored = add_photo(
            made,
            AddRequest(
                data=with_place_of_capture(photo.jpeg),
                photo=f"secret-beach-{number}.jpg",
                person=PERSON,
                lesion=LESION,
                taken_at=photo.taken_at,
                mm_per_px=photo.mm_per_px if number == 0 else None,
                note="after the summer" if number == 3 else None,
            ),
        )
        assert isinstance(stored, Stored)
    return made


@pytest.fixture(scope="module")
def personal(workspace: Workspace) -> ReportDocument:
    return build_document(workspace, PERSON, options=FOR_PERSON)


@pytest.fixture(scope="module")
def clinical(workspace: Workspace) -> ReportDocument:
    decide(workspace, PERSON, LESION, "refer", by="Dr A", note="to dermatology")
    set_place(workspace, PERSON, LESION, "back", 0.6, 0.3)
    with workspace.open() as vault:
        owner = vault.person(PERSON)
        lesion = vault.lesion(owner, LESION)
        for day in (1, 3, 4, 5):
            vault.add_answer(lesion, [], answered_at=datetime(2025, 1, day, 12, tzinfo=UTC))
        vault.add_answer(
            lesion, [SymptomKind.ITCH], answered_at=datetime(2025, 1, 6, 12, tzinfo=UTC)
        )
        vault.set_mark(lesion, SiteMark.TREATED)
        vault.save_survey(owner, "back", date(2025, 2, 3), [lesion])
        vault.save_survey(owner, "back", date(2025, 2, 4), [])
    return build_document(workspace, PERSON, LESION, FOR_CLINICIAN)


@pytest.mark.parametrize("kind", ["pdf", "html"])
def test_the_same_vault_and_date_give_the_same_bytes(workspace: Workspace, kind: str) -> None:
    first = make_report(workspace, PERSON, None, kind, FOR_PERSON)  # type: ignore[arg-type]
    again = Workspace(workspace.vault_path)
    assert make_report(again, PERSON, None, kind, FOR_PERSON) == first  # type: ignore[arg-type]


def test_nothing_of_where_is_inside(workspace: Workspace, tmp_path: Path) -> None:
    html, name = write_report(workspace, PERSON, LESION, tmp_path / "a.html", FOR_CLINICIAN)
    pdf, _ = write_report(workspace, PERSON, LESION, tmp_path / "a.pdf", FOR_CLINICIAN)
    assert name == PERSON
    text = html.read_text("utf-8")
    for secret in ("secret", "SecretCamera", str(tmp_path), str(workspace.vault_path)):
        assert secret not in text
        assert secret.encode() not in pdf.read_bytes()
    found = re.findall(r"data:image/jpeg;base64,([A-Za-z0-9+/=]+)", text)
    assert len(found) == 4  # three photos and the heat map
    for data in found:
        with Image.open(io.BytesIO(base64.b64decode(data))) as image:
            assert len(image.getexif()) == 0
            assert not set(image.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_photos_share_the_first_ones_frame_and_its_scale(
    workspace: Workspace, personal: ReportDocument
) -> None:
    (section,) = personal.lesions
    assert [picture.role for picture in section.pictures] == ["first", "previous", "latest"]
    assert all(picture.is_aligned for picture in section.pictures)
    assert section.lined_up == "skin"
    series = complete_series(workspace, PERSON, LESION)
    first = series.observations[0]
    assert first.analysis.scale is not None
    paths = framing.paths_onto(list(series.comparisons.values()), first.observation_id)
    squares = [
        framing.common_square(first, seen, paths[seen.observation_id].matrix)
        for seen in series.observations[1:]
    ]
    width_mm = first.analysis.scale.mm_per_px * max(square.w for square in squares)
    for picture in section.pictures:
        assert picture.bar is not None
        assert picture.bar.share * width_mm == pytest.approx(picture.bar.mm)
        assert picture.bar.share <= 0.34
        assert "scale that was given, ±2 %" in picture.bar.source
        assert picture.width == picture.height == 640


def test_an_outline_encloses_the_lesion_in_the_shared_frame(personal: ReportDocument) -> None:
    areas = []
    for picture in personal.lesions[0].pictures:
        assert picture.outlined_by == "model"
        points = np.array(max(picture.outlines, key=len))
        assert points.min() >= 0
        assert points.max() <= 1
        x, y = points[:, 0], points[:, 1]
        areas.append(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)
    measured = [point.value for point in personal.lesions[0].charts[0].points]
    assert areas[2] / areas[0] == pytest.approx(measured[-1] / measured[0], rel=0.05)


def test_charts_flag_what_the_judgement_flags(personal: ReportDocument) -> None:
    (section,) = personal.lesions
    flagged = {row.axis for row in section.change.axes if row.flagged}
    area, look, colour, _ = section.charts
    for chart, axis in ((area, Axis.AREA), (look, Axis.EMBEDDING), (colour, Axis.COLOUR)):
        assert chart.points[-1].flagged == (axis in flagged)
        assert not chart.points[0].flagged
    for row in section.change.axes:
        if row.axis is Axis.AREA and row.against == "first" and row.change is not None:
            assert area.band is not None
            outside = not area.band[0] < area.points[-1].value < area.band[1]
            assert outside == row.flagged


def test_only_a_clinician_gets_probabilities(
    personal: ReportDocument, clinical: ReportDocument
) -> None:
    assert all(section.clinical is None for section in personal.lesions)
    (section,) = clinical.lesions
    part = section.clinical
    assert part is not None
    assert {name for name, _ in part.probabilities} == set(CLASSES)
    assert sum(value for _, value in part.probabilities) == pytest.approx(1, abs=1e-4)
    assert [row.letter for row in part.abcde] == list("ABCDE")
    assert all(len(row.values) == len(part.abcde_heads) == 3 for row in part.abcde)
    assert part.heatmap is not None
    assert part.heatmap.data != section.pictures[-1].data
    assert [entry.text for entry in part.decisions] == ["refer, by Dr A: to dermatology"]
    assert section.place is not None
    assert clinical.paper == "letter"


def test_notes_dates_and_versions_are_told(personal: ReportDocument) -> None:
    (section,) = personal.lesions
    assert [note.text for note in section.notes] == ["after the summer"]
    assert personal.made_on == DAY
    assert any(version.startswith("moletrail-vit") for version in section.versions)
    assert "in 100 comparisons" in (personal.false_flags or "")
    assert section.photos[0].scale == "scale that was given, ±2 %"
    assert section.photos[1].scale is None


def test_what_was_asked_marked_and_looked_over_is_told(clinical: ReportDocument) -> None:
    assert clinical.lesions[0].recorded == (
        "asked about symptoms, none reported on 2025-01-03, 2025-01-04 and 2025-01-05 "
        "(the latest of 4 days)",
        "site marked as treated skin",
        "site looked over and spot seen on 2025-02-03",
    )


def test_a_corrected_outline_names_who_and_when(workspace: Workspace) -> None:
    seen = complete_series(workspace, PERSON, LESION).observations[0]
    assert seen.analysis.mask is not None
    drawn = replace(seen.analysis, mask=replace(seen.analysis.mask, source="person"))
    noon = datetime(2025, 1, 2, 12, tzinfo=UTC)
    by_hand = MaskCorrection(seen.observation_id, "Dr A", MaskMethod.BRUSH, noon)
    corrected = replace(seen, analysis=drawn, mask_corrected=by_hand)
    words = caption(own_picture(workspace, "first", corrected))
    assert words.endswith("(outline corrected by Dr A on 2025-01-02)")
    nobody = replace(corrected, mask_corrected=replace(by_hand, by=None))
    assert caption(own_picture(workspace, "first", nobody)).endswith(
        "(outline corrected on 2025-01-02)"
    )
    assert caption(own_picture(workspace, "first", seen)).endswith("(outline: model)")


def test_a_date_is_a_date() -> None:
    assert report_date("2025-03-31") == date(2025, 3, 31)
    for text in ("31.3.2025", "2025-13-01", ""):
        with pytest.raises(UsageError, match="is not a date"):
            report_date(text)
