"""A deletion takes decisions, answers, surveys and corrections with it, and nobody else's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.store.kinds import KINDS_OF_VAULT, Kept, copied
from tests.store.plaintext import leaks
from tests.store.two_people import GOES, STAYS, delete_person
from tracker.domain.body import BodyPlace, BodyView
from tracker.domain.care import DecisionKind
from tracker.domain.records import LifeCycle, MaskMethod
from tracker.store.doomed import doomed_items, doomed_lesion, doomed_observation
from tracker.store.erase import erase

WORDS = ("decided-by", "decision-note", "survey-site", "survey-note", "corrected-by")


@pytest.fixture(params=KINDS_OF_VAULT)
def kept(tmp_path: Path, request: pytest.FixtureRequest, two_people: dict[str, Kept]) -> Kept:
    """Two people, and for each everything that people decide, answer and look over."""
    found = copied(two_people[request.param], tmp_path / "vault")
    with found.open() as vault, vault.batch():
        for name in (GOES, STAYS):
            person = vault.person(name)
            (lesion,) = vault.lesions(person)
            seen = vault.observations(lesion)
            ids = [each.observation_id for each in seen]
            analysis = seen[0].analysis
            by = f"corrected-by {name}"
            vault.correct_mask(ids[0], analysis, MaskMethod.BRUSH, by)
            vault.set_place(lesion, BodyPlace(BodyView.FRONT, 0.5, 0.5))
            vault.add_decision(
                lesion,
                DecisionKind.REFER,
                f"decided-by {name}",
                note=f"decision-note {name}",
                observations=ids,
            )
            vault.add_answer(lesion, [], observation_id=ids[0])
            vault.save_survey(
                person,
                f"survey-site {name}",
                date(2025, 1, 1),
                [lesion],
                note=f"survey-note {name}",
            )
    return found


def hidden(name: str) -> dict[str, bytes]:
    return {word: f"{word} {name}".encode("unicode_escape") for word in WORDS} | {
        f"{word} plain": f"{word} {name}".encode() for word in WORDS
    }


def test_a_persons_go_with_the_person(kept: Kept) -> None:
    delete_person(kept)
    assert leaks(kept.path, hidden(GOES)) == []
    with kept.open() as vault:
        (decision,), (answer,), (survey,) = vault.decisions(), vault.answers(), vault.surveys()
        (lesion,) = vault.lesions()
        assert decision.by == f"decided-by {STAYS}"
        assert (answer.lesion_id, survey.lesions) == (lesion.lesion_id, (lesion.lesion_id,))
        assert lesion.place is not None
    assert leaks(kept.path, hidden(GOES)) == []


def test_a_decision_outlives_a_photo_it_was_based_on(kept: Kept) -> None:
    with kept.open() as vault:
        (lesion,) = vault.lesions(vault.person(STAYS))
        first, *rest = vault.observations(lesion)
    erase(kept.path, lambda vault: doomed_observation(vault, first), key=kept.key)
    with kept.open() as vault:
        (decision,), (answer,) = vault.decisions(lesion), vault.answers(lesion)
        assert decision.observations == tuple(each.observation_id for each in rest)
        assert answer.observation_id is None
    assert leaks(kept.path, {"id": first.observation_id.encode()}) == []


def test_a_survey_outlives_a_lesion_that_it_showed(kept: Kept) -> None:
    with kept.open() as vault:
        (lesion,) = vault.lesions(vault.person(STAYS))
    erase(kept.path, lambda vault: doomed_lesion(vault, lesion), key=kept.key)
    with kept.open() as vault:
        mine = [each for each in vault.surveys() if STAYS in each.site]
        assert [each.lesions for each in mine] == [()]
        assert vault.decisions(lesion) == []


def test_purging_the_bin_is_a_deletion(kept: Kept) -> None:
    with kept.open() as vault:
        stays = vault.person(STAYS)
        (lesion,) = vault.lesions(stays)
        gone = vault.ensure_lesion(stays, "merged one")
        vault.set_life_cycle(gone, LifeCycle.MERGED, "into it", into=lesion)
        vault.put_in_bin("lesion", lesion.lesion_id)
    doomed = erase(kept.path, lambda v: doomed_items(v, v.bin_items()), key=kept.key)
    assert doomed.lesions == {lesion.lesion_id, gone.lesion_id}
    assert leaks(kept.path, {"id": lesion.lesion_id.encode(), "name": b"merged one"}) == []
    with kept.open() as vault:
        assert vault.bin_items() == []
        assert vault.lesions(vault.person(STAYS), binned=True) == []
