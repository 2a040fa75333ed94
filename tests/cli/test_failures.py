"""Our own bugs, interruptions, closed pipes: a clean end and no personal data."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Moletrail
from tracker import errors
from tracker.cli import failures
from tracker.cli.output import Output
from tracker.services import timeline

SECRET = "Zoë's left arm"


def _break(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def broken(*_: object) -> list[object]:
        raise error

    monkeypatch.setattr(timeline, "people", broken)


def test_a_bug_is_code_70_with_a_log_without_values(
    vault: Moletrail, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("platformdirs.user_log_dir", lambda *_, **__: str(tmp_path / "log"))
    _break(monkeypatch, ValueError(f"cannot handle {SECRET}"))
    answer = vault("people")
    assert answer.code == 70
    assert SECRET not in answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
    (log,) = (tmp_path / "log").iterdir()
    text = log.read_text(encoding="utf-8")
    assert "ValueError" in text
    assert "tracker/cli/list_commands.py" in text
    assert SECRET not in text
    assert str(Path.home()) not in text
    assert answer.objects[-1]["log"] == str(log)


def test_the_log_holds_the_cause_too() -> None:
    def outer() -> None:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise RuntimeError(SECRET) from error

    with pytest.raises(RuntimeError) as caught:
        outer()
    text = failures.anonymous_traceback(caught.value)
    assert text.index("KeyError") < text.index("RuntimeError")
    assert SECRET not in text


def test_a_log_that_cannot_be_written_is_no_second_failure(
    vault: Moletrail, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setattr("platformdirs.user_log_dir", lambda *_, **__: str(blocked))
    _break(monkeypatch, ValueError("x"))
    assert vault("people").code == 70


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError, 2),
        (errors.PersonRequiredError, 2),
        (errors.PhotoUnreadableError, 3),
        (errors.CaptureDateError, 3),
        (errors.ManifestError, 3),
        (errors.UnknownNameError, 3),
        (errors.VaultNotFoundError, 4),
        (errors.VaultNewerError, 4),
        (errors.VaultLockedError, 4),
        (errors.WrongPassphraseError, 4),
        (errors.StorageFullError, 4),
        (errors.VaultDamagedError, 5),
        (errors.VaultBusyError, 6),
        (errors.ModelError, 70),
    ],
)
def test_each_error_has_the_code_of_the_contract(
    vault: Moletrail,
    monkeypatch: pytest.MonkeyPatch,
    error: type[errors.MoletrailError],
    code: int,
) -> None:
    _break(monkeypatch, error("What happened.", next_step="What to do."))
    answer = vault("people")
    assert answer.code == code
    assert answer.objects == [
        {
            "type": "error",
            "exit_code": code,
            "error": error.__name__,
            "message": "What happened.",
            "next_step": "What to do.",
        }
    ]
    assert "What happened." in answer.stderr
    assert "What to do." in answer.stderr


def test_an_interruption_ends_cleanly(vault: Moletrail, monkeypatch: pytest.MonkeyPatch) -> None:
    _break(monkeypatch, KeyboardInterrupt())
    answer = vault("people", plain=True)
    assert answer.code == failures.INTERRUPTED_EXIT_CODE
    assert "Stopped" in answer.stderr


def test_a_missing_system_library_names_the_package(
    vault: Moletrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break(
        monkeypatch,
        ImportError("libGL.so.1: cannot open shared object file: No such file or directory"),
    )
    answer = vault("people")
    assert answer.code == 70
    assert "libGL.so.1" in answer.objects[0]["message"]
    assert "libgl1" in answer.objects[0]["next_step"]


def test_another_import_error_is_a_bug(
    vault: Moletrail, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("platformdirs.user_log_dir", lambda *_, **__: str(tmp_path / "log"))
    _break(monkeypatch, ImportError("cannot import name 'x'"))
    assert "log" in vault("people").objects[-1]


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGPIPE there")
def test_a_closed_pipe_is_quiet() -> None:
    program = f"'{sys.executable}' -m tracker.cli doctor --json"
    done = subprocess.run(
        ["bash", "-c", f"{{ {program}; echo code $? >&2; }} | true"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Traceback" not in done.stderr
    assert "Broken pipe" not in done.stderr
    assert f"code {failures.BROKEN_PIPE_EXIT_CODE}" in done.stderr


_PROGRESS = """
import sys
from tracker.cli.output import Output
output = Output(as_json=True)
with output.progress("Working", 3) as advance:
    for done in range(1, 4):
        output.object({"type": "stored", "photo": f"[bold]{done}[/bold].jpg"})
        advance(done)
output.note("the end")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal there")
def test_a_progress_bar_stays_off_standard_output() -> None:
    import pty  # noqa: PLC0415 - absent on Windows

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRESS],
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        env={**os.environ, "TERM": "xterm"},
    ) as process:
        stdout, _ = process.communicate()
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):
        while part := os.read(ours, 65536):
            shown += part
    os.close(ours)
    photos = [json.loads(line)["photo"] for line in stdout.splitlines()]
    assert photos == [f"[bold]{done}[/bold].jpg" for done in (1, 2, 3)]
    assert b"Working" in shown
    assert b"the end" in shown
    assert b"stored" not in shown


def test_numbers_that_json_cannot_say_are_null(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=True).object({"a": float("nan"), "b": [float("inf"), 1.5], "c": {"d": None}})
    assert capsys.readouterr().out == '{"a": null, "b": [null, 1.5], "c": {"d": null}}\n'


def test_results_survive_a_console_of_another_language() -> None:
    program = (
        "from tracker.cli.output import Output, prepare_streams;"
        "prepare_streams(); Output().line('Zo\\u00eb \\U0001f642')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == b"Zo\\xeb \\U0001f642"
