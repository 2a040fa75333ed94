"""No test may reach beyond this machine: watched from inside the process.

Python raises an audit event for every call that names a peer, whoever makes it (PEP 578): the
socket module, asyncio, a library, any thread. Children are watched by `tracing` instead.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any

#: Events of the socket module, and which of their arguments names the peer.
_PEER = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
    "socket.getnameinfo": 0,
}


class OutboundConnectionError(AssertionError):
    """A test tried to reach another machine, or to look a name up."""


class Guard:
    """Refuses and remembers attempts to reach beyond loopback."""

    def __init__(self) -> None:
        self.attempts: list[str] = []

    def install(self) -> None:
        """From now on for the life of this process; audit hooks cannot be taken away."""
        sys.addaudithook(self._look)

    def check(self) -> None:
        """Fail where somebody tried, even if the refusal was swallowed; then start afresh."""
        tried, self.attempts = self.attempts, []
        if tried:
            raise OutboundConnectionError(f"tried to reach beyond this machine: {tried}")

    def _look(self, event: str, arguments: tuple[Any, ...]) -> None:
        place = _PEER.get(event)
        if place is None:
            return
        peer = _host(arguments[0], arguments[place])
        if peer is not None and not is_here(peer):
            self.attempts.append(f"{event} {peer}")
            raise OutboundConnectionError(f"{event} {peer}")


def _host(first: object, named: object) -> str | None:
    """The host in an event's argument; None where it names none, or for a local socket."""
    if isinstance(first, socket.socket) and first.family not in (socket.AF_INET, socket.AF_INET6):
        return None
    if isinstance(named, tuple):
        named = named[0]
    if isinstance(named, bytes):
        named = named.decode("ascii", errors="replace")
    return named if isinstance(named, str) else None


def is_here(host: str) -> bool:
    """Whether a host is this machine's loopback, or the empty name of "any"."""
    if host in ("", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
