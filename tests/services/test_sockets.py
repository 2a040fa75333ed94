"""The proof of privacy reads the real sockets of this process, and says what it cannot read."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import psutil
import pytest

from tracker.services import sockets
from tracker.services.sockets import read_sockets, traced_test


def test_what_this_process_listens_on_is_read() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        place = f"127.0.0.1:{server.getsockname()[1]}"
        before = read_sockets()
        assert place in before.listening
        with socket.create_connection(server.getsockname()):
            assert read_sockets().local > before.local
    assert place not in read_sockets().listening


def test_a_door_open_to_every_address_is_outside() -> None:
    assert read_sockets().is_silent
    with socket.socket() as server:
        server.bind(("0.0.0.0", 0))
        server.listen(1)
        reading = read_sockets()
        assert reading.outside == (f"0.0.0.0:{server.getsockname()[1]}",)
        assert not reading.is_silent


def test_what_was_not_told_is_not_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> list[object]:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil.Process, "net_connections", refuse)
    reading = read_sockets()
    assert not reading.complete
    assert not reading.is_silent


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.1", False),
        ("fe80::1%eth0", False),
        ("nonsense", False),
    ],
)
def test_loopback_is_this_machine_and_nothing_else(address: str, here: bool) -> None:
    assert sockets.is_this_machine(address) is here


def test_a_broken_or_missing_record_of_the_traced_test_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "traced.json"
    monkeypatch.setattr("tracker.resources.trace_record", lambda: file)
    assert traced_test() is None
    for broken in ("", "[]", "{}", '{"tested_on": "soon", "program": "1", "commands": 3}'):
        file.write_text(broken)
        assert traced_test() is None
    file.write_text(json.dumps({"tested_on": "2026-11-21", "program": "1.2", "commands": 50}))
    found = traced_test()
    assert found is not None
    assert (found.tested_on.isoformat(), found.program, found.commands) == ("2026-11-21", "1.2", 50)
