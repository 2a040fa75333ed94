"""Campaign: falsified pictures of every kind through the real door for photos.

    python -m tests.hostile.pictures --count 20000 --seed 1 --out results.json

Every stratum (kind of file x mutation) gets the same number of files. Counted are: decoded,
refused (in words), crash, time, memory, protocol (see DecoderStoppedError), out-of-memory
(refused by the decoder itself), and wrong (any other exception: a defect). A file that is not
simply decoded or refused is kept beside the results under its stratum, seed and number.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tests.hostile.mutations import MUTATIONS, mutate
from tests.hostile.seeds import seeds
from tracker.errors import PhotoUnreadableError
from tracker.vision.decode import DecodedPhoto, decode_photo
from tracker.vision.decoding.limits import MAX_PIXELS
from tracker.vision.decoding.pool import POOL
from tracker.vision.decoding.refusals import DecoderStoppedError

NOW = datetime(2025, 6, 1, 12, 0, 0)
NAME = "photo.bin"
EXPECTED = frozenset({"decoded", "refused"})


@dataclass(frozen=True)
class Case:
    """One falsified file."""

    kind: str
    mutation: str
    number: int
    data: bytes


@dataclass
class Tally:
    """What became of the files of one stratum."""

    outcomes: Counter[str] = field(default_factory=Counter)
    peak_mib: int = 0
    slowest_ms: float = 0.0


@dataclass
class Results:
    """What became of all of them."""

    strata: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    words: Counter[str] = field(default_factory=Counter)
    defects: list[str] = field(default_factory=list)

    def total(self) -> Counter[str]:
        return sum((tally.outcomes for tally in self.strata.values()), Counter[str]())


def cases(count: int, seed: int, *, with_real: bool = False) -> Iterator[Case]:
    """Falsified files, one of each stratum in turn; the same seed gives the same files."""
    sound = seeds(with_real=with_real)
    everything = [data for files in sound.values() for data in files]
    strata = [(kind, mutation) for kind in sound for mutation in MUTATIONS]
    for number in range(count):
        kind, mutation = strata[number % len(strata)]
        rng = random.Random(f"{seed}-{number}")
        data = mutate(mutation, rng.choice(sound[kind]), rng, rng.choice(everything))
        yield Case(kind, mutation, number, data)


def judge(case: Case, results: Results) -> str:
    """Send one file through the door; returns its outcome."""
    started = time.perf_counter()
    words = ""
    try:
        photo = decode_photo(case.data, NAME, now=NOW)
    except DecoderStoppedError as error:
        outcome = error.cause
    except PhotoUnreadableError as error:
        outcome = "out-of-memory" if "not enough memory" in error.message else "refused"
        words = error.message if error.next_step else ""
        if not words:
            outcome = "wrong"
            results.defects.append(f"{case.kind}/{case.mutation}/{case.number}: no next step")
    except Exception:
        outcome = "wrong"
        results.defects.append(
            f"{case.kind}/{case.mutation}/{case.number}:\n{traceback.format_exc()}"
        )
    else:
        outcome = "decoded" if is_sound(photo) else "wrong"
    tally = results.strata[case.kind, case.mutation]
    tally.outcomes[outcome] += 1
    tally.slowest_ms = max(tally.slowest_ms, 1000 * (time.perf_counter() - started))
    tally.peak_mib = max(tally.peak_mib, *(peak_mib(pid) for pid in POOL.idle_pids), 0)
    results.words[_shape(words)] += 1
    return outcome


def is_sound(photo: DecodedPhoto) -> bool:
    """Whether what came back is a photo."""
    shape = photo.rgb.shape
    return (
        len(shape) == 3
        and shape[2] == 3
        and 0 < shape[0] * shape[1] <= MAX_PIXELS
        and photo.rgb.dtype.name == "uint8"
        and all(isinstance(note, str) and note for note in photo.warnings)
    )


def peak_mib(pid: int) -> int:
    """Most memory a process ever had in use since last asked, MiB; 0 where unknown."""
    with suppress(OSError, ValueError, IndexError):
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) // 1024
    return 0


def _shape(words: str) -> str:
    return "".join("#" if letter.isdigit() else letter for letter in words)


def as_json(results: Results, count: int, seed: int, seconds: float) -> dict[str, object]:
    """The results as they are written."""
    return {
        "count": count,
        "seed": seed,
        "seconds": round(seconds, 1),
        "total": dict(results.total()),
        "by_kind": _summed(results, 0),
        "by_mutation": _summed(results, 1),
        "peak_mib": max(tally.peak_mib for tally in results.strata.values()),
        "slowest_ms": round(max(tally.slowest_ms for tally in results.strata.values())),
        "words": dict(results.words.most_common(60)),
        "defects": results.defects,
        "strata": [
            {"kind": kind, "mutation": mutation, **tally.outcomes, "peak_mib": tally.peak_mib}
            | {"slowest_ms": round(tally.slowest_ms)}
            for (kind, mutation), tally in sorted(results.strata.items())
        ],
    }


def _summed(results: Results, which: int) -> dict[str, dict[str, int]]:
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for key, tally in results.strata.items():
        sums[key[which]] += tally.outcomes
    return {name: dict(counter) for name, counter in sorted(sums.items())}


def run(some: Iterable[Case], keep: Path, seed: int) -> Results:
    """Judge all, keeping the files that did more than be decoded or refused."""
    results = Results()
    for case in some:
        outcome = judge(case, results)
        if outcome not in EXPECTED:
            keep.mkdir(parents=True, exist_ok=True)
            name = f"{outcome}-{case.kind}-{case.mutation}-{seed}-{case.number}.bin"
            (keep / name).write_bytes(case.data)
        if case.number and case.number % 1000 == 0:
            print(case.number, dict(results.total()), file=sys.stderr, flush=True)
    return results


def main() -> None:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    started = time.monotonic()
    keep = asked.out.with_suffix("")
    results = run(cases(asked.count, asked.seed, with_real=True), keep, asked.seed)
    told = as_json(results, asked.count, asked.seed, time.monotonic() - started)
    asked.out.write_text(json.dumps(told, indent=1), encoding="utf-8")
    print(json.dumps({key: told[key] for key in ("total", "peak_mib", "slowest_ms", "seconds")}))
    sys.exit(1 if results.defects or results.total()["wrong"] else 0)


if __name__ == "__main__":
    main()
