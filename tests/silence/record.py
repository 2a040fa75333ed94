"""Write down that the traced tests passed, for the app's page on privacy.

    python -m tests.silence.record

Runs `tests/silence` with a tracer and, only when every test passed and none was skipped, writes the
day, the program's version and how many command lines were traced into the package.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

from tests.silence.test_no_outbound import encrypted_steps, plain_steps
from tracker import __version__, resources


def main() -> int:
    """Run the tests and record them."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", str(Path(__file__).parent)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    print(run.stdout)
    last = run.stdout.strip().splitlines()[-1]
    if run.returncode != 0 or "skipped" in last or not re.search(r"\d+ passed", last):
        print("Not recorded: not every test ran and passed.", file=sys.stderr)
        return 1
    here = Path()
    record = {
        "tested_on": date.today().isoformat(),
        "program": __version__,
        "commands": len(plain_steps(here)) + len(encrypted_steps(here)),
    }
    resources.trace_record().write_text(json.dumps(record) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
