"""The released gate: both formats are the same network, and it sees what it was made for."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tracker.errors import ModelError
from tracker.resources import models_dir
from tracker.vision.gate import Gate, load_gate

MAX_BYTES = 3_000_000
#: Both runtimes sum in another order; nothing else may differ.
MAX_DIFFERENCE = 2e-3
MIN_AGREEMENT = 0.995
PER_SET = 25

corpus = pytest.mark.skipif("MOLETRAIL_DATA" not in os.environ, reason="MOLETRAIL_DATA not set")


@pytest.fixture(scope="module")
def onnx_gate() -> Iterator[Gate]:
    gate = load_gate(models_dir(), "onnx")
    yield gate
    gate.close()


@pytest.fixture(scope="module")
def mediapipe_gate() -> Iterator[Gate]:
    try:
        gate = load_gate(models_dir(), "mediapipe")
    except ModelError as error:
        if isinstance(error.__cause__, ImportError | OSError):
            pytest.skip(f"MediaPipe cannot be had here: {error.__cause__}")
        raise
    yield gate
    gate.close()


def drawn(seed: int, size: tuple[int, int] = (256, 256)) -> NDArray[np.uint8]:
    """A noisy skin-coloured ground with a shade, a dark spot, and something blue beside it."""
    rng = np.random.default_rng(seed)
    height, width = size
    light = np.linspace(1, rng.uniform(0.6, 1), width)[None, :, None]
    image = np.array([222, 170, 145]) * light + rng.normal(0, 5, (height, width, 3))
    image = image.clip(0, 255).astype(np.uint8)
    centre = tuple(int(v) for v in rng.uniform(0.3, 0.7, 2) * [width, height])
    cv2.circle(image, centre, int(rng.integers(8, height // 4)), (92, 52, 40), -1, cv2.LINE_AA)
    cv2.rectangle(image, (0, 0), (int(width * 0.15), height), (40, 60, 160), -1)
    return cv2.GaussianBlur(image, (0, 0), 1.0).astype(np.uint8)


def test_the_manifest_names_the_files_that_lie_there() -> None:
    entry = json.loads((models_dir() / "manifest.json").read_text(encoding="utf-8"))
    files = entry["models"]["gate"]["files"]
    assert sorted(files) == ["onnx", "tflite"]
    for item in files.values():
        content = (models_dir() / item["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == item["sha256"]
        assert len(content) == item["bytes"] < MAX_BYTES


def test_both_formats_agree(mediapipe_gate: Gate, onnx_gate: Gate) -> None:
    for seed in range(8):
        picture = drawn(seed)
        first = mediapipe_gate._backend.probabilities(picture)
        second = onnx_gate._backend.probabilities(picture)
        assert first.shape == second.shape == (256, 256, 3)
        assert first.dtype == second.dtype == np.float32
        assert float(np.abs(first - second).max()) < MAX_DIFFERENCE
        assert float((first.argmax(-1) == second.argmax(-1)).mean()) >= MIN_AGREEMENT


def test_probabilities_sum_to_one_and_depend_on_the_picture(onnx_gate: Gate) -> None:
    first, second = (onnx_gate._backend.probabilities(drawn(seed)) for seed in (1, 2))
    np.testing.assert_allclose(first.sum(axis=-1), 1.0, atol=1e-5)
    assert first.min() >= 0
    assert float(np.abs(first - second).max()) > 0.5


def test_both_formats_come_to_the_same_verdict(mediapipe_gate: Gate, onnx_gate: Gate) -> None:
    for seed in range(4):
        picture = drawn(seed, (900, 1200))
        first, second = mediapipe_gate.find(picture), onnx_gate.find(picture)
        assert first.verdict == second.verdict
        assert first.skin_fraction == pytest.approx(second.skin_fraction, abs=0.005)
        assert [r.roi_box for r in first.regions] == [r.roi_box for r in second.regions]


def test_the_picture_is_taken_as_rgb(onnx_gate: Gate) -> None:
    """Skin with red and blue swapped is no skin: the channel order reaches the network intact."""
    picture = np.full((256, 256, 3), (222, 170, 145), np.uint8)
    picture = (picture + np.random.default_rng(0).normal(0, 4, picture.shape)).clip(0, 255)
    skin = picture.astype(np.uint8)
    right = onnx_gate._backend.probabilities(skin)[..., 1].mean()
    wrong = onnx_gate._backend.probabilities(np.ascontiguousarray(skin[..., ::-1]))[..., 1].mean()
    assert right > wrong + 0.2


@pytest.mark.usefixtures("mediapipe_gate")  # skips where MediaPipe cannot be had
def test_starting_and_ending_writes_nothing_to_standard_error() -> None:
    program = (
        "import numpy as np; from tracker.resources import models_dir\n"
        "from tracker.vision.gate import load_gate\n"
        "gate = load_gate(models_dir(), 'mediapipe')\n"
        "print(gate.find(np.zeros((300, 400, 3), np.uint8)).verdict)"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["no_skin"], "")


def corpus_pictures(dataset: str) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.bool_] | None]]:
    """Up to PER_SET pictures of the val split, evenly spread, with their masks."""
    root = Path(os.environ["MOLETRAIL_DATA"])
    with (root / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        rows = [r for r in csv.DictReader(stream) if r["dataset"] == dataset]
    rows = [r for r in rows if r["split"] == "val"]
    for row in rows[:: max(1, len(rows) // PER_SET)]:
        bgr = cv2.imread(str(root / row["path"]))
        mask = None
        if row["mask_path"]:
            mask = cv2.imread(str(root / row["mask_path"]), cv2.IMREAD_GRAYSCALE) > 127
        yield cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.uint8), mask


@corpus
@pytest.mark.corpus
@pytest.mark.parametrize("dataset", ["ham10000", "isic2018_task1"])
def test_dermoscopic_lesions_are_let_in_and_framed(onnx_gate: Gate, dataset: str) -> None:
    let_in, framed, masked = [], 0, 0
    for picture, mask in corpus_pictures(dataset):
        result = onnx_gate.find(picture)
        let_in.append(result.verdict == "lesion")
        if mask is None:
            continue
        masked += 1
        if result.regions:
            box = result.regions[0].roi_box
            inside = mask[box.y : box.y + box.h, box.x : box.x + box.w].sum()
            framed += bool(inside >= 0.8 * mask.sum())
    assert np.mean(let_in) >= 0.95
    assert framed >= 0.8 * masked


@corpus
@pytest.mark.corpus
def test_objects_are_refused(onnx_gate: Gate) -> None:
    verdicts = [onnx_gate.find(picture).verdict for picture, _ in corpus_pictures("neg_imagenet")]
    assert np.mean([verdict != "lesion" for verdict in verdicts]) >= 0.8
