"""A thin builder of ONNX graphs, so that every node of the release is one we chose.

Written by hand instead of traced: the tracer shares equal initialisers (which keeps convolutions
from being quantised) and knows no fused attention, on which the int8 speed rests.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 20
CONTRIB = "com.microsoft"


class GraphBuilder:
    """Collects nodes and initialisers; every method returns the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initialisers: list[onnx.TensorProto] = []
        self._count = 0

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Add an initialiser under a fresh name."""
        self._count += 1
        unique = f"{name}_{self._count}"
        self.initialisers.append(numpy_helper.from_array(np.ascontiguousarray(value), unique))
        return unique

    def node(
        self, kind: str, *inputs: str, domain: str = "", output: str = "", **attributes: Any
    ) -> str:
        """Add a one-output node; ``output`` fixes the name of a graph output."""
        self._count += 1
        result = output or f"{kind}_{self._count}"
        name = f"{kind}_node_{self._count}"
        self.nodes.append(
            helper.make_node(kind, inputs, [result], name=name, domain=domain, **attributes)
        )
        return result

    def linear(
        self, x: str, weight: NDArray[Any], bias: NDArray[Any], name: str, output: str = ""
    ) -> str:
        """x (..., I) times weight (O, I) transposed, plus bias (O,)."""
        product = self.node("MatMul", x, self.constant(f"{name}.weight", weight.T))
        return self.node("Add", product, self.constant(f"{name}.bias", bias), output=output)

    def conv(
        self,
        x: str,
        weight: NDArray[Any],
        bias: NDArray[Any],
        name: str,
        *,
        stride: int = 1,
        output: str = "",
    ) -> str:
        """Convolution with weight (O, I, k, k) and 'same' padding for stride 1."""
        size = weight.shape[2]
        return self.node(
            "Conv",
            x,
            self.constant(f"{name}.weight", weight),
            self.constant(f"{name}.bias", bias),
            kernel_shape=[size, size],
            strides=[stride, stride],
            pads=[size // 2] * 4,
            output=output,
        )

    def shaped(self, x: str, *shape: int) -> str:
        """Reshape; 0 keeps a dimension."""
        return self.node("Reshape", x, self.constant("shape", np.array(shape, np.int64)))

    def doubled(self, x: str) -> str:
        """Nearest-neighbour enlargement by two of (N, C, H, W)."""
        scales = self.constant("scales", np.array([1, 1, 2, 2], np.float32))
        return self.node(
            "Resize",
            x,
            "",
            scales,
            mode="nearest",
            nearest_mode="floor",
            coordinate_transformation_mode="asymmetric",
        )

    def model(
        self,
        inputs: list[tuple[str, int, list[int | str]]],
        outputs: list[tuple[str, list[int | str]]],
    ) -> onnx.ModelProto:
        """Assemble and check; inputs are (name, element type, shape), outputs float32."""
        graph = helper.make_graph(
            self.nodes,
            "lesion_vit",
            [helper.make_tensor_value_info(n, kind, shape) for n, kind, shape in inputs],
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n, shape in outputs],
            self.initialisers,
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="moletrail")
        model.ir_version = 9
        onnx.checker.check_model(model)
        return model
