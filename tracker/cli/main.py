"""`moletrail`: the root command. `--help` loads nothing but typer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tracker import silence

silence.silence()

from tracker.cli import (  # noqa: E402 - the switches must stand before anything else is imported
    backup_commands,
    bin_commands,
    delete_commands,
    due_commands,
    edit_commands,
    export_commands,
    inbox_commands,
    key_commands,
    list_commands,
    mask_commands,
    output_commands,
    photo_commands,
    reanalyze_commands,
    review_commands,
    safety_commands,
    share_commands,
    vault_commands,
    worklist_commands,
)
from tracker.cli.group import MoletrailGroup  # noqa: E402
from tracker.cli.output import Output, prepare_streams  # noqa: E402
from tracker.cli.passphrases import PassphraseSource  # noqa: E402
from tracker.cli.session import CliSession  # noqa: E402

_HELP = """
A local-first diary that measures change in photos of skin lesions. It does not diagnose. \
Without a command it opens the app. --vault, --passphrase-file and --json may stand anywhere \
on the line.

No measured change does not mean safe: see a clinician for any spot that is new, different \
from the others, changing, itching or bleeding.
"""

app = typer.Typer(
    name="moletrail",
    cls=MoletrailGroup,
    help=_HELP,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(ctx: typer.Context, wanted: bool) -> None:
    if not wanted:
        return
    from tracker.services.doctor import version_lines

    for line in version_lines():
        typer.echo(line)
    raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    vault: Annotated[
        str | None,
        typer.Option(
            metavar="DIR", help="The vault; else MOLETRAIL_VAULT, else the user-data folder."
        ),
    ] = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Its first line is the passphrase; else MOLETRAIL_PASSPHRASE, else a prompt.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON Lines on standard output, one object a line.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_show_version,
            is_eager=True,
            help="Print program, schema and model versions.",
        ),
    ] = False,
) -> None:
    """Keep the global options for the command; without one, open the app."""
    ctx.obj = CliSession(vault, PassphraseSource(file=passphrase_file), Output(as_json))
    ctx.call_on_close(ctx.obj.close)
    if ctx.invoked_subcommand is None:
        output_commands.open_app(ctx.obj, port=None)


for module in (
    photo_commands,
    inbox_commands,
    list_commands,
    edit_commands,
    mask_commands,
    bin_commands,
    worklist_commands,
    review_commands,
    due_commands,
    output_commands,
    export_commands,
    share_commands,
    vault_commands,
    key_commands,
    safety_commands,
    backup_commands,
    delete_commands,
    reanalyze_commands,
):
    module.register(app)


def main() -> None:
    """Entry point of the program `moletrail`."""
    prepare_streams()
    app(prog_name="moletrail")


if __name__ == "__main__":
    main()
