"""Shared by all tests: no test may reach beyond this machine."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

_LOOPBACK = ("127.", "::1", "localhost")


class OutboundConnectionError(AssertionError):
    """A test tried to reach another machine."""


@pytest.fixture(autouse=True)
def no_outbound_connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail any test whose own process connects beyond loopback."""
    attempts: list[str] = []
    real_connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        is_inet = self.family in (socket.AF_INET, socket.AF_INET6)
        if is_inet and not str(address[0]).startswith(_LOOPBACK):
            attempts.append(str(address))
            raise OutboundConnectionError(f"connection to {address}")
        real_connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield
    assert not attempts, f"outbound connections tried: {attempts}"
