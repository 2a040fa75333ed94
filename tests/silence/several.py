"""Several command lines in one process, so that what they share is loaded once.

    python -m tests.silence.several STEPS.json

STEPS.json: a list of argument lists. In an argument `{observation:LESION}` stands for the id of the
first photo of that lesion, and `{binned}` for that of what came into the bin last. Ends with 1 at
the first command that does, saying which.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
from pathlib import Path

from tracker.cli.main import app

_BINNED = "{binned}"
_ID = re.compile(r"\{observation:(?P<lesion>[^}]*)\}")


def run(arguments: list[str]) -> tuple[int, str]:
    """Exit code and standard output of one command."""
    output = io.StringIO()
    code: object = 0
    with contextlib.redirect_stdout(output):
        try:
            app(arguments, prog_name="moletrail")
        except SystemExit as end:
            code = end.code or 0
    return code if isinstance(code, int) else 70, output.getvalue()


def filled(arguments: list[str]) -> list[str]:
    """The arguments with ids where they name a lesion's photo."""
    vault = arguments[:2]  # --vault DIR

    def look_up(found: re.Match[str]) -> str:
        told = run([*vault, "--json", "timeline", found["lesion"]])[1]
        return str(json.loads(told.splitlines()[0])["observation_id"])

    if _BINNED in arguments:
        told = run([*vault, "--json", "bin"])[1]
        item = str(json.loads(told.splitlines()[0])["item_id"])
        arguments = [item if argument == _BINNED else argument for argument in arguments]
    return [_ID.sub(look_up, argument) for argument in arguments]


def main() -> int:
    """Run the steps."""
    for step in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
        arguments = filled(step)
        code, output = run(arguments)
        if code != 0:
            print(f"{arguments} ended with {code}\n{output}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
