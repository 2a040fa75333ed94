"""A second reader of encrypted zip files, written from WinZip's AE-2 description alone.

https://www.winzip.com/en/support/aes-encryption/ : salt, two bytes that tell a wrong password, the
data in AES counter mode (little-endian, from 1), and ten bytes of HMAC-SHA1 over what is
encrypted.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import zipfile
import zlib
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_SALT = 16
_KEY = 32
_TAG = 10
_EXTRA = struct.Struct("<HHH2sBH")


def opened(path: Path, password: str) -> dict[str, bytes]:
    """Every file of an archive, decrypted and authenticated."""
    raw = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return {info.filename: _member(raw, info, password) for info in archive.infolist()}


def _member(raw: bytes, info: zipfile.ZipInfo, password: str) -> bytes:
    assert info.compress_type == 99
    assert info.CRC == 0  # AE-2: the checksum of the clear bytes would tell of them
    mark, _, version, vendor, strength, method = _EXTRA.unpack(info.extra)
    assert (mark, version, vendor, strength) == (0x9901, 2, b"AE", 3)
    names, extras = struct.unpack_from("<HH", raw, info.header_offset + 26)
    start = info.header_offset + 30 + names + extras
    sealed = raw[start : start + info.compress_size]
    salt, check, tag = sealed[:_SALT], sealed[_SALT : _SALT + 2], sealed[-_TAG:]
    data = sealed[_SALT + 2 : -_TAG]
    keys = hashlib.pbkdf2_hmac("sha1", password.encode("ascii"), salt, 1000, 2 * _KEY + 2)
    assert check == keys[2 * _KEY :], "wrong password"
    assert tag == hmac.digest(keys[_KEY : 2 * _KEY], data, "sha1")[:_TAG], "damaged"
    clear = _counter_mode(keys[:_KEY], data)
    return zlib.decompress(clear, -15) if method == 8 else clear


def _counter_mode(key: bytes, data: bytes) -> bytes:
    blocks = -(-len(data) // 16)
    counters = b"".join(number.to_bytes(16, "little") for number in range(1, blocks + 1))
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    stream = encryptor.update(counters) + encryptor.finalize()
    size = len(data)
    mixed = int.from_bytes(data, "big") ^ int.from_bytes(stream[:size], "big")
    return mixed.to_bytes(size, "big")
