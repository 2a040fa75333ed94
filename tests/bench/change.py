"""How well is change found, and how often is it seen where there is none? Simulated, and said so.

    MOLETRAIL_DATA=DIR python -m tests.bench.change --out DIR [--lesions 60] [--clinical 12]
    python -m tests.bench.change --out DIR --quick

Lesions of the validation split (rendered ones where MOLETRAIL_DATA is not set) are made to change
and photographed by `change_simulator`; each photo goes through the gate, the network, registration
and comparison like a person's own, and the judge's answers are counted. About 15 CPU seconds a
lesion; `--jobs 2` uses two processes. What was measured is kept in DIR/measured.jsonl and taken
from there next time, unless the code it comes from has changed (`--reuse` takes it all the same).
Writes DIR/change.json and DIR/change.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import cv2

from tests.bench.change_lesions import corpus_lesion, corpus_lesions, rendered_lesions
from tests.bench.change_measure import Record, measured
from tests.bench.change_score import scored
from tests.bench.change_table import markdown
from tracker.analysis.noise import NoiseTable
from tracker.vision.analyzer import Analyzer

ROOT = Path(__file__).parents[2]
#: What only judges: a change here leaves what was measured as it is.
JUDGES = {"judge", "evidence", "series", "trend", "message", "noise", "noise_types", "duckling"}
QUICK_LESIONS = 3

Task = tuple[str, dict[str, str] | None, int, bool]


def fingerprint(models: Path) -> str:
    """Of the networks and of all code that what is measured depends on."""
    digest = hashlib.sha256((models / "manifest.json").read_bytes())
    folders = ("tracker/analysis", "tracker/vision", "tests/bench/change_simulator")
    files = [f for folder in folders for f in sorted((ROOT / folder).rglob("*.py"))]
    files += [Path(__file__).with_name(f"change_{part}.py") for part in ("lesions", "photos")]
    for file in files:
        if file.stem not in JUDGES and not file.stem.startswith("render"):
            digest.update(file.read_bytes())
    return digest.hexdigest()


@cache
def _analyzer(models: Path) -> Analyzer:
    cv2.setNumThreads(1)
    return Analyzer.load(models)


def run_task(task: Task, models: Path) -> Record:
    """One lesion, in this process."""
    name, row, turn, brief = task
    if row is None:
        lesion = list(rendered_lesions(turn + 1))[turn]
    else:
        lesion = corpus_lesion(Path(os.environ["MOLETRAIL_DATA"]), row)
    assert lesion.name == name
    return measured(_analyzer(models), lesion, turn, brief=brief)


def tasks(dermoscopic: int, clinical: int, *, brief: bool) -> list[Task]:
    """The lesions to measure: real ones of the validation split, or rendered ones."""
    data = os.environ.get("MOLETRAIL_DATA")
    if data is None:
        return [(f"rendered {n + 1}", None, n, brief) for n in range(dermoscopic)]
    rows = corpus_lesions(Path(data), "val", dermoscopic, clinical)
    return [(row["id"], row, turn, brief) for turn, row in enumerate(rows)]


def records(
    todo: list[Task], kept: Path, models: Path, *, jobs: int, reuse: bool
) -> Iterator[Record]:
    """Of every lesion, from the file where it is known, else measured and added to the file."""
    key = fingerprint(models)
    known = {}
    if kept.is_file():
        for line in kept.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if reuse or record["key"] == key:
                known[record["lesion"], record["brief"]] = record
    missing = [task for task in todo if (task[0], task[3]) not in known]
    yield from (known[task[0], task[3]] for task in todo if (task[0], task[3]) in known)
    if not missing:
        return
    with kept.open("a", encoding="utf-8") as stream:
        for task, record in zip(missing, _each(missing, models, jobs), strict=True):
            record |= {"key": key, "brief": task[3]}
            stream.write(json.dumps(record) + "\n")
            stream.flush()
            yield record


def _each(missing: list[Task], models: Path, jobs: int) -> Iterator[Record]:
    if jobs == 1:
        yield from (run_task(task, models) for task in missing)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(run_task, missing, [models] * len(missing))


def main() -> None:
    """Measure, judge, count and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the results")
    parser.add_argument("--lesions", type=int, default=60, help="dermoscopic lesions")
    parser.add_argument("--clinical", type=int, default=12, help="lesions photographed by phone")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_LESIONS} lesions, few photos")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--reuse", action="store_true", help="keep what older code measured")
    parser.add_argument("--models", type=Path, default=ROOT / "models" / "release")
    parser.add_argument("--noise", type=Path, help="another noise table")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    dermoscopic, clinical = (QUICK_LESIONS, 0) if given.quick else (given.lesions, given.clinical)
    todo = tasks(dermoscopic, clinical, brief=given.quick)
    kept = given.out / "measured.jsonl"
    found = list(records(todo, kept, given.models, jobs=given.jobs, reuse=given.reuse))
    table = given.noise or given.models / "noise.json"
    noise = NoiseTable.from_json(table.read_text(encoding="utf-8"))
    result = scored(found, noise)
    text = json.dumps(result, indent=1, ensure_ascii=False)
    (given.out / "change.json").write_text(text + "\n", encoding="utf-8")
    (given.out / "change.md").write_text(markdown(result), encoding="utf-8")
    print(markdown(result))


if __name__ == "__main__":
    main()
