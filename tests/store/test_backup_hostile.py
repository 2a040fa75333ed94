"""Backup files made by somebody who means harm: each is refused, and nothing is left behind.

The files are sealed like ours, so that what refuses them is the check they are about.
"""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.store.backed_up import filled, read, write
from tests.store.kinds import Kept, make_vault
from tracker.errors import BackupError, MoletrailError, VaultNewerError
from tracker.store.archive import MANIFEST_FILE, member_info, seal_file, unsealed_comment


@dataclass
class Part:
    info: zipfile.ZipInfo
    data: bytes


Parts = list[Part]
Content = dict[str, Any]
Harm = Callable[[Parts, Content], object]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound backup of a plain vault."""
    folder = tmp_path_factory.mktemp("good")
    write(filled(folder, encrypted=False), folder / "b.zip")
    return folder / "b.zip"


def forge(good: Path, bad: Path, harm: Harm) -> None:
    """Write `good` again after `harm` was done to its parts and its manifest."""
    with zipfile.ZipFile(good) as zipped:
        parts = [
            Part(member_info(info.filename, info.file_size), zipped.read(info))
            for info in zipped.infolist()
        ]
    content = json.loads(parts.pop().data)
    harm(parts, content)
    text = content.get("as text") or json.dumps(content).encode()
    parts.append(Part(member_info(MANIFEST_FILE, len(text)), text))
    with bad.open("w+b") as file:
        with zipfile.ZipFile(file, "w") as zipped:
            for part in parts:
                zipped.writestr(part.info, part.data, compress_type=part.info.compress_type)
            zipped.comment = unsealed_comment()
        seal_file(file, lambda done, total: None)


def add_member(parts: Parts, content: Content, name: str, data: bytes = b"evil") -> Part:
    part = Part(member_info(name, len(data)), data)
    parts.append(part)
    content["files"].append([name, len(data), hashlib.sha256(data).hexdigest()])
    return part


def as_link(parts: Parts, content: Content) -> None:
    target = b"/etc/passwd"
    digest = hashlib.sha256(target).hexdigest()
    part = add_member(parts, content, f"photos/{digest[:2]}/{digest}", target)
    part.info.external_attr = (stat.S_IFLNK | 0o777) << 16


def as_bomb(parts: Parts, content: Content) -> None:
    data = b"\0" * 1_000_000
    digest = hashlib.sha256(data).hexdigest()
    part = add_member(parts, content, f"photos/{digest[:2]}/{digest}", data)
    part.info.compress_type = zipfile.ZIP_DEFLATED


def twice(parts: Parts, content: Content) -> None:
    parts.append(Part(parts[0].info, parts[0].data))
    content["files"].append(content["files"][0])


def another_size(parts: Parts, content: Content) -> None:
    content["files"][0][1] += 1


def another_hash(parts: Parts, content: Content) -> None:
    part = next(part for part in parts if part.info.filename == "vault.json")
    part.data = part.data.replace(b"false", b"true ")


def another_photo(parts: Parts, content: Content) -> None:
    parts[0].data = b"z" * len(parts[0].data)
    content["files"][0][2] = hashlib.sha256(parts[0].data).hexdigest()


def another_journal(parts: Parts, content: Content) -> None:
    _replace(parts, content, "journal/events.jsonl", b'"note 1"', b'"note 9"')


def another_vault(parts: Parts, content: Content) -> None:
    content["vault_id"] = "0" * 32


def _replace(parts: Parts, content: Content, name: str, old: bytes, new: bytes) -> None:
    at = next(i for i, part in enumerate(parts) if part.info.filename == name)
    parts[at].data = parts[at].data.replace(old, new, 1)
    content["files"][at][2] = hashlib.sha256(parts[at].data).hexdigest()


HARMS: dict[str, Harm] = {
    "a way out": lambda p, c: add_member(p, c, "../evil"),
    "a way out below photos": lambda p, c: add_member(p, c, "photos/../../evil"),
    "an absolute path": lambda p, c: add_member(p, c, "/tmp/evil"),
    "a drive": lambda p, c: add_member(p, c, "C:\\evil"),
    "another name": lambda p, c: add_member(p, c, "photos/evil.exe"),
    "a name of another kind of vault": lambda p, c: add_member(p, c, "vault.copy.json"),
    "a database": lambda p, c: add_member(p, c, "moletrail.duckdb"),
    "a name with a line feed": lambda p, c: add_member(p, c, "vault.json\n"),
    "a link": as_link,
    "a compressed member": as_bomb,
    "a member twice": twice,
    "another size": another_size,
    "another hash": another_hash,
    "another photo under its name": another_photo,
    "an altered journal": another_journal,
    "another vault's head": another_vault,
    "no journal": lambda p, c: (p.pop(-2), c["files"].pop(-2)),
    "no head": lambda p, c: (p.pop(), c["files"].pop()),
    "a member missing": lambda p, c: p.pop(1),
    "a member not in the manifest": lambda p, c: p.append(Part(member_info("x", 1), b"x")),
    "an earlier journal head": lambda p, c: c.update(seq=c["seq"] - 1),
    "a negative size": lambda p, c: c["files"][0].__setitem__(1, -1),
    "a size that is no number": lambda p, c: c["files"][0].__setitem__(1, "many"),
    "files that are none": lambda p, c: c.update(files={"a": 1}),
    "a manifest that is a list": lambda p, c: c.update({"as text": b"[1, 2]"}),
    "a manifest that is no text": lambda p, c: c.update({"as text": b"\xff\xfe\x00"}),
    "a manifest without end": lambda p, c: c.update({"as text": b"[" * 100_000}),
    "a manifest of another program": lambda p, c: c.pop("moletrail_backup"),
    "a missing word": lambda p, c: c.pop("hash"),
    "an encrypted vault": lambda p, c: c.update(encrypted=True),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", HARMS)
def test_harm_is_refused_and_leaves_nothing(good: Path, tmp_path: Path, name: str) -> None:
    bad = tmp_path / "in" / "bad.zip"
    bad.parent.mkdir()
    forge(good, bad, HARMS[name])
    with pytest.raises(BackupError) as error:
        read(bad, tmp_path / "out" / "vault")
    assert error.value.exit_code == 3
    assert str(bad) in error.value.message
    assert error.value.next_step
    assert {path.name for path in tmp_path.rglob("*")} <= {"in", "bad.zip", "out"}


def test_a_forged_file_without_harm_is_restored(good: Path, tmp_path: Path) -> None:
    forge(good, tmp_path / "b.zip", lambda parts, content: None)
    assert read(tmp_path / "b.zip", tmp_path / "again").photos > 0


@pytest.mark.parametrize("key", ["moletrail_backup", "vault_format"])
def test_a_newer_format_is_told(good: Path, tmp_path: Path, key: str) -> None:
    forge(good, tmp_path / "b.zip", lambda parts, content: content.update({key: 99}))
    with pytest.raises(VaultNewerError, match="newer Moletrail") as error:
        read(tmp_path / "b.zip", tmp_path / "again")
    assert error.value.exit_code == 4


def test_members_that_share_bytes_are_refused(good: Path, tmp_path: Path) -> None:
    """Many entries that name the same bytes would unpack to more than the file."""

    def photo_bomb(parts: Parts, content: Content) -> None:
        content["damaged"] = []
        for number in range(40):
            name = f"photos/{number:02x}/{number:02x}{'0' * 62}"
            content["damaged"].append(name)
            add_member(parts, content, name, b"big" * 1000)

    forge(good, tmp_path / "b.zip", photo_bomb)
    with zipfile.ZipFile(tmp_path / "b.zip") as zipped:
        infos = zipped.infolist()
        first = next(info for info in infos if info.filename.startswith("photos/00/000"))
        start = first.header_offset
        kept = (tmp_path / "b.zip").read_bytes()
    end = next(i for i in infos if i.filename.startswith("photos/01/010")).header_offset
    after = next(i for i in infos if i.filename == MANIFEST_FILE).header_offset
    with (tmp_path / "c.zip").open("w+b") as file:
        file.write(kept[:end] + kept[after : infos[-1].header_offset])
        with zipfile.ZipFile(tmp_path / "b.zip") as zipped, zipfile.ZipFile(file, "a") as shorter:
            shorter.writestr(infos[-1], zipped.read(infos[-1]))
            for info in infos[:-1]:
                info.header_offset = min(info.header_offset, start)
            shorter.filelist[:0] = infos[:-1]
            shorter.comment = unsealed_comment()
        seal_file(file, lambda done, total: None)
    with pytest.raises(BackupError, match="overlap"):
        read(tmp_path / "c.zip", tmp_path / "again")
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"no zip", b"PK\x03\x04" + b"\0" * 100, b"\x89PNG\r\n"], ids=range(5)
)
def test_other_files_are_told_apart(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.zip").write_bytes(content)
    with pytest.raises(BackupError, match="is not a backup of Moletrail"):
        read(tmp_path / "b.zip", tmp_path / "again")


def test_a_zip_file_of_another_program(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as zipped:
        zipped.writestr("photos/holiday.jpg", b"sun")
    with pytest.raises(BackupError, match="is not a backup of Moletrail"):
        read(tmp_path / "b.zip", tmp_path / "again")


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(MoletrailError, match="no backup"):
            read(path, tmp_path / "again")


def test_a_backup_is_not_replaced_by_a_look_alike(good: Path, tmp_path: Path) -> None:
    """A damaged backup at the place is not taken for an earlier one."""
    kept: Kept = make_vault(tmp_path / "vault", encrypted=False)
    (tmp_path / "b.zip").write_bytes(good.read_bytes()[:-500])
    with pytest.raises(BackupError):
        write(kept, tmp_path / "b.zip")
