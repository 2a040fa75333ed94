"""Who may come in: other names, other sites and other accounts are refused, in words."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tracker.cli import peers
from tracker.cli.door import Door, Message, Receive, Scope, Send, new_token

PORT = 8501
HOST = {"host": f"127.0.0.1:{PORT}"}
MEDIA = "/media/7d865e959b2466918c9863afca942d0f.jpg"
TABLE = """  sl  local_address rem_address st queues tr tm->when retrnsmt uid timeout inode
   0: 0100007F:2135 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 11 1 0
   1: 0100007F:C001 0100007F:2135 01 00000000:00000000 00:00000000 00000000  1001        0 22 1 0
   2: 0100007F:2135 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1000        0 33 1 0
""".splitlines()
TABLE6 = (
    "   0: 0000000000000000FFFF00000100007F:C002 0000000000000000FFFF00000100007F:2135 01 "
    "00000000:00000000 00:00000000 00000000  1002        0 44 1 0"
)


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"a picture"})


def _asked(
    headers: dict[str, str],
    *,
    path: str = MEDIA,
    kind: str = "http",
    token: str | None = None,
    own: bool = True,
    method: str = "GET",
) -> list[Message]:
    """What the door answers."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": f"{kind}.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": kind,
        "path": path,
        "method": method,
        "client": ("127.0.0.1", 49153),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    door = Door(_app, port=PORT, token=token, same_account=lambda *_: own)
    asyncio.run(door(scope, receive, send))
    return sent


def _status(answer: list[Message]) -> int:
    return int(answer[0]["status"])


def test_the_persons_own_browser_comes_in() -> None:
    for headers in (
        HOST,
        {"host": "127.0.0.1"},
        {"host": f"localhost:{PORT}", "origin": f"http://localhost:{PORT}"},
        {**HOST, "sec-fetch-site": "same-origin", "sec-fetch-dest": "image"},
        {**HOST, "sec-fetch-site": "none", "sec-fetch-dest": "document"},
        {**HOST, "sec-fetch-site": "cross-site", "sec-fetch-dest": "document"},
    ):
        answer = _asked(headers)
        assert _status(answer) == 200, headers
        assert (b"x-frame-options", b"SAMEORIGIN") in answer[0]["headers"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": f"evil.example:{PORT}"},
        {"host": "127.0.0.1:9999"},
        {**HOST, "origin": "http://127.0.0.1:9999"},
        {**HOST, "origin": "null"},
        {**HOST, "sec-fetch-site": "cross-site", "sec-fetch-dest": "image"},
        {**HOST, "sec-fetch-site": "same-site", "sec-fetch-dest": "iframe"},
        {**HOST, "sec-fetch-site": "same-site", "sec-fetch-dest": "empty"},
    ],
)
def test_other_names_and_other_sites_do_not(headers: dict[str, str]) -> None:
    answer = _asked(headers)
    assert _status(answer) == 403
    assert b"picture" not in answer[1]["body"]
    assert _asked(headers, kind="websocket")[0]["type"] == "websocket.close"


def test_a_form_of_another_site_is_refused_though_it_opens_a_page() -> None:
    crossing = {**HOST, "sec-fetch-site": "cross-site", "sec-fetch-dest": "document"}
    assert _status(_asked(crossing, method="POST")) == 403


def test_other_accounts_do_not() -> None:
    answer = _asked(HOST, own=False)
    assert _status(answer) == 403
    assert b"whole address" in answer[1]["body"]


@pytest.mark.parametrize("path", ["/", MEDIA, "/tokem/", "/tok", "//token/", "/token2/x"])
def test_without_the_token_nothing_is_answered(path: str) -> None:
    assert _status(_asked(HOST, path=path, token="token")) == 403
    assert _asked(HOST, path=path, token="token", kind="websocket")[0]["code"] == 1008


def test_the_token_opens_every_address() -> None:
    for path in ("/token", "/token/", f"/token{MEDIA}"):
        assert _status(_asked(HOST, path=path, token="token", own=False)) == 200


def test_a_token_is_made_anew_where_the_system_does_not_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tracker.cli.door.can_tell", lambda: False)
    first, second = new_token(), new_token()
    assert first
    assert second
    assert first != second
    assert len(first) >= 20


@pytest.mark.skipif(sys.byteorder != "little", reason="the table is of a little-endian machine")
def test_the_owner_of_a_connection_is_read_from_the_systems_table() -> None:
    server = ("127.0.0.1", PORT)
    assert peers.owner_of(("127.0.0.1", 49153), server, TABLE) == (1001, 22)
    assert peers.owner_of(("127.0.0.1", 49154), server, [*TABLE, TABLE6]) == (1002, 44)
    assert peers.owner_of(("127.0.0.1", 49155), server, TABLE) is None


@contextmanager
def _connection() -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        with socket.create_connection(server.getsockname()) as client:
            yield server, client


@pytest.mark.skipif(not peers.can_tell(), reason="this system does not tell whose a socket is")
def test_our_own_connection_is_ours_and_a_closed_one_nobodys() -> None:
    assert new_token() is None
    with _connection() as (server, client):
        ends = client.getsockname(), server.getsockname()
        assert peers.is_same_account(*ends)
        client.close()
        assert not peers.is_same_account(*ends)


@pytest.mark.skipif(
    not peers.can_tell() or peers.own_account() != 0, reason="only root can try another account"
)
def test_a_connection_of_another_account_is_not_ours() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        port = server.getsockname()[1]
        program = f"import socket; s = socket.create_connection(('127.0.0.1', {port})); s.recv(1)"
        with subprocess.Popen(["/usr/bin/env", "python3", "-c", program], user=65534) as stranger:
            connection, client = server.accept()
            with connection:
                assert os.getuid() == 0
                assert not peers.is_same_account(client, ("127.0.0.1", port))
            stranger.wait(timeout=60)
