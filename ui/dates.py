"""Days as the person's browser says that they are read; the words around them are English."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import streamlit as st

#: Regions that write the year first, and those that write the month first (CLDR short dates).
_YEAR_FIRST = frozenset(("CA", "CN", "HU", "IR", "JP", "KR", "LT", "MN", "SE", "TW", "ZA"))
_MONTH_FIRST = frozenset(("US", "PH", "FM", "GU", "MH", "MP", "PR", "PW", "UM", "VI"))
_YEAR_FIRST_LANGUAGES = frozenset(("hu", "ja", "ko", "lt", "mn", "sv", "zh"))

Order = Literal["ymd", "mdy", "dmy"]


def order_of(locale: str | None) -> Order:
    """In which order a locale such as `en-US` writes a day; day first where it is not known."""
    parts = (locale or "").replace("_", "-").split("-")
    region = next((part.upper() for part in parts[1:] if len(part) == 2), None)
    if region in _YEAR_FIRST or (region is None and parts[0].lower() in _YEAR_FIRST_LANGUAGES):
        return "ymd"
    is_american = region in _MONTH_FIRST or (region is None and parts[0].lower() == "en")
    return "mdy" if is_american else "dmy"


def day_in(value: date | datetime, order: Order) -> str:
    """`2025-03-01`, `Mar 1, 2025` or `1 Mar 2025`."""
    if order == "ymd":
        return f"{value:%Y-%m-%d}"
    if order == "mdy":
        return f"{value:%b} {value.day}, {value.year}"
    return f"{value.day} {value:%b %Y}"


def day(value: date | datetime) -> str:
    """A day in the order of the person's browser."""
    return day_in(value, order_of(st.context.locale))


def input_format() -> str:
    """The order, as Streamlit's date field wants it."""
    return {"ymd": "YYYY-MM-DD", "mdy": "MM/DD/YYYY", "dmy": "DD/MM/YYYY"}[
        order_of(st.context.locale)
    ]
