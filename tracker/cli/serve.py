"""The app's server: Streamlit on this machine only, in this process."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import shutil
import signal
import socket
import sys
import threading
import time
import tomllib
import webbrowser
from collections.abc import Iterator, Mapping
from pathlib import Path

from tracker.cli.door import Door, new_token
from tracker.cli.session import CliSession
from tracker.cli.unkept import NothingKept, keep_uploads_in_memory
from tracker.errors import InternalError, UsageError

DEFAULT_PORT = 8501
HOST = "127.0.0.1"
_START_TRIES = 120
_TRY_EVERY_S = 0.5
#: Command-line options win over any configuration file that Streamlit may find.
SERVER_OPTIONS: Mapping[str, str | bool] = {
    "server.address": HOST,
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.runOnSave": False,
    "browser.gatherUsageStats": False,
    "browser.serverAddress": HOST,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "global.developmentMode": False,
}


def app_file() -> Path:
    """The script that Streamlit runs.

    Raises:
        InternalError: the package `ui` is not installed.
    """
    found = importlib.util.find_spec("ui")
    for folder in (found.submodule_search_locations or []) if found is not None else []:
        script = Path(folder) / "app.py"
        if script.is_file():
            return script
    raise InternalError(
        "The app is not part of this installation.",
        next_step="Install Moletrail again: pip install --force-reinstall moletrail.",
    )


def choose_port(wanted: int | None) -> int:
    """The port asked for, else 8501, else any free one.

    Raises:
        UsageError: the port asked for is in use.
    """
    if wanted is not None:
        if not _is_free(wanted):
            raise UsageError(
                f"Port {wanted} is in use.", next_step="Choose another one with --port."
            )
        return wanted
    return DEFAULT_PORT if _is_free(DEFAULT_PORT) else _any_free()


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _any_free() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def run_app(session: CliSession, port: int | None) -> None:
    """Serve the app until it is stopped with Ctrl+C, and show it in the browser.

    Raises:
        UsageError: the port asked for is in use.
        InternalError: the app is not installed.
        ImportError: a system library that OpenCV wants is missing.
        WrongPassphraseError, InputError: a passphrase was given and does not open the vault.
    """
    from tracker.services import keyring

    script = app_file()
    # Every page needs OpenCV: where its system libraries are missing, say so here, in words.
    importlib.import_module("cv2")
    chosen = choose_port(port)
    token = new_token()
    url = f"http://{HOST}:{chosen}" + ("" if token is None else f"/{token}/")
    workspace = session.workspace(may_ask=False)
    vault = workspace.vault_path.absolute()
    os.environ["MOLETRAIL_VAULT"] = str(vault)
    keyring.lock_when_idle(keyring.IDLE_LOCK_S)
    if session.passphrase.given() is not None:
        keyring.key_of(workspace)  # else the app asks for the passphrase
    session.output.result(
        {"type": "serve", "url": url, "vault": str(vault)},
        f"Moletrail runs at {url} and answers this machine only. Stop it with Ctrl+C.",
    )
    if _has_display():
        threading.Thread(target=_open_when_ready, args=(url, chosen), daemon=True).start()
    _serve(script, chosen, token)


def _serve(script: Path, port: int, token: str | None) -> None:
    """Run Streamlit in this process, so that signals reach it and nothing is left behind."""
    import streamlit as st
    from starlette.middleware import Middleware

    settings = {**_settings_of(script), **SERVER_OPTIONS, "server.port": port}
    if token is not None:
        settings["server.baseUrlPath"] = token
    keep_uploads_in_memory((int(str(settings["server.maxUploadSize"])) + 1) * 1024 * 1024)
    door = Middleware(Door, port=port, token=token)
    app = st.App(script, middleware=[door, Middleware(NothingKept)])
    # Streamlit takes the program's name for the app's script, and our words for the script's.
    sys.argv = [str(script)]
    # Being told to stop is how a server ends well; by default SIGTERM would end it half-way.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # It announces its address on standard output, which belongs to our results.
    with contextlib.suppress(KeyboardInterrupt), contextlib.redirect_stdout(sys.stderr):
        app.run(config=settings)


def _settings_of(script: Path) -> dict[str, object]:
    """The app's own settings (look and privacy) under dotted names.

    `streamlit run` reads this file by itself; a server started from a program does not.
    """
    text = (script.parent / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    return dict(_flattened(tomllib.loads(text), ""))


def _flattened(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flattened(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _has_display() -> bool:
    """Whether a browser can be shown: always on desktops, with a display on other systems."""
    if sys.platform in ("win32", "darwin"):
        return True
    has_screen = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return has_screen and shutil.which("xdg-open") is not None


def _open_when_ready(url: str, port: int) -> None:
    for _ in range(_START_TRIES):
        with contextlib.suppress(OSError):
            socket.create_connection((HOST, port), timeout=1).close()
            webbrowser.open(url)
            return
        time.sleep(_TRY_EVERY_S)
