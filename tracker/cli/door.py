"""Who may come in: this account's own browser, on the app's own pages, and nobody else.

The app answers on loopback, where two kinds of strangers remain: other accounts of this computer,
and pages of other sites that are open in the person's own browser. Each request, pictures, uploads
and the live connection included, passes these checks:

- `Host` is this computer, so that no name of somebody else's can be made to point here.
- `Origin`, where the browser sends one, is the app's own; and `Sec-Fetch-Site`, which comes also
  with pictures and frames, says that the app itself asked or the person did. A link that leads
  here as a page of its own is let through: it shows the person's diary to the person.
- The account: on Linux the system tells which account holds the other end of the connection.
  Elsewhere the address carries a token, made anew at each start, as the first part of its path. A
  cookie would be sent to every other port of this computer as well; a path is not.

Not chosen: a password of its own for the app. The vault has one, if the person wants it.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from tracker.cli.peers import Address, can_tell, is_same_account

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

#: 128 bits: nobody guesses it.
_TOKEN_BYTES = 16
_NAMES = ("127.0.0.1", "localhost")
_OTHER_PORT_OR_NAME = "This address is not the app's. Use the one that the program printed."
_OTHER_SITE = "Another site asked for this; the app answers its own pages only."
_OTHER_ACCOUNT = (
    "This diary belongs to another account of this computer, or the address is not complete. "
    "Use the whole address that the program printed when it started."
)
#: Said with every answer: no other page may frame it, read it, or learn its address.
_HEADERS = (
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


def new_token() -> str | None:
    """What the address has to carry; None where the system tells who is asking."""
    return None if can_tell() else secrets.token_urlsafe(_TOKEN_BYTES)


class Door:
    """Lets requests of the person through to an ASGI application.

    Args:
        port: the one the app listens on.
        token: first part of every path; None to ask the system whose connection it is.
    """

    def __init__(
        self,
        app: Application,
        *,
        port: int,
        token: str | None,
        same_account: Callable[[Address, Address], bool] = is_same_account,
    ) -> None:
        self._app = app
        # Plain tools leave the port out of `Host`; what matters is the name.
        self._hosts = {*_NAMES, *(f"{name}:{port}" for name in _NAMES)}
        self._origins = {f"http://{name}:{port}" for name in _NAMES}
        self._port = port
        self._token = token
        self._same_account = same_account

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it in plain words."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await receive()  # the request to connect; closing before it is accepted answers 403
            await send({"type": "websocket.close", "code": 1008})
        else:
            await _answer(send, refusal)

    def _refusal(self, scope: Scope) -> str | None:
        headers = _read(scope["headers"])
        if headers.get("host") not in self._hosts:
            return _OTHER_PORT_OR_NAME
        origin = headers.get("origin")
        if origin is not None and origin not in self._origins:
            return _OTHER_SITE
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            is_page = headers.get("sec-fetch-dest") == "document"
            if not (is_page and scope.get("method") == "GET"):
                return _OTHER_SITE
        return None if self._is_known(scope) else _OTHER_ACCOUNT

    def _is_known(self, scope: Scope) -> bool:
        if self._token is not None:
            first = str(scope["path"]).split("/")[1:2]
            return secrets.compare_digest("".join(first).encode(), self._token.encode())
        client = scope.get("client")
        return client is not None and self._same_account(
            (str(client[0]), int(client[1])), ("127.0.0.1", self._port)
        )


def _read(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name; of several of one name the last."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}


def _with_headers(send: Send) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = {name for name, _ in _HEADERS}
            kept = [pair for pair in message["headers"] if pair[0].lower() not in ours]
            message["headers"] = [*kept, *_HEADERS]
        await send(message)

    return marked


async def _answer(send: Send, words: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 403, "headers": [*headers, *_HEADERS]})
    await send({"type": "http.response.body", "body": words.encode()})
