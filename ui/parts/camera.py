"""This computer's camera or a USB dermatoscope, with hints while it streams."""

from __future__ import annotations

import base64
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from ui import strings_add as strings

_START = "data:image/jpeg;base64,"


@cache
def _source(kind: str) -> str:
    return Path(__file__).with_suffix(f".{kind}").read_text(encoding="utf-8")


def photo(*, ghost: bytes | None, key: str) -> tuple[str, bytes] | None:
    """The camera; (name, JPEG) in the run after the person took a photo.

    Args:
        ghost: picture (JPEG) laid over the stream, to aim by.
    """
    st.caption(strings.CAMERA_TEXT)
    mount: Any = st.components.v2.component(
        "moletrail_camera", html=_source("html"), css=_source("css"), js=_source("js")
    )
    words = {
        "start": strings.CAMERA_START,
        "stop": strings.CAMERA_STOP,
        "shoot": strings.CAMERA_SHOOT,
        "device": strings.CAMERA_DEVICE,
        "ghost": strings.CAMERA_GHOST,
        "refused": strings.CAMERA_REFUSED,
        **strings.HINTS,
    }
    picture = None if ghost is None else _START + base64.b64encode(ghost).decode("ascii")
    result = mount(key=key, data={"words": words, "ghost": picture}, on_photo_change=lambda: None)
    taken = getattr(result, "photo", None)
    if not isinstance(taken, str) or not taken.startswith(_START):
        return None
    name = strings.CAMERA_NAME.format(stamp=f"{datetime.now():%Y%m%d-%H%M%S}")
    return name, base64.b64decode(taken[len(_START) :])
