"""The command that corrects a lesion's outline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import jsonl, options, texts
from tracker.cli.output import Advance, JsonObject
from tracker.cli.session import session_of
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.domain.records import Observation
    from tracker.services.session import Workspace

_PANEL = "Edits"


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("correct-mask", rich_help_panel=_PANEL)(correct_mask)


def correct_mask(
    ctx: typer.Context,
    observation: Annotated[
        str, typer.Argument(metavar="OBSERVATION", help="Its id, as timeline lists it.")
    ],
    mask: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="White where the lesion is, of the photo's size."),
    ] = None,
    box: Annotated[
        str | None, typer.Option(metavar="X,Y,W,H", help="Outline the spot in this box.")
    ] = None,
    click: Annotated[
        str | None, typer.Option(metavar="X,Y", help="Outline the spot at this pixel.")
    ] = None,
    original: Annotated[
        bool, typer.Option("--original", help="Put the network's outline back.")
    ] = False,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who corrects it.")] = None,
) -> None:
    """Correct the outline of a lesion; the network's own is kept, and can be put back."""
    session = session_of(ctx)
    given = [value for value in (mask, box, click) if value is not None]
    if len(given) + original != 1:
        raise UsageError(
            "One of --mask, --box, --click and --original is needed.",
            next_step="moletrail correct-mask OBSERVATION --box X,Y,W,H",
        )
    workspace = session.workspace()
    with session.output.progress("comparing") as advance:
        seen = _corrected(workspace, observation, mask, box, click, by, advance)
    session.output.result(_object(seen), _text(seen))


def _corrected(
    workspace: Workspace,
    observation: str,
    mask: Path | None,
    box: str | None,
    click: str | None,
    by: str | None,
    advance: Advance,
) -> Observation:
    from tracker.services import masks

    if mask is not None:
        inside = masks.read_mask(mask)
        return masks.correct_mask(workspace, observation, inside, by=by, on_progress=advance)
    if box is not None or click is not None:
        at = None if click is None else options.read_numbers(click, "--click", 2)
        place = None if at is None else (at[0], at[1])
        found = masks.propose_mask(workspace, observation, box=options.read_roi(box), click=place)
        return masks.accept_proposal(workspace, observation, found, by=by, on_progress=advance)
    return masks.restore_mask(workspace, observation, by=by, on_progress=advance)


def _object(seen: Observation) -> JsonObject:
    measures = seen.analysis.measures
    return {
        **jsonl.edited_observation_object(seen),
        **jsonl.mask_keys(seen),
        "area_px": None if measures is None else measures.area_px,
        "area_mm2": seen.analysis.area_mm2,
        "diameter_mm": seen.analysis.diameter_mm,
    }


def _text(seen: Observation) -> str:
    measures = seen.analysis.measures
    area = "" if measures is None else f", {measures.area_px:.0f} px"
    by_hand = seen.mask_corrected
    what = "the network's outline" if by_hand is None else texts.corrected_text(by_hand)
    return f"{texts.edited_text(seen)}: {what}{area}"
