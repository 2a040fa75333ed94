"""Model files that are not ours: a ModelError that names the file, never another exception."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tracker import resources
from tracker.errors import ModelError
from tracker.vision.gate import load_gate
from tracker.vision.vit import VitModel

RELEASED = resources.models_dir()

LISTS: dict[str, bytes] = {
    "empty": b"",
    "no json": b"\x89PNG\r\n\x1a\n",
    "not utf-8": b"\xff\xfe{}",
    "a list": b"[]",
    "a number": b"7",
    "nested without end": b"[" * 200_000,
    "models is a list": b'{"schema": 1, "models": []}',
    "entry is a text": b'{"schema": 1, "models": {"gate": "x", "vit": "x"}}',
    "entry is null": b'{"schema": 1, "models": {"gate": null, "vit": null}}',
    "entry is empty": b'{"schema": 1, "models": {"gate": {}, "vit": {}}}',
    "a huge number": b'{"schema": 1e999, "models": {"gate": {}, "vit": {}}}',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the list alone."""
    shutil.copy(RELEASED / "manifest.json", tmp_path)
    return tmp_path


def refuses(load: Callable[[Path], object], folder: Path) -> None:
    with pytest.raises(ModelError) as caught:
        load(folder)
    assert str(caught.value)
    assert len(str(caught.value)) < 2000


LOADERS: dict[str, Callable[[Path], object]] = {
    "gate": load_gate,
    "gate-onnx": lambda folder: load_gate(folder, "onnx"),
    "vit": VitModel.load,
}


@pytest.mark.parametrize("what", LISTS)
@pytest.mark.parametrize("loader", LOADERS)
def test_a_list_that_is_not_ours(folder: Path, what: str, loader: str) -> None:
    (folder / "manifest.json").write_bytes(LISTS[what])
    refuses(LOADERS[loader], folder)


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("content", [b"", b"TFL3" * 100, b"\x08\x07" * 500, bytes(4096)])
def test_a_network_that_is_not_the_released_one(folder: Path, loader: str, content: bytes) -> None:
    for path in RELEASED.iterdir():
        if path.suffix in (".onnx", ".tflite"):
            (folder / path.name).write_bytes(content)
    refuses(LOADERS[loader], folder)


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("content", [b"", b"\x14\0\0\0TFL3" + bytes(64), b"\x08\x07" * 500])
def test_a_list_that_vouches_for_rubbish(folder: Path, loader: str, content: bytes) -> None:
    """Whoever writes the list can vouch for any file: then the runtime refuses it, in words."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "rubbish").write_bytes(content)
    _vouch(manifest, hashlib.sha256(content).hexdigest())
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    refuses(LOADERS[loader], folder)


def _vouch(value: Any, digest: str) -> None:
    if isinstance(value, dict):
        if "file" in value and "sha256" in value:
            value["file"], value["sha256"] = "rubbish", digest
        for item in value.values():
            _vouch(item, digest)


def test_a_path_out_of_the_folder_is_read_but_never_trusted(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for entry in manifest["models"].values():
        entry["file"] = "../../../../etc/passwd"
        for file in entry.get("files", {}).values():
            file["file"] = "../../../../etc/passwd"
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    for loader in LOADERS.values():
        refuses(loader, folder)
