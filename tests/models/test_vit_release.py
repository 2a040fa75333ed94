"""The released lesion network does what its manifest says, on pictures drawn here."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read once, when onnxruntime is imported

import cv2
import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

RELEASE = Path(__file__).resolve().parents[2] / "models" / "release"
SIZE = 192

Pixels = NDArray[np.uint8]
Outputs = dict[str, NDArray[np.float32]]


@pytest.fixture(scope="module")
def entry() -> dict[str, Any]:
    manifest = json.loads((RELEASE / "manifest.json").read_text(encoding="utf-8"))
    vit: dict[str, Any] = manifest["models"]["vit"]
    return vit


@pytest.fixture(scope="module")
def session(entry: dict[str, Any]) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    path = str(RELEASE / entry["file"])
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run(session: onnxruntime.InferenceSession, *pictures: Pixels) -> Outputs:
    names = [output.name for output in session.get_outputs()]
    values = session.run(names, {"image": np.stack(pictures)})
    return dict(zip(names, values, strict=True))


def smooth_noise(seed: int, cell_px: int, strength: float) -> NDArray[np.float32]:
    cells = np.random.default_rng(seed).normal(0.0, strength, (SIZE // cell_px,) * 2)
    field = cv2.resize(cells.astype(np.float32), (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
    return np.asarray(field, np.float32)


def lesion(
    seed: int, colour: tuple[int, int, int], radius_px: float
) -> tuple[Pixels, NDArray[np.bool_]]:
    """A blotchy pigmented spot on pink skin, with its true mask."""
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32) - (SIZE - 1) / 2
    rng = np.random.default_rng(seed)
    phase, angle = rng.uniform(0.0, 6.28), np.arctan2(y, x)
    wavy = radius_px * (1.0 + 0.12 * np.sin(2.0 * angle + phase) + 0.06 * np.sin(5.0 * angle))
    inside = np.hypot(x, y) < wavy
    weight = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 2.0)[..., None]
    skin = np.array((214, 165, 146), np.float32) + smooth_noise(seed + 1, 4, 4.0)[..., None]
    spot = np.array(colour, np.float32) + smooth_noise(seed + 2, 12, 18.0)[..., None]
    picture = skin * (1.0 - weight) + spot * weight
    return np.clip(picture, 0, 255).astype(np.uint8), inside


def recaptured(picture: Pixels) -> Pixels:
    """The same spot a moment later: turned and moved a little, in slightly warmer light."""
    matrix = cv2.getRotationMatrix2D((SIZE / 2, SIZE / 2), 8.0, 1.04)
    matrix[:, 2] += (3.0, -2.0)
    turned = cv2.warpAffine(picture, matrix, (SIZE, SIZE), borderMode=cv2.BORDER_REFLECT_101)
    return np.clip(turned * np.array((1.03, 1.0, 0.96)), 0, 255).astype(np.uint8)


def dice(found: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    return float(2.0 * (found & truth).sum() / (found.sum() + truth.sum()))


@pytest.mark.parametrize("key", ["model", "reference"])
def test_files_are_those_of_the_manifest(entry: dict[str, Any], key: str) -> None:
    described = entry if key == "model" else entry["reference"]
    content = (RELEASE / described["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == described["sha256"]


def test_graph_states_the_input_of_the_manifest(
    session: onnxruntime.InferenceSession, entry: dict[str, Any]
) -> None:
    (image,) = session.get_inputs()
    size = entry["input"]["size"]
    assert (image.name, image.type) == ("image", "tensor(uint8)")
    assert image.shape == ["N", size, size, 3]


def test_outputs_have_the_stated_shapes_and_are_finite(
    session: onnxruntime.InferenceSession, entry: dict[str, Any]
) -> None:
    pictures = [lesion(seed, (96, 60, 48), 45.0)[0] for seed in range(3)]
    outputs = run(session, *pictures)
    assert set(outputs) == set(entry["outputs"])
    for name, value in outputs.items():
        assert list(value.shape) == [3, *entry["outputs"][name]["shape"][1:]], name
        assert np.isfinite(value).all(), name


def test_batch_and_single_give_the_same_lesion(session: onnxruntime.InferenceSession) -> None:
    first, second = lesion(1, (96, 60, 48), 45.0)[0], lesion(2, (60, 40, 40), 60.0)[0]
    together = run(session, first, second)["embedding"]
    alone = run(session, second)["embedding"][0]
    # Dynamic quantisation scales tokens over the batch, hence not exactly 1.
    assert float(together[1] @ alone) > 0.99


def test_embedding_has_unit_length(session: onnxruntime.InferenceSession) -> None:
    embedding = run(session, lesion(5, (90, 55, 45), 50.0)[0])["embedding"]
    assert np.linalg.norm(embedding, axis=1) == pytest.approx(1.0, abs=1e-4)


def test_heatmap_mean_is_the_class_logits(session: onnxruntime.InferenceSession) -> None:
    outputs = run(session, lesion(6, (90, 55, 45), 50.0)[0])
    mean = outputs["heatmap"].mean((2, 3))
    assert mean == pytest.approx(outputs["class_logits"], abs=1e-3)


def test_a_recapture_is_nearer_than_another_lesion(session: onnxruntime.InferenceSession) -> None:
    mine, other = lesion(11, (92, 58, 48), 48.0)[0], lesion(29, (150, 84, 70), 62.0)[0]
    embedding = run(session, mine, recaptured(mine), other)["embedding"]
    assert float(embedding[0] @ embedding[1]) > float(embedding[0] @ embedding[2]) + 0.05


@pytest.mark.parametrize("radius_px", [34.0, 50.0, 64.0])
def test_a_dark_spot_is_outlined(session: onnxruntime.InferenceSession, radius_px: float) -> None:
    picture, truth = lesion(3, (84, 52, 44), radius_px)
    logits = run(session, picture)["mask_logits"][0, 0]
    found = cv2.resize(logits, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR) > 0
    assert dice(found, truth) > 0.8


def test_the_outline_follows_the_spot(session: onnxruntime.InferenceSession) -> None:
    picture, _ = lesion(3, (84, 52, 44), 40.0)
    before = run(session, picture)["mask_logits"][0, 0] > 0
    after = (
        run(session, np.ascontiguousarray(np.roll(picture, 24, axis=1)))["mask_logits"][0, 0] > 0
    )
    moved_px = 4.0 * (np.argwhere(after)[:, 1].mean() - np.argwhere(before)[:, 1].mean())
    assert moved_px == pytest.approx(24.0, abs=4.0)


def test_unlike_training_reference_fits_the_embedding(
    session: onnxruntime.InferenceSession, entry: dict[str, Any]
) -> None:
    with np.load(RELEASE / entry["reference"]["file"], allow_pickle=False) as archive:
        mean, whiten = archive["mean"].astype(np.float64), archive["whiten"].astype(np.float64)
    embedding = run(session, lesion(3, (84, 52, 44), 50.0)[0])["embedding"].astype(np.float64)
    score = np.sqrt((((embedding - mean) @ whiten) ** 2).mean())
    assert 0.0 < score < 10.0 * entry["unlike_training_threshold"]
