"""Manifests made by somebody who means harm: rows are refused in words, the rest is imported."""

from __future__ import annotations

import csv
import io
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.words import NAMES, NOT_NAMES, NOTES
from tests.vision import pictures
from tracker.errors import InputError, ManifestError, MoletrailError
from tracker.services import files, manifest
from tracker.services.files import read_photo
from tracker.services.importing import import_manifest
from tracker.services.manifest import read_manifest
from tracker.services.results import Refusal
from tracker.services.session import Workspace
from tracker.services.vaults import create_vault

HEADER = ["photo", "person", "lesion", "taken_at", "site", "note"]
POSIX = pytest.mark.skipif(os.name != "posix", reason="devices and pipes as POSIX has them")


def table(path: Path, rows: list[list[str]], header: list[str] | None = None) -> Path:
    with path.open("w", newline="", encoding="utf-8", errors="surrogatepass") as file:
        csv.writer(file).writerows([header or HEADER, *rows])
    return path


def test_hostile_cells_are_kept_as_typed_or_refused_row_by_row(tmp_path: Path) -> None:
    good = [["a.jpg", name, name, "2025-01-01", name, note] for name in NAMES for note in NOTES]
    bad = [["a.jpg", name, "x", "2025-01-01", "", ""] for name in NOT_NAMES if _writable(name)]
    rows = read_manifest(table(tmp_path / "m.csv", good + bad))
    assert [row.problem for row in rows[: len(good)]] == [None] * len(good)
    assert rows[0].person == NAMES[0]
    for row in rows[len(good) :]:
        assert row.person is None or row.problem is not None


def _writable(text: str) -> bool:
    return "\x00" not in text and text.isprintable() and bool(text.strip())


def test_paths_that_lead_elsewhere_store_nothing(tmp_path: Path) -> None:
    """What lies outside is read like any file that is named, and refused for what it is."""
    (tmp_path / "secret.txt").write_text("password: hunter2", encoding="utf-8")
    folder = tmp_path / "sub"
    folder.mkdir()
    paths = [
        "../secret.txt",
        str(tmp_path / "secret.txt"),
        "..",
        "/",
        "no/such/photo.jpg",
        "http://192.0.2.1/a.jpg",
        "file:///etc/passwd",
        "\\\\192.0.2.1\\share\\a.jpg",
        "//192.0.2.1/share/a.jpg",
        "/\\192.0.2.1/share/a.jpg",
        "x" * 5000,
        "CON",
        "~root/a.jpg",
        "$HOME/a.jpg",
        "`id`.jpg",
    ]
    if os.name == "posix":
        (folder / "loop").symlink_to(folder / "loop")
        (folder / "zero.jpg").symlink_to("/dev/zero")
        os.mkfifo(folder / "pipe.jpg")
        paths += ["loop", "zero.jpg", "pipe.jpg", "/dev/zero", "/dev/stdin", "/proc/self/mem"]
    workspace = Workspace(tmp_path / "vault")
    create_vault(workspace)
    rows = read_manifest(table(folder / "m.csv", [[p, "A", "B", "2025-01-01"] for p in paths]))
    steps = list(import_manifest(workspace, rows))
    assert len(steps) == len(paths)
    for step in steps:
        assert isinstance(step.result, Refusal)
        assert step.result.advice
        assert "hunter2" not in step.result.reason
    with workspace.open() as vault:
        assert not list(vault.people())


@POSIX
def test_another_computer_is_not_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []
    monkeypatch.setattr(Path, "stat", lambda self, **_: looked.append(self))
    monkeypatch.setattr(manifest, "read_regular", lambda *_: b"photo,person,lesion,taken_at\n"
                        b"\\\\evil\\share\\a.jpg,A,B,2025-01-01\n")  # fmt: skip
    (row,) = read_manifest(tmp_path / "m.csv")
    assert row.problem is not None
    assert "another computer" in row.problem.message
    assert looked == []


@POSIX
@pytest.mark.parametrize("name", ["/dev/zero", "/dev/null"])
def test_a_device_is_no_photo_and_no_table(name: str) -> None:
    with pytest.raises(InputError, match="not a file"):
        read_photo(Path(name))
    with pytest.raises(ManifestError, match="not a file"):
        read_manifest(Path(name))


def test_a_table_of_impossible_size_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "MAX_MANIFEST_BYTES", 1000)
    with pytest.raises(ManifestError, match="larger"):
        read_manifest(table(tmp_path / "m.csv", [["a.jpg", "A", "B", "2025-01-01"]] * 100))
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 1000)
    (tmp_path / "a.jpg").write_bytes(pictures.encode(pictures.skin_photo(), "JPEG"))
    with pytest.raises(InputError, match="larger"):
        read_photo(tmp_path / "a.jpg")


@pytest.mark.parametrize(
    "text",
    [
        "photo,person,lesion,taken_at\n" + "x" * 200_000 + ",A,B,2025-01-01\n",
        "photo,person,lesion,taken_at\n\0,A,B,2025-01-01\n",
        'photo,person,lesion,taken_at\n"a.jpg,A,B,2025-01-01\n',
        "photo,photo,person,lesion,taken_at\na,b,c,d,e\n",
        "," * 100_000,
        "\ufeff" * 50,
        "%PDF-1.7",
        "",
        "photo,person,lesion,taken_at\n",
    ],
)
def test_what_is_no_table_is_refused_as_a_whole(tmp_path: Path, text: str) -> None:
    path = tmp_path / "m.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ManifestError) as caught:
        read_manifest(path)
    assert caught.value.next_step


CELLS = st.text(st.characters(codec="utf-8"), max_size=30)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(CELLS, min_size=1, max_size=9), max_size=6), st.sampled_from(",;\t"))
def test_any_cells_give_rows_or_a_sentence(rows: list[list[str]], delimiter: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow([*manifest.REQUIRED_COLUMNS, *manifest.OPTIONAL_COLUMNS])
    writer.writerows(rows)
    _read_or_refuse(text.getvalue().encode("utf-8"))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_give_rows_or_a_sentence(data: bytes, has_header: bool) -> None:
    header = ",".join(manifest.REQUIRED_COLUMNS).encode() + b"\n" if has_header else b""
    _read_or_refuse(header + data)


def _read_or_refuse(data: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest, "read_regular", lambda *_: data)
        try:
            rows = read_manifest(Path("m.csv"))
        except ManifestError:
            return
    for row in rows:
        assert row.photo
        assert row.problem is None or isinstance(row.problem, MoletrailError)


@pytest.mark.skipif(sys.platform == "win32", reason="such names cannot be made there")
def test_a_photo_with_a_steering_name_is_shown_spelled_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tracker.cli.output import Output  # noqa: PLC0415

    path = tmp_path / "a\x1b[2J\u202egnp.jpg"
    path.write_bytes(b"no photo")
    with pytest.raises(InputError) as caught:
        read_photo(path.parent / "b\x1b[2J.jpg")
    Output().note(str(caught.value))
    assert "\x1b" not in capsys.readouterr().err
