"""Reading manifests: every cell, every kind of damage."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.capture import Modality
from tracker.domain.geometry import Box
from tracker.errors import ManifestError
from tracker.services.manifest import REQUIRED_COLUMNS, read_manifest


def _read(folder: Path, content: str | bytes) -> Path:
    path = folder / "manifest.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_all_cells(tmp_path: Path) -> None:
    text = (
        "photo,person,lesion,taken_at,site,mm_per_px,modality,roi,note\n"
        'a b.jpg, Zoë ,L,2024-01-01,back,0.05,Clinical,"1,2,3,4","two, words"\n'
    )
    (row,) = read_manifest(_read(tmp_path, text))
    assert row.problem is None
    assert (row.number, row.photo, row.path) == (1, "a b.jpg", tmp_path / "a b.jpg")
    assert (row.person, row.lesion, row.taken_at) == ("Zoë", "L", "2024-01-01")
    assert (row.site, row.mm_per_px, row.modality) == ("back", 0.05, Modality.CLINICAL)
    assert (row.roi, row.note) == (Box(1, 2, 3, 4), "two, words")


def test_empty_cells_and_short_rows_are_unknown(tmp_path: Path) -> None:
    text = "photo,person,lesion,taken_at,site,note\na.jpg,,,\n\n , \nb.jpg,A,L,2024-01-01,,\n"
    rows = read_manifest(_read(tmp_path, text))
    assert [row.photo for row in rows] == ["a.jpg", "b.jpg"]
    assert (rows[0].person, rows[0].lesion, rows[0].taken_at, rows[0].site) == (None,) * 4


def test_other_encodings(tmp_path: Path) -> None:
    text = "photo,person,lesion,taken_at\na.jpg,Zoë,Rücken,2024-01-01\n"
    for data in (text.encode("utf-8-sig"), text.encode("cp1252"), text.replace(",", "\t").encode()):
        (row,) = read_manifest(_read(tmp_path, data))
        assert (row.person, row.lesion) == ("Zoë", "Rücken")


@pytest.mark.parametrize("absent", REQUIRED_COLUMNS)
def test_each_missing_column_is_named(tmp_path: Path, absent: str) -> None:
    header = ",".join(name for name in REQUIRED_COLUMNS if name != absent)
    with pytest.raises(ManifestError, match=absent):
        read_manifest(_read(tmp_path, f"{header}\na,b,c\n"))


def test_a_column_named_twice(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="twice"):
        read_manifest(_read(tmp_path, "photo,person,lesion,taken_at,Photo\na,b,c,d,e\n"))


def test_a_broken_cell_spoils_its_row_only(tmp_path: Path) -> None:
    text = "photo,person,lesion,taken_at,mm_per_px\na,A,L,d,-1\nb,A,L,d,0.1\nc,A,L,d,inf\n"
    rows = read_manifest(_read(tmp_path, text))
    assert [row.problem is None for row in rows] == [False, True, False]
    assert "Row 3" in str(rows[2].problem)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = _read(tmp_path_factory.mktemp("any"), data)
    try:
        rows = read_manifest(path)
    except ManifestError:
        return
    assert rows


@given(
    st.lists(
        st.tuples(
            # Two separators in front would name another computer: those rows are refused.
            st.text("abc\"',;é🙂 /\\", min_size=1).map(lambda text: f"p{text}"),
            st.text("abc\"',;é🙂 /\\").filter(lambda text: not text or text.strip()),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_quoted_cells_come_back(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]
) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    lines = ["photo,person,lesion,taken_at,note"]
    lines += [f"{quoted(photo)},A,L,2024-01-01,{quoted(note)}" for photo, note in cells]
    rows = read_manifest(_read(tmp_path_factory.mktemp("quoted"), "\n".join(lines)))
    assert [(row.photo, row.note or "") for row in rows] == [
        (photo.strip(), note.strip()) for photo, note in cells
    ]
