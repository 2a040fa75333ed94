"""The report's drawings say with lines what its tables say with numbers."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.samples import picture
from tracker.domain.body import BodyPlace, BodyView
from tracker.domain.body_map import drawing
from tracker.report.charts import chart_svg, chart_words
from tracker.report.document import Chart, ChartPoint, ScaleBar
from tracker.report.drawing import BAR_SIGMAS, body_svg, photo_svg, strip_svg

SVG = "{http://www.w3.org/2000/svg}"
SIZES = st.floats(0.001, 1000)


def x_of_dot(svg: str) -> float | None:
    found = ET.fromstring(svg).find(f"{SVG}circle")
    return None if found is None else float(found.attrib["cx"])


def band(svg: str) -> tuple[float, float]:
    box = ET.fromstring(svg).find(f"{SVG}rect")
    assert box is not None
    left = float(box.attrib["x"])
    return left, left + float(box.attrib["width"])


@given(st.floats(-2, 2), SIZES, st.floats(0.01, 0.5))
def test_a_dot_lies_in_the_band_exactly_when_it_is_not_detectable(
    share: float, detectable: float, error: float
) -> None:
    svg = strip_svg(share * detectable, error * detectable, detectable, signed=True)
    left, right = band(svg)
    dot = x_of_dot(svg)
    assert dot is not None
    middle, half = (left + right) / 2, (right - left) / 2
    assert dot == pytest.approx(middle + share * half, abs=0.11)
    assert ('class="full"' in svg) == (abs(share * detectable / detectable) >= 1)
    whisker = ET.fromstring(svg).findall(f"{SVG}line")[1].attrib
    ends = [middle + half * (share + side * BAR_SIGMAS * error) for side in (-1, 1)]
    low, high = middle - 2 * half, middle + 2 * half
    assert float(whisker["x1"]) == pytest.approx(min(max(ends[0], low), high), abs=0.11)
    assert float(whisker["x2"]) == pytest.approx(min(max(ends[1], low), high), abs=0.11)


@given(st.one_of(st.floats(2.01, 50), st.floats(-50, -2.01)), SIZES)
def test_what_lies_beyond_the_strip_is_an_arrow_that_way(share: float, detectable: float) -> None:
    svg = strip_svg(share * detectable, 0.1 * detectable, detectable, signed=True)
    assert x_of_dot(svg) is None
    tip = re.search(r'd="M([\d.]+),10l(-?9),', svg)
    assert tip is not None
    assert (float(tip[1]) > 66) == (share > 0)
    assert (tip[2] == "-9") == (share > 0)


def test_a_magnitude_has_no_band_below_zero() -> None:
    left, right = band(strip_svg(0.1, 0.02, 0.2, signed=False))
    signed = band(strip_svg(0.1, 0.02, 0.2, signed=True))
    assert left == pytest.approx(sum(signed) / 2)
    assert right == pytest.approx(signed[1])


@given(st.floats(0.02, 0.34), st.sampled_from([0.5, 1.0, 5.0, 20.0]))
def test_the_scale_bar_is_as_long_as_it_says(share: float, mm: float) -> None:
    made = replace(picture("first", 90, "2024-01-11"), bar=ScaleBar(mm, share, "printed card"))
    svg = photo_svg(made)
    line = re.search(r"M[\d.]+,[\d.]+h([\d.]+)M", svg)
    assert line is not None
    assert float(line[1]) / 400 == pytest.approx(share, abs=3e-4)
    assert (f">{mm:g} mm<" if mm >= 1 else ">0.5 mm<") in svg


def test_an_outline_lies_where_it_was_measured() -> None:
    square = ((0.25, 0.2), (0.75, 0.2), (0.75, 0.8), (0.25, 0.8))
    made = replace(picture("first", 90, "2024-01-11"), outlines=(square,))
    svg = photo_svg(made)
    assert svg.count("M100.0,60.0 300.0,60.0 300.0,240.0 100.0,240.0Z") == 2
    assert "<text" not in svg


@given(st.sampled_from(list(BodyView)), st.floats(0, 1), st.floats(0, 1))
def test_a_mark_lies_at_its_place(view: BodyView, x: float, y: float) -> None:
    made = drawing(view)
    root = ET.fromstring(body_svg(view, [(BodyPlace(view, x, y), "7")]))
    mark = root.find(f"{SVG}circle")
    assert mark is not None
    assert float(mark.attrib["cx"]) == pytest.approx(x * made.width, abs=0.06)
    assert float(mark.attrib["cy"]) == pytest.approx(y * made.height, abs=0.06)
    assert "7" in {text.text for text in root.iter(f"{SVG}text")}


def course(*values: float, **more: object) -> Chart:
    points = tuple(ChartPoint(date(2024, 1 + n, 1), value, 0.1) for n, value in enumerate(values))
    return replace(Chart("Area", "", points), **more)  # type: ignore[arg-type]


def test_the_band_spans_what_could_not_be_detected() -> None:
    svg = chart_svg(course(1.0, 1.5, 2.0, band=(0.5, 1.5)))
    box = re.search(r'<rect x="[\d.]+" y="([\d.]+)" width="\d+" height="([\d.]+)"', svg)
    ys = [float(y) for y in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', svg)]
    assert box is not None
    per_unit = ys[0] - ys[2]
    assert float(box[1]) == pytest.approx(ys[1], abs=0.2)
    assert float(box[2]) == pytest.approx(per_unit, abs=0.2)


def test_flags_stand_at_their_photos_and_symptoms_within_the_axis() -> None:
    made = course(1.0, 1.5, 2.0, symptoms=(date(2024, 2, 1), date(2030, 1, 1)))
    flagged = replace(made.points[1], flagged=True)
    made = replace(made, points=(made.points[0], flagged, made.points[2]))
    svg = chart_svg(made)
    xs = [x for x, _ in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', svg)]
    assert re.findall(r'class="flag" d="M([\d.]+),', svg) == [xs[1]]
    assert re.findall(r'class="symptom" d="M([\d.]+),', svg) == [xs[1], xs[2]]
    words = chart_words(made)
    assert "2024-02-01: 1.5 ± 0.196, flagged" in words
    assert "Symptoms reported: 2024-02-01, 2030-01-01" in words


def test_a_magnitudes_error_bar_ends_at_zero() -> None:
    svg = chart_svg(course(0.02, 0.05, floor=0.0, axis_includes=(0.0, 0.2)))
    ticks = re.findall(r'<text x="34" y="([\d.]+)" text-anchor="end">([^<]+)', svg)
    zero = next(float(y) - 4 for y, value in ticks if value == "0")
    ends = [
        float(y)
        for pair in re.findall(r'y1="([\d.]+)" x2="[\d.]+" y2="([\d.]+)"', svg)
        for y in pair
    ]
    assert sum(abs(end - zero) < 0.06 for end in ends) >= 2
