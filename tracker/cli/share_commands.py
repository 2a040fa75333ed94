"""The command that hands chosen lesions to somebody: share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import options
from tracker.cli.output import Output
from tracker.cli.passphrases import PASSWORD_OPTION, PASSWORD_VARIABLE, PassphraseSource
from tracker.cli.session import CliSession, session_of
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.services.sharing import Shared, SharePlan

_SEND_APART = (
    "Give it to the receiver another way than the pack, for example by telephone. It is kept "
    "nowhere, and without it the pack cannot be opened. 7-Zip (Windows), Keka or The Unarchiver "
    "(macOS) and `7z x` open it; what Windows and macOS bring along does not."
)


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(rich_help_panel="Reports and app")(share)


def share(
    ctx: typer.Context,
    out: Annotated[
        Path, typer.Option(metavar="FILE.zip", help="A new file; with --plain a new folder.")
    ],
    lesion: Annotated[
        list[str] | None, typer.Option("--lesion", metavar="L", help="A spot to share; repeatable.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every spot of the person.")] = False,
    person: options.PersonOption = None,
    consent: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help='What you agree to: "I share these pictures with Dr Diaz for a second opinion."',
        ),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="N", help="Who makes the pack; else the person.")
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option("--also", metavar="fhir|dicom", help="This format too; repeatable."),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            "--leave-out",
            metavar="OBSERVATION",
            help="Keep this whole photo here; the report still shows the spot. Repeatable.",
        ),
    ] = None,
    clinician: Annotated[
        bool, typer.Option("--clinician", help="Class probabilities too, for a clinician.")
    ] = False,
    plain: Annotated[
        bool,
        typer.Option("--plain", help="A folder that is not encrypted, in place of a zip file."),
    ] = False,
    password_file: Annotated[
        Path | None,
        typer.Option(
            PASSWORD_OPTION,
            metavar="FILE",
            help=f"Its first line is the password; else {PASSWORD_VARIABLE}, else one is made.",
        ),
    ] = None,
    ask_password: Annotated[
        bool, typer.Option("--ask-password", help="Ask for a password, and make none.")
    ] = False,
) -> None:
    """Hand chosen spots to somebody: report, photos and tables in one encrypted file.

    The place of each photo is taken out. Names of files inside stay readable without the
    password; they name nobody.
    """
    from tracker.services import sharing

    session = session_of(ctx)
    _check_kind(out, plain)
    if every and lesion:
        raise UsageError("--all and --lesion exclude each other.", next_step="Give one of them.")
    workspace = session.workspace()
    sharing.check_free(workspace, out)
    chosen = None if every else tuple(lesion or ())
    with session.output.progress("Comparing") as advance:
        planned = sharing.plan(workspace, person, chosen, on_compared=advance)
    _tell(session, planned, frozenset(leave_out or ()))
    sentence = sharing.checked_consent(consent or _asked_consent(session.output))
    password, made = (None, False) if plain else _password(session, password_file, ask_password)
    request = sharing.ShareRequest(
        person=planned.person,
        lesions=planned.lesions,
        consent=sentence,
        made_by=by,
        formats=tuple(form.strip().lower() for form in also or ()),
        leave_out=tuple(leave_out or ()),
        clinician=clinician,
    )
    with session.output.progress("Sharing") as advance:
        done = sharing.share(workspace, request, out, password, on_photo=advance)
    _told(session, done, password if made else None)
    options.exit_with_refusals(done.photos, len(done.left_out))


def _check_kind(out: Path, plain: bool) -> None:
    if plain or out.suffix.lower() == ".zip":
        return
    raise UsageError(
        f"A share pack cannot be written as '{out.name}'.",
        next_step="Give a file name that ends in .zip, or --plain for a folder without encryption.",
    )


def _tell(session: CliSession, planned: SharePlan, left_out: frozenset[str]) -> None:
    """What leaves, and which pictures to look at first; as objects or on standard error."""
    from tracker.domain.share_words import LOOK_AT_EACH, photo_warnings

    output = session.output
    if not output.as_json:
        spots = ", ".join(f"'{name}'" for name in planned.lesions)
        output.note(
            f"To be shared of '{planned.person}': {spots}; {len(planned.photos)} photos, "
            f"{planned.notes} notes, {planned.symptoms} symptoms."
        )
    warned = False
    for photo in planned.photos:
        said = photo_warnings(photo.reasons, photo.others)
        if not said or photo.observation_id in left_out:
            continue
        warned = True
        if output.as_json:
            output.object(
                {
                    "type": "warning",
                    "observation_id": photo.observation_id,
                    "lesion": photo.lesion,
                    "taken_at": photo.taken_on,
                    "reasons": list(photo.reasons),
                    "others": list(photo.others),
                    "message": " ".join(said),
                }
            )
        else:
            output.note(
                f"{photo.observation_id} ('{photo.lesion}', {photo.taken_on}): {' '.join(said)}"
            )
    output.note(LOOK_AT_EACH)
    if warned:
        output.note("A whole photo stays here with: --leave-out OBSERVATION")


def _asked_consent(output: Output) -> str | None:
    """Typed at a terminal; None where nobody can be asked."""
    if not sys.stdin.isatty():
        return None
    output.note("Say in your own words what you agree to: with whom you share this, and what for.")
    try:
        return input("Consent: ")
    except (EOFError, UnicodeError):
        return None


def _password(session: CliSession, file: Path | None, ask: bool) -> tuple[str, bool]:
    """The password, and whether it was made here."""
    from tracker.services.sharing_password import new_password

    source = PassphraseSource(PASSWORD_OPTION, PASSWORD_VARIABLE, file)
    if ask or source.given() is not None:
        return source.fresh(session.output), False
    return new_password(), True


def _told(session: CliSession, done: Shared, password: str | None) -> None:
    for each in done.left_out:
        session.output.result(
            {"type": "refusal", "photo": each.photo, "reason": each.reason, "advice": each.advice},
            f"{each.photo}: left out. {each.reason} {each.advice or ''}".rstrip(),
        )
    kind = "encrypted" if done.encrypted else "NOT encrypted"
    session.output.result(
        {
            "type": "share",
            "path": str(done.path),
            "person": done.plan.person,
            "lesions": list(done.plan.lesions),
            "photos": done.photos,
            "files": done.files,
            "size_bytes": done.size_bytes,
            "encrypted": done.encrypted,
            "password": password,
        },
        f"Wrote {done.path}: {done.photos} photos, {done.files} files, "
        f"{done.size_bytes / 1e6:,.1f} MB, {kind}. Where photos were taken is not in it.",
    )
    if password is not None:
        if not session.output.as_json:
            session.output.note("Password of the pack, shown this once and kept nowhere:")
            session.output.note(f"\n    {password}\n")
        session.output.note(_SEND_APART)
