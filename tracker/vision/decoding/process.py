"""One decoder process, seen from the program."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import Any, cast

from tracker.errors import PhotoUnreadableError
from tracker.vision.decoding import replies, wire
from tracker.vision.decoding.deadline import Deadline
from tracker.vision.decoding.limits import BUSY_LIMIT_S, START_LIMIT_S, TIME_LIMIT_S
from tracker.vision.decoding.photo import DecodedPhoto
from tracker.vision.decoding.refusals import Cause, DecoderStoppedError

MODULE = "tracker.vision.decoding.worker"
#: All the child gets of this process's environment: passphrases and tokens stay behind.
_KEPT_VARIABLES = (
    *("PATH", "SYSTEMROOT", "WINDIR", "TEMP", "TMP", "LANG", "LC_ALL", "LC_CTYPE"),
    *("PYTHONHOME", "__PYVENV_LAUNCHER__"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"),
)
#: Larger pipes on Linux (F_SETPIPE_SZ): fewer changes between the two processes.
_PIPE_BYTES = 1024 * 1024
#: Ended by somebody else: on Linux that is the kernel, short of memory.
_KILLED = -9


class CannotStartError(Exception):
    """No decoder process can be started here; the argument says why, for a person."""


class DecoderProcess:
    """A running decoder. One thread at a time may ask it.

    Args:
        time_limit_s: seconds a photo may take.

    Raises:
        CannotStartError: this Python cannot be started again.
    """

    def __init__(self, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._time_limit_s = time_limit_s
        self._greeted = False
        self.photos_done = 0
        executable = sys.executable
        if getattr(sys, "frozen", False) or not executable:
            raise CannotStartError("the program is packed in a way that cannot start helpers")
        try:
            self._child = subprocess.Popen(
                [executable, "-P", "-s", "-m", MODULE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env=_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise CannotStartError((error.strerror or str(error)).lower()) from None
        self._requests = cast("FileIO", self._child.stdin)
        self._answers = cast("FileIO", self._child.stdout)
        _widen(self._answers)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._child.poll() is None

    def wait_until_ready(self) -> None:
        """Wait for its first word.

        Raises:
            CannotStartError: it ended or said something else.
        """
        if self._greeted:
            return
        with Deadline(self._child, START_LIMIT_S, START_LIMIT_S):
            try:
                received = wire.receive_header(self._answers)
            except (OSError, wire.WireError):
                received = None
        if received is None or "hello" not in received[0]:
            self.kill()
            raise CannotStartError(f"the decoder ended at once (code {self._child.returncode})")
        self._greeted = True

    def decode(self, data: bytes, name: str, now: datetime) -> DecodedPhoto:
        """Decode one file.

        Raises:
            PhotoUnreadableError: the decoder's own refusal; it can be asked again.
            DecoderStoppedError: it had to be ended, or ended itself.
            CannotStartError: it never began.
        """
        self.wait_until_ready()
        deadline = Deadline(self._child, self._time_limit_s, BUSY_LIMIT_S)
        try:
            with deadline:
                wire.send(self._requests, {"name": name, "now": now.isoformat()}, data)
                photo = self._receive(name)
        except PhotoUnreadableError:
            raise
        except (OSError, wire.WireError) as error:
            raise DecoderStoppedError(name, self._cause(error, deadline)) from error
        except BaseException:  # Ctrl-C in the middle of an answer: the pipe is out of step
            self.kill()
            raise
        self.photos_done += 1
        return photo

    def _cause(self, error: Exception, deadline: Deadline) -> Cause:
        """Why the conversation ended; ends the child too."""
        if isinstance(error, wire.NoMessageError):
            self.kill()
            return "protocol"
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(timeout=2)  # its pipe closes a moment before it is gone
        code = self._child.poll()
        self.kill()
        if deadline.has_passed:
            return "time"
        return "memory" if code == _KILLED else "crash"

    def _receive(self, name: str) -> DecodedPhoto:
        received = wire.receive_header(self._answers)
        if received is None:
            raise wire.WireError("cut short")
        header, body_bytes = received
        refusal = header.get("refusal")
        if isinstance(refusal, dict) and body_bytes == 0:
            raise self._refusal(refusal)
        fields: Any = header.get("photo")
        if not isinstance(fields, dict):
            raise wire.NoMessageError("neither photo nor refusal")
        rgb = replies.empty_pixels(fields, body_bytes)
        photo = replies.read_photo(fields, name, rgb)
        wire.receive_into(self._answers, rgb.data.cast("B"))
        return photo

    def _refusal(self, refusal: dict[str, Any]) -> PhotoUnreadableError:
        error = PhotoUnreadableError(
            replies.words(refusal, "message"), next_step=replies.words(refusal, "next_step")
        )
        if refusal.get("memory") is True:
            # What is left of a heap that ran full is not for the next photo.
            self.kill()
        self.photos_done += 1
        return error

    def kill(self) -> None:
        """End it at once, and wait until it has."""
        with suppress(OSError):
            self._child.kill()
        self._child.wait()
        self._requests.close()
        self._answers.close()

    def close(self) -> None:
        """Let it end by closing its input; for an idle one."""
        with suppress(OSError):
            self._requests.close()
        try:
            self._child.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._answers.close()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    places = [place for place in sys.path if place and Path(place).is_absolute()]
    return kept | {
        "PYTHONPATH": os.pathsep.join(places),
        "PYTHONUTF8": "1",
        # One photo, one thread: the program may have several decoders.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _widen(stream: FileIO) -> None:
    try:
        import fcntl  # noqa: PLC0415 - POSIX only

        fcntl.fcntl(stream.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except (ImportError, AttributeError, OSError):
        return
