"""The decoder processes of this program: started when first needed, then kept."""

from __future__ import annotations

import atexit
import os
import threading
from dataclasses import replace
from datetime import datetime

from tracker.vision.decoding.limits import TIME_LIMIT_S
from tracker.vision.decoding.photo import DecodedPhoto
from tracker.vision.decoding.process import CannotStartError, DecoderProcess
from tracker.vision.decoding.refusals import DecoderStoppedError

#: The command line decodes one photo at a time; in the app one slow photo must not hold up all.
SIZE = 2
UNPROTECTED = (
    "Photos are decoded inside the program here, since no helper could be started ({reason}): "
    "a damaged photo could end the program. What is stored stays safe."
)


class DecoderPool:
    """At most `size` decoder processes, each asked by one thread at a time.

    Where no process can be started at all, photos are decoded in this one: the limits before
    decoding still hold and what is stored is safe from a crash, whereas refusing every photo
    would leave a person without their diary. `problem` then says so, and so does the first photo.
    """

    def __init__(self, size: int = SIZE, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._time_limit_s = time_limit_s
        self._slots = threading.BoundedSemaphore(size)
        self._lock = threading.Lock()
        self._idle: list[DecoderProcess] = []
        self._has_worked = False
        self._reason: str | None = None

    @property
    def problem(self) -> str | None:
        """Why photos are decoded in this process; None while they are not."""
        return None if self._reason is None else UNPROTECTED.format(reason=self._reason)

    @property
    def idle_pids(self) -> tuple[int, ...]:
        """Process ids of the decoders that wait for work."""
        with self._lock:
            return tuple(process.pid for process in self._idle)

    def warm_up(self) -> None:
        """Start the first decoder without waiting for it, unless one runs."""
        with self._lock:
            if self._idle or self._has_worked or self._reason is not None:
                return
            try:
                self._idle.append(DecoderProcess(self._time_limit_s))
            except CannotStartError as error:
                self._reason = str(error)

    def check(self) -> str | None:
        """Have a decoder ready; the problem where that cannot be."""
        with self._slots:
            try:
                process = self._take()
                process.wait_until_ready()
            except CannotStartError as error:
                return UNPROTECTED.format(reason=error)
            with self._lock:
                self._has_worked = True
                self._idle.append(process)
        return None

    def decode(self, data: bytes, name: str, now: datetime) -> DecodedPhoto:
        """Decode a file in a process of its own.

        Raises:
            PhotoUnreadableError: it cannot be decoded; DecoderStoppedError among them.
        """
        with self._slots:
            if self._reason is None:
                try:
                    return self._decode(data, name, now)
                except CannotStartError as error:
                    if self._has_worked:  # only now, so most likely the computer is full
                        raise DecoderStoppedError(name, "start") from error
                    self._reason = str(error)
                    return self._unprotected(data, name, now, is_first=True)
        return self._unprotected(data, name, now, is_first=False)

    def _decode(self, data: bytes, name: str, now: datetime) -> DecodedPhoto:
        process = self._take()
        is_used = process.photos_done > 0
        try:
            return self._ask(process, data, name, now)
        except DecoderStoppedError as error:
            # An earlier photo may have left the crash behind: this one gets a fresh decoder.
            if error.cause == "time" or not is_used:
                raise
        return self._ask(DecoderProcess(self._time_limit_s), data, name, now)

    def _ask(self, process: DecoderProcess, data: bytes, name: str, now: datetime) -> DecodedPhoto:
        try:
            return process.decode(data, name, now)
        finally:
            if process.is_alive():
                with self._lock:
                    self._has_worked = True
                    self._idle.append(process)

    def _take(self) -> DecoderProcess:
        with self._lock:
            while self._idle:
                process = self._idle.pop()
                if process.is_alive():
                    return process
                process.kill()
        return DecoderProcess(self._time_limit_s)

    def _unprotected(
        self, data: bytes, name: str, now: datetime, *, is_first: bool
    ) -> DecodedPhoto:
        # Loads the codecs into this process, which it otherwise does without.
        from tracker.vision.decoding.here import decode_here  # noqa: PLC0415

        photo = decode_here(data, name, now)
        if not is_first:
            return photo
        return replace(photo, warnings=(*photo.warnings, str(self.problem)))

    def close(self) -> None:
        """End the idle decoders; a later photo starts a new one."""
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            process.close()

    def forget(self) -> None:
        """In a forked child: the decoders belong to the parent."""
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(SIZE)
        self._idle = []


POOL = DecoderPool()
atexit.register(POOL.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=POOL.forget)
