"""The report's pages: what stands on them, for whom, on which paper, and how they are tagged."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pypdf
import pytest

from tests.report.samples import document, lesion
from tests.report.test_report import Page
from tracker.domain import wording
from tracker.domain.body import BodyPlace, BodyView
from tracker.domain.change import Alert, AlertKind, Status
from tracker.report.document import (
    AbcdeRow,
    ClinicalPart,
    DatedText,
    LesionSection,
    ReportDocument,
)
from tracker.report.html import to_html
from tracker.report.lesion_page import MOST_PHOTOS
from tracker.report.pdf import set_text, to_pdf
from tracker.report.sheets import Own

PROBABILITIES = (("mel", 0.31), ("nv", 0.6), ("bkl", 0.004), ("bcc", 0.086))


def clinical(**changes: Any) -> ClinicalPart:
    part = ClinicalPart(
        taken_on="2024-07-11",
        probabilities=PROBABILITIES,
        label="nv",
        certain=False,
        unlike_training=True,
        abcde_heads=("2024-01-11", "2024-07-11"),
        abcde=(AbcdeRow("A", "Asymmetry", ("0.03", "0.11")),),
        decisions=(DatedText("2024-08-01", "monitor until 2024-11-01, by Dr A"),),
    )
    return replace(part, **changes)


def one(section: LesionSection, **changes: Any) -> ReportDocument:
    return replace(document(1), lesions=(section,), **changes)


def reader(made: ReportDocument) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(to_pdf(made)))


def text_of(made: ReportDocument) -> str:
    """All words of the PDF with single spaces, without break hints."""
    texts = [page.extract_text() for page in reader(made).pages]
    return re.sub(r"\s+", " ", " ".join(texts).replace("\u200b", ""))


def squeezed(text: str) -> str:
    return "".join(text.split())


def tags(made: ReportDocument) -> list[tuple[str, Any]]:
    """Every element of the structure tree, by name, in reading order."""

    def walk(node: Any) -> Iterator[tuple[str, Any]]:
        found = node.get_object()
        if isinstance(found, pypdf.generic.ArrayObject):
            for each in found:
                yield from walk(each)
        elif isinstance(found, pypdf.generic.DictionaryObject):
            if "/S" in found:
                yield str(found["/S"]), found
            if "/K" in found:
                yield from walk(found["/K"])

    root: Any = reader(made).trailer["/Root"]
    return list(walk(root["/StructTreeRoot"]))


@pytest.mark.parametrize("section_status", list(Status))
def test_a_personal_report_names_no_class(section_status: Status) -> None:
    made = one(lesion("Mole", section_status))
    for text in (Page(to_html(made)).text, text_of(made)):
        before_the_end = text.split("How to read these pages")[0].lower()
        for name in ("melanoma", "naevus", "carcinoma", "keratosis", "probab", "class"):
            assert name not in before_the_end


def test_a_clinicians_pack_carries_its_warning_before_its_probabilities() -> None:
    section = replace(lesion("Mole", Status.CHANGED), clinical=clinical())
    made = one(section, audience="clinician")
    for text in (Page(to_html(made)).text, text_of(made)):
        told = squeezed(text)
        warning = told.index(squeezed(wording.PROBABILITIES_NOTE))
        classes = [told.index(squeezed(wording.CLASS_NAMES[name])) for name in ("nv", "mel", "bcc")]
        assert warning < classes[0]
        assert classes == sorted(classes)  # likeliest first
        for words in (wording.NOT_CERTAIN, wording.UNLIKE_TRAINING, wording.ABCDE_NOTE):
            assert squeezed(words) in told
        for words in ("60 %", "31 %", "< 1 %", "0.11", "monitor until 2024-11-01, by Dr A"):
            assert squeezed(words) in told
        assert "likeliestclass" not in told


def test_a_certain_answer_is_named_and_without_probabilities_it_is_said() -> None:
    sure = replace(lesion("Mole", Status.CHANGED), clinical=clinical(certain=True))
    assert "The network's likeliest class: melanocytic naevus" in text_of(one(sure))
    part = clinical(probabilities=(), label=None, certain=None, unlike_training=None)
    none = replace(lesion("Mole", Status.CHANGED), clinical=part)
    text = text_of(one(none))
    assert "No class probabilities were computed" in text
    assert wording.NOT_CERTAIN not in text


@pytest.mark.parametrize(("paper", "size"), [("a4", (595.28, 841.89)), ("letter", (612.0, 792.0))])
def test_paper(paper: Any, size: tuple[float, float]) -> None:
    made = replace(document(2), paper=paper)
    for page in reader(made).pages:
        box = page.mediabox
        assert (float(box.width), float(box.height)) == pytest.approx(size, abs=0.05)
    assert f"@page{{size:{'Letter' if paper == 'letter' else 'A4'}}}" in to_html(made)


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_a_lesion_takes_one_page_however_much_there_is_to_say(paper: Any) -> None:
    section = lesion("Mole", Status.CHANGED)
    alerts = (
        *section.change.alerts,
        Alert(AlertKind.NEW_LESION, wording.NEW_LESION),
        Alert(AlertKind.IDENTITY_DOUBT, wording.IDENTITY_UNSURE),
    )
    full = replace(
        section,
        change=replace(section.change, alerts=alerts, message="A longish sentence. " * 18),
        photos=section.photos * 5,
        charts=section.charts * 4,
        notes=tuple(DatedText("2024-05-11", "word " * 80) for _ in range(6)),
        place=BodyPlace(BodyView.BACK, 0.4, 0.3),
        recorded=("asked about symptoms, none reported on 2024-05-06",) * 6,
    )
    made = replace(document(0), lesions=(full, full), paper=paper)
    pages = [page.extract_text() for page in reader(made).pages]
    starts = [n for n, text in enumerate(pages) if re.search(r"^[12]\. ?Mole", text, re.M)]
    assert starts[:2] == [1, 2]
    assert "In full" in pages[3]


def test_what_a_page_leaves_out_is_in_the_report_once_more_in_full() -> None:
    section = lesion("Mole", Status.CHANGED)
    photos = tuple(
        replace(section.photos[0], taken_on=f"20{10 + n}-03-0{1 + n % 9}") for n in range(14)
    )
    long = "start " + "word " * 100 + "end"
    made = one(replace(section, photos=photos, notes=(DatedText("2024-01-01", long),)))
    for text in (Page(to_html(made)).text, text_of(made)):
        assert squeezed(long) in squeezed(text)
        for photo in photos:
            assert photo.taken_on in text
        assert text.count(photos[5].taken_on) == 1
        assert text.count(photos[-1].taken_on) == 2
        assert f"of {len(photos)} photos" in text
    assert len(photos) > MOST_PHOTOS


def test_both_formats_tell_what_is_on_record_and_who_corrected_an_outline() -> None:
    section = lesion("Mole", Status.CHANGED)
    first, *others = section.pictures
    by_hand = replace(
        first, outlined_by="person", corrected_by="Dr Bär <b>", corrected_on="2024-02-03"
    )
    made = one(
        replace(section, pictures=(by_hand, *others), recorded=("site marked as a rash", "x y"))
    )
    for text in (Page(to_html(made)).text, text_of(made)):
        told = squeezed(text)
        assert squeezed("(outline corrected by Dr Bär <b> on 2024-02-03)") in told
        assert "Onrecord" in told
        assert squeezed("site marked as a rash; x y") in told


def test_pictures_charts_and_maps_are_tagged_with_their_texts() -> None:
    section = replace(lesion("Mole", Status.CHANGED), place=BodyPlace(BodyView.HEAD_LEFT, 0.5, 0.5))
    found = tags(one(section))
    texts = [str(node.get("/Alt", "")) for name, node in found if name == "/Figure"]
    assert all(texts)
    assert sum("photo, 2024-" in text for text in texts) == 3
    assert any("2024-01-11: 100" in text for text in texts)
    assert "Drawing, left side of the head, with the lesion marked" in texts
    assert len(texts) == 5


def test_headings_and_tables_are_tagged_in_order() -> None:
    found = tags(replace(document(2), lesions=(lesion("A", Status.CHANGED),) * 2))
    names = [name for name, _ in found]
    headings = [name for name in names if re.fullmatch(r"/H\d", name)]
    assert headings[0] == "/H1"
    assert headings.count("/H1") == 1
    levels = [int(name[2]) for name in headings]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    tables = names.count("/Table")
    assert tables == 5  # summary; measures and photos of two lesions
    assert names.count("/TH") == 7 + 2 * (5 + 5)
    root: Any = reader(document(1)).trailer["/Root"]
    assert root["/Lang"] == "en"
    assert (
        root["/ViewerPreferences"]["/DisplayDocTitle"] is True
        or root["/ViewerPreferences"]["/DisplayDocTitle"]
    )


def test_the_summary_says_symptoms_first_and_leads_to_each_page() -> None:
    made = document(4)
    text = text_of(made)
    assert squeezed("1 with reported symptoms") in squeezed(text)
    assert squeezed(f"Symptoms reported. {wording.SEE_NOW}") in squeezed(text)
    html = to_html(made)
    for number in range(1, 5):
        assert f'href="#lesion-{number}"' in html
        assert f'id="lesion-{number}"' in html
    pages = reader(made).pages
    first = pages[0].extract_text()
    assert all(re.search(rf"\b{page}\b", first) for page in (2, 3, 4, 5))


def test_marks_on_the_body_map_bear_the_lesions_numbers() -> None:
    front = replace(lesion("A", Status.CHANGED), place=BodyPlace(BodyView.FRONT, 0.25, 0.5))
    sole = replace(lesion("B", Status.CHANGED), place=BodyPlace(BodyView.LEFT_SOLE, 0.5, 0.5))
    page = Page(to_html(replace(document(0), lesions=(front, sole, front))))
    labels = [attributes.get("aria-label") or "" for _, attributes in page.tags]
    assert "Drawing, front of the body, with marks for the lesions 1 and 3" in labels
    assert "Drawing, left sole, with marks for the lesions 2" in labels
    marks = [a for tag, a in page.tags if tag == "circle" and a.get("class") == "mark"]
    assert [(m["cx"], m["cy"]) for m in marks[:2]] == [("21.0", "102.0")] * 2


@pytest.mark.parametrize("name", ["מרים (left) 2", "بقعة 3 – left", "left מרים"])
def test_a_name_in_another_direction_keeps_it_to_itself(name: str) -> None:
    assert set_text(Own(name), frozenset()) == f"\u2068{name}\u2069"
    assert set_text(Own(f"\u202e{name}\u2067"), frozenset()) == f"\u2068{name}\u2069"
    assert f"<bdi>{name}</bdi>" in to_html(document(1, person=name))
    assert to_pdf(document(1, person=name, name=name)).startswith(b"%PDF")


@pytest.mark.parametrize("name", ["Jürgen", "Ελένη 2", "a (b)"])
def test_other_names_are_set_as_they_are(name: str) -> None:
    assert set_text(Own(name), frozenset()) == name


def test_a_report_of_one_day_has_one_date() -> None:
    data = to_pdf(replace(document(1), made_on=date(2031, 2, 3)))
    assert b"D:20310203000000" in data
    assert not re.findall(rb"D:(?!20310203)\d{8}", data)
