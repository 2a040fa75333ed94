"""Options that several commands share, and the reading of their values."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from tracker.domain.geometry import Box

PersonOption = Annotated[
    str | None,
    typer.Option("--person", metavar="P", help="Whose; not needed with one person in the vault."),
]
RoiOption = Annotated[
    str | None,
    typer.Option(
        "--roi", metavar="X,Y,W,H", help="Look at this region, in pixels of the upright photo."
    ),
]
MmPerPxOption = Annotated[
    float | None,
    typer.Option("--mm-per-px", metavar="F", help="Millimetres per pixel, where it is known."),
]
ModalityOption = Annotated[
    str | None,
    typer.Option("--modality", metavar="clinical|dermoscopic", help="How the photo was taken."),
]
PhotosArgument = Annotated[list[Path], typer.Argument(metavar="PHOTO...", show_default=False)]


def read_roi(text: str | None) -> Box | None:
    """The region as a box; raises UsageError."""
    if text is None:
        return None
    from tracker.domain.geometry import parse_box

    return parse_box(text)


def checked_mm_per_px(value: float | None) -> float | None:
    """The scale as given; raises UsageError unless it is a number above zero."""
    if value is not None and not (math.isfinite(value) and value > 0):
        raise UsageError(
            f"{value} millimetres per pixel is not a scale.",
            next_step="Give a number above zero, for example --mm-per-px 0.05.",
        )
    return value


def checked_modality(text: str | None) -> str | None:
    """`clinical` or `dermoscopic`; raises UsageError for other words."""
    if text is None or text in ("clinical", "dermoscopic"):
        return text
    raise UsageError(
        f"'{text}' is not a modality.", next_step="Write --modality clinical or dermoscopic."
    )


def read_numbers(text: str, option: str, count: int) -> tuple[float, ...]:
    """Numbers with commas between them; raises UsageError."""
    try:
        found = tuple(float(part) for part in text.replace(";", ",").split(","))
    except ValueError:
        found = ()
    if len(found) != count or not all(map(math.isfinite, found)):
        raise UsageError(
            f"'{text}' is not {count} numbers.",
            next_step=f"Write {option} as numbers with commas between them, such as 120,80.",
        )
    return found


def read_day(text: str | None, option: str) -> date | None:
    """An ISO date; raises UsageError."""
    if text is None:
        return None
    from datetime import date

    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"'{text}' is not a date.", next_step=f"Write {option} as YYYY-MM-DD."
        ) from None


def exit_with_refusals(done: int, refused: int) -> None:
    """0 when all was done, 1 when some items were refused, 3 when nothing was done.

    Raises:
        typer.Exit: with 1 or 3.
    """
    if refused and not done:
        raise typer.Exit(3)
    if refused:
        raise typer.Exit(1)
