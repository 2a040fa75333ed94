"""The gate through MediaPipe's ImageSegmenter.

MediaPipe is imported late: its wheel exists for some platforms only, and on Linux its import fails
where libEGL, libGLESv2 or libGL are missing. Then `tracker.vision.gate_onnx` runs the same network.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracker.errors import ModelError
from tracker.silence import silence

_STDERR_FD = 2


class MediaPipeBackend:
    """One ImageSegmenter, kept for the life of the gate. Safe to call from several threads.

    Args:
        model: content of the .tflite file. Handed over as bytes, since MediaPipe's own file
            reading fails on paths with non-ASCII letters on Windows.

    Raises:
        ImportError, OSError: MediaPipe or a system library that it wants is not there.
        ModelError: MediaPipe does not take the model.
    """

    name = "mediapipe"

    def __init__(self, model: bytes) -> None:
        silence()
        with quiet_stderr():
            # Only what is used: the package's top level imports every task, audio included.
            import mediapipe  # noqa: PLC0415
            from mediapipe.tasks.python import BaseOptions, vision  # noqa: PLC0415

            options = vision.ImageSegmenterOptions(
                base_options=BaseOptions(model_asset_buffer=model),
                running_mode=vision.RunningMode.IMAGE,
                output_confidence_masks=True,
                output_category_mask=False,
            )
            try:
                self._segmenter: Any = vision.ImageSegmenter.create_from_options(options)
            except (RuntimeError, ValueError) as error:
                raise ModelError(f"MediaPipe does not take the gate's model: {error}") from error
        self._free = weakref.finalize(self, _close, self._segmenter)
        self._image = mediapipe.Image
        self._format = mediapipe.ImageFormat.SRGB
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
        picture = self._image(image_format=self._format, data=np.ascontiguousarray(rgb))
        with self._lock:
            if self._segmenter is None:
                raise ModelError("The gate was closed and cannot be used any more.")
            result = self._segmenter.segment(picture)
            masks = [np.array(mask.numpy_view(), np.float32) for mask in result.confidence_masks]
        return np.stack([mask.reshape(rgb.shape[:2]) for mask in masks], axis=-1)

    def close(self) -> None:
        """Free the segmenter; a second call does nothing."""
        with self._lock:
            self._free()
            self._segmenter = None


def _close(segmenter: Any) -> None:
    try:
        segmenter.close()
    except RuntimeError:
        # The interpreter is shutting down and MediaPipe's worker thread is gone; its `__del__`
        # would try again and print a traceback, so let the process end with the object in place.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(segmenter))


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send file descriptor 2 to the null device and restore it, whatever happens inside.

    MediaPipe's C++ side logs past Python before any of its log settings is read.
    """
    sys.stderr.flush()
    try:
        saved = os.dup(_STDERR_FD)
    except OSError:  # a windowed program has no standard error, so nothing to keep quiet
        yield
        return
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, _STDERR_FD)
        yield
    finally:
        os.dup2(saved, _STDERR_FD)
        os.close(saved)
        os.close(sink)
