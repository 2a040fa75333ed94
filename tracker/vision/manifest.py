"""The list of released networks, and their files checked against it.

`manifest.json` names each network's file and its SHA-256. A file is read once, hashed, and handed
on as bytes, so that what was checked is what runs.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tracker.domain.analysis import ModelIdentity
from tracker.errors import ModelError

SCHEMA = 1
FILE_NAME = "manifest.json"
REINSTALL = "Install Moletrail again: pip install --force-reinstall moletrail."


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One network of the manifest; the accessors raise ModelError on a missing or odd value."""

    name: str
    folder: Path
    fields: Mapping[str, object]

    def text(self, *keys: str) -> str:
        """The string under nested `keys`."""
        value = self._value(keys)
        if not isinstance(value, str) or not value:
            raise self._odd(keys)
        return value

    def number(self, *keys: str) -> float:
        """The finite number under nested `keys`."""
        value = self._value(keys)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._odd(keys)
        if not math.isfinite(value):
            raise self._odd(keys)
        return float(value)

    def texts(self, *keys: str) -> tuple[str, ...]:
        """The list of strings under nested `keys`."""
        value = self._value(keys)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._odd(keys)
        return tuple(value)

    def has(self, key: str) -> bool:
        """Whether the entry has this key."""
        return key in self.fields

    def read(self, *keys: str) -> tuple[bytes, ModelIdentity]:
        """The file described under nested `keys` (none: by the entry itself), hash-checked.

        Raises:
            ModelError: the file is missing, or not the one the manifest names.
        """
        path = self.folder / self.text(*keys, "file")
        expected = self.text(*keys, "sha256").lower()
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ModelError(
                f"The model file '{path}' cannot be read: {error.strerror or error}.",
                next_step=REINSTALL,
            ) from error
        found = hashlib.sha256(content).hexdigest()
        if found != expected:
            raise ModelError(
                f"The model file '{path}' is not the released one: "
                f"its SHA-256 is {found}, the manifest says {expected}.",
                next_step=REINSTALL,
            )
        return content, ModelIdentity(self.text("name"), self.text("version"), found)

    def _value(self, keys: tuple[str, ...]) -> object:
        value: object = self.fields
        for key in keys:
            if not isinstance(value, Mapping) or key not in value:
                raise self._odd(keys)
            value = value[key]
        return value

    def _odd(self, keys: tuple[str, ...]) -> ModelError:
        return ModelError(
            f"The model list '{self.folder / FILE_NAME}' has no usable value "
            f"'{'.'.join(keys)}' for the model '{self.name}'.",
            next_step=REINSTALL,
        )


def manifest_entry(models_dir: Path, name: str) -> ManifestEntry:
    """The entry of one network ("vit", "gate").

    Raises:
        ModelError: no manifest, not readable as one, of another schema, or without this network.
    """
    path = models_dir / FILE_NAME
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
        schema, models = listed["schema"], listed["models"]
    except OSError as error:
        raise ModelError(
            f"The model list '{path}' cannot be read: {error.strerror or error}.",
            next_step=REINSTALL,
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"The model list '{path}' is damaged.", next_step=REINSTALL) from error
    if schema != SCHEMA:
        raise ModelError(
            f"The model list '{path}' has schema {schema}; this program reads {SCHEMA}.",
            next_step=REINSTALL,
        )
    if not isinstance(models, dict) or not isinstance(models.get(name), dict):
        raise ModelError(
            f"The model list '{path}' does not name the model '{name}'.", next_step=REINSTALL
        )
    return ManifestEntry(name, models_dir, models[name])
