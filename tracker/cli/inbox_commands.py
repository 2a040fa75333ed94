"""The inbox on the command line: which folder, what waits, store it, tidy up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import options
from tracker.cli.session import CliSession, session_of
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.services.inbox import Inbox, Sorted
    from tracker.services.session import Workspace


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("inbox", rich_help_panel="Photos")(inbox)


def inbox(
    ctx: typer.Context,
    folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Watch this folder from now on.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Watch no folder any more.")] = False,
    store: Annotated[
        bool, typer.Option("--store", help="Store what is surely one of the known lesions.")
    ] = False,
    remove_stored: Annotated[
        bool, typer.Option("--remove-stored", help="Remove files that the vault holds.")
    ] = False,
    person: options.PersonOption = None,
) -> None:
    """New pictures of a watched folder, pre-sorted; nothing is stored unasked.

    With --store, pictures with a date whose lesion the folder names or lined-up features confirm
    are stored; the others go on waiting. Files stay where they are without --remove-stored.
    """
    from tracker.services import inbox as service

    session = session_of(ctx)
    workspace = session.workspace()
    if folder is not None and off:
        raise UsageError("Choose a folder or none.", next_step="Leave out --folder or --off.")
    if folder is not None or off:
        _choose(session, workspace, None if off else folder)
        return
    found = service.waiting(workspace)
    if found is None:
        raise UsageError(
            "No folder is watched.", next_step="Choose one with: moletrail inbox --folder DIR"
        )
    if found.problem is not None:
        raise UsageError(found.problem, next_step="Choose another with: inbox --folder DIR")
    refused = _walk(session, workspace, found, person, store=store)
    if remove_stored:
        again = service.waiting(workspace)
        gone = service.remove_stored(workspace, again.stored if again is not None else ())
        session.output.result({"type": "removed", "files": gone}, f"{gone} stored files removed.")
    options.exit_with_refusals(len(found.photos) - refused, refused)


def _choose(session: CliSession, workspace: Workspace, folder: Path | None) -> None:
    from tracker.services.inbox import set_inbox_folder, synced_by

    place = set_inbox_folder(workspace, folder)
    service = None if place is None else synced_by(place)
    text = "No folder is watched." if place is None else f"'{place}' is watched."
    session.output.result(
        {
            "type": "inbox",
            "folder": None if place is None else str(place),
            "synced_by": service,
        },
        text,
    )
    if service is not None:
        session.output.note(
            f"{service} seems to copy this folder to other computers: what lies in it leaves this "
            "machine before Moletrail sees it."
        )


def _walk(
    session: CliSession, workspace: Workspace, found: Inbox, person: str | None, *, store: bool
) -> int:
    """Show, and store where asked, each picture; returns how many were refused."""
    from tracker.errors import InputError
    from tracker.services.inbox import sort_photo

    refused = 0
    with session.output.progress("Looking", len(found.photos)) as advance:
        for done, photo in enumerate(found.photos, start=1):
            try:
                one = sort_photo(workspace, photo, person)
            except InputError as error:
                refused += 1
                session.output.result(
                    {
                        "type": "refusal",
                        "photo": photo.name,
                        "reason": error.message,
                        "advice": error.next_step,
                    },
                    str(error),
                )
            else:
                refused += _one(session, workspace, one, store=store)
            advance(done)
    return refused


def _one(session: CliSession, workspace: Workspace, one: Sorted, *, store: bool) -> int:
    from tracker.cli import jsonl, texts
    from tracker.services.comparing import compare_added
    from tracker.services.inbox import store_sorted
    from tracker.services.results import Refusal, Stored

    if store and one.sure and one.capture is not None and one.person is not None:
        result = store_sorted(workspace, one)
        session.output.result(jsonl.intake_object(result), texts.intake_text(result))
        if isinstance(result, Stored):
            compare_added(workspace, result)
        return int(isinstance(result, Refusal))
    analysis = one.seen.analysis
    session.output.result(
        {
            "type": "waiting",
            "photo": one.photo.name,
            "taken_at": None if one.capture is None else one.capture.isoformat(),
            "person": one.person,
            "lesion": one.lesion,
            "similarity": one.similarity,
            "sure": one.sure,
            "status": analysis.status,
            "reason": analysis.reason,
            "advice": analysis.advice,
        },
        _sentence(one),
    )
    return 0


def _sentence(one: Sorted) -> str:
    day = "no date" if one.capture is None else one.capture.isoformat()
    if not one.seen.is_measured:
        return f"{one.photo.name}: {one.seen.analysis.reason}"
    if one.lesion is None:
        return f"{one.photo.name}: {day}, no known lesion is like it."
    how = "surely" if one.sure else "perhaps"
    return f"{one.photo.name}: {day}, {how} '{one.lesion}' of '{one.person}'."
