"""Keeping the app's pictures out of places that outlast it.

A browser keeps answers in a cache on the disk unless it is told not to, and the server would put
uploads above 1 MB into temporary files: both would leave photos of an encrypted vault readable.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

#: The program's own files, the same for everybody: these may be kept.
_PROGRAM_FILES = "/static/"


class NothingKept:
    """Tells the browser to keep no answer, around an ASGI application."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Pass everything on; answers get `Cache-Control: no-store`."""
        if scope["type"] != "http" or str(scope["path"]).startswith(_PROGRAM_FILES):
            await self._app(scope, receive, send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [pair for pair in message["headers"] if pair[0] != b"cache-control"]
                message["headers"] = [*others, (b"cache-control", b"no-store")]
            await send(message)

        await self._app(scope, receive, marked)


def keep_uploads_in_memory(max_bytes: int) -> None:
    """Uploads up to `max_bytes` are taken without a temporary file."""
    from starlette.formparsers import MultiPartParser

    MultiPartParser.spool_max_size = max_bytes
