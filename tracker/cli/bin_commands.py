"""Commands of the bin and of calibrated devices."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import options
from tracker.cli.output import JsonObject
from tracker.cli.session import CliSession, session_of
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.domain.care import DeviceProfile
    from tracker.services.bins import BinRow

_PANEL = "Edits"


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    commands: dict[str, Callable[..., None]] = {
        "bin": bin_,
        "undo-delete": undo_delete,
        "profile": profile,
    }
    for name, command in commands.items():
        app.command(name, rich_help_panel=_PANEL)(command)


def bin_(
    ctx: typer.Context,
    observation: Annotated[
        str | None, typer.Option("--observation", metavar="ID", help="Put a photo into it.")
    ] = None,
    lesion: Annotated[
        str | None, typer.Option("--lesion", metavar="L", help="Put a lesion into it.")
    ] = None,
    person: options.PersonOption = None,
    purge: Annotated[
        str | None, typer.Option("--purge", metavar="ID", help="Delete one thing in it for good.")
    ] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Delete all in it for good.")] = False,
) -> None:
    """The bin: list it, put a photo or lesion into it, or delete for good what is in it."""
    from tracker.services import bins

    session = session_of(ctx)
    workspace = session.workspace()
    if sum((observation is not None, lesion is not None, purge is not None, empty)) > 1:
        raise UsageError(
            "Only one of --observation, --lesion, --purge and --empty can be done at once.",
            next_step="Run the command once for each.",
        )
    if observation is not None:
        _show(session, bins.bin_photo(workspace, observation))
    elif lesion is not None:
        _show(session, bins.bin_lesion(workspace, person, lesion))
    elif purge is not None or empty:
        count = bins.purge(workspace, None if purge is None else [purge])
        session.output.result({"type": "purged", "items": count}, f"Deleted for good: {count}.")
    else:
        for row in bins.binned(workspace, person):
            _show(session, row)


def undo_delete(
    ctx: typer.Context,
    item: Annotated[str, typer.Argument(metavar="ID", help="As bin lists it.")],
) -> None:
    """Put something back that is in the bin."""
    from tracker.services import bins

    session = session_of(ctx)
    row = bins.undo(session.workspace(), item)
    session.output.result(bin_object(row, binned=False), f"Back again: {_text(row)}")


def _show(session: CliSession, row: BinRow) -> None:
    session.output.result(bin_object(row), f"{row.item_id}  {_text(row)}")


def bin_object(row: BinRow, *, binned: bool = True) -> JsonObject:
    """The `bin` object."""
    return {
        "type": "bin",
        "kind": row.kind,
        "item_id": row.item_id,
        "person": row.person,
        "lesion": row.lesion,
        "photos": row.photos,
        "binned": binned,
        "binned_at": row.binned_at.isoformat(timespec="seconds"),
        "latest_taken_at": None if row.taken_at is None else row.taken_at.isoformat(),
    }


def _text(row: BinRow) -> str:
    whose = f"{row.person}, {row.lesion or 'not assigned'}"
    if row.kind == "photo":
        day = "" if row.taken_at is None else f" of {row.taken_at.date().isoformat()}"
        return f"photo{day}: {whose}"
    return f"lesion with {row.photos} photo{'' if row.photos == 1 else 's'}: {whose}"


def profile(
    ctx: typer.Context,
    action: Annotated[str, typer.Argument(metavar="add|list|remove")],
    name: Annotated[str | None, typer.Argument(metavar="[NAME]")] = None,
    mm_per_px: options.MmPerPxOption = None,
    size: Annotated[
        str | None,
        typer.Option(metavar="W,H", help="Pixels of the photo in which it was measured."),
    ] = None,
    sigma: Annotated[
        float | None, typer.Option(metavar="F", help="Standard error, mm per pixel; else 2 %.")
    ] = None,
    modality: options.ModalityOption = None,
) -> None:
    """Calibrated devices (a dermatoscope, a phone attachment), for add --profile NAME."""
    from tracker.services import profiles

    session = session_of(ctx)
    if action == "list" and name is None:
        for found in profiles.profiles(session.workspace()):
            session.output.result(profile_object(found), _profile_text(found))
        return
    if action == "add" and name is not None and mm_per_px is not None and size is not None:
        width, height = options.read_numbers(size, "--size", 2)
        made = profiles.add_profile(
            session.workspace(),
            name,
            mm_per_px,
            width_px=round(width),
            height_px=round(height),
            sigma=sigma,
            modality=options.checked_modality(modality),
        )
        session.output.result(profile_object(made), _profile_text(made))
        return
    if action == "remove" and name is not None:
        gone = profiles.remove_profile(session.workspace(), name)
        session.output.result(profile_object(gone), f"Not offered any more: {gone.name}.")
        return
    raise UsageError(
        "It is not clear what to do with which device.",
        next_step="moletrail profile add NAME --mm-per-px F --size W,H; profile list; "
        "profile remove NAME",
    )


def profile_object(found: DeviceProfile) -> JsonObject:
    """The `profile` object."""
    return {
        "type": "profile",
        "profile_id": found.profile_id,
        "name": found.name,
        "mm_per_px": found.mm_per_px,
        "sigma": found.sigma_mm_per_px,
        "width": found.width_px,
        "height": found.height_px,
        "modality": None if found.modality is None else found.modality.value,
        "removed": found.removed,
    }


def _profile_text(found: DeviceProfile) -> str:
    kind = "" if found.modality is None else f", {found.modality.value}"
    return (
        f"{found.name}: {found.mm_per_px:g} ± {found.sigma_mm_per_px:.2g} mm per pixel at "
        f"{found.width_px} x {found.height_px}{kind}"
    )
