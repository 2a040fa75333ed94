"""Unique identifiers that are the same in every export of the same content.

All are `2.25.` and a name-based UUID (PS3.5 B.2, RFC 9562 version 5): no registered root, no
random number, no clock.
"""

from __future__ import annotations

import hashlib
import io
import uuid
from typing import Final

from pydicom.dataset import Dataset
from pydicom.filewriter import dcmwrite

_NAMESPACE: Final = uuid.UUID("6b2f4a8e-1f0d-5c36-9a71-4d6f6c657472")


def uid_of(*parts: str) -> str:
    """The identifier of what the parts name together."""
    return f"2.25.{uuid.uuid5(_NAMESPACE, chr(31).join(parts)).int}"


def file_stem_of(uid: str) -> str:
    """24 hexadecimal digits for a file name."""
    return f"{int(uid.removeprefix('2.25.')):032x}"[:24]


def uid_of_content(dataset: Dataset) -> str:
    """The SOP instance UID of an object that has none yet: of its class and all that is inside.

    An object with other content is another object (PS3.5 9), and one with the same content the
    same, so that a second export does not double anything in an archive.
    """
    file = io.BytesIO()
    dcmwrite(file, dataset, implicit_vr=False, little_endian=True, force_encoding=True)
    return uid_of("object", hashlib.sha256(file.getvalue()).hexdigest())
