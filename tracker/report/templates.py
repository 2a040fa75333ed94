"""Typst sources and style sheets that are shipped beside the code."""

from __future__ import annotations

from importlib import resources


def template(name: str) -> str:
    """The text of a template by file name."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
