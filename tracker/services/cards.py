"""The printable card as a file for the app to hand over."""

from __future__ import annotations


def card_file() -> bytes:
    """The scale and colour card in true size with instructions, PDF."""
    from tracker.report.card import card_pdf  # noqa: PLC0415 - loads the typesetter

    return card_pdf()
