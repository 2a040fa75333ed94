"""Photos in the app stay in memory: no cache of the browser, no temporary file of the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, MutableMapping
from typing import Any

import pytest
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartParser

from tracker.cli.unkept import NothingKept, keep_uploads_in_memory

_MIB = 1 << 20


def _headers_of(path: str) -> list[tuple[bytes, bytes]]:
    """What the browser is told about an answer from `path`."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "headers": [(b"cache-control", b"public")]})
        await send({"type": "http.response.body", "body": b"x"})

    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        raise AssertionError

    asyncio.run(NothingKept(app)({"type": "http", "path": path}, receive, send))
    assert sent[1]["body"] == b"x"
    headers: list[tuple[bytes, bytes]] = sent[0]["headers"]
    return headers


@pytest.mark.parametrize("path", ["/media/0a1b.jpg", "/", "/component/compare/index.html"])
def test_the_browser_keeps_no_answer(path: str) -> None:
    assert _headers_of(path) == [(b"cache-control", b"no-store")]


def test_the_programs_own_files_may_be_kept() -> None:
    assert _headers_of("/static/js/main.js") == [(b"cache-control", b"public")]


def test_uploads_make_no_temporary_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MultiPartParser, "spool_max_size", MultiPartParser.spool_max_size)
    keep_uploads_in_memory(8 * _MIB)
    assert not _parsed(3 * _MIB).file._rolled
    assert _parsed(9 * _MIB).file._rolled  # so that the line above can tell


def _parsed(size_bytes: int) -> Any:
    head = b'--B\r\nContent-Disposition: form-data; name="f"; filename="mole.jpg"\r\n\r\n'
    body = head + bytes(size_bytes) + b"\r\n--B--\r\n"

    async def stream() -> AsyncGenerator[bytes, None]:
        for start in range(0, len(body), _MIB // 4):
            yield body[start : start + _MIB // 4]

    async def parse() -> Any:
        headers = Headers({"content-type": "multipart/form-data; boundary=B"})
        return await MultiPartParser(headers, stream()).parse()

    upload = asyncio.run(parse())["f"]
    assert isinstance(upload, UploadFile)
    assert upload.size == size_bytes
    return upload
