"""Names and notes that try to be something else, in every format that leaves the program."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pydicom
import pypdf
import pytest
from pyarrow import parquet

from tests import made_up
from tests.hostile.words import NAMES, NOT_NAMES, NOTES
from tracker.domain.plain_text import without_steering
from tracker.errors import UsageError
from tracker.exchange.cells import unguarded
from tracker.services.exporting import write_export
from tracker.services.intake import add_photo
from tracker.services.reporting import make_report
from tracker.services.results import AddRequest, Stored
from tracker.services.session import Workspace
from tracker.services.sharing import ShareRequest, share
from tracker.services.vaults import create_vault

pytestmark = pytest.mark.xdist_group("hostile names")
PERSON = "=cmd|' /C calc'!A0 <script>alert(1)</script> ../..\\CON \u202eadA 🙂"
#: One lesion each: what systems of files and spreadsheets may trip over, and pairs that are alike.
LESIONS = (
    *NAMES[:16],
    "CON",
    "aux.txt",
    "NUL",
    "trailing dots...",
    "x" * 200,
    "Caf\u00e9",
    "CAF\u00c9",
    "\ufb01nger \U0001f9d1\U0001f3fd\u200d\u2695\ufe0f",
    "+1\uff1d2",
)
NOTE = f'{NOTES[0]}\n=HYPERLINK("http://192.0.2.1")\t@x; \u202egnp.exe\u202c <img src=x onerror=1>'
_SAFE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One person with one photo of each lesion."""
    workspace = Workspace(tmp_path_factory.mktemp("hostile") / "vault")
    create_vault(workspace)
    photo = made_up.photos(1)[0]
    stored = add_photo(
        workspace,
        AddRequest(
            data=photo.jpeg,
            photo="../../etc/=1+1.jpg",
            person=PERSON,
            lesion=LESIONS[0],
            site=LESIONS[1],
            taken_at=photo.taken_at,
            note=NOTE,
        ),
    )
    assert isinstance(stored, Stored)
    with workspace.open() as vault, vault.batch():
        person = vault.person(PERSON)
        for name in LESIONS[1:]:
            vault.ensure_lesion(person, name, site=name)
    return workspace


def _files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def _csv_rows(data: bytes) -> list[dict[str, str]]:
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text, strict=True))


def _check_csv(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        if name.endswith(".csv"):
            for row in _csv_rows(data):
                for cell in row.values():
                    parts = re.split(r"[;\t\r\n]", cell)
                    assert not any(
                        part.lstrip('" ').startswith(tuple("=+-@"))
                        for part in parts
                        if not re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?( .*)?", part)
                    )
    lesions = [unguarded(row["lesion"]) for row in _csv_rows(files["lesions.csv"])]
    assert sorted(lesions) == sorted(map(_nfc, LESIONS))
    (row,) = _csv_rows(files["observations.csv"])
    assert (unguarded(row["person"]), unguarded(row["note"])) == (_nfc(PERSON), _nfc(NOTE))


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _check_parquet(files: dict[str, bytes]) -> None:
    rows = parquet.read_table(io.BytesIO(files["lesions.parquet"])).to_pylist()
    assert sorted(row["lesion"] for row in rows) == sorted(map(_nfc, LESIONS))
    (row,) = parquet.read_table(io.BytesIO(files["observations.parquet"])).to_pylist()
    assert (row["person"], row["note"]) == (_nfc(PERSON), _nfc(NOTE))


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in _strings(each)]
    return [value] if isinstance(value, str) else []


def _markdown(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for each in value for text in _markdown(each)]
    if not isinstance(value, dict):
        return []
    own = [each["text"] for each in value.get("note", [])]
    return own + [text for each in value.values() for text in _markdown(each)]


def _check_fhir(files: dict[str, bytes]) -> None:
    (data,) = (data for name, data in files.items() if name.startswith("person-"))
    bundle = json.loads(data)
    for text in _markdown(bundle):  # notes are Markdown in FHIR; names are plain text
        assert not re.search(r"(?<!\\)[<`\[]", text)
    assert '"div"' not in data.decode()  # nor is there any narrative, which would be XHTML
    names = [
        resource["name"][0]["text"]
        for resource in (entry["resource"] for entry in bundle["entry"])
        if resource["resourceType"] == "Patient"
    ]
    assert len(names) == 1
    for text in _strings(bundle):
        assert text.strip() == text != ""
        assert not set(text) & set("\0\x1b\x9b")


def _check_dicom(files: dict[str, bytes]) -> None:
    datasets = [
        pydicom.dcmread(io.BytesIO(data)) for name, data in files.items() if name.endswith(".dcm")
    ]
    assert len(datasets) == 3
    for dataset in datasets:
        assert dataset.SpecificCharacterSet == "ISO_IR 192"
        for element in dataset.iterall():
            assert (
                "\\" not in str(element.value)
                or element.VM > 1
                or element.VR
                in (
                    "UT",
                    "LT",
                    "ST",
                    "OB",
                )
            )


def _check_isic(files: dict[str, bytes]) -> None:
    table = files["metadata.csv"]
    assert table.isascii()
    assert not any(word in table for word in (b"cmd", b"script", b"CON", b"=", b"@"))


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def _check_html(html: str) -> None:
    page = _Page(html)
    assert not page.tags & {"script", "iframe", "object", "embed", "form", "base"}
    assert page.handlers == []
    assert without_steering(html) == html


def _check_pdf(data: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(data))
    text = "".join(page.extract_text() for page in reader.pages)
    assert "root:x:0" not in text
    assert "<script>alert(1)</script>" in "".join(text.split())
    for page in reader.pages:
        for note in page.get("/Annots") or []:
            assert "/URI" not in note.get_object().get("/A", {})


_CHECKS: dict[str, Callable[[dict[str, bytes]], None]] = {
    "csv": _check_csv,
    "parquet": _check_parquet,
    "fhir": _check_fhir,
    "dicom": _check_dicom,
    "isic": _check_isic,
}


def _safe_names(files: dict[str, bytes]) -> None:
    """Every path is one on any system, and no two are one where case does not count."""
    for name in files:
        assert _SAFE_NAME.fullmatch(name)
        assert len(name) < 100
        assert not any(_DEVICES.fullmatch(part) or part.endswith(".") for part in name.split("/"))
    assert len({name.casefold() for name in files}) == len(files)


@pytest.mark.parametrize("form", _CHECKS)
def test_an_export_holds_them_as_words(hostile: Workspace, tmp_path: Path, form: str) -> None:
    write_export(hostile, form, tmp_path / "out")
    files = _files(tmp_path / "out")
    _safe_names(files)
    _CHECKS[form](files)


def test_a_share_pack_holds_them_as_words(hostile: Workspace, tmp_path: Path) -> None:
    request = ShareRequest(PERSON, None, NOTE, formats=("fhir", "dicom"))
    share(hostile, request, tmp_path / "out", None)
    files = _files(tmp_path / "out")
    _safe_names(files)
    text = files["README.txt"].decode("utf-8-sig")
    assert without_steering(text.replace("\r\n", "\n")) == text.replace("\r\n", "\n")
    assert json.loads(files["moletrail-share.json"])["consent"] == _nfc(NOTE)
    _check_html(files["report.html"].decode())
    _check_pdf(files["report.pdf"])


@pytest.mark.parametrize("kind", ["html", "pdf"])
def test_a_report_holds_them_as_words(hostile: Workspace, kind: Any) -> None:
    data = make_report(hostile, PERSON, LESIONS[0], kind)
    if kind == "html":
        _check_html(data.decode())
    else:
        _check_pdf(data)


@pytest.mark.parametrize("name", [*NOT_NAMES, "x" * 300])
def test_what_is_no_name_is_refused_before_anything_is_stored(
    hostile: Workspace, name: str
) -> None:
    request = AddRequest(data=made_up.photos(1)[0].jpeg, photo="a.jpg", person=PERSON, lesion=name)
    with hostile.open() as vault:
        before = len(vault.lesions())
    with pytest.raises(UsageError, match="name of a lesion"):
        add_photo(hostile, request)
    with hostile.open() as vault:
        assert len(vault.lesions()) == before


def test_names_that_unicode_calls_equal_are_one_and_cases_are_two(hostile: Workspace) -> None:
    with hostile.open() as vault:
        person = vault.person(unicodedata.normalize("NFD", PERSON))
        composed = vault.lesion(person, "Caf\u00e9")
        assert vault.lesion(person, "Cafe\u0301") == composed
        assert vault.lesion(person, "CAF\u00c9") != composed
        assert vault.ensure_lesion(person, "Cafe\u0301") == composed
