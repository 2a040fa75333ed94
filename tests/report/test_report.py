"""The report must say what the judgement says, in both formats, and nothing that it must not."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.report.samples import document, lesion
from tracker.domain import wording
from tracker.domain.change import Status
from tracker.errors import UsageError
from tracker.report.charts import chart_svg, chart_words, has_course
from tracker.report.document import Chart, ChartPoint, DatedText, ReportDocument
from tracker.report.html import to_html
from tracker.report.pdf import MISSING_NOTE, to_pdf
from tracker.report.quantities import quantity, unit_words
from tracker.report.typesetting import REPLACEMENT, printable, unprintable
from tracker.report.writing import write_report

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext (poppler) is not installed"
)
ODD_NAMES = (
    "<script>alert(1)</script>",
    'A "quoted" & name',
    "מרים בת־אברהם",
    "#let x = 1; *b* $y$",
)


class Page(HTMLParser):
    """Tags with attributes, and the text that is seen."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._style = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.text += data


def pdf_text(document: ReportDocument, folder: Path) -> str:
    path = folder / "report.pdf"
    write_report(document, path)
    done = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, text=True
    )
    # Long words carry invisible places to break at.
    return re.sub(r"\s+", " ", done.stdout.replace("\u200b", ""))


def test_html_is_one_file_that_fetches_nothing() -> None:
    page = Page(to_html(document(4)))
    assert not {tag for tag, _ in page.tags} & {"script", "link", "iframe", "object", "form"}
    for tag, attributes in page.tags:
        for name in ("src", "href"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:image/", "#lesion-")), (tag, value)
        assert not [name for name in attributes if name.startswith("on")]
    assert "url(" not in to_html(document(4))
    assert "@import" not in to_html(document(4))


def test_every_picture_has_a_text_and_what_repeats_numbers_is_hidden() -> None:
    page = Page(to_html(document(2)))
    drawings = [attributes for tag, attributes in page.tags if tag == "svg"]
    told = [drawing for drawing in drawings if "aria-label" in drawing]
    assert all(d.get("aria-hidden") == "true" for d in drawings if "aria-label" not in d)
    texts = [drawing["aria-label"] or "" for drawing in told]
    assert len([text for text in texts if "photo, 2024-" in text]) == 6
    assert len([text for text in texts if "2024-01-11: 100" in text]) == 2
    assert len([tag for tag, _ in page.tags if tag == "image"]) == 6


@pytest.mark.parametrize("name", ODD_NAMES)
def test_html_shows_names_as_text(name: str) -> None:
    page = Page(to_html(document(1, person=name, name=name)))
    assert name in page.text
    assert not [tag for tag, _ in page.tags if tag == "script"]


@needs_poppler
@pytest.mark.parametrize("name", [ODD_NAMES[0], ODD_NAMES[1], ODD_NAMES[3]])
def test_pdf_shows_names_as_text(name: str, tmp_path: Path) -> None:
    assert name in pdf_text(document(1, person=name), tmp_path)


@pytest.mark.parametrize("status", list(Status))
def test_both_formats_say_the_status_and_the_footer(status: Status, tmp_path: Path) -> None:
    report = replace(document(1), lesions=(lesion("Mole", status),))
    words = report.lesions[0].status_words
    html = Page(to_html(report)).text
    assert words in html
    assert wording.FOOTER in html
    if shutil.which("pdftotext"):
        pdf = pdf_text(report, tmp_path)
        assert words in pdf
        pages = pdf.count("No measured change does not mean safe")
        assert pages == len(re.findall(r"\b\d ?/ ?\d\b", pdf))
        assert pages in {2, 3}


@needs_poppler
def test_both_formats_hold_the_same_numbers(tmp_path: Path) -> None:
    report = document(4)
    html, pdf = Page(to_html(report)).text, pdf_text(report, tmp_path)
    wanted = ("+31 %, flagged", "detectable 17.2", "−2.2 %", "not comparable", "12.3 mm²")
    wanted += ("card, ±1 %", "error 6.0")
    for words in (*wanted, "+12.5 % a year", "2.1 ΔE", "bleeding", "after a week in the sun"):
        assert words in html
        assert words in pdf


def test_nothing_forbidden_is_said(tmp_path: Path) -> None:
    text = Page(to_html(document(8))).text.lower()
    for word in (
        "benign",
        "low risk",
        "all clear",
        "healthy",
        "heal",
        "✓",
        "✔",
        "melanom",
        "nevus",
    ):
        if word == "melanom":  # only in the list of what the tool cannot do
            text = text.split("what this report cannot do")[0]
        assert word not in text
    style = (Path(__file__).parents[2] / "tracker/report/report.css").read_text("utf-8")
    assert "green" not in style


def test_alerts_are_said_once() -> None:
    report = document(1)
    section = report.lesions[0]
    alert = section.change.alerts[0].message
    change = replace(section.change, message=f"{alert} The area grew.")
    text = Page(to_html(replace(report, lesions=(replace(section, change=change),)))).text
    assert text.count(alert) == 1
    assert "The area grew." in text


def test_same_document_same_bytes() -> None:
    assert to_pdf(document(3)) == to_pdf(document(3))
    assert to_html(document(3)) == to_html(document(3))


def test_pdf_is_tagged_and_carries_the_given_date() -> None:
    data = to_pdf(document(1))
    assert b"/MarkInfo" in data
    assert b"/StructTreeRoot" in data
    assert b"D:20250301000000" in data


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="pdffonts (poppler) is not installed")
def test_pdf_uses_the_embedded_fonts_only(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    write_report(document(1, person="Ünal Çelik Ωμέγα Жанна שומה بقعة"), path)
    listed = subprocess.run(["pdffonts", str(path)], check=True, capture_output=True, text=True)
    fonts = [line.split()[0].split("+")[-1] for line in listed.stdout.splitlines()[2:]]
    assert fonts
    assert all(font.startswith(("LibertinusSerif", "Amiri", "DejaVuSansMono")) for font in fonts)
    assert any(font.startswith("Amiri") for font in fonts)


def test_scripts_that_print_and_one_that_does_not() -> None:
    printed = "Ünal Ωμέγα Жанна שומה بقعة Łódź ± − Δ ² “x” …"
    assert unprintable([printed]) == frozenset()
    missing = unprintable([printed, "漢字 痣"])
    assert missing == {"漢", "字", "痣"}
    assert printable("a 漢\x07\u202eb", missing) == f"a {REPLACEMENT}b"


@needs_poppler
def test_missing_characters_are_visible_and_explained(tmp_path: Path) -> None:
    assert MISSING_NOTE[2:40] in pdf_text(document(1, person="漢字 Ada"), tmp_path)
    assert "漢字 Ada" in Page(to_html(document(1, person="漢字 Ada"))).text
    assert MISSING_NOTE[2:40] not in pdf_text(document(1), tmp_path)


def test_long_and_empty_contents_are_set() -> None:
    full = lesion("x" * 200, Status.CHANGED, site="y" * 200)
    long = replace(
        full,
        notes=tuple(DatedText("2024-01-01", "word " * 300) for _ in range(20)),
        photos=full.photos * 15,
    )
    bare = replace(full, pictures=(), charts=(), symptoms=(), notes=(), versions=())
    report = replace(document(1), lesions=(long, bare), false_flags=None, cannot=("x",))
    assert to_pdf(report).startswith(b"%PDF-1.7")
    assert "y" * 200 in to_html(report)


def test_a_report_without_lesions_is_set() -> None:
    report = replace(document(1), lesions=())
    assert to_pdf(report).startswith(b"%PDF")
    assert "0 lesions in this report" in Page(to_html(report)).text


def test_suffix_decides(tmp_path: Path) -> None:
    write_report(document(1), tmp_path / "a.HTML")
    assert (tmp_path / "a.HTML").read_text("utf-8").startswith("<!DOCTYPE html>")
    with pytest.raises(UsageError, match=r"a\.docx"):
        write_report(document(1), tmp_path / "a.docx")
    assert not (tmp_path / "a.docx").exists()


@pytest.mark.parametrize(
    ("value", "unit", "signed", "words"),
    [
        (None, "%", True, "–"),
        (31.44, "%", True, "+31 %"),
        (-2.21, "%", True, "−2.2 %"),
        (0.004, "", True, "0.00"),
        (0.123, "", False, "0.12"),
        (-0.3, "mm", False, "−0.30 mm"),
    ],
)
def test_quantities(value: float | None, unit: str, signed: bool, words: str) -> None:
    assert quantity(value, unit, signed=signed) == words


def test_units() -> None:
    assert [
        unit_words(u) for u in ("percent", "percent_per_year", "1-cosine", "index_per_year")
    ] == [
        "%",
        "% a year",
        "",
        "a year",
    ]
    assert unit_words("delta_e_2000_per_year") == "ΔE a year"


def chart(*points: tuple[str, float, float | None], reference: float | None = None) -> Chart:
    made = tuple(ChartPoint(date.fromisoformat(day), value, sigma) for day, value, sigma in points)
    return Chart("Area", "%", made, reference)


def test_chart_places_points_by_date_and_value() -> None:
    svg = chart_svg(
        chart(("2024-01-01", 100, None), ("2024-07-01", 150, 5), ("2025-01-01", 200, 5))
    )
    circles = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', svg)
    xs, ys = zip(*[(float(x), float(y)) for x, y in circles], strict=True)
    assert (xs[1] - xs[0]) / (xs[2] - xs[0]) == pytest.approx(182 / 366, abs=0.005)
    assert (ys[0] - ys[1]) == pytest.approx(ys[1] - ys[2], abs=0.2)
    assert ys[0] > ys[2]


def test_chart_bars_span_the_interval() -> None:
    svg = chart_svg(chart(("2024-01-01", 100, 10), ("2025-01-01", 200, None)))
    x, y = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', svg)[0]
    y2 = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', svg)[1][1]
    per_unit = (float(y) - float(y2)) / 100
    bar = re.search(rf'<line x1="{x}" y1="([\d.]+)" x2="{x}" y2="([\d.]+)"[^>]*/><line', svg)
    assert bar is not None
    bars = [
        abs(float(a) - float(b))
        for a, b in re.findall(rf'<line x1="{x}" y1="([\d.]+)" x2="{x}" y2="([\d.]+)"', svg)
    ]
    assert max(bars) == pytest.approx(2 * 1.96 * 10 * per_unit, abs=0.4)


@pytest.mark.parametrize("value", [0.0, 1e-9, -5.0, 1234567.0])
def test_charts_of_odd_values_are_well_formed(value: float) -> None:
    made = chart(("2024-01-01", value, None), ("2024-01-02", value, None), reference=value)
    root = ET.fromstring(chart_svg(made))
    assert root.tag.endswith("svg")
    assert "nan" not in chart_svg(made)
    assert "2024-01-02" in chart_words(made)


def test_one_date_makes_no_chart() -> None:
    one = chart(("2024-01-01", 1, None), ("2024-01-01", 2, None))
    assert not has_course(one)
    with pytest.raises(ValueError, match="two dates"):
        chart_svg(one)
