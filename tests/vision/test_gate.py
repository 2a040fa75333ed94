"""The gate's decisions, with a backend that goes by colour and so is predictable."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tracker.domain.analysis import ModelIdentity
from tracker.domain.geometry import Box
from tracker.errors import ModelError, UsageError
from tracker.vision import gate as gate_module
from tracker.vision.gate import Gate, load_gate
from tracker.vision.gate_mediapipe import quiet_stderr
from tracker.vision.gate_passes import (
    INPUT_PX,
    OVERLAP_PX,
    crop,
    look_at_whole,
    reduced,
    tile_starts,
)

SKIN_RGB, MOLE_RGB, WALL_RGB = (224, 172, 140), (90, 40, 30), (60, 90, 200)
IDENTITY = ModelIdentity("by-colour", "1", "0" * 64)


class ByColour:
    """Nearest of the three colours, as a stand-in for the network."""

    name = "by-colour"

    def __init__(self) -> None:
        self.looks = 0
        self.closed = False

    def probabilities(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
        assert rgb.shape == (INPUT_PX, INPUT_PX, 3)
        assert rgb.dtype == np.uint8
        self.looks += 1
        anchors = np.array([WALL_RGB, SKIN_RGB, MOLE_RGB, (0, 0, 0)], np.float32)
        distance = np.linalg.norm(rgb[..., None, :].astype(np.float32) - anchors, axis=-1)
        nearest = distance.argmin(axis=-1)
        nearest[nearest == 3] = 0
        return (np.eye(3, dtype=np.float32) * 0.94 + 0.02)[nearest]

    def close(self) -> None:
        self.closed = True


def photo(
    width: int,
    height: int,
    moles: list[tuple[int, int, int]],
    ground: tuple[int, int, int] = SKIN_RGB,
) -> NDArray[np.uint8]:
    """Uniform ground with discs (x, y, radius)."""
    image = np.full((height, width, 3), ground, np.uint8)
    for x, y, radius in moles:
        cv2.circle(image, (x, y), radius, MOLE_RGB, -1)
    return image


@pytest.fixture
def backend() -> ByColour:
    return ByColour()


@pytest.fixture
def gate(backend: ByColour) -> Gate:
    return Gate(backend, IDENTITY)


def encloses(box: Box, x: int, y: int, radius: int, slack: int) -> bool:
    return (
        abs(box.x - (x - radius)) <= slack
        and abs(box.y - (y - radius)) <= slack
        and abs(box.x + box.w - (x + radius + 1)) <= slack
        and abs(box.y + box.h - (y + radius + 1)) <= slack
    )


@pytest.mark.parametrize("size", [(256, 256), (600, 450), (450, 600), (4000, 1000), (900, 2600)])
def test_a_large_lesion_is_found_in_photo_pixels(gate: Gate, size: tuple[int, int]) -> None:
    width, height = size
    radius = min(size) // 4
    result = gate.find(photo(width, height, [(width // 2, height // 2, radius)]))
    assert result.verdict == "lesion"
    assert len(result.regions) == 1
    slack = int(np.ceil(1.5 * max(size) / INPUT_PX))
    assert encloses(result.regions[0].roi_box, width // 2, height // 2, radius, slack)
    assert result.regions[0].area_px == pytest.approx(np.pi * radius**2, rel=0.1)


def test_a_lesion_that_fills_the_frame_is_not_refused(gate: Gate) -> None:
    result = gate.find(photo(400, 300, [(200, 150, 260)]))
    assert result.verdict == "lesion"
    assert result.skin_fraction == pytest.approx(1.0)
    assert result.regions[0].roi_box == Box(0, 0, 400, 300)


@pytest.mark.parametrize("place", [(1500, 1100), (2700, 400), (380, 1900), (1999, 1500)])
def test_a_dot_of_one_percent_is_found_in_a_phone_photo(gate: Gate, place: tuple[int, int]) -> None:
    x, y = place
    result = gate.find(photo(4000, 3000, [(x, y, 20)]))
    assert result.verdict == "lesion"
    assert encloses(result.regions[0].roi_box, x, y, 20, 3)


def test_the_whole_frame_alone_would_miss_that_dot(backend: ByColour) -> None:
    frame = reduced(photo(4000, 3000, [(1500, 1100, 8)]), 683)
    assert (look_at_whole(backend.probabilities, frame).argmax(axis=-1) != 2).all()


def test_a_large_lesion_costs_one_look(gate: Gate, backend: ByColour) -> None:
    gate.find(photo(2000, 1500, [(1000, 750, 400)]))
    assert backend.looks == 1


def test_what_is_not_skin_is_refused(gate: Gate) -> None:
    result = gate.find(photo(800, 600, [], WALL_RGB))
    assert (result.verdict, result.regions) == ("no_skin", ())
    assert result.skin_fraction == 0.0


def test_a_dark_spot_on_something_else_is_no_lesion(gate: Gate) -> None:
    image = photo(800, 600, [(300, 300, 40)], WALL_RGB)
    image[:, 500:] = SKIN_RGB
    result = gate.find(image)
    assert (result.verdict, result.regions) == ("no_lesion", ())
    assert result.skin_fraction == pytest.approx(3 / 8 + np.pi * 40**2 / 480_000, abs=0.02)


def test_plain_skin_shows_no_lesion(gate: Gate) -> None:
    result = gate.find(photo(1600, 1200, []))
    assert (result.verdict, result.regions) == ("no_lesion", ())


def test_further_lesions_follow_the_main_one(gate: Gate) -> None:
    moles = [(1000, 760, 90), (400, 300, 40), (1700, 1300, 30)]
    result = gate.find(photo(2000, 1500, moles))
    assert len(result.regions) == len(moles)
    for region, mole in zip(result.regions, moles, strict=True):
        assert encloses(region.roi_box, *mole, slack=4)
    scores = [region.score for region in result.regions]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


def test_of_two_equal_lesions_the_central_one_is_the_subject(gate: Gate) -> None:
    result = gate.find(photo(1200, 900, [(120, 120, 40), (640, 430, 40)]))
    assert encloses(result.regions[0].roi_box, 640, 430, 40, 4)


def test_a_given_region_stands(gate: Gate) -> None:
    image = photo(1000, 800, [(500, 400, 100)])
    result = gate.find(image, Box(50, 60, 80, 70))
    assert result.verdict == "lesion"
    assert [region.roi_box for region in result.regions] == [Box(50, 60, 80, 70)]
    over_the_edge = gate.find(image, Box(950, 700, 200, 200))
    assert over_the_edge.regions[0].roi_box == Box(950, 700, 50, 100)
    with pytest.raises(UsageError, match="outside the photo"):
        gate.find(image, Box(1000, 0, 10, 10))


def test_a_given_region_reports_the_lesion_area_inside(gate: Gate) -> None:
    result = gate.find(photo(1000, 800, [(500, 400, 50)]), Box(400, 300, 200, 200))
    assert result.regions[0].area_px == pytest.approx(np.pi * 50**2, rel=0.1)


@given(
    radius=st.integers(20, 90),
    x=st.integers(0, 500),
    y=st.integers(0, 300),
)
@settings(max_examples=25, deadline=None)
def test_position_does_not_decide_whether_a_lesion_is_found(radius: int, x: int, y: int) -> None:
    centre = (100 + x, 100 + y)
    result = Gate(ByColour(), IDENTITY).find(photo(700, 500, [(*centre, radius)]))
    assert result.verdict == "lesion"
    assert encloses(result.regions[0].roi_box, *centre, radius, slack=5)


@given(length=st.integers(1, 3000))
def test_tiles_cover_every_pixel_with_overlap(length: int) -> None:
    starts = tile_starts(length)
    assert starts[0] == 0
    assert starts[-1] + INPUT_PX >= length
    steps = np.diff(starts)
    assert (steps <= INPUT_PX - OVERLAP_PX + 1).all()
    assert (steps > 0).all()


def test_a_crop_beyond_the_photo_is_mirrored() -> None:
    image = np.arange(5 * 4 * 3, dtype=np.uint8).reshape(5, 4, 3)
    piece = crop(image, Box(-2, -1, 5, 4))
    assert piece.shape == (4, 5, 3)
    np.testing.assert_array_equal(piece[1:, 2:], image[:3, :3])
    np.testing.assert_array_equal(piece[1, :2], image[0, [1, 0]])


def test_threads_share_one_gate(gate: Gate) -> None:
    image = photo(900, 700, [(300, 300, 60)])
    results: list[Box] = []
    threads = [
        threading.Thread(target=lambda: results.append(gate.find(image).regions[0].roi_box))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert len(set(results)) == 1


def test_closing_the_gate_closes_its_backend(gate: Gate, backend: ByColour) -> None:
    gate.close()
    assert backend.closed


def release(folder: Path, content: bytes = b"model") -> Path:
    """A models folder whose files hold `content`."""
    files = {}
    for kind in ("tflite", "onnx"):
        (folder / f"gate.{kind}").write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        files[kind] = {"file": f"gate.{kind}", "sha256": digest, "bytes": len(content)}
    entry = {"name": "gate", "version": "1", "files": files}
    text = json.dumps({"schema": 1, "models": {"gate": entry}})
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    return folder


def test_a_damaged_model_is_not_run(tmp_path: Path) -> None:
    release(tmp_path)
    for kind in ("tflite", "onnx"):
        (tmp_path / f"gate.{kind}").write_bytes(b"modem")
    with pytest.raises(ModelError, match="not the released one") as caught:
        load_gate(tmp_path)
    assert "gate.tflite" in str(caught.value)
    assert caught.value.next_step is not None


@pytest.mark.parametrize("gone", ["manifest.json", "gate.tflite"])
def test_a_missing_file_is_named(tmp_path: Path, gone: str) -> None:
    (release(tmp_path) / gone).unlink()
    with pytest.raises(ModelError, match=gone):
        load_gate(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", '{"models": {}}', '{"models": {"gate": {}}}'])
def test_a_manifest_without_the_gate_is_a_model_error(tmp_path: Path, text: str) -> None:
    (release(tmp_path) / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError):
        load_gate(tmp_path)


def test_an_unknown_backend_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cuda"):
        load_gate(release(tmp_path), "cuda")


@pytest.mark.parametrize("prefer", ["mediapipe", "onnx"])
def test_bytes_that_are_no_model_are_a_model_error(tmp_path: Path, prefer: str) -> None:
    with pytest.raises(ModelError):
        load_gate(release(tmp_path, b"not a model"), prefer)


def failing(error: Exception) -> Callable[[bytes], ByColour]:
    def make(model: bytes) -> ByColour:
        raise error

    return make


@pytest.mark.parametrize("error", [ImportError("no module"), OSError("libEGL.so.1: not found")])
def test_without_mediapipe_the_same_network_runs_as_onnx(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setitem(gate_module._BACKENDS, "mediapipe", (failing(error), "tflite"))
    monkeypatch.setitem(gate_module._BACKENDS, "onnx", (lambda model: ByColour(), "onnx"))
    gate = load_gate(release(tmp_path))
    assert gate.backend_name == "by-colour"
    assert gate.identity.sha256 == hashlib.sha256(b"model").hexdigest()
    with pytest.raises(ModelError, match=str(error)):
        load_gate(tmp_path, "mediapipe")


def test_standard_error_is_restored_after_a_failure(capfd: pytest.CaptureFixture[str]) -> None:
    def fail_quietly() -> None:
        with quiet_stderr():
            os.write(2, b"hidden\n")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - its type is all there is
        fail_quietly()
    os.write(2, b"shown\n")
    assert capfd.readouterr().err == "shown\n"
