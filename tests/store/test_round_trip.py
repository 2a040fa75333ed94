"""What goes into a vault comes out bit for bit: from the journal, the database, and a rebuild."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.store.builders import (
    a_capture,
    a_comparison,
    add,
    an_analysis,
    lose_tables,
    photo_data,
)
from tests.store.same import assert_same, difference
from tests.store.strategies import UTC_TIMES, analyses, of_type
from tracker.domain.analysis import Analysis, LesionMask
from tracker.domain.capture import CaptureTime, DateSource
from tracker.domain.care import Answer, Decision, DeviceProfile, Survey
from tracker.domain.comparison import Comparison
from tracker.domain.geometry import Box
from tracker.domain.records import (
    Lesion,
    LifeCycle,
    MaskCorrection,
    Person,
    PhotoRecord,
    Symptom,
    SymptomKind,
)
from tracker.errors import InternalError
from tracker.store import NewObservation, Vault
from tracker.store.codec import decode, encode
from tracker.store.events import (
    BinChanged,
    CaptureCorrected,
    ComparisonAdded,
    DecisionMade,
    Deleted,
    DeviceProfileSaved,
    Event,
    JournalRepaired,
    LesionSaved,
    MaskCorrected,
    NoteSet,
    ObservationAdded,
    ObservationMoved,
    ObservationReanalysed,
    PersonSaved,
    PhotoKept,
    SurveySaved,
    SymptomAdded,
    SymptomsAnswered,
    VaultCreated,
    event_from_json,
    event_to_json,
)
from tracker.store.journal import GENESIS, check_line, seal

EVENTS: dict[type[Event], st.SearchStrategy[Event]] = {
    VaultCreated: st.builds(VaultCreated, of_type(str), UTC_TIMES, st.booleans()),
    PersonSaved: st.builds(PersonSaved, of_type(Person)),
    LesionSaved: st.builds(LesionSaved, of_type(Lesion), of_type(str | None)),
    PhotoKept: st.builds(PhotoKept, of_type(PhotoRecord)),
    ObservationAdded: st.builds(
        ObservationAdded,
        observation_id=of_type(str),
        photo_sha256=of_type(str),
        person_id=of_type(str),
        lesion_id=of_type(str | None),
        capture=of_type(CaptureTime),
        modality=st.none(),
        requested_roi=of_type(Box | None),
        analysis=analyses(),
        note=of_type(str | None),
        added_at=UTC_TIMES,
    ),
    ObservationReanalysed: st.builds(ObservationReanalysed, of_type(str), analyses(), UTC_TIMES),
    ObservationMoved: st.builds(ObservationMoved, of_type(str), of_type(str | None)),
    CaptureCorrected: st.builds(CaptureCorrected, of_type(str), of_type(CaptureTime)),
    NoteSet: st.builds(NoteSet, of_type(str), of_type(str | None)),
    ComparisonAdded: st.builds(ComparisonAdded, of_type(Comparison)),
    SymptomAdded: st.builds(SymptomAdded, of_type(Symptom)),
    MaskCorrected: st.builds(MaskCorrected, of_type(MaskCorrection), analyses()),
    DecisionMade: st.builds(DecisionMade, of_type(Decision)),
    SymptomsAnswered: st.builds(SymptomsAnswered, of_type(Answer)),
    SurveySaved: st.builds(SurveySaved, of_type(Survey)),
    DeviceProfileSaved: st.builds(DeviceProfileSaved, of_type(DeviceProfile)),
    BinChanged: st.builds(
        BinChanged, st.sampled_from(["photo", "lesion"]), of_type(str), st.booleans(), UTC_TIMES
    ),
    JournalRepaired: st.builds(JournalRepaired, UTC_TIMES, *[of_type(int)] * 4),
    Deleted: st.builds(Deleted, UTC_TIMES, *[of_type(int)] * 6),
}


def test_every_kind_of_event_is_tried() -> None:
    assert set(EVENTS) == set(Event.__args__)


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_an_event_survives_its_journal_line(kind: type[Event]) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(EVENTS[kind])
    def check(event: Event) -> None:
        word, payload = event_to_json(event)
        assert_same(event_from_json(word, payload), event)
        line, entry = seal(7, datetime.now(UTC), event, GENESIS)
        assert line.count(b"\n") == 1
        assert check_line(line[:-1], 7, GENESIS) == entry.hash
        assert_same(entry.event, event)

    check()


@settings(
    max_examples=20,
    # Each example makes a vault; shrinking would take minutes, and `assert_same` names the field.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    found=st.lists(analyses(), min_size=1, max_size=6),
    compared=st.lists(of_type(Comparison), max_size=4),
    capture=of_type(CaptureTime),
)
def test_every_field_survives_the_database_and_a_rebuild(
    tmp_path_factory: pytest.TempPathFactory,
    found: list[Analysis],
    compared: list[Comparison],
    capture: CaptureTime,
) -> None:
    path = tmp_path_factory.mktemp("v") / "vault"
    Vault.create(path)
    with Vault.open(path) as vault:
        person = vault.ensure_person("Ada")
        lesion = vault.ensure_lesion(person, "spot")
        photo = vault.keep_photo(b"x", file_name="x", media_type="image/png", width=3, height=4)
        with vault.batch():
            stored = [
                vault.add_observation(NewObservation(photo, person, lesion, capture, None, a))
                for a in found
            ]
            pairs = [
                dataclasses.replace(
                    c,
                    earlier=stored[0].observation_id,
                    later=stored[-1].observation_id,
                    method=f"{i}",
                )
                for i, c in enumerate(compared)
            ]
            for pair in pairs:
                vault.add_comparison(pair)
        live = vault.observations(lesion), vault.comparisons(lesion)
    assert_same([o.analysis for o in live[0]], found)
    assert_same(list(live[1]), pairs)
    assert_same(live[0], stored)
    lose_tables(path)
    with Vault.open(path) as vault:
        assert_same((vault.observations(lesion), vault.comparisons(lesion)), live)


def test_the_comparison_of_values_sees_one_bit() -> None:
    left, right = an_analysis(1), an_analysis(1)
    assert difference(left, right) is None
    assert left.mask is not None
    assert right.mask is not None
    right.mask.pixels[0, 0] ^= True
    assert difference(left, right) == "value.mask.pixels"
    assert difference(0.0, -0.0) == "value"


def test_heatmap_and_timings_are_not_kept(vault_path: Path) -> None:
    full = dataclasses.replace(
        an_analysis(1), heatmap=np.ones((4, 4), np.float32), timings_ms={"decode": 3.0}
    )
    with Vault.open(vault_path) as vault:
        stored = add(vault, 1, analysis=full)
        kept = vault.observation(stored.observation_id).analysis
    assert kept.heatmap is None
    assert not kept.timings_ms
    assert kept.heatmap_box == full.heatmap_box


@pytest.mark.parametrize(
    "wrong",
    [
        {"unlike_training": float("nan")},
        {"embedding": np.full(128, np.nan, np.float32)},
        {"embedding": np.zeros(64, np.float32)},
        {"embedding": np.zeros(128, np.float64)},
        {"mask": LesionMask(Box(0, 0, 3, 3), np.zeros((2, 3), np.bool_))},
        {"width": 2**40},
        {"status": "fine"},
        {"label": 7},
        {"capture": CaptureTime(datetime(2025, 1, 1, tzinfo=UTC), "day", DateSource.EXIF)},
    ],
    ids=lambda wrong: str(next(iter(wrong))),
)
def test_a_value_that_cannot_be_stored_leaves_nothing_behind(
    vault_path: Path, wrong: dict[str, Any]
) -> None:
    with Vault.open(vault_path) as vault:
        kept = add(vault, 1)
        before = vault.info()
        bad = dataclasses.replace(an_analysis(1), **wrong)
        with pytest.raises(InternalError):
            add(vault, 1, analysis=bad)
        assert vault.info() == before
        add(vault, 2)
    with Vault.open(vault_path) as vault:
        assert vault.info().observations == 2
        assert_same(vault.observation(kept.observation_id), kept)


def test_edits_win_and_survive_a_rebuild(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        one, two = add(vault, 1), add(vault, 2)
        assert one.lesion is not None
        ada = vault.rename_person(one.person, "Ada L.")
        lesion = vault.set_site(vault.rename_lesion(one.lesion, "forearm"), "left forearm")
        lesion = vault.set_life_cycle(lesion, LifeCycle.EXCISED, "histology: benign")
        vault.set_note(one.observation_id, "first\nsecond line")
        vault.set_note(two.observation_id, "  ")
        vault.set_capture(one.observation_id, a_capture(20))
        other = vault.ensure_lesion(ada, "back", is_new=True)
        vault.move_observation(two.observation_id, other)
        itch = vault.add_symptom(
            other, SymptomKind.ITCH, datetime(2025, 5, 5, tzinfo=UTC), "at night"
        )
        kept = vault.comparisons(lesion)
    lose_tables(vault_path)
    with Vault.open(vault_path) as vault:
        assert vault.people() == [ada]
        assert vault.lesions() == [other, lesion]
        (first,) = vault.observations(lesion)
        (second,) = vault.observations(other)
        assert first.note == "first\nsecond line"
        assert first.person.name == "Ada L."
        assert first.capture == a_capture(20)
        assert first.analysis.capture == an_analysis(1).capture
        assert second.note is None
        assert second.lesion == other
        assert vault.symptoms(other) == [itch]
        assert vault.comparisons(lesion) == kept == ()


def test_the_latest_comparison_of_a_pair_wins(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        one, two = add(vault, 1), add(vault, 2)
        assert one.lesion is not None
        ids = one.observation_id, two.observation_id
        vault.add_comparison(a_comparison(*ids, cosine=0.1))
        vault.add_comparison(a_comparison(*ids, cosine=0.2))
        assert [c.cosine for c in vault.comparisons(one.lesion)] == [0.2]
        vault.move_observation(two.observation_id, None)
        assert vault.comparisons(one.lesion) == ()


def test_symptom_times_are_kept_as_instants(vault_path: Path) -> None:
    there = datetime(2025, 6, 1, 23, 30, tzinfo=timezone(timedelta(hours=2)))
    with Vault.open(vault_path) as vault:
        lesion = vault.ensure_lesion(vault.ensure_person("Ada"), "back")
        vault.add_symptom(lesion, SymptomKind.BLEEDING, there, None)
        (symptom,) = vault.symptoms(lesion)
    assert symptom.noted_at == there
    assert symptom.noted_at.utcoffset() == timedelta(0)


def test_photos_come_back_byte_for_byte(vault_path: Path) -> None:
    with Vault.open(vault_path) as vault:
        for seed in range(5):
            photo = add(vault, seed).photo
            assert vault.photo_bytes(photo.photo_sha256) == photo_data(seed)
            assert photo.size_bytes == len(photo_data(seed))


def test_zero_has_no_sign_in_the_journal() -> None:
    assert_same(decode(float, encode(float, -0.0)), 0.0)
    vector = np.array([-0.0, 1.0], np.float32)
    kind = NDArray[np.float32]
    assert_same(decode(kind, encode(kind, vector)), np.array([0.0, 1.0], np.float32))
