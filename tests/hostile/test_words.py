"""Hostile names and notes stay words wherever they are shown, and themselves where stored."""

from __future__ import annotations

import io
import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.hostile.words import NAMES, NOT_NAMES, NOTES
from tests.report.samples import document, lesion
from tests.report.test_report import Page
from tracker.cli.output import Output
from tracker.domain.change import Status
from tracker.domain.plain_text import file_stem, spelled_out, without_steering
from tracker.errors import UsageError
from tracker.report.document import DatedText, ReportDocument
from tracker.report.html import to_html
from tracker.report.pdf import to_pdf
from tracker.store.names import clean_file_name, clean_name, clean_note
from ui.session import plain

#: Every character there is, and more of those that mean something somewhere.
SPECIAL = st.sampled_from(
    "\x00\x07\x1b\r\u200b\u2028\u202e\u2066\ufeff\ud800<>&\"'`*_#$\\:=@![](){}"
)
TEXTS = st.text(st.one_of(st.characters(), SPECIAL), max_size=60)


def hostile_report() -> ReportDocument:
    """Each name as person, lesion, site, note, symptom and version of a report."""
    sections = []
    for name in NAMES:
        one = lesion("x", Status.BASELINE_ONLY)
        notes = tuple(DatedText("2024-05-11", text) for text in (name, *NOTES[::2]))
        change = replace(one.change, lesion=name, site=name, message=name)
        sections.append(
            replace(one, change=change, notes=notes, symptoms=notes[:1], versions=(name,))
        )
    return replace(document(0, person=NAMES[0]), lesions=tuple(sections))


def test_names_are_accepted_or_refused_in_words() -> None:
    for name in NAMES:
        assert clean_name(name, "lesion") == unicodedata.normalize("NFC", name)
    for name in NOT_NAMES:
        with pytest.raises(UsageError) as caught:
            clean_name(name, "lesion")
        assert caught.value.next_step
        assert spelled_out(str(caught.value)) == str(caught.value)
    for note in NOTES:
        assert clean_note(note)


def test_the_html_report_holds_no_element_of_theirs() -> None:
    plain_report = document(4)
    longer = tuple(replace(one, notes=one.notes * 3) for one in plain_report.lesions)
    sound = Page(to_html(replace(plain_report, lesions=longer)))
    html = to_html(hostile_report())
    page = Page(html)
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in sound.tags}
    known = {(tag, key) for tag, attributes in sound.tags for key in attributes}
    assert {(tag, key) for tag, attributes in page.tags for key in attributes} <= known
    assert "img-src data:" in html
    assert without_steering(html) == html
    for name in NAMES:
        assert without_steering(name) in page.text


def test_the_pdf_report_sets_them_as_words() -> None:
    pdf = to_pdf(hostile_report())
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    text = "".join(page.extract_text() for page in reader.pages).replace("\n", "")
    squeezed = "".join(text.split())
    for name in ("<script>alert(1)</script>", '#image("/etc/passwd")', "DROPTABLEobservation"):
        assert name.replace(" ", "") in squeezed
    assert "root:x:0" not in squeezed
    for page in reader.pages:
        for note in page.get("/Annots") or []:
            assert "/URI" not in note.get_object().get("/A", {})


@settings(max_examples=12, deadline=None)
@given(TEXTS)
def test_any_text_can_be_printed(text: str) -> None:
    one = lesion("x", Status.BASELINE_ONLY)
    change = replace(one.change, lesion=text or "x", site=text)
    notes = (DatedText("2024-05-11", text),)
    made = replace(
        document(0, person=text), lesions=(replace(one, change=change, notes=notes, charts=()),)
    )
    assert to_pdf(made).startswith(b"%PDF")
    to_html(made).encode("utf-8")


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_the_terminal_is_not_steered(text: str) -> None:
    shown = spelled_out(text)
    shown.encode("utf-8")
    assert all(unicodedata.category(letter) != "Cc" or letter in "\n\t" for letter in shown)
    assert not set(shown) & set(
        "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )
    if text.isascii() and text.isprintable():
        assert shown == text


def test_results_and_messages_are_spelled_out(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output()
    output.line("a\x1b]0;title\x07b")
    output.note("a\x1b[2Jb\u202ec")
    out, err = capsys.readouterr()
    assert out == "a\\x1b]0;title\\x07b\n"
    assert err == "a\\x1b[2Jb\\u202ec\n"


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_json_lines_stay_lines_and_say_exactly_what_is_stored(text: str) -> None:
    line = json.dumps({"lesion": text})
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert json.loads(line)["lesion"] == text


@pytest.mark.parametrize("name", NAMES)
def test_the_app_shows_a_name_as_it_is(name: str) -> None:
    """By CommonMark's own rules: one paragraph, nothing in it but the text."""
    (opening, inline, _) = MarkdownIt().parse(f"x{plain(name)}x")
    assert opening.type == "paragraph_open"
    assert {child.type for child in inline.children or []} <= {"text", "text_special"}
    shown = "".join(child.content for child in inline.children or [])
    assert shown == f"x{without_steering(name)}x"


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_a_name_in_a_file_name_is_one_part_on_any_system(text: str) -> None:
    stem = file_stem(text)
    assert 1 <= len(stem) <= 80
    assert not set(stem) & set('/\\:*?"<>|\0\n')
    assert stem == stem.strip(" .")
    assert stem.upper() not in {"CON", "NUL", "AUX", "PRN", "COM1", "LPT1", "", ".", ".."}
    assert Path(f"{stem}.pdf").name == f"{stem}.pdf"
    stem.encode("utf-8")


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_file_name_is_kept_on_one_line(text: str) -> None:
    kept = clean_file_name(text)
    assert len(kept.splitlines()) <= 1
    assert "\x00" not in kept
    kept.encode("utf-8")
