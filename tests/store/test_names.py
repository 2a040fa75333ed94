"""What people may be called."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.builders import add
from tracker.errors import UnknownNameError, UsageError
from tracker.store import Vault
from tracker.store.names import (
    MAX_FILE_NAME,
    MAX_NAME,
    clean_file_name,
    clean_name,
    clean_note,
    clean_optional_name,
)

_ODD = [
    "O'Brien",
    'Robert"); DROP TABLE person;--',
    "a/b\\c",
    "..",
    "%s {x} ?",
    "👩🏽‍⚕️ mum",
    "לאה",
    "عائشة",
    "i" * MAX_NAME,
    "null",
    "-1",
]


def test_odd_names_are_kept_as_they_are(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        for name in _ODD:
            person = vault.ensure_person(name)
            vault.ensure_lesion(person, name, site=name)
    with Vault.open(vault_path) as vault:
        assert {person.name for person in vault.people()} == set(_ODD)
        for name in _ODD:
            person = vault.person(name)
            lesion = vault.lesion(person, name)
            assert (lesion.name, lesion.site, lesion.person) == (name, name, name)


@pytest.mark.parametrize(
    "name", ["", "  ", "a\0b", "a\nb", "a\x1bb", "a\u2028b", "\ud800", "x" * (MAX_NAME + 1)]
)
def test_impossible_names_are_refused(vault_path: Path, name: str) -> None:
    with Vault.open(vault_path) as vault:
        with pytest.raises(UsageError):
            vault.ensure_person(name)
        ada = vault.ensure_person("Ada")
        with pytest.raises(UsageError):
            vault.ensure_lesion(ada, name)
        assert vault.info().people == 1
        assert vault.lesions() == []


def test_spellings_that_unicode_calls_equal_are_one_name(vault_path: Path) -> None:
    composed, decomposed = "Zoë Ångström", unicodedata.normalize("NFD", "Zoë Ångström")
    assert composed != decomposed
    with Vault.open(vault_path) as vault:
        one = vault.ensure_person(composed)
        assert vault.ensure_person(f" {decomposed} ") == one
        assert vault.person(decomposed) == one
        left = vault.ensure_lesion(one, decomposed)
        assert vault.lesion(one, composed) == left


def test_upper_and_lower_case_are_two_names(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        assert vault.ensure_person("Ada") != vault.ensure_person("ada")


@given(st.text())
def test_a_clean_name_stays_as_it_is(text: str) -> None:
    try:
        clean = clean_name(text, "person")
    except UsageError:
        return
    assert clean_name(clean, "person") == clean
    assert len(clean) <= MAX_NAME


@given(st.text())
def test_a_file_name_is_never_refused(text: str) -> None:
    clean = clean_file_name(text)
    assert 0 < len(clean) <= MAX_FILE_NAME
    assert clean.encode("utf-8").isascii() or clean
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in clean)


def test_notes_keep_line_breaks_and_nothing_worse() -> None:
    assert clean_note(" one\n\ttwo ") == "one\n\ttwo"
    assert clean_note(" \n") is None
    assert clean_optional_name(" ", "site") is None
    for bad in ("a\0", "a\x07", "\udc80", "x" * 20_001):
        with pytest.raises(UsageError):
            clean_note(bad)


def test_a_file_name_that_is_no_text_is_kept_readable(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        photo = vault.keep_photo(
            b"x", file_name="a\udcff\n.jpg", media_type="image/jpeg", width=1, height=1
        )
        assert photo.file_name == "a\\udcff\\n.jpg"
        assert vault.photo(photo.photo_sha256) == photo


def test_unknown_names_are_said_with_the_known_ones(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        with pytest.raises(UnknownNameError, match="no people yet"):
            vault.person("Eve")
        ada = add(vault, 1).person
        with pytest.raises(UnknownNameError, match="Known: 'Ada'"):
            vault.person("Eve")
        with pytest.raises(UnknownNameError, match="Known: 'left arm'"):
            vault.lesion(ada, "right arm")
        with pytest.raises(UnknownNameError):
            vault.observation("obs_0")


def test_names_cannot_be_taken_twice(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        ada, eve = vault.ensure_person("Ada"), vault.ensure_person("Eve")
        with pytest.raises(UsageError, match="already"):
            vault.rename_person(eve, "Ada")
        left, right = vault.ensure_lesion(ada, "left"), vault.ensure_lesion(ada, "right")
        with pytest.raises(UsageError, match="already"):
            vault.rename_lesion(left, "right")
        assert vault.rename_lesion(right, "right") == right
        assert vault.ensure_lesion(eve, "left").lesion_id != left.lesion_id
        with pytest.raises(UsageError, match="somebody else"):
            vault.move_observation(add(vault, 1, person="Eve").observation_id, left)
