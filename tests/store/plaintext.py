"""Looking through a folder for anything that should not be readable there."""

from __future__ import annotations

import base64
import hashlib
import json
import unicodedata
from pathlib import Path

from tracker.domain.records import Observation


def secrets_of(observation: Observation, photo: bytes) -> dict[str, bytes]:
    """What a thief would look for: a label and the bytes of each."""
    embedding = observation.analysis.embedding
    assert embedding is not None
    found = {
        "person": observation.person.name.encode(),
        "person decomposed": unicodedata.normalize("NFD", observation.person.name).encode(),
        "person as JSON": json.dumps(observation.person.name)[1:-1].encode(),
        "person in UTF-16": observation.person.name.encode("utf-16-le"),
        "file name": observation.photo.file_name.encode(),
        "media type": observation.photo.media_type.encode(),
        "capture date": observation.capture.value.date().isoformat().encode(),
        "date of adding": observation.added_at.date().isoformat().encode(),
        "person's id": observation.person.person_id.encode(),
        "observation's id": observation.observation_id.encode(),
        "photo": photo[100:132],
        "hash of the photo": hashlib.sha256(photo).hexdigest()[:24].encode(),
        "raw hash of the photo": hashlib.sha256(photo).digest()[:12],
        "embedding": embedding.tobytes()[40:56],
        "kind of event": b"observation_added",
    }
    if observation.note is not None:
        found["note"] = observation.note.encode()
    if observation.lesion is not None:
        found["lesion"] = observation.lesion.name.encode()
    aligned = embedding.tobytes()[:60]
    found["embedding as base64"] = base64.b64encode(aligned)[:60]
    # A shorter word turns up in random bytes by chance.
    return {label: secret for label, secret in found.items() if len(secret) >= 5}


def leaks(folder: Path, secrets: dict[str, bytes]) -> list[str]:
    """Every "label in file" that can be read below `folder`, in contents or names."""
    found: list[str] = []
    for path in folder.rglob("*"):
        shown = path.relative_to(folder)
        content = path.read_bytes() if path.is_file() else b""
        name = str(shown).encode("utf-8", "surrogateescape")
        found += [
            f"{label} in {shown}" for label, s in secrets.items() if s in content or s in name
        ]
    return found
