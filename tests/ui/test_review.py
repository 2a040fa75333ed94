"""The review: its list, a case with its evidence, decisions; and nothing of it for a person."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.bench.app_pages import fill as fill_with_photos
from tests.bench.worklist import fill
from tracker.domain import wording
from tracker.domain.care import DecisionKind
from tracker.services import decisions, edits, person_view
from tracker.services.case_view import MOST_SIMILAR, case_view
from tracker.services.review import Decided, ReviewFilter, review_list
from tracker.services.session import VAULT_VARIABLE, Workspace
from tracker.services.worklist import Urgency
from ui import strings_review as strings
from ui.parts.review_worklist import ROWS

PEOPLE, LESIONS = 7, 5


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven people with five spots of four photos each; numbers only, nothing to draw."""
    path = tmp_path_factory.mktemp("review") / "vault"
    fill(path, PEOPLE)
    return path


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """Ada with twenty spots on made-up photos, three of the first and one of each other."""
    path = tmp_path / "vault"
    fill_with_photos(path, 3)
    return path


def page() -> None:
    import streamlit as st  # noqa: PLC0415 - the runner takes only the function's body

    from ui import session  # noqa: PLC0415
    from ui.views import data, lesion, review  # noqa: PLC0415

    pages = {
        "review": st.Page(review.show, url_path="review", default=True),
        "data": st.Page(data.show, title="data", url_path="data"),
        "timeline": st.Page(lesion.show, title="timeline", url_path="timeline"),
    }
    session.remember_pages(pages)
    st.navigation(list(pages.values()), position="hidden").run()


def opened(path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page with the clinician's view switched on by hand."""
    monkeypatch.setenv(VAULT_VARIABLE, str(path))
    app = AppTest.from_function(page, default_timeout=120).run()
    assert not app.exception
    app.toggle(key="review-switch").set_value(True).run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    """All text of the page, that of our own HTML included."""
    own = [each.proto.body for each in app.get("html")]
    kinds = (app.title, app.markdown, app.caption, app.warning, app.error, app.info)
    return "\n".join([*own, *(each.value for kind in kinds for each in kind)])


def test_the_list_is_a_page_of_rows_and_filters_narrow_it(many: Path) -> None:
    workspace = Workspace(many)
    whole = review_list(workspace)
    assert len(whole.rows) == whole.lesions == PEOPLE * LESIONS
    assert sum(whole.counts.values()) == len(whole.rows)
    order = [list(Urgency).index(row.urgency) for row in whole.rows]
    assert order == sorted(order)
    for urgency, count in whole.counts.items():
        some = review_list(workspace, ReviewFilter(urgencies=frozenset((urgency,))))
        assert {row.urgency for row in some.rows} == {urgency}
        assert len(some.rows) == count
        assert some.counts == whole.counts
    named = review_list(workspace, ReviewFilter(text=" PERSON 0003"))
    assert {row.person for row in named.rows} == {"person 0003"}
    assert len(named.rows) == LESIONS
    long_ago = review_list(workspace, ReviewFilter(due_only=True), today=date(2024, 1, 2))
    assert long_ago.rows == ()


def test_a_decided_case_leaves_the_list_and_comes_back_when_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "vault"
    fill(path, 1)
    workspace = Workspace(path)
    first = review_list(workspace).rows[0]
    decisions.decide(workspace, first.person, first.lesion, "refer", by="Dr Ada")
    assert first.lesion not in {row.lesion for row in review_list(workspace).rows}
    done = review_list(workspace, ReviewFilter(decided=Decided.DECIDED))
    assert [row.lesion for row in done.rows] == [first.lesion]
    assert done.decided == 1
    decisions.reopen(workspace, first.person, first.lesion, by="Dr Ada")
    assert first.lesion in {row.lesion for row in review_list(workspace).rows}


def test_nothing_of_the_review_is_shown_before_it_is_switched_on(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VAULT_VARIABLE, str(many))
    app = AppTest.from_function(page, default_timeout=120).run()
    assert wording.PROBABILITIES_NOTE in said(app)
    assert "person 0001" not in said(app)
    assert [each.label for each in app.toggle] == [strings.SWITCH]
    on = opened(many, monkeypatch)
    assert strings.totals(PEOPLE, PEOPLE * LESIONS, PEOPLE * LESIONS * 4, 0) in said(on)
    off = on.toggle(key="review-switch").set_value(False).run()
    assert strings.OFF_PERSON in said(off)


def test_the_list_is_paged_and_turns(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(many, monkeypatch)
    total = PEOPLE * LESIONS
    assert strings.page_of(1, ROWS, total) in said(app)
    app.button(key="review-page-after").click().run()
    assert strings.page_of(ROWS + 1, total, total) in said(app)
    assert app.button(key="review-page-after").disabled
    app.text_input(key="review-text").set_value("person 0002").run()
    assert strings.page_of(1, LESIONS, LESIONS) in said(app)
    app.text_input(key="review-text").set_value("nobody").run()
    assert strings.EMPTY in said(app)


def test_a_case_shows_the_evidence_and_takes_a_decision(
    one: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(one)
    app = opened(one, monkeypatch)
    rows = review_list(workspace).rows
    app.button(key="review-begin").click().run()
    assert not app.exception
    text = said(app)
    assert strings.case_of(1, len(rows)) in text
    assert wording.PROBABILITIES_NOTE in text
    assert wording.CLASS_NAMES["mel"] in text
    assert wording.ABCDE_NOTE in text
    assert strings.SIMILAR in text
    app.button(key="case-record").click().run()
    assert strings.NEEDS_KIND in said(app)
    app.button(key="case-biopsy").click().run()
    app.button(key="case-record").click().run()
    assert strings.NEEDS_NAME in said(app)
    app.text_input[0].set_value("Dr Ada").run()
    app.button(key="case-monitor").click().run()
    day = date.today() + timedelta(days=200)
    app.date_input[0].set_value(day).run()
    app.button(key="case-record").click().run()
    assert not app.exception
    made = decisions.decisions(workspace, rows[0].person, rows[0].lesion)
    assert [(m.decision.kind, m.decision.by, m.decision.until) for m in made] == [
        (DecisionKind.MONITOR, "Dr Ada", day)
    ]
    assert strings.case_of(2, len(rows)) in said(app)
    assert app.text_input[0].value == "Dr Ada"
    assert strings.CHOOSE in said(app), "a choice does not carry over to the next case"
    app.button(key="case-previous").click().run()
    app.button(key="case-reopen").click().run()
    kinds = [m.decision.kind for m in decisions.decisions(workspace, "Ada", rows[0].lesion)]
    assert kinds == [DecisionKind.REOPENED, DecisionKind.MONITOR]


def test_shortcuts_of_single_keys_can_be_switched_off(
    one: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(one, monkeypatch)
    assert app.button(key="review-begin").proto.shortcut == "b"
    app.toggle(key="review-keys-switch").set_value(False).run()
    assert app.button(key="review-begin").proto.shortcut == ""
    app.button(key="review-begin").click().run()
    assert {each.proto.shortcut for each in app.button} == {""}


def test_probabilities_are_nowhere_but_in_the_review(
    one: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(one, monkeypatch)
    app.button(key="review-begin").click().run()
    assert wording.CLASS_NAMES["nv"] in said(app)
    app.button(key="case-open").click().run()
    assert not app.exception
    for name in wording.CLASS_NAMES.values():
        assert name not in said(app)


def test_a_case_knows_similar_spots_and_when_monitoring_is_not_offered(one: Path) -> None:
    workspace = Workspace(one)
    lesion = "spot 1"
    case = case_view(workspace, person_view.person_view(workspace, "Ada"), lesion)
    assert len(case.similar) == MOST_SIMILAR
    assert lesion not in {each.lesion for each in case.similar}
    likeness = [each.cosine for each in case.similar]
    assert likeness == sorted(likeness, reverse=True)
    assert case.offers_monitoring
    edits.record_symptom(workspace, "Ada", lesion, "firm")
    felt = case_view(workspace, person_view.person_view(workspace, "Ada"), lesion)
    assert not felt.offers_monitoring
    decisions.decide(workspace, "Ada", lesion, "refer", by="Dr B")
    told = case_view(workspace, person_view.person_view(workspace, "Ada"), lesion)
    assert told.offers_monitoring
    assert told.standing is not None
    assert [each.kind for each in told.decisions] == [DecisionKind.REFER]
