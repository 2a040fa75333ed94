"""Key slots: the vault's data key, wrapped once for the passphrase and once for the recovery key.

The wrapping key comes from the passphrase by argon2id (RFC 9106), from the recovery key, which is
random already, by HKDF-SHA256. The box is AES-256-GCM and binds the vault and the slot's own
parameters, so that a slot cannot be moved to another vault or made cheaper unnoticed.
"""

from __future__ import annotations

import base64
import json
import secrets
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from tracker.errors import UsageError
from tracker.store.sealing import KEY_BYTES, AesSealing, SealBrokenError, derive_key

PASSPHRASE: Final = "passphrase"
RECOVERY: Final = "recovery"
#: Characters.
MAX_PASSPHRASE: Final = 1024
_SALT_BYTES: Final = 16
_MAX_LANES: Final = 16
_MAX_PASSES: Final = 64
#: 1 GiB; and no more than 8 GiB of memory traffic, a dozen seconds on a slow computer.
_MAX_MEMORY_KIB: Final = 1 << 20
_MAX_WORK_KIB: Final = 1 << 23


@dataclass(frozen=True, slots=True)
class KdfCost:
    """argon2id: memory in KiB, passes over it, and lanes (threads)."""

    memory_kib: int
    passes: int
    lanes: int

    def check(self) -> None:
        """Refuse what argon2id cannot do or what would bring a computer to its knees.

        Raises:
            ValueError: out of range.
        """
        if not (1 <= self.lanes <= _MAX_LANES and 1 <= self.passes <= _MAX_PASSES):
            raise ValueError(f"{self.passes} passes in {self.lanes} lanes")
        if not 8 * self.lanes <= self.memory_kib <= _MAX_MEMORY_KIB:
            raise ValueError(f"{self.memory_kib} KiB of memory")
        if self.memory_kib * self.passes > _MAX_WORK_KIB:
            raise ValueError(f"{self.passes} passes over {self.memory_kib} KiB of memory")


#: The second choice of RFC 9106, section 4: for computers with little memory to spare.
DEFAULT_COST: Final = KdfCost(memory_kib=64 * 1024, passes=3, lanes=4)


@dataclass(frozen=True, slots=True)
class Slot:
    """One wrapped copy of the data key; `cost` is None for the recovery key."""

    kind: str
    salt: bytes
    cost: KdfCost | None
    box: bytes


def clean_passphrase(passphrase: str) -> str:
    """The passphrase in NFC, so that it is the same on every keyboard; blanks count.

    Raises:
        UsageError: empty, or longer than 1,024 characters.
    """
    if not passphrase.strip():
        raise UsageError("The passphrase cannot be empty.", next_step="Give a passphrase.")
    clean = unicodedata.normalize("NFC", passphrase)
    if len(clean) > MAX_PASSPHRASE:
        raise UsageError(
            f"The passphrase has {len(clean)} characters, and {MAX_PASSPHRASE} are allowed.",
            next_step="Give a shorter one.",
        )
    return clean


def passphrase_slot(data_key: bytes, vault_id: str, passphrase: str, cost: KdfCost) -> Slot:
    """Wrap the data key for a passphrase.

    Raises:
        UsageError: no possible passphrase. ValueError: an impossible cost (a bug).
    """
    cost.check()
    salt = secrets.token_bytes(_SALT_BYTES)
    return _wrapped(PASSPHRASE, salt, cost, data_key, vault_id, clean_passphrase(passphrase))


def recovery_slot(data_key: bytes, vault_id: str, bits: bytes) -> Slot:
    """Wrap the data key for the bits of a recovery key."""
    return _wrapped(RECOVERY, secrets.token_bytes(_SALT_BYTES), None, data_key, vault_id, bits)


def open_slot(slot: Slot, vault_id: str, secret: str | bytes) -> bytes | None:
    """The data key, or None if `secret` (passphrase, or recovery bits) is not this slot's."""
    try:
        return _box(slot.kind, slot.salt, slot.cost, vault_id, secret).unseal(
            "slot", _bound(slot.kind, slot.cost), slot.box
        )
    except SealBrokenError:
        return None


def _wrapped(
    kind: str,
    salt: bytes,
    cost: KdfCost | None,
    data_key: bytes,
    vault_id: str,
    secret: str | bytes,
) -> Slot:
    box = _box(kind, salt, cost, vault_id, secret).seal("slot", _bound(kind, cost), data_key)
    return Slot(kind, salt, cost, box)


def _box(
    kind: str, salt: bytes, cost: KdfCost | None, vault_id: str, secret: str | bytes
) -> AesSealing:
    data = secret.encode("utf-8", "surrogatepass") if isinstance(secret, str) else secret
    if cost is None:
        return AesSealing(derive_key(data, "recovery key", salt), vault_id)
    stretched = Argon2id(
        salt=salt,
        length=KEY_BYTES,
        iterations=cost.passes,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    ).derive(data)
    return AesSealing(stretched, vault_id)


def _bound(kind: str, cost: KdfCost | None) -> str:
    return kind if cost is None else f"{kind} {cost.memory_kib} {cost.passes} {cost.lanes}"


def slot_to_json(slot: Slot) -> dict[str, Any]:
    """The slot as it stands in the header."""
    kdf: dict[str, Any] = {"name": "hkdf-sha256"}
    if slot.cost is not None:
        kdf = {"name": "argon2id", **asdict(slot.cost)}
    return {
        "kind": slot.kind,
        "kdf": kdf | {"salt": slot.salt.hex()},
        "box": base64.b64encode(slot.box).decode("ascii"),
    }


def slot_from_json(found: Any) -> Slot:
    """The reverse of `slot_to_json`.

    Raises:
        ValueError, KeyError, TypeError: it is none, or asks for more than is sane.
    """
    kdf = found["kdf"]
    cost = None
    if found["kind"] == PASSPHRASE:
        if kdf["name"] != "argon2id":
            raise ValueError(f"unknown key derivation {kdf['name']!r}")
        numbers = [kdf[name] for name in ("memory_kib", "passes", "lanes")]
        if any(type(number) is not int for number in numbers):
            raise ValueError("a cost is no whole number")
        cost = KdfCost(*numbers)
        cost.check()
    elif found["kind"] != RECOVERY or kdf["name"] != "hkdf-sha256":
        raise ValueError(f"unknown kind of key slot {json.dumps(found['kind'])}")
    salt = bytes.fromhex(kdf["salt"])
    if len(salt) != _SALT_BYTES:
        raise ValueError("a salt of another length")
    return Slot(found["kind"], salt, cost, base64.b64decode(found["box"], validate=True))
