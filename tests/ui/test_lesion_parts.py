"""Charts, reasons and the question about symptoms, without a browser."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.bench.worklist import fill
from tracker.domain import wording
from tracker.domain.change import Against, AlertKind, Axis, AxisChange
from tracker.domain.records import SymptomKind
from tracker.services import answers, person_view
from tracker.services.person_view import VisitJudgement
from tracker.services.session import VAULT_VARIABLE, Workspace
from ui import strings, strings_lesion
from ui.parts import charts, measurements

PERSON, LESION = "person 0000", "spot 0"


def axis(change: float | None, *, flagged: bool = False, detectable: float = 20.0) -> AxisChange:
    return AxisChange(Axis.AREA, Against.FIRST, change, "percent", 5.0, detectable, 1.0, flagged)


def series(*found: AxisChange | None) -> charts.Series:
    days = [VisitJudgement(date(2020, 1, 1), ("first",), ())]
    for number, one in enumerate(found):
        axes = () if one is None else (one,)
        days.append(VisitJudgement(date(2021 + number, 3, 1), (str(number),), axes))
    return measurements.series_of_axis(Axis.AREA, days)


def test_area_is_a_ratio_with_bars_even_on_the_logarithm() -> None:
    made = series(axis(50.0))
    first, second = made.points
    assert (first.value, first.low, first.high) == (1.0, None, None)
    assert second.value == pytest.approx(1.5)
    assert second.low is not None
    assert second.high is not None
    assert second.low * second.high == pytest.approx(1.5**2)
    assert made.band == pytest.approx((1 / 1.2, 1.2))


def test_the_band_of_a_spot_that_shrank_is_as_wide_as_of_one_that_grew() -> None:
    band = series(axis(-10.0, detectable=20.0)).band
    assert band == pytest.approx((0.8, 1.25))


def test_a_photo_that_cannot_be_compared_is_a_gap_in_the_line() -> None:
    made = series(axis(10.0), axis(None), axis(20.0, flagged=True), None)
    assert [point.value for point in made.points] == pytest.approx([1.0, 1.1, None, 1.2, None])
    spec = charts.specification(made, dark=False)
    layers = spec["layer"]
    assert isinstance(layers, list)
    lines = next(layer for layer in layers if layer["mark"]["type"] == "line")
    assert [row["run"] for row in lines["data"]["values"]] == [0, 0, 1]
    flags = layers[-1]
    assert [row["day"] for row in flags["data"]["values"]] == ["2023-03-01"]
    assert spec["encoding"]["x"]["type"] == "temporal"  # type: ignore[index]


def test_no_flag_no_triangle() -> None:
    layers = charts.specification(series(axis(1.0)), dark=True)["layer"]
    assert isinstance(layers, list)
    assert all(layer["mark"].get("shape") is None for layer in layers)


def question() -> None:
    from tracker.services import person_view  # noqa: PLC0415 - only the function's body is taken
    from ui import session  # noqa: PLC0415
    from ui.parts import symptom_question  # noqa: PLC0415

    workspace = session.workspace()
    view = person_view.person_view(workspace, "person 0000")
    rows = person_view.rows_of(workspace, view, "spot 0")
    symptom_question.ask_about(view, "spot 0", rows[-1])


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    path = tmp_path / "vault"
    fill(path, 1)
    monkeypatch.setenv(VAULT_VARIABLE, str(path))
    return Workspace(path)


def test_asked_once_for_a_photo_and_none_is_an_answer(workspace: Workspace) -> None:
    page = AppTest.from_function(question, default_timeout=120).run()
    assert not page.exception
    assert page.button[0].disabled
    page.button_group[0].set_value([None]).run()
    page.button[0].click().run()
    given = answers.answers(workspace, PERSON, LESION)
    assert [each.kinds for each in given] == [()]
    assert given[0].observation_id is not None
    assert any(strings_lesion.ANSWER_NONE in caption.value for caption in page.caption)
    # Asked again only behind a fold.
    assert [fold.label for fold in page.expander] == [strings_lesion.ASK_AGAIN]


def test_a_symptom_overrides_and_stays_said(workspace: Workspace) -> None:
    page = AppTest.from_function(question, default_timeout=120).run()
    choices = page.button_group[0]
    assert strings.NONE_OF_THESE in choices.options
    page = choices.set_value([SymptomKind.BLEEDING]).run()
    assert [each.value for each in page.error] == [wording.SEE_NOW]
    page.button[0].click().run()
    assert page.error == []
    assert any(wording.SYMPTOM_NAMES[SymptomKind.BLEEDING] in each.value for each in page.markdown)
    change = person_view.person_view(workspace, PERSON).change(LESION)
    assert change is not None
    assert change.alerts[0].kind is AlertKind.SYMPTOM
    assert wording.SEE_NOW in change.message
