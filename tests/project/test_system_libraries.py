"""Without the system libraries of OpenCV and MediaPipe: a sentence and the line to type, or ONNX.

The libraries are really gone: each program runs in a mount namespace of its own, in which an
overlay hides them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tracker.analysis.render_camera import to_jpeg
from tracker.analysis.render_demo import demo_series

LIBRARY_FOLDERS = tuple(
    folder
    for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu")
    if Path(folder).is_dir()
)
WITHOUT = """
set -e
names="$1"; shift
for folder in {folders}; do
  over=$(mktemp -d); mount -t tmpfs none "$over"; mkdir "$over/up" "$over/work"
  mount -t overlay overlay -o "lowerdir=$folder,upperdir=$over/up,workdir=$over/work" "$folder"
  for name in $names; do rm -f "$folder/$name".so*; done
done
exec "$@"
"""
APT_LINE = "sudo apt-get install -y libgl1 libegl1 libgles2 libglib2.0-0"


def without(names: str, *command: str) -> subprocess.CompletedProcess[str]:
    script = WITHOUT.format(folders=" ".join(LIBRARY_FOLDERS))
    return subprocess.run(
        ["unshare", "-m", "bash", "-c", script, "hide", names, *command],
        capture_output=True,
        text=True,
        check=False,
    )


def can_hide() -> bool:
    if not LIBRARY_FOLDERS or shutil.which("unshare") is None or os.geteuid() != 0:
        return False
    return without("libno-such-library", "true").returncode == 0


pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not can_hide(),
    reason="hiding system libraries needs Linux, root and overlay mounts",
)
PROGRAM = (sys.executable, "-m", "tracker.cli")


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("photo") / "mole.jpg"
    path.write_bytes(to_jpeg(next(iter(demo_series())).rgb))
    return str(path)


@pytest.mark.parametrize("command", ["analyze", "serve"])
def test_without_libgl_it_stops_with_the_line_to_type(
    command: str, photo: str, tmp_path: Path
) -> None:
    arguments = [photo] if command == "analyze" else []
    stopped = without("libGL", *PROGRAM, "--vault", str(tmp_path / "vault"), command, *arguments)
    assert stopped.returncode == 70
    assert "libGL.so.1" in stopped.stderr
    assert APT_LINE in stopped.stderr
    assert "Traceback" not in stopped.stderr


def test_without_egl_the_gate_runs_on_onnx(photo: str) -> None:
    names = "libEGL libGLESv2"
    measured = without(names, *PROGRAM, "--json", "analyze", photo)
    assert measured.returncode == 0, measured.stderr
    assert json.loads(measured.stdout.splitlines()[0])["status"] == "measured"
    doctor = without(names, *PROGRAM, "doctor")
    assert "onnx" in doctor.stdout.lower()
    assert "gate runs on: onnx" in doctor.stdout.lower()
