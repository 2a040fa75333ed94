"""Sites of the body: every code and name is in its list, and doubtful words get none."""

from __future__ import annotations

import pytest
from isic_metadata.fields import AnatomSiteEnum

from tracker.exchange.body_sites import KNOWN, BodySite, body_site


def test_every_name_is_the_archives() -> None:
    names = {member.value for member in AnatomSiteEnum}
    assert {site.isic for site in KNOWN.values()} <= names


def test_every_code_is_in_dicoms_list_under_that_name() -> None:
    concepts = pytest.importorskip("pydicom.sr._concepts_dict").concepts["SCT"]
    listed = {
        code: name
        for codes in concepts.values()
        for code, (name, lists) in codes.items()
        if 4029 in lists
    }
    for site in KNOWN.values():
        assert listed[site.snomed_code] == site.snomed_name


def test_the_words_of_every_site_are_found() -> None:
    for words, site in KNOWN.items():
        assert body_site(words) == site
        assert body_site(f"  My LEFT {words.upper()}. ") == BodySite(
            site.snomed_code, site.snomed_name, site.isic, "left"
        )


@pytest.mark.parametrize(
    "words",
    [
        None,
        "",
        "left",
        "back, by the spine",
        "back of the ear",
        "left and right calf",
        "near the nose",
        "calf 2",
        "upper",
        "<b>back</b>",
        "dos",
        "knee or thigh",
        "back back",
    ],
)
def test_words_that_leave_a_doubt_get_no_code(words: str | None) -> None:
    assert body_site(words) is None


def test_the_side_stands_anywhere() -> None:
    found = body_site("calf (right)")
    assert found is not None
    assert (found.snomed_code, found.side) == ("47224004", "right")
    plain = body_site("Calf")
    assert plain is not None
    assert plain.side is None
