"""The trained gate as a flat list of operations, batch norm folded: what both exports write."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from network import CLASSES, INPUT_PX, ConvBlock, GateNet
from numpy.typing import NDArray
from torch import nn

Half = NDArray[np.float16]


@dataclass(frozen=True)
class Conv:
    """Convolution with zero padding of (k - 1) / 2 on each side; weight (out, in, k, k)."""

    source: str
    target: str
    weight: Half
    bias: NDArray[np.float32]
    stride: int
    relu: bool


@dataclass(frozen=True)
class Double:
    """Bilinear resize to twice the size, half-pixel centres."""

    source: str
    target: str


@dataclass(frozen=True)
class Add:
    """Sum of two tensors of one shape."""

    first: str
    second: str
    target: str


@dataclass(frozen=True)
class Softmax:
    """Softmax over the classes."""

    source: str
    target: str


Operation = Conv | Double | Add | Softmax
INPUT_NAME, OUTPUT_NAME = "image", "probabilities"


@dataclass
class Graph:
    """Operations in order, and (height, width, channels) of every tensor."""

    operations: list[Operation] = field(default_factory=list)
    shapes: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def conv(self, source: str, module: nn.Conv2d | ConvBlock) -> str:
        """Append a convolution, folded when it comes with a batch norm."""
        weight, bias, stride, relu = fold(module)
        target = f"t{len(self.shapes)}"
        height, width, _ = self.shapes[source]
        self.shapes[target] = (height // stride, width // stride, weight.shape[0])
        self.operations.append(Conv(source, target, weight, bias, stride, relu))
        return target

    def double(self, source: str) -> str:
        """Append a resize to twice the size."""
        target = f"t{len(self.shapes)}"
        height, width, channels = self.shapes[source]
        self.shapes[target] = (2 * height, 2 * width, channels)
        self.operations.append(Double(source, target))
        return target

    def add(self, first: str, second: str) -> str:
        """Append a sum."""
        target = f"t{len(self.shapes)}"
        self.shapes[target] = self.shapes[first]
        self.operations.append(Add(first, second, target))
        return target


def fold(module: nn.Conv2d | ConvBlock) -> tuple[Half, NDArray[np.float32], int, bool]:
    """Half-precision weight, bias, stride and whether ReLU follows.

    Rounded to half precision here, once, so that both exports carry the very same numbers.
    """
    conv = module if isinstance(module, nn.Conv2d) else module[0]
    assert isinstance(conv, nn.Conv2d)
    weight = conv.weight.detach().numpy().astype(np.float64)
    bias = np.zeros(weight.shape[0]) if conv.bias is None else conv.bias.detach().numpy()
    if isinstance(module, ConvBlock):
        norm = module[1]
        assert isinstance(norm, nn.BatchNorm2d)
        assert norm.running_var is not None
        assert norm.running_mean is not None
        gain = norm.weight.detach().numpy() / np.sqrt(norm.running_var.numpy() + norm.eps)
        weight = weight * gain[:, None, None, None]
        bias = norm.bias.detach().numpy() + (bias - norm.running_mean.numpy()) * gain
    return (
        weight.astype(np.float16),
        bias.astype(np.float32),
        conv.stride[0],
        isinstance(module, ConvBlock),
    )


def build_graph(net: GateNet) -> Graph:
    """The graph of network.GateNet.forward, followed by a resize to full size and softmax."""
    net = net.eval()
    graph = Graph(shapes={INPUT_NAME: (INPUT_PX, INPUT_PX, 3)})
    x = INPUT_NAME
    features = []
    for stage in net.stages:
        assert isinstance(stage, nn.Sequential)
        for block in stage:
            x = graph.conv(x, block)  # type: ignore[arg-type]
        features.append(x)
    x = graph.conv(features[-1], net.laterals[-1])  # type: ignore[arg-type]
    for level in range(len(features) - 2, -1, -1):
        if level == 0:
            x = graph.conv(x, net.narrow)
        lateral = graph.conv(features[level], net.laterals[level])  # type: ignore[arg-type]
        x = graph.conv(graph.add(graph.double(x), lateral), net.fuses[level])  # type: ignore[arg-type]
    x = graph.double(graph.conv(x, net.head))
    graph.shapes[OUTPUT_NAME] = (INPUT_PX, INPUT_PX, len(CLASSES))
    graph.operations.append(Softmax(x, OUTPUT_NAME))
    return graph
