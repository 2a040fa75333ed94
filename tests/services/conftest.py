"""A small diary of two people that is looked after: what tests of care begin with."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.builders import a_comparison, add
from tests.store.kinds import KINDS_OF_VAULT, PASSPHRASE, make_vault
from tracker.analysis.compare import METHOD
from tracker.services import keyring
from tracker.services.session import Workspace


@pytest.fixture(params=KINDS_OF_VAULT)
def cared_for(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Workspace]:
    """Two people; Ada has two lesions, one of them photographed twice and compared."""
    kept = make_vault(tmp_path / "vault", encrypted=request.param == "encrypted")
    with kept.open() as vault, vault.batch():
        one, two = add(vault, 1), add(vault, 2)
        add(vault, 3, lesion="toe")
        add(vault, 4, person="Ben", lesion="toe")
        pair = a_comparison(one.observation_id, two.observation_id)
        vault.add_comparison(dataclasses.replace(pair, method=METHOD))
    made = Workspace(kept.path, secret=lambda: PASSPHRASE)
    yield made
    keyring.lock(made)
