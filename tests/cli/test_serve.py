"""The app's server: on this machine only, on a port that is free, ended cleanly."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Moletrail
from tracker.cli import serve
from tracker.errors import UsageError


@contextmanager
def _taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind((serve.HOST, 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_a_port_in_use_is_wrong_usage(vault: Moletrail) -> None:
    with _taken_port() as port:
        answer = vault("serve", "--port", str(port))
    assert answer.code == 2
    assert "in use" in answer.objects[0]["message"]


def test_without_a_wish_any_free_port_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with _taken_port() as port:
        monkeypatch.setattr(serve, "DEFAULT_PORT", port)
        assert serve.choose_port(None) != port
        with pytest.raises(UsageError):
            serve.choose_port(port)


def test_the_app_is_found() -> None:
    assert serve.app_file().name == "app.py"


def test_the_server_answers_this_machine_only_and_stops(vault: Moletrail) -> None:
    port = serve._any_free()
    command = [sys.executable, "-m", "tracker.cli", "--json", "--vault", str(vault.vault)]
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    with subprocess.Popen(
        [*command, "serve", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        told = json.loads(server.stdout.readline())
        assert told["url"] == f"http://127.0.0.1:{port}"
        assert Path(told["vault"]) == vault.vault
        log = ""
        for line in server.stderr:
            log += line
            if "URL:" in line:
                break
        assert f"http://127.0.0.1:{port}" in log
        assert "External URL" not in log
        assert "Network URL" not in log
        with socket.create_connection((serve.HOST, port)) as connection:
            connection.sendall(b"GET /_stcore/health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            answer = connection.recv(2000)
        assert b"200" in answer
        assert b"cache-control: no-store" in answer.lower()
        server.send_signal(signal.SIGINT if sys.platform != "win32" else signal.SIGTERM)
        rest, errors = server.communicate()
        assert "Traceback" not in errors
        assert rest == ""
    assert server.returncode == (0 if sys.platform != "win32" else 1)
