"""Write the gate as ONNX, for platforms without MediaPipe's wheel or its system libraries.

Input "image" (1, 256, 256, 3) uint8 RGB, output "probabilities" (1, 256, 256, 3) float32: the same
layout as the .tflite, scaling included. Weights are half precision, cast at load time.
"""

from __future__ import annotations

import numpy as np
import onnx
from graph import INPUT_NAME, OUTPUT_NAME, Add, Conv, Double, Graph, Softmax
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
MEAN = STD = 127.5


def onnx_bytes(graph: Graph, version: str) -> bytes:
    """The whole model file; checked by onnx before it is returned."""
    nodes: list[onnx.NodeProto] = []
    constants = [
        numpy_helper.from_array(np.float32(MEAN), "mean"),
        numpy_helper.from_array(np.float32(STD), "std"),
        numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "twice"),
    ]
    nodes += [
        helper.make_node("Cast", [INPUT_NAME], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["float", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "std"], ["scaled"]),
        helper.make_node("Transpose", ["scaled"], ["planes"], perm=[0, 3, 1, 2]),
    ]
    for op in graph.operations:
        match op:
            case Conv():
                nodes += conv_nodes(op)
                constants.append(numpy_helper.from_array(op.weight, f"{op.target}/weight16"))
                constants.append(numpy_helper.from_array(op.bias, f"{op.target}/bias"))
            case Double():
                nodes.append(resize_node(op))
            case Add():
                nodes.append(helper.make_node("Add", [op.first, op.second], [op.target]))
            case Softmax():
                nodes += softmax_nodes(op)
    height, width, channels = graph.shapes[INPUT_NAME]
    shape = [1, height, width, channels]
    image = helper.make_tensor_value_info(INPUT_NAME, TensorProto.UINT8, shape)
    shape = [1, *graph.shapes[OUTPUT_NAME]]
    result = helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, shape)
    body = helper.make_graph(nodes, "gate", [image], [result], constants)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    helper.set_model_props(model, {"version": version})
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def conv_nodes(op: Conv) -> list[onnx.NodeProto]:
    """Cast of the weight, Conv, Relu."""
    pad = (op.weight.shape[2] - 1) // 2
    weight, out = f"{op.target}/weight", f"{op.target}/sum" if op.relu else op.target
    source = "planes" if op.source == INPUT_NAME else op.source
    nodes = [
        helper.make_node("Cast", [f"{op.target}/weight16"], [weight], to=TensorProto.FLOAT),
        helper.make_node(
            "Conv",
            [source, weight, f"{op.target}/bias"],
            [out],
            kernel_shape=list(op.weight.shape[2:]),
            strides=[op.stride, op.stride],
            pads=[pad] * 4,
        ),
    ]
    return nodes + ([helper.make_node("Relu", [out], [op.target])] if op.relu else [])


def resize_node(op: Double) -> onnx.NodeProto:
    """Bilinear, half-pixel centres, edges clamped: as RESIZE_BILINEAR does."""
    return helper.make_node(
        "Resize",
        [op.source, "", "twice"],
        [op.target],
        mode="linear",
        coordinate_transformation_mode="half_pixel",
    )


def softmax_nodes(op: Softmax) -> list[onnx.NodeProto]:
    """Softmax over the classes, then channels last."""
    return [
        helper.make_node("Softmax", [op.source], [f"{op.target}/planes"], axis=1),
        helper.make_node("Transpose", [f"{op.target}/planes"], [OUTPUT_NAME], perm=[0, 2, 3, 1]),
    ]
