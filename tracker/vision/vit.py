"""The lesion ViT: one forward pass gives embedding, mask, class scores and a heat map.

The graph (see models/vit) takes uint8 RGB and normalises inside. Its heat map holds the class
logits of each token, whose mean is the class logits: an exact attribution, not an estimate.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import CLASSES, EMBEDDING_DIM, ModelIdentity
from tracker.errors import ModelError
from tracker.silence import silence
from tracker.vision.manifest import ManifestEntry, manifest_entry
from tracker.vision.reference import TrainingReference, load_reference

CPU = "CPUExecutionProvider"
#: More threads than this gain nothing on a network of this size.
MAX_THREADS = 2
#: The mirror images of `run_steady`: steps along rows and columns.
MIRRORS = ((1, 1), (1, -1), (-1, 1), (-1, -1))
_OUTPUTS = ("embedding", "mask_logits", "class_logits", "heatmap")

Floats = NDArray[np.float32]
Kind = TypeVar("Kind", np.uint8, np.float32)


@dataclass(frozen=True, slots=True)
class VitSettings:
    """How the released network wants to be fed and read; from the manifest.

    size_px: side of the square input. context: side of a crop over the lesion's longer side.
    mask_threshold, certain_threshold: probabilities. class_temperature: divides the class logits
    (temperature scaling, Guo et al. 2017). unlike_limit: score above which a photo is unlike the
    training pictures.
    """

    size_px: int
    context: float
    mask_threshold: float
    class_temperature: float
    certain_threshold: float
    unlike_limit: float


@dataclass(frozen=True, slots=True, eq=False)
class VitOutput:
    """One pass over one crop; G is the token grid, S the input side.

    embedding: (128,) float32, unit length. mask_probability: (S/4, S/4) float32, 0..1.
    probabilities: calibrated, by class of CLASSES, sum 1. label: the most probable class.
    heatmap: (G, G) float32, 0..1, probability of `label` by token.
    unlike_training: distance from the training pictures, 0 upward; `settings.unlike_limit` is the
        bound of what is typical.
    """

    embedding: Floats
    mask_probability: Floats
    probabilities: Mapping[str, float]
    label: str
    certain: bool
    heatmap: Floats
    unlike_training: float


class VitModel:
    """The released ViT in one ONNX Runtime session; safe to use from several threads.

    Args:
        session: an `onnxruntime.InferenceSession` of the released graph.
        settings: from the same manifest entry.
        reference: what the embeddings of the training pictures look like.
        identity: of the very bytes the session was made from.
    """

    def __init__(
        self,
        session: Any,
        settings: VitSettings,
        reference: TrainingReference,
        identity: ModelIdentity,
    ) -> None:
        self._session = session
        self._reference = reference
        self.settings = settings
        self.identity = identity

    @classmethod
    def load(cls, models_dir: Path, providers: Sequence[str] = (CPU,)) -> VitModel:
        """Load the network that the manifest names, after checking its SHA-256.

        Args:
            models_dir: folder of manifest.json.
            providers: ONNX Runtime execution providers, preferred first; those that this machine
                lacks are passed over, and the CPU is always the last resort.

        Raises:
            ModelError: a file is missing or damaged, or the graph does not fit its manifest.
        """
        entry = manifest_entry(models_dir, "vit")
        settings = _settings(entry)
        content, identity = entry.read()
        session = _session(content, providers)
        _check_graph(session, settings)
        return cls(session, settings, load_reference(entry), identity)

    @property
    def providers(self) -> tuple[str, ...]:
        """The execution providers in use, preferred first."""
        return tuple(self._session.get_providers())

    def run(self, crop_rgb: NDArray[np.uint8]) -> VitOutput:
        """One forward pass.

        Args:
            crop_rgb: (S, S, 3) uint8 sRGB, S = settings.size_px.

        Raises:
            ValueError: the crop has another shape or type.
        """
        raw, mask, logits, tokens = self._outputs([crop_rgb])
        return self._read(raw[0], _sigmoid(mask[0]), logits[0], tokens[0])

    def run_steady(self, crop_rgb: NDArray[np.uint8]) -> VitOutput:
        """The mean over the crop and its three mirror images, turned back, in one batch.

        A lesion has no up or left. On validation lesions photographed again under another angle
        and light, the mean moves a third less than a single pass does in embedding (1 - cosine
        0.0126 against 0.0182) and a fifth less in area; it takes about three passes more.

        Args:
            crop_rgb: as for `run`.

        Raises:
            ValueError: the crop has another shape or type.
        """
        raw, mask, logits, tokens = self._outputs([_mirrored(crop_rgb, m) for m in MIRRORS])
        turned = [_mirrored(p, m) for p, m in zip(_sigmoid(mask), MIRRORS, strict=True)]
        heat = [_mirrored(t, m) for t, m in zip(tokens, MIRRORS, strict=True)]
        return self._read(
            raw.mean(axis=0), np.mean(turned, axis=0), logits.mean(axis=0), np.mean(heat, axis=0)
        )

    def _outputs(self, crops: Sequence[NDArray[np.uint8]]) -> tuple[Floats, ...]:
        """Embeddings (N, 128), mask logits (N, h, w), class logits (N, 7), tokens (N, G, G, 7)."""
        size = self.settings.size_px
        if any(crop.shape != (size, size, 3) or crop.dtype != np.uint8 for crop in crops):
            shape, kind = crops[0].shape, crops[0].dtype
            raise ValueError(f"crop of {shape} {kind}, not ({size}, {size}, 3) uint8")
        outputs = self._session.run(_OUTPUTS, {"image": np.stack(crops)})
        raw, mask, logits, tokens = (np.asarray(o, np.float32) for o in outputs)
        return raw, mask[:, 0], logits, tokens.transpose(0, 2, 3, 1)

    def _read(self, raw: Floats, mask: Floats, logits: Floats, tokens: Floats) -> VitOutput:
        settings = self.settings
        # The graph normalises too; this takes off its rounding, and the mean's shortening.
        embedding = raw / max(float(np.linalg.norm(raw)), 1e-12)
        probabilities = _softmax(logits / settings.class_temperature, axis=0)
        top = int(np.argmax(probabilities))
        return VitOutput(
            embedding=embedding,
            mask_probability=np.ascontiguousarray(mask),
            probabilities={name: float(p) for name, p in zip(CLASSES, probabilities, strict=True)},
            label=CLASSES[top],
            certain=bool(probabilities[top] >= settings.certain_threshold),
            heatmap=_softmax(tokens / settings.class_temperature, axis=2)[:, :, top],
            unlike_training=self._reference.score(embedding),
        )


def _settings(entry: ManifestEntry) -> VitSettings:
    if entry.texts("classes") != CLASSES:
        raise ModelError("The ViT's classes are not those of this program, in this order.")
    return VitSettings(
        size_px=int(entry.number("input", "size")),
        context=entry.number("crop", "context"),
        mask_threshold=entry.number("mask_threshold"),
        class_temperature=entry.number("class_temperature"),
        certain_threshold=entry.number("certain_threshold"),
        unlike_limit=entry.number("unlike_training_threshold"),
    )


def _session(content: bytes, providers: Sequence[str]) -> Any:
    silence()  # onnxruntime reads its telemetry switch while it is imported
    import onnxruntime  # noqa: PLC0415

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(MAX_THREADS, os.cpu_count() or 1)
    options.inter_op_num_threads = 1
    # Spinning threads would take the cores from whatever else the person's computer does.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3
    at_hand = onnxruntime.get_available_providers()
    wanted = [name for name in providers if name in at_hand and name != CPU] + [CPU]
    failure: Exception | None = None
    for chosen in (wanted, [CPU]):
        try:
            return onnxruntime.InferenceSession(content, options, providers=chosen)
        except Exception as error:  # onnxruntime's exceptions share no public base class
            failure = error
    raise ModelError(f"ONNX Runtime does not take the ViT: {failure}") from failure


def _check_graph(session: Any, settings: VitSettings) -> None:
    """Compare the graph's inputs and outputs with what `run` relies on."""
    inputs = {node.name: list(node.shape) for node in session.get_inputs()}
    outputs = {node.name: list(node.shape) for node in session.get_outputs()}
    size = settings.size_px
    fits = (
        inputs.get("image", [])[1:] == [size, size, 3]
        and outputs.get("embedding", [])[1:] == [EMBEDDING_DIM]
        and outputs.get("class_logits", [])[1:] == [len(CLASSES)]
        and outputs.get("heatmap", [])[1:2] == [len(CLASSES)]
        and len(outputs.get("mask_logits", [])) == 4
    )
    if not fits:
        raise ModelError(f"The ViT's graph does not fit its manifest: {inputs} to {outputs}.")


def _mirrored(picture: NDArray[Kind], steps: tuple[int, int]) -> NDArray[Kind]:
    """A picture (h, w, ...) mirrored; doing it twice restores it."""
    return picture[:: steps[0], :: steps[1]]


def _softmax(values: Floats, axis: int) -> Floats:
    shifted = np.exp(values - values.max(axis=axis, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=axis, keepdims=True), np.float32)


def _sigmoid(values: Floats) -> Floats:
    # Clipped: exp overflows float32 long after the result is 0 or 1.
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -60, 60))), np.float32)
