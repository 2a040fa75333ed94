"""A short campaign: a few files of every kind and every mutation. `pictures` has the long one."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.mutations import MUTATIONS
from tests.hostile.pictures import EXPECTED, cases, run
from tests.hostile.seeds import KINDS, seeds
from tests.hostile.structure import structure_of
from tracker.vision.decode import decode_photo

SEED = 20261121


def test_falsified_pictures_are_decoded_or_refused_in_words(tmp_path: Path) -> None:
    strata = len(KINDS) * len(MUTATIONS)
    results = run(cases(strata, SEED), tmp_path, SEED)
    total = results.total()
    assert results.defects == []
    assert set(total) <= EXPECTED, sorted(path.name for path in tmp_path.iterdir())
    assert total["decoded"] > 50
    assert total["refused"] > 50
    assert len(results.strata) == strata


def test_every_kind_is_sound_and_understood_before_it_is_falsified() -> None:
    for kind, files in seeds().items():
        for data in files:
            assert decode_photo(data, kind).rgb.ndim == 3
        found = structure_of(files[0])
        assert found.of("dimension"), kind
        assert found.of("length", "offset"), kind


def test_the_same_seed_gives_the_same_files() -> None:
    first, second = ([case.data for case in cases(40, 5)] for _ in range(2))
    assert first == second
    assert first != [case.data for case in cases(40, 6)]
