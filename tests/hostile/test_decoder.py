"""The decoder process: whatever happens in it, the photo is refused and the next one works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from tests import made_up
from tests.hostile import bad_worker
from tests.hostile.bad_worker import order
from tests.vision import pictures
from tracker.errors import PhotoUnreadableError
from tracker.services.importing import import_manifest
from tracker.services.manifest import read_manifest
from tracker.services.results import Refusal, Stored
from tracker.services.session import Workspace
from tracker.services.vaults import create_vault
from tracker.vision import decode
from tracker.vision.decoding import confine, process, seccomp
from tracker.vision.decoding.deadline import Deadline
from tracker.vision.decoding.here import decode_here
from tracker.vision.decoding.pool import POOL, DecoderPool
from tracker.vision.decoding.refusals import DecoderStoppedError

NOW = datetime(2025, 6, 1, 12, 0, 0)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own limits")


@pytest.fixture(scope="module")
def photo() -> bytes:
    block = pictures.exif_block(original="2025:03:01 10:20:30", turn=6)
    return pictures.encode(pictures.corners(), "JPEG", exif=block)


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[DecoderPool]:
    """Decoders that misbehave when a file says so, and get a moment for a photo."""
    monkeypatch.setattr(process, "MODULE", bad_worker.__name__)
    monkeypatch.setattr(process, "BUSY_LIMIT_S", 20.0)
    made = DecoderPool(size=2, time_limit_s=0.7)
    yield made
    made.close()


def works(pool: DecoderPool, photo: bytes) -> bool:
    return pool.decode(photo, "next.jpg", NOW).rgb.shape == (96, 64, 3)


def test_the_process_gives_what_decoding_here_gives(photo: bytes) -> None:
    apart, here = decode.decode_photo(photo, "a.jpg", now=NOW), decode_here(photo, "a.jpg", NOW)
    assert np.array_equal(apart.rgb, here.rgb)
    assert apart.rgb.flags.c_contiguous
    assert apart.rgb.flags.writeable
    for field in ("name", "media_type", "format", "capture", "warnings"):
        assert getattr(apart, field) == getattr(here, field)


def test_it_is_started_once_and_reused(pool: DecoderPool, photo: bytes) -> None:
    pool.warm_up()
    first = pool.idle_pids
    assert len(first) == 1
    for _ in range(3):
        assert works(pool, photo)
        with pytest.raises(PhotoUnreadableError):
            pool.decode(b"\xff\xd8no photo", "b.jpg", NOW)
    assert pool.idle_pids == first


@pytest.mark.parametrize(
    ("what", "cause"),
    [
        ("crash", "crash"),
        ("spin", "time"),
        ("sleep", "time"),
        ("babble", "protocol"),
        ('claim {"photo": {"width": 2, "height": 2}}', "protocol"),
    ],
)
def test_a_decoder_that_fails_costs_one_photo(
    pool: DecoderPool, photo: bytes, what: str, cause: str
) -> None:
    with pytest.raises(DecoderStoppedError) as caught:
        pool.decode(order(what), "evil.jpg", NOW)
    assert caught.value.cause == cause
    assert "'evil.jpg'" in caught.value.message
    assert caught.value.next_step
    assert isinstance(caught.value, PhotoUnreadableError)
    assert works(pool, photo)


@LINUX
def test_a_memory_bomb_is_refused_and_its_decoder_not_kept(pool: DecoderPool, photo: bytes) -> None:
    assert works(pool, photo)
    before = pool.idle_pids
    with pytest.raises(PhotoUnreadableError, match="memory"):
        pool.decode(order("bomb"), "bomb.jpg", NOW)
    assert pool.idle_pids == ()
    assert works(pool, photo)
    assert pool.idle_pids != before


def test_a_crash_left_behind_by_another_photo_is_not_the_next_ones_fault(
    pool: DecoderPool, photo: bytes
) -> None:
    assert works(pool, photo)
    (pid,) = pool.idle_pids
    os.kill(pid, 9)
    assert works(pool, photo)


def test_an_import_goes_on_after_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = made_up.photos(1)[0]
    (tmp_path / "evil.jpg").write_bytes(order("crash"))
    (tmp_path / "good.jpg").write_bytes(good.jpeg)
    lines = [f"{name}.jpg,Eva,back,{good.taken_at}" for name in ("evil", "good", "evil")]
    table = tmp_path / "photos.csv"
    table.write_text("photo,person,lesion,taken_at\n" + "\n".join(lines), encoding="utf-8")
    workspace = Workspace(tmp_path / "vault")
    create_vault(workspace)
    monkeypatch.setattr(process, "MODULE", bad_worker.__name__)
    POOL.close()
    try:
        steps = import_manifest(workspace, read_manifest(table))
        first, second, third = (step.result for step in steps)
    finally:
        POOL.close()
    assert isinstance(second, Stored)
    for refusal in (first, third):
        assert isinstance(refusal, Refusal)
        assert "crash" in refusal.reason
        assert refusal.advice


@LINUX
def test_a_busy_computer_is_not_the_photos_fault() -> None:
    """A child that sleeps is ended by the clock, one that works by the processor time it used."""
    import resource  # noqa: PLC0415 - not on Windows

    idle = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    sleeping = Deadline(idle, 0.5, 60.0)
    with sleeping:
        idle.wait(timeout=60)
    assert sleeping.has_passed
    used_s = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    working = Deadline(busy, 0.5, 60.0)
    with working:
        busy.wait(timeout=120)
    assert working.has_passed
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - used_s >= 0.45


def told(pool: DecoderPool, what: str) -> str:
    with pytest.raises(PhotoUnreadableError) as caught:
        pool.decode(order(f"tell {what}"), "ask.jpg", NOW)
    return caught.value.message


def test_no_secret_reaches_the_process(pool: DecoderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOLETRAIL_PASSPHRASE", "correct horse")
    monkeypatch.setenv("SOME_TOKEN", "secret")
    names = told(pool, "environment").split()
    assert "PYTHONPATH" in names
    assert not {"MOLETRAIL_PASSPHRASE", "SOME_TOKEN", "HOME", "MOLETRAIL_VAULT"} & set(names)


def test_the_process_loads_no_network_and_no_vault(pool: DecoderPool) -> None:
    loaded = set(told(pool, "modules").split())
    assert not {"ssl", "http", "duckdb", "cv2", "onnxruntime", "tracker.store"} & loaded


@LINUX
def test_the_process_can_neither_talk_nor_write_nor_run(pool: DecoderPool) -> None:
    assert told(pool, "read") == "allowed"
    if not _has_seccomp():
        pytest.skip("this kernel or this machine's processor has no filter of ours")
    assert told(pool, "socket") == "PermissionError"
    assert told(pool, "write") == "PermissionError"
    assert told(pool, "program") == "PermissionError"


def _has_seccomp() -> bool:
    asked = f"from {seccomp.__name__} import forbid; raise SystemExit(0 if forbid() else 1)"
    return subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


@LINUX
def test_confinement_makes_no_core_dump_and_no_file() -> None:
    asked = (
        f"import resource, json; from {confine.__name__} import confine; confine();"
        "print(json.dumps([resource.getrlimit(resource.RLIMIT_CORE),"
        "resource.getrlimit(resource.RLIMIT_FSIZE)]))"
    )
    told = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True).stdout
    assert json.loads(told) == [[0, 0], [0, 0]]


def test_threads_share_the_decoders(pool: DecoderPool, photo: bytes) -> None:
    results: list[bool] = []
    with pytest.raises(DecoderStoppedError):
        pool.decode(order("crash"), "evil.jpg", NOW)
    threads = [
        threading.Thread(target=lambda: results.append(works(pool, photo))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 6
    assert 1 <= len(pool.idle_pids) <= 2


def test_where_no_process_can_be_started_photos_are_decoded_here(
    monkeypatch: pytest.MonkeyPatch, photo: bytes
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    pool = DecoderPool()
    pool.warm_up()
    assert pool.problem is not None
    assert "helper" in pool.problem
    assert works(pool, photo)


def test_the_first_photo_says_that_it_is_decoded_here(
    monkeypatch: pytest.MonkeyPatch, photo: bytes
) -> None:
    monkeypatch.setattr(process, "MODULE", "tests.hostile.there_is_no_such_worker")
    pool = DecoderPool()
    assert "helper" in str(pool.check())
    first, second = (pool.decode(photo, "a.jpg", NOW) for _ in range(2))
    assert first.warnings == (str(pool.problem),)
    assert second.warnings == ()


def test_a_start_that_fails_later_refuses_the_photo(
    pool: DecoderPool, monkeypatch: pytest.MonkeyPatch, photo: bytes
) -> None:
    assert works(pool, photo)
    pool.close()
    with monkeypatch.context() as broken:
        broken.setattr(sys, "executable", "/there/is/no/python")
        with pytest.raises(DecoderStoppedError) as caught:
            pool.decode(photo, "a.jpg", NOW)
    assert caught.value.cause == "start"
    assert works(pool, photo)


def test_it_ends_with_its_program() -> None:
    """Killed without a chance to clean up, the program leaves no decoder behind."""
    program = (
        "from tracker.vision.decoding.process import DecoderProcess as P;"
        "p = P(); p.wait_until_ready(); print(p.pid, flush=True);"
        "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60
    )
    # The decoder holds this pipe's other end only while it lives; run() returned, so it is gone
    # or has closed it; the kernel tells which.
    pid = int(ended.stdout)
    for _ in range(200):
        if not _is_running(pid):
            break
        threading.Event().wait(0.02)
    assert not _is_running(pid)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return os.name != "posix" or sys.platform != "linux"
