"""Export trained weights as a float32 ONNX graph that takes uint8 pictures.

    python -m models.vit.export --weights weights.npz --out lesion_vit.fp32.onnx

A trainer's ``checkpoint.pt`` is accepted as well; then its moving average is exported.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto

from .graph import CONTRIB, GraphBuilder
from .network import (
    CLASSES,
    EMBEDDING_SIZE,
    MEAN_RGB,
    STD_RGB,
    LesionVit,
    Released,
    VitConfig,
    load_weights,
)

Arrays = dict[str, NDArray[Any]]
LAYER_NORM_EPSILON = 1e-5
BATCH_NORM_EPSILON = 1e-5


def load_network(path: Path, config: VitConfig) -> LesionVit:
    """Load an npz of weights, or the moving average of a checkpoint, in evaluation mode."""
    network = LesionVit(config)
    if path.suffix == ".npz":
        load_weights(path, network)
    else:
        network.load_state_dict(torch.load(path, weights_only=True)["average"])
    return network.eval()


def _conv_relu(graph: GraphBuilder, arrays: Arrays, x: str, name: str, stride: int = 1) -> str:
    """3x3 convolution with its batch norm folded in, then ReLU."""
    spread = np.sqrt(arrays[f"{name}.1.running_var"] + BATCH_NORM_EPSILON)
    gain = arrays[f"{name}.1.weight"] / spread
    weight = arrays[f"{name}.0.weight"] * gain[:, None, None, None]
    bias = arrays[f"{name}.1.bias"] - arrays[f"{name}.1.running_mean"] * gain
    return graph.node("Relu", graph.conv(x, weight, bias, name, stride=stride))


def _point_conv(graph: GraphBuilder, arrays: Arrays, x: str, name: str, output: str = "") -> str:
    return graph.conv(x, arrays[f"{name}.weight"], arrays[f"{name}.bias"], name, output=output)


def _norm(graph: GraphBuilder, arrays: Arrays, x: str, name: str) -> str:
    weight = graph.constant(f"{name}.weight", arrays[f"{name}.weight"])
    bias = graph.constant(f"{name}.bias", arrays[f"{name}.bias"])
    return graph.node("LayerNormalization", x, weight, bias, epsilon=LAYER_NORM_EPSILON)


def _dense(graph: GraphBuilder, arrays: Arrays, x: str, name: str, output: str = "") -> str:
    return graph.linear(x, arrays[f"{name}.weight"], arrays[f"{name}.bias"], name, output)


def _block(graph: GraphBuilder, arrays: Arrays, x: str, name: str, heads: int) -> str:
    mixed = graph.node(
        "Attention",
        _norm(graph, arrays, x, f"{name}.n1"),
        graph.constant(f"{name}.qkv", arrays[f"{name}.a.qkv.weight"].T),
        graph.constant(f"{name}.qkv_bias", arrays[f"{name}.a.qkv.bias"]),
        domain=CONTRIB,
        num_heads=heads,
    )
    x = graph.node("Add", x, _dense(graph, arrays, mixed, f"{name}.a.proj"))
    hidden = _dense(graph, arrays, _norm(graph, arrays, x, f"{name}.n2"), f"{name}.f1")
    return graph.node("Add", x, _dense(graph, arrays, graph.node("Gelu", hidden), f"{name}.f2"))


def _stem(graph: GraphBuilder, arrays: Arrays) -> tuple[str, str, str]:
    """uint8 picture to features at strides 4, 8 and 16."""
    std = np.array(STD_RGB, np.float32).reshape(1, 3, 1, 1)
    mean = np.array(MEAN_RGB, np.float32).reshape(1, 3, 1, 1)
    x = graph.node("Transpose", "image", perm=[0, 3, 1, 2])
    x = graph.node("Cast", x, to=TensorProto.FLOAT)
    x = graph.node("Mul", x, graph.constant("gain", 1.0 / (255.0 * std)))
    x = graph.node("Add", x, graph.constant("offset", -mean / std))
    stride2 = _conv_relu(graph, arrays, x, "s1", 2)
    stride4 = _conv_relu(graph, arrays, _conv_relu(graph, arrays, stride2, "s2.0", 2), "s2.1")
    stride8 = _conv_relu(graph, arrays, _conv_relu(graph, arrays, stride4, "s3.0", 2), "s3.1")
    return stride4, stride8, _conv_relu(graph, arrays, stride8, "s4.0", 2)


def _heads(graph: GraphBuilder, arrays: Arrays, tokens: str, config: VitConfig) -> None:
    grid, classes = config.grid, len(CLASSES)
    pooled = graph.node(
        "ReduceMean", tokens, graph.constant("axes", np.array([1], np.int64)), keepdims=0
    )
    raw = _dense(graph, arrays, pooled, "emb")
    graph.node("LpNormalization", raw, axis=1, p=2, output="embedding")
    # The mean over tokens of a linear head is the head of the mean token: one tiny product.
    _dense(graph, arrays, pooled, "cls", output="class_logits")
    per_token = graph.node("Transpose", _dense(graph, arrays, tokens, "cls"), perm=[0, 2, 1])
    shape = graph.constant("shape", np.array([0, classes, grid, grid], np.int64))
    graph.node("Reshape", per_token, shape, output="heatmap")


def build_graph(network: LesionVit) -> onnx.ModelProto:
    """Return the float32 ONNX model: image uint8 (N, S, S, 3) RGB to the four outputs."""
    config = network.config
    arrays: Arrays = {k: v.detach().float().numpy() for k, v in network.state_dict().items()}
    graph = GraphBuilder()
    stride4, stride8, stride16 = _stem(graph, arrays)
    grid, dim = config.grid, config.dim
    flat = graph.shaped(_point_conv(graph, arrays, stride16, "proj"), 0, dim, grid * grid)
    x = graph.node("Transpose", flat, perm=[0, 2, 1])
    x = graph.node("Add", x, graph.constant("pos", arrays["pos"]))
    for i in range(config.depth):
        x = _block(graph, arrays, x, f"blocks.{i}", config.heads)
    x = _norm(graph, arrays, x, "norm")
    _heads(graph, arrays, x, config)
    coarse = graph.shaped(graph.node("Transpose", x, perm=[0, 2, 1]), 0, dim, grid, grid)
    up3 = graph.doubled(_point_conv(graph, arrays, coarse, "l4"))
    sum3 = graph.node("Add", up3, _point_conv(graph, arrays, stride8, "l3"))
    up2 = graph.doubled(_conv_relu(graph, arrays, sum3, "d3"))
    sum2 = graph.node("Add", up2, _point_conv(graph, arrays, stride4, "l2"))
    _point_conv(graph, arrays, _conv_relu(graph, arrays, sum2, "d2"), "out", "mask_logits")
    size, quarter = config.size, config.size // 4
    return graph.model(
        [("image", TensorProto.UINT8, ["N", size, size, 3])],
        [
            ("embedding", ["N", EMBEDDING_SIZE]),
            ("mask_logits", ["N", 1, quarter, quarter]),
            ("class_logits", ["N", len(CLASSES)]),
            ("heatmap", ["N", len(CLASSES), grid, grid]),
        ],
    )


def largest_difference(model: onnx.ModelProto, network: LesionVit) -> float:
    """Largest absolute difference of any output between ONNX Runtime and torch, on noise."""
    size = network.config.size
    image = np.random.default_rng(0).integers(0, 256, (2, size, size, 3), dtype=np.uint8)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    names = ["embedding", "mask_logits", "class_logits", "heatmap"]
    with torch.inference_mode():
        expected = Released(network)(torch.from_numpy(image))
    found = session.run(names, {"image": image})
    pairs = zip(found, expected, strict=True)
    return max(float(np.abs(a - b.numpy()).max()) for a, b in pairs)


def main() -> None:
    """Command line entry; refuses to write a graph that does not reproduce the network."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    network = load_network(args.weights, VitConfig())
    model = build_graph(network)
    difference = largest_difference(model, network)
    if difference > 5e-3:
        raise SystemExit(f"the exported graph differs from the network by {difference:.4f}")
    args.out.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(args.out))


if __name__ == "__main__":
    main()
