"""How bytes are kept: as they are, or sealed with AES-256-GCM.

Everything a vault writes goes through one `Sealing`, so that the rest of the store does not know
which kind of vault it works in. A sealed blob is `MTS1`, 12 random bytes, and the ciphertext with
its 16-byte tag; the tag also covers the vault's id, what kind of blob it is and its name, so that
a blob that was moved, swapped or cut does not open. Each kind has a key of its own, derived with
HKDF-SHA256 from the vault's data key; at 2^32 blobs of one kind random nonces would become a
worry, far beyond what a person stores.

What an encrypted vault does not hide: that it is one, whether it is a demo, how many blobs and
entries there are and how large each is, and, from the system, when a file was made, last read or
had its attributes changed (the time of its last change is set to a fixed instant). Nor does it
tell that the whole folder was put back to an earlier state, which is consistent in itself. While a
vault is unlocked, its content is in this process's memory, which the system may write to the disk
(swap, hibernation): encrypt those too.
"""

from __future__ import annotations

import hmac
import os
import threading
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
_MAGIC: Final = b"MTS1"
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
#: Bytes by which a sealed blob is longer than what is in it.
OVERHEAD_BYTES: Final = len(_MAGIC) + _NONCE_BYTES + _TAG_BYTES

#: What is sealed; each word is part of the stored format.
PHOTO: Final = "photo"
CACHE: Final = "cache"
JOURNAL: Final = "journal"
HEAD: Final = "head"
SNAPSHOT: Final = "snapshot"
ERASURE: Final = "erasure"


class SealBrokenError(Exception):
    """The bytes are not what was sealed under that kind and name in this vault."""


class Sealing(Protocol):
    """A way of keeping blobs; safe to use from several threads."""

    encrypted: bool

    def name(self, kind: str, plain: str) -> str:
        """The file name of the blob that is called `plain` inside the program."""

    def seal(self, kind: str, name: str, data: bytes) -> bytes:
        """`data` as it is written to the disk; `name` is bound to it."""

    def unseal(self, kind: str, name: str, data: bytes) -> bytes:
        """What was sealed.

        Raises:
            SealBrokenError: altered, cut, or sealed under another kind, name, vault or key.
        """


class _Plain:
    """A vault without encryption: bytes and names as they are."""

    encrypted = False

    def name(self, kind: str, plain: str) -> str:
        return plain

    def seal(self, kind: str, name: str, data: bytes) -> bytes:
        return data

    def unseal(self, kind: str, name: str, data: bytes) -> bytes:
        return data


PLAIN: Final[Sealing] = _Plain()


class AesSealing:
    """Sealing under one vault's data key (32 bytes)."""

    encrypted = True

    def __init__(self, data_key: bytes, vault_id: str) -> None:
        self._data_key = data_key
        self._vault_id = vault_id
        self._ciphers: dict[str, AESGCM] = {}
        self._lock = threading.Lock()
        # A plain hash as a name would prove that a known photo is held.
        self._names_key = derive_key(data_key, "names")

    def __repr__(self) -> str:
        return f"AesSealing(vault {self._vault_id})"

    def name(self, kind: str, plain: str) -> str:
        """HMAC-SHA256 of kind and name under the names key, 64 hex digits."""
        message = f"{kind}\0{plain}".encode("utf-8", "backslashreplace")
        return hmac.digest(self._names_key, message, "sha256").hex()

    def seal(self, kind: str, name: str, data: bytes) -> bytes:
        """`MTS1` + nonce + ciphertext and tag."""
        nonce = os.urandom(_NONCE_BYTES)
        box = self._cipher(kind).encrypt(nonce, data, self._bound(kind, name))
        return b"".join((_MAGIC, nonce, box))

    def unseal(self, kind: str, name: str, data: bytes) -> bytes:
        """See `Sealing.unseal`."""
        if len(data) < OVERHEAD_BYTES or not data.startswith(_MAGIC):
            raise SealBrokenError("it is not a sealed blob, or was cut")
        nonce, box = data[len(_MAGIC) :][:_NONCE_BYTES], data[len(_MAGIC) + _NONCE_BYTES :]
        try:
            return self._cipher(kind).decrypt(nonce, box, self._bound(kind, name))
        except InvalidTag as error:
            raise SealBrokenError("it is not what was sealed here") from error

    def _cipher(self, kind: str) -> AESGCM:
        with self._lock:
            if kind not in self._ciphers:
                self._ciphers[kind] = AESGCM(derive_key(self._data_key, f"seal {kind}"))
            return self._ciphers[kind]

    def _bound(self, kind: str, name: str) -> bytes:
        return f"moletrail\0{self._vault_id}\0{kind}\0{name}".encode()


def derive_key(secret: bytes, purpose: str, salt: bytes | None = None) -> bytes:
    """A 32-byte key for one purpose, by HKDF-SHA256 (RFC 5869) with the purpose as its label."""
    label = f"moletrail 2 {purpose}".encode()
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt, info=label).derive(secret)
