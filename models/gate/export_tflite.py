"""Write the gate as .tflite for MediaPipe's ImageSegmenter, without TensorFlow.

The flatbuffer is built from the TFLite schema that MediaPipe bundles. All weights are rounded to
half precision, but stored so (and widened by DEQUANTIZE) only in the coarse layers, which hold most
of them: MediaPipe widens anew on every run and then convolves three times slower.
Its own metadata writers do not work in the pinned version, so the metadata is written by hand as
well: NormalizationOptions for the float input, SEGMENTER_METADATA (no activation: the graph ends
in a softmax).
"""

from __future__ import annotations

from typing import Any

import flatbuffers
import numpy as np
from graph import INPUT_NAME, OUTPUT_NAME, Add, Conv, Double, Graph, Softmax
from mediapipe.tasks.metadata import image_segmenter_metadata_schema_py_generated as segmenter
from mediapipe.tasks.metadata import metadata_schema_py_generated as meta
from mediapipe.tasks.metadata import schema_py_generated as tfl

OPERATOR_VERSIONS = {
    "CONV_2D": 1,
    "PAD": 1,
    "ADD": 1,
    "RESIZE_BILINEAR": 3,
    "SOFTMAX": 1,
    "DEQUANTIZE": 3,
}
MEAN = STD = 127.5
HALF_SIDE_PX = 8  # layers of this output side or less are stored in half precision


class Writer:
    """Collects tensors, buffers and operators of one subgraph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.buffers: list[Any] = [tfl.BufferT()]  # buffer 0 is empty by convention
        self.tensors: list[Any] = []
        self.operators: list[Any] = []
        self.codes = list(OPERATOR_VERSIONS)
        self.index: dict[str, int] = {}
        for name, (height, width, channels) in graph.shapes.items():
            self.index[name] = self.tensor(name, (1, height, width, channels), np.float32)

    def tensor(
        self, name: str, shape: tuple[int, ...], dtype: type, data: np.ndarray | None = None
    ) -> int:
        """Add a tensor, constant when data is given; returns its index."""
        types = {np.float32: "FLOAT32", np.float16: "FLOAT16", np.int32: "INT32"}
        item = tfl.TensorT()
        item.name, item.shape = name.encode(), np.array(shape, np.int32)
        item.type = getattr(tfl.TensorType, types[dtype])
        item.buffer = 0
        if data is not None:
            buffer = tfl.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(data, dtype).tobytes(), np.uint8)
            self.buffers.append(buffer)
            item.buffer = len(self.buffers) - 1
        self.tensors.append(item)
        return len(self.tensors) - 1

    def operator(
        self, code: str, inputs: list[int], outputs: list[int], options: Any = None
    ) -> None:
        """Add an operator of a builtin code."""
        item = tfl.OperatorT()
        item.opcodeIndex = self.codes.index(code)
        item.inputs, item.outputs = np.array(inputs, np.int32), np.array(outputs, np.int32)
        if options is not None:
            item.builtinOptions = options
            item.builtinOptionsType = getattr(
                tfl.BuiltinOptions, type(options).__name__.removesuffix("T")
            )
        self.operators.append(item)

    def conv(self, op: Conv) -> None:
        """CONV_2D; TFLite's SAME pads stride 2 on one side only, so that case is padded apart."""
        source, padding = self.index[op.source], tfl.Padding.SAME
        if op.stride == 2:
            height, width, channels = self.graph.shapes[op.source]
            edges = np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32)
            shape = (1, height + 2, width + 2, channels)
            padded = self.tensor(f"{op.target}/padded", shape, np.float32)
            pads = self.tensor(f"{op.target}/pads", (4, 2), np.int32, edges)
            self.operator("PAD", [source, pads], [padded], tfl.PadOptionsT())
            source, padding = padded, tfl.Padding.VALID
        kernel = op.weight.transpose(0, 2, 3, 1)  # OIHW -> OHWI
        full = self.kernel(op, kernel)
        bias = self.tensor(f"{op.target}/bias", op.bias.shape, np.float32, op.bias)
        options = tfl.Conv2DOptionsT()
        options.padding, options.strideH, options.strideW = padding, op.stride, op.stride
        options.dilationHFactor = options.dilationWFactor = 1
        kinds = tfl.ActivationFunctionType
        options.fusedActivationFunction = kinds.RELU if op.relu else kinds.NONE
        self.operator("CONV_2D", [source, full, bias], [self.index[op.target]], options)

    def kernel(self, op: Conv, values: np.ndarray) -> int:
        """Tensor of a kernel (out, h, w, in) in full precision, however it is stored."""
        name = f"{op.target}/weight"
        if self.graph.shapes[op.target][0] > HALF_SIDE_PX:
            return self.tensor(name, values.shape, np.float32, values)
        half = self.tensor(f"{name}16", values.shape, np.float16, values)
        full = self.tensor(name, values.shape, np.float32)
        self.operator("DEQUANTIZE", [half], [full], tfl.DequantizeOptionsT())
        return full

    def double(self, op: Double) -> None:
        """RESIZE_BILINEAR with half-pixel centres."""
        height, width, _ = self.graph.shapes[op.target]
        size = self.tensor(f"{op.target}/size", (2,), np.int32, np.array([height, width]))
        options = tfl.ResizeBilinearOptionsT()
        options.alignCorners, options.halfPixelCenters = False, True
        inputs = [self.index[op.source], size]
        self.operator("RESIZE_BILINEAR", inputs, [self.index[op.target]], options)

    def add(self, op: Add) -> None:
        """ADD of two tensors."""
        inputs = [self.index[op.first], self.index[op.second]]
        self.operator("ADD", inputs, [self.index[op.target]], tfl.AddOptionsT())

    def softmax(self, op: Softmax) -> None:
        """SOFTMAX over the last axis."""
        options = tfl.SoftmaxOptionsT()
        options.beta = 1.0
        self.operator("SOFTMAX", [self.index[op.source]], [self.index[op.target]], options)


def tflite_bytes(graph: Graph, version: str) -> bytes:
    """The whole model file."""
    writer = Writer(graph)
    for op in graph.operations:
        match op:
            case Conv():
                writer.conv(op)
            case Double():
                writer.double(op)
            case Add():
                writer.add(op)
            case Softmax():
                writer.softmax(op)
    subgraph = tfl.SubGraphT()
    subgraph.name, subgraph.tensors, subgraph.operators = (
        b"gate",
        writer.tensors,
        writer.operators,
    )
    subgraph.inputs = np.array([writer.index[INPUT_NAME]], np.int32)
    subgraph.outputs = np.array([writer.index[OUTPUT_NAME]], np.int32)
    description = tfl.BufferT()
    description.data = np.frombuffer(metadata_bytes(version), np.uint8)
    writer.buffers.append(description)
    entry = tfl.MetadataT()
    entry.name, entry.buffer = b"TFLITE_METADATA", len(writer.buffers) - 1
    model = tfl.ModelT()
    model.version, model.description = 3, b"Moletrail gate"
    model.operatorCodes = [operator_code(name) for name in writer.codes]
    model.subgraphs, model.buffers, model.metadata = [subgraph], writer.buffers, [entry]
    return packed(model, b"TFL3")


def operator_code(name: str) -> Any:
    """Entry of the operator table."""
    code = tfl.OperatorCodeT()
    code.builtinCode = getattr(tfl.BuiltinOperator, name)
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)
    code.version = OPERATOR_VERSIONS[name]
    return code


def metadata_bytes(version: str) -> bytes:
    """ModelMetadata: how MediaPipe has to scale the input, and that the output is final."""
    options = segmenter.ImageSegmenterOptionsT()
    options.activation = segmenter.Activation.NONE
    options.minParserVersion = b"1.0.0"
    custom = meta.CustomMetadataT()
    custom.name = b"SEGMENTER_METADATA"
    custom.data = np.frombuffer(packed(options, b"V001"), np.uint8)
    subgraph = meta.SubGraphMetadataT()
    subgraph.inputTensorMetadata = [input_metadata()]
    subgraph.outputTensorMetadata = [output_metadata()]
    subgraph.customMetadata = [custom]
    model = meta.ModelMetadataT()
    model.name, model.version = b"Moletrail gate", version.encode()
    model.description = b"Per-pixel background, skin, lesion"
    model.subgraphMetadata = [subgraph]
    model.minParserVersion = b"1.0.0"
    return packed(model, b"M001")


def input_metadata() -> Any:
    """RGB, scaled to -1..1."""
    image = meta.ImagePropertiesT()
    image.colorSpace = meta.ColorSpaceType.RGB
    content = meta.ContentT()
    content.contentPropertiesType = meta.ContentProperties.ImageProperties
    content.contentProperties = image
    scaling = meta.NormalizationOptionsT()
    scaling.mean, scaling.std = [MEAN], [STD]
    unit = meta.ProcessUnitT()
    unit.optionsType, unit.options = meta.ProcessUnitOptions.NormalizationOptions, scaling
    stats = meta.StatsT()
    stats.min, stats.max = [-1.0], [1.0]
    tensor = meta.TensorMetadataT()
    tensor.name, tensor.content, tensor.stats = INPUT_NAME.encode(), content, stats
    tensor.processUnits = [unit]
    return tensor


def output_metadata() -> Any:
    """Probabilities of background, skin, lesion."""
    content = meta.ContentT()
    content.contentPropertiesType = meta.ContentProperties.FeatureProperties
    content.contentProperties = meta.FeaturePropertiesT()
    tensor = meta.TensorMetadataT()
    tensor.name, tensor.content = OUTPUT_NAME.encode(), content
    tensor.description = b"background, skin, lesion"
    return tensor


def packed(table: Any, identifier: bytes) -> bytes:
    """A flatbuffer table as bytes with its file identifier."""
    builder = flatbuffers.Builder(1 << 16)
    builder.Finish(table.Pack(builder), file_identifier=identifier)
    return bytes(builder.Output())
