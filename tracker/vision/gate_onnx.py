"""The gate through ONNX Runtime, where MediaPipe cannot be had."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracker.errors import ModelError
from tracker.silence import silence


class OnnxBackend:
    """One inference session, one thread. Safe to call from several threads.

    Args:
        model: content of the .onnx file.

    Raises:
        ModelError: ONNX Runtime does not take the model.
    """

    name = "onnx"

    def __init__(self, model: bytes) -> None:
        silence()  # onnxruntime reads its telemetry switch while it is imported
        import onnxruntime  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session: Any = onnxruntime.InferenceSession(
                model, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's exceptions share no public base class
            raise ModelError(f"ONNX Runtime does not take the gate's model: {error}") from error
        self._lock = threading.Lock()

    def probabilities(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Background, skin, lesion for each pixel.

        Args:
            rgb: (256, 256, 3) uint8, sRGB.

        Returns:
            (256, 256, 3) float32, sums to 1 over the last axis.

        Raises:
            ModelError: the gate was closed.
        """
        with self._lock:
            session = self._session
        if session is None:
            raise ModelError("The gate was closed and cannot be used any more.")
        (result,) = session.run(None, {"image": np.ascontiguousarray(rgb)[None]})
        return np.asarray(result[0], np.float32)

    def close(self) -> None:
        """Free the session; a second call does nothing."""
        with self._lock:
            self._session = None
