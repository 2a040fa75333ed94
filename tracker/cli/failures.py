"""From an exception to an exit code and a sentence; a bug leaves a log without personal data."""

from __future__ import annotations

import os
import platform
import sys
import traceback
from datetime import datetime
from pathlib import Path
from types import FrameType

from tracker import __version__
from tracker.cli.output import Output
from tracker.errors import MoletrailError, SystemLibraryError, UsageError

BUG_EXIT_CODE = 70
#: Shell convention: 128 + the signal's number.
INTERRUPTED_EXIT_CODE = 130
BROKEN_PIPE_EXIT_CODE = 141

_PROJECT = Path(__file__).resolve().parents[2]
_OUR_FOLDERS = ("tracker", "ui")
#: Words of loader messages that mean a missing library of the operating system.
_LIBRARY_MARKS = (
    "cannot open shared object",
    "file too short",
    "invalid ELF header",
    "Library not loaded",
    "DLL load failed",
)
_APT_LINE = "sudo apt-get install -y libgl1 libegl1 libgles2 libglib2.0-0"


def report_expected(error: MoletrailError, output: Output) -> int:
    """Write message and next step; returns the exit code of the contract."""
    output.note(f"Error: {error.message}")
    if error.next_step:
        output.note(error.next_step)
    if output.as_json:
        output.object(
            {
                "type": "error",
                "exit_code": error.exit_code,
                "error": type(error).__name__,
                "message": error.message,
                "next_step": error.next_step,
            }
        )
    return error.exit_code


def announce_wrong_usage(message: str, output: Output) -> None:
    """The `error` object of words that the parser did not understand."""
    if output.as_json:
        output.object(
            {
                "type": "error",
                "exit_code": UsageError.exit_code,
                "error": UsageError.__name__,
                "message": message,
                "next_step": "Run: moletrail --help",
            }
        )


def as_system_library_error(error: ImportError | OSError) -> SystemLibraryError | None:
    """Recognise a loader's complaint about a shared library, for example libGL.so.1."""
    text = str(error)
    if not any(mark in text for mark in _LIBRARY_MARKS):
        return None
    missing = text.split(":", 1)[0]
    return SystemLibraryError(
        f"A library of the operating system is missing: {missing}.",
        next_step=f"On Debian and Ubuntu: {_APT_LINE}",
    )


def report_bug(error: BaseException, output: Output) -> int:
    """Log where our code broke and say where the log is; returns 70."""
    try:
        where: str | None = str(write_log(error))
    except OSError:
        where = None
    output.note(f"Error: something went wrong inside Moletrail ({type(error).__name__}).")
    if where:
        output.note(f"What was stored before is safe. A log without personal data: {where}")
    if output.as_json:
        output.object(
            {
                "type": "error",
                "exit_code": BUG_EXIT_CODE,
                "error": type(error).__name__,
                "message": "Something went wrong inside Moletrail.",
                "next_step": None,
                "log": where,
            }
        )
    return BUG_EXIT_CODE


def write_log(error: BaseException, folder: Path | None = None) -> Path:
    """Write exception types and code positions: no values, no messages, no names of files.

    Raises:
        OSError: the log folder cannot be written.
    """
    if folder is None:
        import platformdirs

        folder = Path(platformdirs.user_log_dir("moletrail", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now().strftime("%Y%m%dT%H%M%S")
    path = folder / f"moletrail-{stamp}-{os.getpid()}.log"
    head = f"moletrail {__version__}, Python {platform.python_version()}, {sys.platform}\n"
    path.write_text(head + anonymous_traceback(error), encoding="utf-8")
    return path


def anonymous_traceback(error: BaseException) -> str:
    """Exception types, causes first, each with its frames as `module:line function`."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    chain: list[BaseException] = []
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        chain.append(current)
        current = current.__cause__ or (
            None if current.__suppress_context__ else current.__context__
        )
    for link in reversed(chain):
        lines.append(type(link).__qualname__)
        for frame, line_number in traceback.walk_tb(link.__traceback__):
            lines.append(f"  {_position(frame)}:{line_number} {frame.f_code.co_name}")
    return "\n".join(lines) + "\n"


def _position(frame: FrameType) -> str:
    """Our files relative to the project, others as a module name: a home folder names a person."""
    path = Path(frame.f_code.co_filename)
    try:
        relative = path.resolve().relative_to(_PROJECT)
    except (ValueError, OSError):
        relative = None
    if relative is not None and relative.parts[0] in _OUR_FOLDERS:
        return relative.as_posix()
    return str(frame.f_globals.get("__name__", "?"))


def silence_broken_pipe() -> None:
    """Point standard output at the null device, so that the interpreter's exit stays quiet."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - lives to the exit
