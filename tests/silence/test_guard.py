"""The guard itself: what it stops, what it lets pass, and that swallowing it does not help."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.silence.guard import Guard, OutboundConnectionError, is_here

ELSEWHERE = ("192.0.2.1", 9)  # RFC 5737: belongs to nobody


def _datagram() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


ATTEMPTS: dict[str, Callable[[], object]] = {
    "connect": lambda: _datagram().connect(ELSEWHERE),
    "connect_ex": lambda: _datagram().connect_ex(ELSEWHERE),
    "create_connection": lambda: socket.create_connection(ELSEWHERE, timeout=0.1),
    "sendto": lambda: _datagram().sendto(b"x", ELSEWHERE),
    "sixth version": lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).connect(
        ("2001:db8::1", 9)
    ),
    "getaddrinfo": lambda: socket.getaddrinfo("example.invalid", 443),
    "gethostbyname": lambda: socket.gethostbyname("example.invalid"),
    "gethostbyaddr": lambda: socket.gethostbyaddr("192.0.2.1"),
    "asyncio": lambda: asyncio.run(asyncio.open_connection(*ELSEWHERE)),
}
if hasattr(socket.socket, "sendmsg"):
    ATTEMPTS["sendmsg"] = lambda: _datagram().sendmsg([b"x"], [], 0, ELSEWHERE)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("way", ATTEMPTS)
def test_every_way_out_is_stopped_and_remembered(way: str, outbound: Guard) -> None:
    with suppress(OutboundConnectionError):
        ATTEMPTS[way]()
    with pytest.raises(OutboundConnectionError):
        outbound.check()
    outbound.check()  # told once


def test_this_machine_may_be_reached() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with socket.create_connection(("localhost", server.getsockname()[1]), timeout=5):
            pass


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no local sockets here")
def test_a_local_socket_may_be_used(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s") if sys.platform != "linux" else "\0moletrail-test")
        server.listen()
        client.connect(server.getsockname())


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "", "0.0.0.0", "::"]
)
def test_loopback_is_here(host: str) -> None:
    assert is_here(host)


@pytest.mark.parametrize(
    "host", ["192.168.1.4", "10.0.0.1", "localhost.example.org", "127.0.0.1.example.org", "fe80::1"]
)
def test_other_addresses_are_elsewhere(host: str) -> None:
    assert not is_here(host)
