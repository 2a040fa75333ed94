"""Who can open an encrypted vault: its data key, and the passphrase and recovery key around it.

The data key never changes, so changing a passphrase is instant, whatever the vault holds. It also
means that somebody who once held the data key, or an old copy of the vault with its old
passphrase, can still read what was in that copy. Python cannot wipe keys from memory, and a system
that writes its memory to the disk (swap, hibernation) may keep them there.
"""

from __future__ import annotations

import hmac
import logging
import secrets
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import product
from pathlib import Path

from tracker.errors import (
    VaultDamagedError,
    VaultError,
    VaultLockedError,
    WrongPassphraseError,
)
from tracker.store import conversion, recovery
from tracker.store.disk import damaged
from tracker.store.header import (
    ENCRYPTED_FORMAT,
    HEADER_COPY_FILE,
    HEADER_FILE,
    Header,
    read_header,
    write_header_file,
)
from tracker.store.heads import headers_of
from tracker.store.locking import locked
from tracker.store.sealing import KEY_BYTES, PLAIN, AesSealing, Sealing, derive_key
from tracker.store.slots import (
    DEFAULT_COST,
    PASSPHRASE,
    RECOVERY,
    KdfCost,
    Slot,
    open_slot,
    passphrase_slot,
    recovery_slot,
)

_WAIT_S = 20.0
_log = logging.getLogger(__name__)


class VaultKey:
    """The unwrapped data key of one vault; its representation never shows it."""

    __slots__ = ("_data_key", "key_id", "sealing", "vault_id")

    def __init__(self, data_key: bytes, vault_id: str) -> None:
        self._data_key = data_key
        self.vault_id = vault_id
        #: Tells two keys apart, without telling the key; stands in the header.
        self.key_id = derive_key(data_key, "key id")[:16].hex()
        self.sealing: Sealing = AesSealing(data_key, vault_id)

    def __repr__(self) -> str:
        return f"VaultKey(of vault {self.vault_id})"

    def __reduce__(self) -> str:
        raise TypeError("a vault's key is not to be written anywhere")

    def fits(self, header: Header) -> bool:
        """Whether this key opens the vault of that header."""
        same_key = hmac.compare_digest(self.key_id.encode(), header.key_id.encode())
        return same_key and self.vault_id == header.vault_id

    def slots(self, passphrase: str, recovery_key: str, cost: KdfCost) -> tuple[Slot, ...]:
        """Both key slots of a new header.

        Raises:
            UsageError: no possible passphrase.
        """
        return (self.slot(passphrase, cost), self._recovery_slot(recovery_key))

    def slot(self, passphrase: str, cost: KdfCost) -> Slot:
        """The key slot for a passphrase.

        Raises:
            UsageError: no possible passphrase.
        """
        return passphrase_slot(self._data_key, self.vault_id, passphrase, cost)

    def _recovery_slot(self, recovery_key: str) -> Slot:
        bits = recovery.parse_recovery_key(recovery_key)
        assert bits is not None
        return recovery_slot(self._data_key, self.vault_id, bits)

    def with_recovery(self, header: Header, recovery_key: str) -> Header:
        """The header with another recovery key."""
        return _with_slot(header, self._recovery_slot(recovery_key))


def new_key(vault_id: str) -> VaultKey:
    """A fresh random data key."""
    return VaultKey(secrets.token_bytes(KEY_BYTES), vault_id)


def encrypted_header(
    key: VaultKey, *, demo: bool, passphrase: str, cost: KdfCost
) -> tuple[Header, str]:
    """The header of a vault that is encrypted from now on, and its recovery key.

    Raises:
        UsageError: no possible passphrase.
    """
    recovery_key = recovery.new_recovery_key()
    slots = key.slots(passphrase, recovery_key, cost)
    header = Header(
        ENCRYPTED_FORMAT, key.vault_id, None, demo, generation=1, key_id=key.key_id, slots=slots
    )
    return header, recovery_key


def is_encrypted(path: Path) -> bool:
    """Whether the vault at `path` needs a key.

    Raises:
        VaultNotFoundError, VaultNewerError, VaultError, VaultDamagedError: as `read_header`.
    """
    return read_header(path, warn=False).encrypted


def unlock(path: Path, secret: str) -> VaultKey:
    """The key of the vault, from its passphrase or its recovery key.

    With the usual costs a passphrase takes a fifth of a second and 64 MiB of memory; a recovery
    key takes neither.

    Raises:
        WrongPassphraseError: it is neither; the message tells a mistyped recovery key apart.
        VaultError: the vault is not encrypted, or as `is_encrypted`.
        VaultDamagedError: no sound header, or what a slot holds is no key of this vault.
    """
    headers = headers_of(path)
    if not headers:
        raise _not_encrypted(path)
    with suppress(VaultDamagedError):  # a repair needs the key
        conversion.settle_if_free(path)
    typo = False
    try:
        bits = recovery.parse_recovery_key(secret)
    except recovery.RecoveryKeyTypoError:
        bits, typo = None, True
    tries = [(RECOVERY, bits), (PASSPHRASE, unicodedata.normalize("NFC", secret))]
    for header, (kind, given) in product(headers, tries):
        for slot in header.slots:
            if slot.kind == kind and given:
                data_key = open_slot(slot, header.vault_id, given)
                if data_key is not None:
                    return _checked(path, data_key, header)
    raise _wrong(path, typo=typo, recovery_key=bits is not None)


def check_key(path: Path, header: Header, key: VaultKey) -> None:
    """Refuse a key that is not this vault's.

    Raises:
        WrongPassphraseError: it is another vault's.
    """
    if not key.fits(header):
        raise WrongPassphraseError(
            f"The key that was given is not the one of the vault '{path}'.",
            next_step="Unlock the vault with its own passphrase or recovery key.",
        )


def sealing_for(path: Path, header: Header, key: VaultKey | None) -> Sealing:
    """How that vault keeps its blobs; a key is not looked at where the vault is plain.

    Raises:
        VaultLockedError: it is encrypted, and no key was given.
        WrongPassphraseError: the key is another vault's.
    """
    if not header.encrypted:
        return PLAIN
    if key is None:
        raise VaultLockedError(
            f"The vault '{path}' is encrypted and locked.",
            next_step="Unlock it with its passphrase or its recovery key.",
        )
    check_key(path, header, key)
    return key.sealing


def rekey(path: Path, key: VaultKey, passphrase: str, *, cost: KdfCost = DEFAULT_COST) -> None:
    """Give the vault another passphrase; at once, since only the wrapped key is written.

    The old one no longer opens this vault. An interruption leaves either the old or the new one
    valid. A copy of the folder from before still opens with the old one.

    Raises:
        UsageError: no possible passphrase. WrongPassphraseError: the key is another vault's.
        VaultBusyError, VaultError, StorageFullError: nothing was changed.
    """
    slot = key.slot(passphrase, cost)
    _change(path, key, lambda header: _with_slot(header, slot))


def new_recovery_key(path: Path, key: VaultKey) -> str:
    """Replace the recovery key; the old one no longer opens this vault.

    Returns:
        The new one, which is kept nowhere else: print it.

    Raises:
        As `rekey`.
    """
    fresh = recovery.new_recovery_key()
    _change(path, key, lambda header: key.with_recovery(header, fresh))
    return fresh


def _change(path: Path, key: VaultKey, change: Callable[[Header], Header]) -> None:
    """Write a changed header; the first of its two files makes the change valid."""
    _encrypted(path, read_header(path))
    with locked(path, wait_s=_WAIT_S, purpose="changing a key", timed=False):
        header = _encrypted(path, read_header(path))
        check_key(path, header, key)
        _put(path, change(header))


def _put(path: Path, header: Header) -> None:
    """Write both files. Once the first is there the change has happened, and must be said to have:
    somebody who does not get the new recovery key to see has none, since the old one is void.
    """
    try:
        write_header_file(path / HEADER_FILE, header)
    except VaultError:
        if read_header(path, warn=False) != header:  # else only its folder was not flushed
            raise
    try:
        write_header_file(path / HEADER_COPY_FILE, header)
    except VaultError as error:  # the next use of the vault writes it
        _log.warning("one copy of the vault's head could not be written: %s", error)


def _with_slot(header: Header, slot: Slot) -> Header:
    others = tuple(one for one in header.slots if one.kind != slot.kind)
    return replace(header, slots=(*others, slot), generation=header.generation + 1)


def _encrypted(path: Path, header: Header) -> Header:
    if not header.encrypted:
        raise _not_encrypted(path)
    return header


def _not_encrypted(path: Path) -> VaultError:
    return VaultError(
        f"The vault '{path}' is not encrypted.", next_step="Encrypt it with: moletrail encrypt"
    )


def _checked(path: Path, data_key: bytes, header: Header) -> VaultKey:
    key = VaultKey(data_key, header.vault_id)
    if len(data_key) != KEY_BYTES or not key.fits(header):
        raise damaged(path, f"A key slot in the head of the vault '{path}' is of another vault.")
    return key


def _wrong(path: Path, *, typo: bool, recovery_key: bool) -> WrongPassphraseError:
    if typo:
        return WrongPassphraseError(
            f"What was given does not open the vault '{path}'. It looks like a recovery key with "
            "a slip: its last group does not fit the others.",
            next_step="Compare it with the printed one, group by group.",
        )
    if recovery_key:
        return WrongPassphraseError(
            f"This recovery key is well-formed, but it is not the one of the vault '{path}'.",
            next_step="Use the recovery key that was printed last for this vault, or its "
            "passphrase.",
        )
    return WrongPassphraseError(
        f"The passphrase does not open the vault '{path}'.",
        next_step="Try again, or use the recovery key that was printed when it was encrypted.",
    )
