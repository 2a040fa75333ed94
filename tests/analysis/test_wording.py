"""Every sentence a person may read, held against the words that must not stand in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from types import ModuleType

import pytest

from tests.analysis.series_maker import Photographer, released_noise
from tracker.analysis.judge import judge
from tracker.analysis.registration import wording as registration_wording
from tracker.domain import wording, wording_care, wording_change
from tracker.domain.change import Status
from tracker.domain.quality import QualityCode
from tracker.domain.records import Symptom, SymptomKind

#: Phrases that may stand, and are taken out before the search.
ALLOWED = ("does not diagnose", "does not mean safe")
FORBIDDEN = re.compile(
    r"diagnos|benign|low[- ]risk|all[- ]clear|healthy|\bsafe|harmless|heal(ed|ing|s)?\b|"
    r"nothing to worry|no need to worry|reassur|✓|✔|✅",
    re.IGNORECASE,
)


def sentences_of(module: ModuleType) -> Iterator[str]:
    for value in vars(module).values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, str))
        elif isinstance(value, Mapping):
            for item in value.values():
                yield from (item,) if isinstance(item, str) else item if _texts(item) else ()


def _texts(item: object) -> bool:
    return isinstance(item, tuple) and all(isinstance(part, str) for part in item)


def spoken() -> Iterator[str]:
    """Constants of the wording modules, and what the functions make of them."""
    for module in (wording, wording_care, wording_change, registration_wording):
        for text in sentences_of(module):
            # Of sites that a person marked healing may be spoken of: test_recovery says when.
            marked = text.startswith("You marked this site as")
            if text != module.__doc__ and not marked and not text.startswith(("/", "tracker")):
                yield text
    for code in QualityCode:
        for severity in ("warn", "refuse"):
            yield from wording.quality_words(code, severity)
    for status in Status:
        yield wording.status_sentence(status, "area 25 %")
    yield wording.symptom_sentence(list(SymptomKind), "2025-01-01")
    yield wording.false_flags_sentence(0.05, 40, 2.0)


def messages() -> Iterator[str]:
    photographer = Photographer(released_noise(), seed=21)
    symptom = Symptom("s", "l", SymptomKind.PAIN, datetime(2025, 1, 1), None)
    for growth in (0.0, 0.9, -0.9):
        for days, shots in (((0,), (1,)), ((0, 90), (1, 1)), ((0, 90, 300), (1, 2, 1))):
            drawn = photographer.lesion(days, shots, [growth * (d > 0) for d in days])
            for symptoms in ((), (symptom,)):
                one = type(drawn)(
                    drawn.person,
                    drawn.lesion,
                    drawn.site,
                    drawn.observations,
                    drawn.comparisons,
                    symptoms,
                    is_new=growth > 0,
                )
                yield judge(one, released_noise()).message


@pytest.mark.parametrize("source", [spoken, messages])
def test_no_forbidden_word_is_said(source: object) -> None:
    texts = list(source())  # type: ignore[operator]
    assert len(texts) >= 15
    for text in texts:
        cleared = text
        for phrase in ALLOWED:
            cleared = cleared.replace(phrase, "")
        found = FORBIDDEN.search(cleared)
        assert found is None, f"'{found.group() if found else ''}' in: {text}"


def test_the_search_finds_what_it_is_for() -> None:
    for text in ("This is benign.", "You are safe.", "It has healed.", "We diagnose moles."):
        assert FORBIDDEN.search(text)


def test_statuses_and_footer_are_the_binding_ones() -> None:
    assert wording.STATUS == {
        Status.CHANGED: "Change measured: show this to a clinician",
        Status.NO_CHANGE_DETECTED: "No change larger than this tool can detect",
        Status.CANNOT_COMPARE: "Cannot compare: retake",
        Status.BASELINE_ONLY: "First photo: nothing to compare yet",
    }
    sentence = wording.status_sentence(Status.NO_CHANGE_DETECTED, "area 25 %")
    assert sentence == "No change larger than this tool can detect (±area 25 %)"
    assert wording.FOOTER.startswith("No measured change does not mean safe")
    for word in ("new", "different", "changing", "itching", "bleeding"):
        assert word in wording.FOOTER


def test_every_code_and_kind_has_words() -> None:
    for code in QualityCode:
        reason, advice = wording.quality_words(code, "refuse")
        assert reason.endswith(".")
        assert advice.endswith(".")
    assert set(wording.SYMPTOM_NAMES) == set(SymptomKind)


def test_false_flags_are_told_with_numbers() -> None:
    text = wording.false_flags_sentence(0.05, 40, 2.0)
    assert "5 in 100" in text
    assert "40" in text
    assert "2.0" in text


def test_words_are_joined_as_spoken() -> None:
    assert wording.join_words([]) == ""
    assert wording.join_words(["a"]) == "a"
    assert wording.join_words(["a", "b", "c"]) == "a, b and c"
