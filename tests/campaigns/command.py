"""What every campaign command does: numbered cases, results that can be continued, a table."""

from __future__ import annotations

import argparse
import json
import logging
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.campaigns.places import keep_snapshots_early

SAVED_EVERY_S = 5.0


@dataclass(frozen=True)
class Case:
    """One numbered attack: all that is random in it comes from `random`, seeded by its number."""

    number: int
    random: random.Random
    folder: Path


@dataclass
class Outcome:
    """What came of a case.

    stratum: what was attacked, for the table. result: one of few words. counts: numbers that are
    added up over all cases. wrong: what a vault must never do, in words; empty where all held.
    """

    stratum: str
    result: str
    wrong: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    detail: str = ""

    def to_json(self, number: int) -> dict[str, Any]:
        found = {"case": number, "stratum": self.stratum, "result": self.result}
        for name in ("wrong", "counts", "detail"):
            if value := getattr(self, name):
                found[name] = value
        return found


Attack = Callable[[Case], Outcome]


def attempt(attack: Attack, number: int, seed: int, scratch: Path) -> dict[str, Any]:
    """Run one case in a folder of its own; an exception is a result, and a wrong one.

    The folder of a case in which something went wrong is kept.
    """
    folder = scratch / f"case-{number}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        outcome = attack(Case(number, random.Random(f"{seed}/{number}"), folder))
    except Exception as error:
        text = "".join(traceback.format_exception(error)[-6:])
        outcome = Outcome("harness or program", "exception", wrong=f"{error!r}", detail=text)
    if not outcome.wrong:
        shutil.rmtree(folder, ignore_errors=True)
    return outcome.to_json(number)


def run(name: str, attack: Attack, arguments: Sequence[str] | None = None) -> int:
    """The command: runs what is missing of cases `first .. first + count - 1`, prints the table.

    Returns:
        The number of cases in which something was wrong, as the exit status (100 at most).
    """
    options = _options(name, arguments)
    logging.getLogger("tracker").setLevel(logging.CRITICAL)
    keep_snapshots_early()
    done = _read(options.out, options.seed)
    wanted = range(options.first, options.first + options.count)
    with tempfile.TemporaryDirectory(dir=options.scratch, ignore_cleanup_errors=True) as folder:
        saved = time.monotonic()
        for number in wanted:
            if number in done and not (options.again and done[number].get("wrong")):
                continue
            done[number] = attempt(attack, number, options.seed, Path(folder))
            if done[number].get("wrong"):
                _keep(Path(folder) / f"case-{number}", options.kept)
                print(f"case {number}: {done[number]['wrong']}", flush=True)
            if time.monotonic() - saved > SAVED_EVERY_S:
                saved = time.monotonic()
                _write(options.out, name, options.seed, done)
    _write(options.out, name, options.seed, done)
    mine = [done[number] for number in wanted]
    print(table(mine))
    return min(100, sum(1 for each in mine if each.get("wrong")))


def table(cases: Iterable[dict[str, Any]]) -> str:
    """Results by stratum, then the counts, as text."""
    by_stratum: dict[str, Counter[str]] = {}
    counts: Counter[str] = Counter()
    total = wrong = 0
    for case in cases:
        total += 1
        wrong += bool(case.get("wrong"))
        by_stratum.setdefault(case["stratum"], Counter())[case["result"]] += 1
        counts.update(case.get("counts", {}))
    results = sorted({result for row in by_stratum.values() for result in row})
    width = max((len(name) for name in by_stratum), default=0)
    lines = [" ".join([" " * width, *(f"{result:>12}" for result in results), f"{'all':>8}"])]
    for stratum, row in sorted(by_stratum.items()):
        cells = (f"{row[result] or '':>{max(12, len(result))}}" for result in results)
        lines.append(" ".join([f"{stratum:<{width}}", *cells, f"{row.total():>8}"]))
    lines += [f"{count:>8}  {name}" for name, count in sorted(counts.items())]
    return "\n".join([*lines, f"{total:>8}  cases, {wrong} wrong"])


def main(files: Sequence[str]) -> int:
    """Print one table of the results in several files of one campaign.

    python -m tests.campaigns.command part1.json part2.json
    """
    cases = [case for each in files for case in json.loads(Path(each).read_text())["cases"]]
    print(table(cases))
    return 0


def _options(name: str, arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m tests.campaigns.{name}")
    parser.add_argument("--count", type=int, required=True, help="number of cases")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--out", type=Path, required=True, help="results; continued if there")
    parser.add_argument("--scratch", type=Path, help="folder for the vaults under attack")
    parser.add_argument("--kept", type=Path, help="folder for vaults where something was wrong")
    parser.add_argument("--again", action="store_true", help="run wrong cases once more")
    return parser.parse_args(arguments)


def _read(path: Path, seed: int) -> dict[int, dict[str, Any]]:
    if not path.exists():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    if found["seed"] != seed:
        raise SystemExit(f"{path} holds results of seed {found['seed']}.")
    return {case["case"]: case for case in found["cases"]}


def _write(path: Path, name: str, seed: int, done: dict[int, dict[str, Any]]) -> None:
    cases = [done[number] for number in sorted(done)]
    lines = ",\n".join(json.dumps(case) for case in cases)
    text = f'{{"campaign": "{name}", "seed": {seed}, "cases": [\n{lines}\n]}}\n'
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _keep(folder: Path, kept: Path | None) -> None:
    if kept is not None and folder.is_dir():
        shutil.copytree(folder, kept / folder.name, dirs_exist_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
