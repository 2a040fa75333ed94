"""Commands that take photos: analyze, add, import, match."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import jsonl, options, texts
from tracker.cli.passphrases import PASSWORD_OPTION, PASSWORD_VARIABLE, PassphraseSource
from tracker.cli.session import CliSession, session_of

if TYPE_CHECKING:
    from tracker.services.results import AddRequest, IntakeResult
    from tracker.services.session import Workspace

_FOLDER = "DIR"


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command(rich_help_panel="Photos")(analyze)
    app.command(rich_help_panel="Photos")(add)
    app.command("import", rich_help_panel="Photos")(import_)
    app.command(rich_help_panel="Photos")(match)


def analyze(
    ctx: typer.Context,
    photos: options.PhotosArgument,
    masks: Annotated[Path | None, typer.Option(metavar=_FOLDER, help="Write masks.")] = None,
    overlays: Annotated[Path | None, typer.Option(metavar=_FOLDER, help="Write overlays.")] = None,
    heatmaps: Annotated[Path | None, typer.Option(metavar=_FOLDER, help="Write heat maps.")] = None,
    roi: options.RoiOption = None,
    mm_per_px: options.MmPerPxOption = None,
    modality: options.ModalityOption = None,
) -> None:
    """Measure photos without touching a vault."""
    from tracker.services.analyzing import OutputFolders, analyze_files, photo_options

    session = session_of(ctx)
    wanted = photo_options(
        options.read_roi(roi),
        options.checked_mm_per_px(mm_per_px),
        options.checked_modality(modality),
    )
    folders = OutputFolders(masks, overlays, heatmaps)
    measured = refused = 0
    with session.output.progress("Measuring", len(photos)) as advance:
        for analysis in analyze_files(session.workspace(), photos, wanted, folders):
            session.output.result(jsonl.analysis_object(analysis), texts.analysis_text(analysis))
            if analysis.status == "measured":
                measured += 1
            else:
                refused += 1
            advance(measured + refused)
    options.exit_with_refusals(measured, refused)


def add(
    ctx: typer.Context,
    photos: options.PhotosArgument,
    person: options.PersonOption = None,
    lesion: Annotated[
        str | None,
        typer.Option(metavar="L", help="Its lesion; else the known one it clearly shows."),
    ] = None,
    site: Annotated[str | None, typer.Option(metavar="S", help="Where on the body.")] = None,
    date: Annotated[
        str | None, typer.Option(metavar="D", help="When it was taken; else from EXIF.")
    ] = None,
    mm_per_px: options.MmPerPxOption = None,
    roi: options.RoiOption = None,
    note: Annotated[str | None, typer.Option(metavar="T", help="A note.")] = None,
    modality: options.ModalityOption = None,
    new: Annotated[bool, typer.Option("--new", help="The lesion appeared lately.")] = False,
    symptom: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND", help="What it does (see: symptom), or none; may repeat."),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Taken with this calibrated device (see: profile)."),
    ] = None,
) -> None:
    """Store photos in the vault."""
    from tracker.services.edits import symptom_kind
    from tracker.services.intake import common_request
    from tracker.services.profiles import profile as known_profile

    session = session_of(ctx)
    shared = common_request(
        person=person,
        lesion=lesion,
        site=site,
        taken_at=date,
        mm_per_px=options.checked_mm_per_px(mm_per_px),
        roi=options.read_roi(roi),
        note=note,
        modality=options.checked_modality(modality),
        is_new=new,
        profile=profile,
    )
    kinds = None if symptom is None else [symptom_kind(w).value for w in symptom if w != "none"]
    workspace = session.workspace()
    if shared.profile is not None:
        known_profile(workspace, shared.profile)
    _add_files(session, workspace, photos, shared, kinds)


def _add_files(
    session: CliSession,
    workspace: Workspace,
    photos: list[Path],
    shared: AddRequest,
    symptoms: list[str] | None,
) -> None:
    from tracker.services.answers import answer
    from tracker.services.comparing import compare_added
    from tracker.services.intake import add_file, check_person
    from tracker.services.results import Refusal, Stored

    shared = check_person(workspace, shared)
    done = refused = 0
    shown: dict[tuple[str, str], None] = {}
    with session.output.progress("Adding", len(photos)) as advance:
        for path in photos:
            result = add_file(workspace, path, shared)
            _show_intake(session, result)
            if isinstance(result, Refusal):
                refused += 1
            else:
                done += 1
            if isinstance(result, Stored):
                compare_added(workspace, result)
                if result.lesion is not None:
                    shown[result.person, result.lesion] = None
            advance(done + refused)
    for name, seen in shown if symptoms is not None else ():
        answer(workspace, name, seen, symptoms or ())
    if shown and not session.output.as_json and symptoms != []:
        session.output.note(texts.symptom_question(symptoms or []))
    options.exit_with_refusals(done, refused)


def _show_intake(session: CliSession, result: IntakeResult) -> None:
    session.output.result(jsonl.intake_object(result), texts.intake_text(result))


def import_(
    ctx: typer.Context,
    source: Annotated[
        Path, typer.Argument(metavar="MANIFEST.csv|FOLDER|PACK.zip", show_default=False)
    ],
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="P", help="Whose photos, where nothing else says it."),
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option(
            PASSWORD_OPTION,
            metavar="FILE",
            help=f"Its first line is the password of a share pack; else {PASSWORD_VARIABLE}, "
            "else it is asked for.",
        ),
    ] = None,
) -> None:
    """Store the photos of a table, of a folder, of an export, or of a share pack.

    A table has the columns photo, person, lesion, taken_at, and optional ones.

    A folder holds FOLDER/person/lesion/photo or, with --person,
    FOLDER/lesion/photo; dates come from the photos, else from their names.

    A folder that `export` wrote (csv, parquet) is brought back whole, and so
    is what `share` wrote, encrypted or not.
    """
    from tracker.services.comparing import compare_missing
    from tracker.services.import_sources import open_source
    from tracker.services.results import Refusal, Stored

    session = session_of(ctx)
    workspace = session.workspace()
    secret = PassphraseSource(PASSWORD_OPTION, PASSWORD_VARIABLE, password_file)
    found = open_source(workspace, source, person, password=lambda: secret.password(session.output))
    for passed in found.passed_over:
        session.output.result(
            {"type": "passed_over", "photo": passed.file, "reason": passed.reason},
            f"{passed.file}: passed over, {passed.reason}.",
        )
    done = refused = 0
    touched: set[tuple[str, str]] = set()
    with session.output.progress("Importing", found.total) as advance:
        for step in found.steps:
            _show_intake(session, step.result)
            if isinstance(step.result, Refusal):
                refused += 1
            else:
                done += 1
            if isinstance(step.result, Stored) and step.result.lesion is not None:
                touched.add((step.result.person, step.result.lesion))
            advance(step.done)
    with session.output.progress("Comparing") as advance:
        compare_missing(workspace, sorted(touched), on_progress=advance)
    options.exit_with_refusals(done, refused)


def match(
    ctx: typer.Context,
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", show_default=False)],
    person: options.PersonOption = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many to list.")] = 5,
    roi: options.RoiOption = None,
) -> None:
    """Which known lesion is this?"""
    from tracker.services.matching import match_file

    session = session_of(ctx)
    matches = match_file(session.workspace(), photo, person, k=k, roi=options.read_roi(roi))
    for found in matches:
        session.output.result(jsonl.match_object(found), texts.match_text(found))
    if not matches:
        session.output.note("No lesion of this person can be compared with the photo yet.")
