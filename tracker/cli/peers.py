"""Which account of this computer holds the other end of a loopback connection?

Linux says so in `/proc/net/tcp` and `/proc/net/tcp6`, a line for each end of each connection:
addresses as hexadecimal words in the machine's byte order, the account's number, and an inode,
which is 0 once no process holds the socket (proc_pid_net(5)). Other systems do not tell.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

Address = tuple[str, int]

_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
_ROOT = 0


def can_tell() -> bool:
    """Whether this system tells; tried on a connection of our own."""
    with suppress(OSError), socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        with socket.create_connection(server.getsockname(), timeout=5) as client:
            return is_same_account(client.getsockname(), server.getsockname())
    return False


def is_same_account(client: Address, server: Address) -> bool:
    """Whether a process of this account, or of root, holds the client's end.

    Root may read every file and memory of this account in any case. A socket that nobody holds any
    more is listed as root's, and is refused.
    """
    owner = owner_of(client, server, _lines())
    if owner is None:
        return False
    uid, inode = owner
    return inode != 0 and uid in (own_account(), _ROOT)


def own_account() -> int | None:
    """The number of this process's account; None where accounts have none."""
    return None if sys.platform == "win32" else os.getuid()


def owner_of(client: Address, server: Address, lines: Iterable[str]) -> tuple[int, int] | None:
    """(account, inode) of the client's end, from the lines of the tables; None if it is not there.

    Args:
        client, server: IPv4 address and port of both ends.
    """
    for line in lines:
        fields = line.split()
        if len(fields) < 10 or ":" not in fields[1]:
            continue  # the heading
        if _address(fields[1]) == client and _address(fields[2]) == server:
            return int(fields[7]), int(fields[9])
    return None


def _lines() -> Iterator[str]:
    for table in _TABLES:
        with suppress(OSError):
            yield from Path(table).read_text(encoding="ascii").splitlines()


def _address(text: str) -> Address | None:
    """IPv4 address and port; None for an IPv6 address that holds none."""
    packed, port = text.split(":")
    words = [packed[start : start + 8] for start in range(0, len(packed), 8)]
    raw = b"".join(int(word, 16).to_bytes(4, sys.byteorder) for word in words)
    if len(raw) == 4:
        return str(ipaddress.IPv4Address(raw)), int(port, 16)
    mapped = ipaddress.IPv6Address(raw).ipv4_mapped
    return None if mapped is None else (str(mapped), int(port, 16))
