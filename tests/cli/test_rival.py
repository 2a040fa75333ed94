"""A photo with two moles: the person is asked to check which one was measured."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from tests.cli.conftest import Moletrail

WARNING = "Another spot"


def _twice(photo: Path, folder: Path) -> Path:
    """The same mole twice, side by side."""
    rgb = cv2.imread(str(photo))
    path = folder / "two.png"
    cv2.imwrite(str(path), np.hstack([rgb, rgb[:, ::-1]]))
    return path


def _add(vault: Moletrail, photo: Path, *words: str) -> str:
    answer = vault("add", photo, "--person", "Ada", "--lesion", "L", "--date", "2025-01-02", *words)
    assert answer.code == 0, answer.stderr
    return " ".join(answer.of_type("stored")[0]["warnings"])


def test_a_rival_is_named_unless_a_region_was_given(
    vault: Moletrail, photos: list[Path], tmp_path: Path
) -> None:
    alone = json.loads(vault("analyze", photos[0]).stdout)
    assert WARNING not in _add(vault, photos[0])
    two = _twice(photos[0], tmp_path)
    assert WARNING in _add(vault, two)
    assert WARNING not in _add(vault, two, "--roi", ",".join(map(str, alone["roi"])))
