"""The gate's released files, checked against their manifest before anything runs them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from tracker.domain.analysis import ModelIdentity
from tracker.errors import ModelError


def manifest_entry(models_dir: Path) -> dict[str, Any]:
    """What manifest.json says of the gate.

    Raises:
        ModelError: there is no manifest, or it does not name the gate.
    """
    path = models_dir / "manifest.json"
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))["models"]["gate"]
    except OSError as error:
        raise ModelError(f"The list of models {path} cannot be read: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"The list of models {path} does not name the gate.") from error
    return dict(entry)


def verified_model(
    models_dir: Path, entry: dict[str, Any], kind: str
) -> tuple[bytes, ModelIdentity]:
    """Content and identity of the gate's model file of a kind ("tflite" or "onnx").

    Raises:
        ModelError: the file is missing or is not the one the manifest names.
    """
    try:
        listed = entry["files"][kind]
        path, expected = models_dir / str(listed["file"]), str(listed["sha256"])
        name, version = str(entry["name"]), str(entry["version"])
    except (KeyError, TypeError) as error:
        raise ModelError(f"The list of models names no {kind} file for the gate.") from error
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"The gate's model {path} cannot be read: {error}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise ModelError(
            f"The gate's model {path} is damaged: its SHA-256 is {found}, not {expected}.",
            next_step="Install Moletrail again: pip install --force-reinstall moletrail.",
        )
    return content, ModelIdentity(name, version, found)
