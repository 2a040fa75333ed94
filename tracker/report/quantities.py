"""Numbers and units as they are printed."""

from __future__ import annotations

NO_VALUE = "–"
#: How the judge's units are printed; others stand as they are.
_UNITS = {"percent": "%", "1-cosine": "", "index": "", "1": "", "delta_e_2000": "ΔE"}
_PER_YEAR = "_per_year"


def unit_words(unit: str) -> str:
    """A unit of the judge as it is printed: `percent_per_year` is `% a year`."""
    base = unit.removesuffix(_PER_YEAR)
    parts = (_UNITS.get(base, base), "a year" if base != unit else "")
    return " ".join(part for part in parts if part)


def quantity(
    value: float | None, unit: str, *, signed: bool = False, decimals: int | None = None
) -> str:
    """`+23 %`, `1.4 mm`, `0.12`, with a true minus sign; a dash where there is none."""
    if value is None:
        return NO_VALUE
    size = abs(value)
    digits = (0 if size >= 20 else 1 if size >= 1 else 2) if decimals is None else decimals
    text = f"{size:.{digits}f}"
    zero = float(text) == 0
    sign = "" if zero else "−" if value < 0 else "+" if signed else ""
    return f"{sign}{text}{f' {unit}' if unit else ''}"


def share(probability: float) -> str:
    """A probability, 0..1, in whole percent; never 0 and never 100."""
    percent = 100 * probability
    if percent < 0.5:
        return "< 1 %"
    return "> 99 %" if percent > 99.5 else f"{percent:.0f} %"
