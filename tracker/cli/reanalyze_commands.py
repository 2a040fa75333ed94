"""`moletrail reanalyze`: stored photos measured again by today's networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import options
from tracker.cli.json_analysis import model_object, time_text
from tracker.cli.output import JsonObject, Output
from tracker.cli.session import session_of
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.domain.analysis import Analysis
    from tracker.services.reanalyzing import LesionMoved, NotReanalysed, Reanalysed, Waiting
    from tracker.services.session import Workspace


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(rich_help_panel="Vault")(reanalyze)


def reanalyze(
    ctx: typer.Context,
    person: options.PersonOption = None,
    lesion: Annotated[
        str | None, typer.Option("--lesion", metavar="L", help="Only this lesion.")
    ] = None,
    everyone: Annotated[
        bool, typer.Option("--everyone", help="All people of the vault at once.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Measure and show what moves, store nothing.")
    ] = False,
) -> None:
    """Measure photos again that other versions of the networks measured.

    The earlier analyses stay in the vault. Stopped in between, it goes on from there.
    """
    from tracker.services.people import person_name
    from tracker.services.reanalyzing import waiting

    if everyone and (person is not None or lesion is not None):
        raise UsageError(
            "--everyone goes with neither --person nor --lesion.", next_step="Leave one out."
        )
    session = session_of(ctx)
    workspace = session.workspace()
    who = None if everyone else person_name(workspace, person)
    todo = waiting(workspace, who, lesion)
    if not todo:
        session.output.result(
            _summary_object(0, 0, 0, dry_run=dry_run),
            "Every photo was measured by the networks of this version.",
        )
        return
    _run(session.output, workspace, todo, dry_run=dry_run)


def _run(output: Output, workspace: Workspace, todo: list[Waiting], *, dry_run: bool) -> None:
    from tracker.services import reanalyzing as service

    before = service.statuses(workspace, todo)
    done = refused = 0
    with output.progress("Measuring again", len(todo)) as advance:
        for step in service.reanalyze(workspace, todo, dry_run=dry_run):
            result = step.result
            if isinstance(result, service.NotReanalysed):
                refused += 1
                output.result(_refusal_object(result), _refusal_text(result))
            elif result is not None:
                done += 1
                output.result(_photo_object(result), _photo_text(result))
            advance(step.done)
    if not dry_run and done:
        with output.progress("Judging"):
            moved = service.moved_lesions(workspace, todo, before)
        _show_lesions(output, moved)
    summary = _summary_object(len(todo), done, refused, dry_run=dry_run)
    output.result(summary, _summary_text(summary))
    options.exit_with_refusals(done, refused)


def _show_lesions(output: Output, moved: list[LesionMoved]) -> None:
    for lesion in moved:
        output.result(_lesion_object(lesion), _lesion_text(lesion))


def _summary_object(waiting: int, done: int, refused: int, *, dry_run: bool) -> JsonObject:
    """The closing object. Photos that are neither measured nor refused another process measured."""
    return {
        "type": "reanalysis",
        "waiting": waiting,
        "measured": done,
        "refused": refused,
        "dry_run": dry_run,
    }


def _summary_text(summary: JsonObject) -> str:
    measured, waiting = summary["measured"], summary["waiting"]
    text = f"{measured} of {waiting} photos measured again"
    text += "; nothing was stored" if summary["dry_run"] else ""
    refused = summary["refused"]
    return f"{text}; {refused} keep their earlier analysis." if refused else f"{text}."


def _photo_object(moved: Reanalysed) -> JsonObject:
    before, after = moved.before, moved.after
    return {
        "type": "reanalysed",
        "observation_id": moved.observation_id,
        "person": moved.person,
        "lesion": moved.lesion,
        "photo": moved.photo,
        "taken_at": time_text(moved.taken_at),
        "from_model": model_object(before.model),
        "to_model": model_object(after.model),
        "from_gate": model_object(before.gate),
        "to_gate": model_object(after.gate),
        "area_px_before": _area_px(before),
        "area_px_after": _area_px(after),
        "area_mm2_before": before.area_mm2,
        "area_mm2_after": after.area_mm2,
        "mask_dice": moved.mask_dice,
        "stored": moved.stored,
    }


def _refusal_object(kept: NotReanalysed) -> JsonObject:
    return {
        "type": "refusal",
        "observation_id": kept.observation_id,
        "person": kept.person,
        "lesion": kept.lesion,
        "photo": kept.photo,
        "reason": kept.reason,
        "advice": kept.advice,
    }


def _lesion_object(moved: LesionMoved) -> JsonObject:
    return {
        "type": "reanalysed_lesion",
        "person": moved.person,
        "lesion": moved.lesion,
        "status_before": None if moved.before is None else moved.before.value,
        "status_after": None if moved.after is None else moved.after.value,
    }


def _area_px(analysis: Analysis) -> float | None:
    return None if analysis.measures is None else analysis.measures.area_px


def _photo_text(moved: Reanalysed) -> str:
    where = f"{moved.person}, {moved.lesion or 'not assigned'}, {moved.taken_at.isoformat()}"
    parts = [f"area {_areas(moved)}"]
    if moved.mask_dice is not None:
        parts.append(f"outlines agree to {moved.mask_dice:.0%}")
    return f"{moved.photo} ({where}): {', '.join(parts)}."


def _areas(moved: Reanalysed) -> str:
    mm2 = moved.before.area_mm2, moved.after.area_mm2
    if mm2[0] is not None and mm2[1] is not None:
        return f"{mm2[0]:.1f} mm², now {mm2[1]:.1f} mm²"
    px = [_area_px(each) for each in (moved.before, moved.after)]
    was, now = ["not measured" if value is None else f"{value:.0f} px" for value in px]
    return f"{was}, now {now}"


def _refusal_text(kept: NotReanalysed) -> str:
    words = f"{kept.photo}: keeps its earlier analysis. {kept.reason} {kept.advice or ''}"
    return words.rstrip()


def _lesion_text(moved: LesionMoved) -> str:
    from tracker.domain.wording import status_sentence

    was, now = [
        "nothing" if status is None else status_sentence(status)
        for status in (moved.before, moved.after)
    ]
    text = f"{moved.person}, {moved.lesion}: {now}"
    return f"{text} (as before)" if was == now else f"{text} (before: {was})"
