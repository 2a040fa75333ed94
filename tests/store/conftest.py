"""Fixtures of the store's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.builders import new_vault


@pytest.fixture
def vault_path(tmp_path: Path) -> Path:
    """An empty vault."""
    return new_vault(tmp_path)
