"""Putting one of our components on the page."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).resolve().parent


@cache
def _text(name: str, kind: str) -> str:
    return (_HERE / name / f"{name}.{kind}").read_text(encoding="utf-8")


def mount(
    name: str,
    *,
    key: str,
    data: Mapping[str, object],
    height: int | None = None,
    states: Mapping[str, object] | None = None,
    triggers: tuple[str, ...] = (),
) -> Any:
    """Draw the component `name`; gives its states and triggers as attributes.

    Args:
        data: what its script is handed; JSON values.
        states: values that the script may set, with what they are before it does.
        triggers: values that the script may set for one run.
    """
    drawn = st.components.v2.component(
        f"moletrail_{name}",
        html=_text(name, "html"),
        css=_text("shared", "css") + _text(name, "css"),
        js=_text(name, "js"),
        isolate_styles=True,
    )
    listeners: dict[str, Any] = {
        f"on_{each}_change": _nothing for each in (*(states or {}), *triggers)
    }
    return drawn(
        key=key,
        data=dict(data),
        default=dict(states) if states else None,
        height="content" if height is None else height,
        **listeners,
    )


def _nothing() -> None:
    """A value that is set runs the page again; there is nothing else to do."""


def data_address(picture: bytes) -> str:
    """A `data:` address of PNG or JPEG bytes."""
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}"
