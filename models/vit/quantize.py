"""Quantise the exported graph to int8: static for the convolutions, dynamic for the rest.

    python -m models.vit.quantize --data DIR --work DIR --model fp32.onnx --out int8.onnx

Convolutions see pictures, whose range is stable: static scales are free at run time. Tokens
after layer norm have outliers that differ by picture: dynamic scales keep the embedding true.
The two small heads and the last mask layer stay in float: they cost nothing, the embedding's
cosine is what the product reports, and the border is placed between the mask's output pixels.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from .crops import cut_square, square_around
from .data import Corpus, corpus_root

CALIBRATION_PICTURES = 32


class CropReader(CalibrationDataReader):  # type: ignore[misc]
    """Feeds lesion crops (uint8 (1, S, S, 3)) one at a time."""

    def __init__(self, crops: list[NDArray[np.uint8]]) -> None:
        self._crops = iter(crops)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        """The next crop, or None at the end."""
        crop = next(self._crops, None)
        return None if crop is None else {"image": crop[None]}


def calibration_crops(corpus: Corpus, size: int, seed: int = 0) -> list[NDArray[np.uint8]]:
    """Training crops, a quarter of them phone photographs, cut as at run time."""
    rng = np.random.default_rng(seed)
    boxed = [p for p in corpus.select("train") if p.box]
    phone = [p for p in boxed if p.modality == "clinical"]
    scope = [p for p in boxed if p.modality == "dermoscopic"]
    chosen = [phone[i] for i in rng.choice(len(phone), CALIBRATION_PICTURES // 4, replace=False)]
    rest = CALIBRATION_PICTURES - len(chosen)
    chosen += [scope[i] for i in rng.choice(len(scope), rest, replace=False)]
    return [cut_square(corpus.image(p), square_around(p.box), size) for p in chosen if p.box]


def float_nodes(model: onnx.ModelProto) -> list[str]:
    """Names of the nodes whose weights stay in float: both heads and the mask's last layer."""
    names = [
        node.name
        for node in model.graph.node
        if any(name.startswith(("emb.", "cls.", "out.")) for name in node.input)
    ]
    # The dynamic quantiser splits a Gemm and gives its product this name.
    return names + [f"{name}_MatMul" for name in names]


def quantise(source: Path, target: Path, crops: list[NDArray[np.uint8]], narrow: bool) -> None:
    """Write the int8 model. ``narrow`` uses 7-bit weights, safe on CPUs without VNNI."""
    with tempfile.TemporaryDirectory() as folder:
        prepared, half = Path(folder) / "prepared.onnx", Path(folder) / "static.onnx"
        # Symbolic inference does not know the contrib attention; the plain one is enough.
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared),
            str(half),
            CropReader(crops),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Relu", "Resize"],
            per_channel=True,
            reduce_range=narrow,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            nodes_to_exclude=float_nodes(onnx.load(str(prepared))),
        )
        quantize_dynamic(
            str(half),
            str(target),
            op_types_to_quantize=["MatMul", "Gemm", "Attention"],
            per_channel=True,
            reduce_range=narrow,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=float_nodes(onnx.load(str(half))),
            # Type inference stops at the contrib attention; everything behind it is float.
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )


def main() -> None:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--narrow", action="store_true", help="7-bit weights")
    args = parser.parse_args()
    corpus = Corpus(corpus_root(args.data), args.work / "cache")
    size = onnx.load(str(args.model)).graph.input[0].type.tensor_type.shape.dim[1].dim_value
    args.out.parent.mkdir(parents=True, exist_ok=True)
    quantise(args.model, args.out, calibration_crops(corpus, size), args.narrow)


if __name__ == "__main__":
    main()
