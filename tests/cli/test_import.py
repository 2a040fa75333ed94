"""Manifests: what is wrong with them, regions, and going on after an interruption."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests import made_up
from tests.cli.conftest import Moletrail


def _manifest(folder: Path, *lines: str) -> Path:
    path = folder / "manifest.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_missing_columns_are_named(vault: Moletrail, tmp_path: Path) -> None:
    answer = vault("import", _manifest(tmp_path, "photo,person", "a.jpg,A"))
    assert answer.code == 3
    assert "lesion, taken_at" in answer.objects[0]["message"]


def test_a_backup_is_restored_and_not_imported(vault: Moletrail, tmp_path: Path) -> None:
    backup = tmp_path / "diary.zip"
    assert vault("backup", backup).code == 0
    answer = vault("import", backup)
    assert answer.code == 2
    assert f"moletrail restore '{backup}'" in answer.objects[0]["next_step"]


@pytest.mark.parametrize("content", ["", "photo,person,lesion,taken_at\n", '"photo,person', "a\0b"])
def test_files_that_are_no_manifest(vault: Moletrail, tmp_path: Path, content: str) -> None:
    answer = vault("import", _manifest(tmp_path, content))
    assert answer.code == 3
    assert answer.objects[0]["error"] == "ManifestError"


def test_a_manifest_that_is_not_there(vault: Moletrail, tmp_path: Path) -> None:
    assert vault("import", tmp_path / "no.csv").code == 3
    assert vault("import", tmp_path).code == 3


def test_bad_rows_are_refused_one_by_one(
    vault: Moletrail, photos: list[Path], tmp_path: Path
) -> None:
    good = tmp_path / "good.jpg"
    good.write_bytes(photos[0].read_bytes())
    path = _manifest(
        tmp_path,
        "photo,person,lesion,taken_at,mm_per_px,modality,roi",
        "missing.jpg,A,L,2024-01-01,,,",
        "good.jpg,A,L,2024-01-01,twelve,,",
        "good.jpg,A,L,2024-01-01,,painting,",
        "good.jpg,A,L,2024-01-01,,,1;2",
        "good.jpg,A,L,2099-01-01,,,",
        "good.jpg,,L,2024-01-01,,,",
        ",A,L,2024-01-01,,,",
        "good.jpg,A,L,2024-01-01,0.02,dermoscopic,",
        "good.jpg,A,L,2024-01-01,0.02,dermoscopic,",
    )
    answer = vault("import", path)
    assert answer.code == 1
    kinds = [each["type"] for each in answer.objects]
    assert kinds == ["refusal"] * 7 + ["stored", "duplicate"]
    assert all(each["reason"] and each["advice"] for each in answer.of_type("refusal"))


def test_all_rows_refused_is_code_3(vault: Moletrail, tmp_path: Path) -> None:
    path = _manifest(tmp_path, "photo,person,lesion,taken_at", "missing.jpg,A,L,2024-01-01")
    assert vault("import", path).code == 3


def test_spreadsheets_of_other_countries(
    vault: Moletrail, photos: list[Path], tmp_path: Path
) -> None:
    """Semicolons, a byte order mark, a decimal comma, other column order and capitals."""
    (tmp_path / "a.jpg").write_bytes(photos[0].read_bytes())
    path = tmp_path / "manifest.csv"
    text = (
        'Lesion;Photo;Person;Taken_At;mm_per_px;note\r\nRücken;a.jpg;Zoë;2024-01-01;0,02;"x;y"\r\n'
    )
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert vault("import", path).code == 0
    (row,) = vault("timeline", "Rücken").objects
    assert (row["person"], row["note"], row["scale"]["mm_per_px"]) == ("Zoë", "x;y", 0.02)


def test_one_photo_serves_several_lesions(
    vault: Moletrail, photos: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(photos[0].read_bytes())
    path = _manifest(
        tmp_path,
        "photo,person,lesion,taken_at,roi",
        'a.jpg,A,One,2024-01-01,"300,180,400,380"',
        'a.jpg,A,Two,2024-01-01,"310,190,390,370"',
        'a.jpg,A,One,2024-01-01,"300,180,400,380"',
    )
    answer = vault("import", path)
    assert answer.code == 0
    assert [each["type"] for each in answer.objects] == ["stored", "stored", "duplicate"]
    counts = {each["lesion"]: each["observations"] for each in vault("lesions").objects}
    assert counts == {"One": 1, "Two": 1}


def test_killed_in_the_middle_then_run_again(vault: Moletrail, manifest: Path) -> None:
    """What was acknowledged before kill -9 is there; the rest follows, nothing twice."""
    command = [sys.executable, "-m", "tracker.cli", "--vault", str(vault.vault), "--json"]
    with subprocess.Popen(
        [*command, "import", str(manifest)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as process:
        assert process.stdout is not None
        acknowledged = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    again = vault("import", manifest)
    assert again.code == 0
    stored = {each["observation_id"] for each in again.objects}
    assert {each["observation_id"] for each in acknowledged} <= stored
    assert [each["type"] for each in again.objects[:2]] == ["duplicate"] * 2
    assert len(again.objects) == 8
    assert sum(each["observations"] for each in vault("lesions").objects) == 8


def test_two_imports_at_once_store_each_photo_once(vault: Moletrail, manifest: Path) -> None:
    command = [sys.executable, "-m", "tracker.cli", "--vault", str(vault.vault), "--json"]
    both = [
        subprocess.Popen([*command, "import", str(manifest)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = [process.communicate()[0].splitlines() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    kinds = [json.loads(line)["type"] for lines in answers for line in lines]
    assert sorted(kinds) == ["duplicate"] * 8 + ["stored"] * 8
    assert sum(each["observations"] for each in vault("lesions").objects) == 8
    _assert_nothing_twice(vault.vault)


def _assert_nothing_twice(vault: Path) -> None:
    """Whatever both processes computed, one of them has recorded."""
    lines = (vault / "journal" / "events.jsonl").read_text(encoding="ascii").splitlines()
    entries = [json.loads(line) for line in lines]
    recorded = Counter(entry["kind"] for entry in entries)
    assert (recorded["observation_added"], recorded["photo_kept"]) == (8, 8)
    assert recorded["person_saved"] == len({row.person for row in made_up.photos()})
    pairs = [
        (pair["earlier"], pair["later"])
        for entry in entries
        if entry["kind"] == "comparison_added"
        for pair in [entry["payload"]["comparison"]]
    ]
    assert len(pairs) > 7
    assert len(set(pairs)) == len(pairs)
    analyses = [e["payload"]["analysis"] for e in entries if e["kind"] == "observation_added"]
    assert all(one["status"] == "measured" and one["embedding"] for one in analyses)
