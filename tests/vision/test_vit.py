"""The released ViT: checked against its manifest, silent, and the same every time."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.vision.pictures import skin_photo
from tracker.domain.analysis import CLASSES, EMBEDDING_DIM
from tracker.domain.geometry import Box
from tracker.errors import ModelError
from tracker.resources import models_dir
from tracker.vision.crops import cut_square
from tracker.vision.manifest import manifest_entry
from tracker.vision.vit import VitModel


@pytest.fixture(scope="module")
def model() -> VitModel:
    return VitModel.load(models_dir())


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A copy of the release that a test may damage."""
    folder = tmp_path / "models"
    folder.mkdir()
    for source in models_dir().iterdir():
        if source.is_file():
            shutil.copy(source, folder / source.name)
    return folder


def rewrite(folder: Path, **changes: Any) -> None:
    path = folder / "manifest.json"
    listed = json.loads(path.read_text(encoding="utf-8"))
    listed["models"]["vit"].update(changes)
    path.write_text(json.dumps(listed), encoding="utf-8")


def lesion_crop(model: VitModel) -> np.ndarray:
    size = model.settings.size_px
    return skin_photo(size, size, radii=(size // 4, size // 5))


def test_one_pass_gives_everything(model: VitModel) -> None:
    out = model.run(lesion_crop(model))
    assert out.embedding.shape == (EMBEDDING_DIM,)
    assert out.embedding.dtype == np.float32
    assert float(np.linalg.norm(out.embedding)) == pytest.approx(1.0, abs=1e-5)
    assert out.mask_probability.shape == (model.settings.size_px // 4,) * 2
    assert tuple(out.probabilities) == CLASSES
    assert sum(out.probabilities.values()) == pytest.approx(1.0, abs=1e-5)
    assert out.label == max(out.probabilities, key=lambda name: out.probabilities[name])
    top = out.probabilities[out.label]
    assert out.certain == (top >= model.settings.certain_threshold)
    assert out.heatmap.ndim == 2
    assert out.heatmap.min() >= 0
    assert out.heatmap.max() <= 1
    assert out.unlike_training > 0


def test_the_mask_covers_the_lesion_and_not_the_skin(model: VitModel) -> None:
    probability = model.run(lesion_crop(model)).mask_probability
    side = probability.shape[0]
    assert probability[side // 2, side // 2] > 0.5
    corners = probability[[2, 2, -3, -3], [2, -3, 2, -3]]
    assert corners.max() < 0.5


def test_the_same_crop_gives_the_same_numbers(model: VitModel) -> None:
    crop = lesion_crop(model)
    first, second = model.run(crop), VitModel.load(models_dir()).run(crop)
    np.testing.assert_array_equal(first.embedding, second.embedding)
    np.testing.assert_array_equal(first.mask_probability, second.mask_probability)


def test_a_mirrored_lesion_is_the_same_lesion(model: VitModel) -> None:
    size = model.settings.size_px
    crop = skin_photo(size, size, centre=(size // 2 - 12, size // 2 + 7), radii=(50, 30))
    first = model.run_steady(crop)
    second = model.run_steady(np.ascontiguousarray(crop[:, ::-1]))
    assert float(first.embedding @ second.embedding) == pytest.approx(1.0, abs=2e-3)
    np.testing.assert_allclose(first.mask_probability, second.mask_probability[:, ::-1], atol=0.02)
    np.testing.assert_allclose(first.heatmap, second.heatmap[:, ::-1], atol=0.02)
    assert first.probabilities == pytest.approx(second.probabilities, abs=0.02)
    assert float(np.linalg.norm(first.embedding)) == pytest.approx(1.0, abs=1e-5)


def test_the_steady_pass_agrees_with_a_single_one(model: VitModel) -> None:
    crop = lesion_crop(model)
    single, steady = model.run(crop), model.run_steady(crop)
    assert float(single.embedding @ steady.embedding) > 0.95
    both = (single.mask_probability > 0.5) & (steady.mask_probability > 0.5)
    either = (single.mask_probability > 0.5) | (steady.mask_probability > 0.5)
    assert both.sum() / either.sum() > 0.9


def test_noise_is_less_typical_than_a_lesion(model: VitModel) -> None:
    size = model.settings.size_px
    noise = np.random.default_rng(3).integers(0, 256, (size, size, 3), dtype=np.uint8)
    lesion = model.run(lesion_crop(model)).unlike_training
    assert model.run(noise).unlike_training > lesion


def test_a_crop_of_another_size_is_refused(model: VitModel) -> None:
    with pytest.raises(ValueError, match="10, 10, 3"):
        model.run(np.zeros((10, 10, 3), np.uint8))


def test_an_unknown_provider_falls_back_to_the_cpu() -> None:
    model = VitModel.load(models_dir(), providers=("NoSuchExecutionProvider",))
    assert model.providers == ("CPUExecutionProvider",)


def test_the_identity_is_of_the_file_that_runs(model: VitModel, release: Path) -> None:
    assert model.identity.sha256 == manifest_entry(release, "vit").text("sha256")
    file = release / manifest_entry(release, "vit").text("file")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))
    with pytest.raises(ModelError, match="SHA-256"):
        VitModel.load(release)


def test_a_missing_file_is_named(release: Path) -> None:
    file = manifest_entry(release, "vit").text("file")
    (release / file).unlink()
    with pytest.raises(ModelError, match=file):
        VitModel.load(release)


def test_a_changed_reference_is_noticed(release: Path) -> None:
    file = release / manifest_entry(release, "vit").text("reference", "file")
    file.write_bytes(file.read_bytes() + b"\0")
    with pytest.raises(ModelError, match="SHA-256"):
        VitModel.load(release)


@pytest.mark.parametrize(
    "changes",
    [
        {"classes": ["nv", "mel"]},
        {"mask_threshold": "half"},
        {"class_temperature": None},
        {"crop": {}},
        {"input": {"size": 100}},
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(release: Path, changes: dict[str, Any]) -> None:
    rewrite(release, **changes)
    with pytest.raises(ModelError):
        VitModel.load(release)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 1, "models": {}}', '{"schema": 9}'])
def test_a_damaged_manifest_is_refused(release: Path, text: str) -> None:
    (release / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"manifest\.json"):
        VitModel.load(release)


def test_a_newer_manifest_is_refused(release: Path) -> None:
    path = release / "manifest.json"
    listed = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(listed | {"schema": 2}), encoding="utf-8")
    with pytest.raises(ModelError, match="schema 2"):
        VitModel.load(release)


def test_telemetry_is_off_before_the_library_is_imported() -> None:
    program = (
        "import os, sys\n"
        "os.environ.pop('ORT_DISABLE_TELEMETRY', None)\n"
        "import tracker.vision.vit\n"
        "assert 'onnxruntime' not in sys.modules\n"
        "seen = []\n"
        "class Watch:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'onnxruntime':\n"
        "            seen.append(os.environ.get('ORT_DISABLE_TELEMETRY'))\n"
        "sys.meta_path.insert(0, Watch())\n"
        "from tracker.resources import models_dir\n"
        "tracker.vision.vit.VitModel.load(models_dir())\n"
        "assert seen == ['1'], seen\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


PHOTO = np.random.default_rng(8).integers(0, 256, (60, 90, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    "crop",
    [
        Box(10, 10, 40, 40),
        Box(-15, -20, 60, 60),
        Box(50, 20, 60, 60),
        Box(0, -15, 90, 90),
        Box(-5, -25, 100, 100),
        Box(85, 55, 20, 20),
    ],
)
def test_a_crop_beyond_the_photo_is_mirrored(crop: Box) -> None:
    rows = np.pad(np.arange(60), 80, mode="reflect")[crop.y + 80 : crop.y + 80 + crop.h]
    columns = np.pad(np.arange(90), 80, mode="reflect")[crop.x + 80 : crop.x + 80 + crop.w]
    np.testing.assert_array_equal(cut_square(PHOTO, crop, crop.w), PHOTO[rows][:, columns])


def test_crops_are_reduced_by_averaging() -> None:
    reduced = cut_square(PHOTO, Box(0, 0, 60, 60), 30)
    mean = PHOTO[:60, :60].reshape(30, 2, 30, 2, 3).mean((1, 3))
    assert np.abs(reduced - mean).max() <= 1
