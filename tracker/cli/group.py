"""The root command: global options anywhere on the line, one place for every failure."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from tracker.cli import failures
from tracker.cli.output import Output
from tracker.cli.session import CliSession
from tracker.errors import MoletrailError

_FLAGS = ("--json",)
_WITH_VALUE = ("--vault", "--passphrase-file")


def hoist_global_options(args: list[str]) -> list[str]:
    """Move the global options to the front, so that they may stand after the command too.

    Words after `--` are left alone.
    """
    front: list[str] = []
    rest: list[str] = []
    position = 0
    while position < len(args):
        word = args[position]
        if word == "--":
            rest += args[position:]
            break
        if word in _FLAGS or word.startswith(tuple(f"{name}=" for name in _WITH_VALUE)):
            front.append(word)
        elif word in _WITH_VALUE and position + 1 < len(args):
            front += [word, args[position + 1]]
            position += 1
        else:
            rest.append(word)
        position += 1
    return front + rest


class MoletrailGroup(TyperGroup):
    """Turns every exception of a command into the contract's exit code and a sentence."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Let the global options stand anywhere."""
        return super().parse_args(ctx, hoist_global_options(args))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; whatever it raises becomes an exit code."""
        try:
            return super().invoke(ctx)
        except MoletrailError as error:
            raise typer.Exit(failures.report_expected(error, _output(ctx))) from None
        except KeyboardInterrupt:
            _output(ctx).note("Stopped. What was acknowledged is stored.")
            raise typer.Exit(failures.INTERRUPTED_EXIT_CODE) from None
        except BrokenPipeError:
            failures.silence_broken_pipe()
            raise typer.Exit(failures.BROKEN_PIPE_EXIT_CODE) from None
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            raise typer.Exit(self._unexpected(error, ctx)) from None

    def _unexpected(self, error: Exception, ctx: Any) -> int:
        if hasattr(error, "format_message") and hasattr(error, "exit_code"):
            failures.announce_wrong_usage(error.format_message(), _output(ctx))
            raise error  # the parser's own error, which shows itself on standard error
        if isinstance(error, (ImportError, OSError)):
            expected = failures.as_system_library_error(error)
            if expected is not None:
                return failures.report_expected(expected, _output(ctx))
        return failures.report_bug(error, _output(ctx))


def _output(ctx: Any) -> Output:
    if isinstance(ctx.obj, CliSession):
        return ctx.obj.output
    return Output(bool(ctx.params.get("as_json")))
