"""How long a report of many lesions takes, a page, and how much memory.

    python -m tests.bench.report_pages [--lesions 200] [--rounds 3] [--out F.json]

Each job runs in a process of its own, so that its peak of memory is its own; the rounds take turns.
The peer writes the same pictures, three a page and nothing else, as a PDF with Pillow: what remains
is the cost of text, tables, charts, fonts and tags. Timed is the way from the document's values in
memory to the bytes of the file; reading a vault and lining up its photos is not in it.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pypdf
from numpy.typing import NDArray
from PIL import Image

from tests.bench.driver import PROJECT
from tests.report.samples import document
from tracker.analysis.render_camera import to_jpeg
from tracker.report.document import ReportDocument, ReportPicture, ScaleBar
from tracker.report.html import to_html
from tracker.report.pdf import to_pdf

SIDE_PX = 640
JOBS = ("pdf", "html", "peer", "nothing")


@cache
def skin() -> NDArray[np.uint8]:
    """Skin-like noise with a spot, 640 x 640 RGB."""
    rng = np.random.default_rng(7)
    coarse = rng.normal(0, 1, (SIDE_PX // 16, SIDE_PX // 16, 3)).astype(np.float32)
    small = Image.fromarray(np.uint8(np.clip(128 + 30 * coarse, 0, 255)))
    soft = np.asarray(small.resize((SIDE_PX, SIDE_PX)), dtype=np.float32)
    rgb = np.array((214, 168, 150), dtype=np.float32) + 0.35 * (soft - 128)
    rgb += rng.normal(0, 4, rgb.shape)
    y, x = np.ogrid[:SIDE_PX, :SIDE_PX]
    rgb[(x - 320) ** 2 + (y - 320) ** 2 < 130**2] *= 0.5
    return np.asarray(np.clip(rgb, 0, 255), dtype=np.uint8)


def picture(role: str, taken_on: str, seed: int) -> ReportPicture:
    """A photo that no other seed has: the same skin, moved."""
    rgb = np.roll(skin(), (seed % 97, seed // 97), axis=(0, 1))
    turns = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    outline = tuple((0.5 + 0.2 * float(np.cos(t)), 0.5 + 0.2 * float(np.sin(t))) for t in turns)
    return ReportPicture(
        role,  # type: ignore[arg-type]
        taken_on,
        to_jpeg(rgb),
        "image/jpeg",
        SIDE_PX,
        SIDE_PX,
        outlines=(outline,),
        bar=ScaleBar(2.0, 0.25, "printed card, ±1 %"),
        is_aligned=True,
    )


def large_document(lesions: int) -> ReportDocument:
    """A report with three pictures and four charts for each lesion."""
    made = document(lesions)
    sections = []
    for number, section in enumerate(made.lesions):
        pictures = tuple(
            picture(role, f"2024-0{place + 1}-11", 3 * number + place)
            for place, role in enumerate(("first", "previous", "latest"))
        )
        charts = section.charts * 4
        sections.append(replace(section, pictures=pictures, charts=charts, lined_up="skin"))
    return replace(made, lesions=tuple(sections))


def peer_pdf(made: ReportDocument) -> bytes:
    """The same pictures with Pillow: a page of three for each lesion."""
    pages = []
    for section in made.lesions:
        page = Image.new("RGB", (3 * SIDE_PX, SIDE_PX), "white")
        for place, shown in enumerate(section.pictures):
            page.paste(Image.open(io.BytesIO(shown.data)), (place * SIDE_PX, 0))
        pages.append(page)
    buffer = io.BytesIO()
    pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:], resolution=300)
    return buffer.getvalue()


def peak_mb() -> float:
    """The most memory that this process has had, in MB."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource  # noqa: PLC0415 - Windows has none

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak) / (1e6 if sys.platform == "darwin" else 1e3)


def run_job(job: str, lesions: int) -> dict[str, Any]:
    """One job in this process; "nothing" only makes the document: the memory to start from."""
    writers: dict[str, Callable[[ReportDocument], bytes]] = {
        "pdf": to_pdf,
        "html": lambda made: to_html(made).encode("utf-8"),
        "peer": peer_pdf,
        "nothing": lambda made: b"",
    }
    made = large_document(lesions)
    gc.collect()
    start = time.perf_counter()
    data = writers[job](made)
    seconds = time.perf_counter() - start
    peak = round(peak_mb(), 1)
    pages = len(pypdf.PdfReader(io.BytesIO(data)).pages) if job == "pdf" else None
    return {
        "job": job,
        "seconds": round(seconds, 3),
        "bytes": len(data),
        "pages": pages,
        "peak_mb": peak,
    }


def measured(lesions: int, rounds: int) -> list[dict[str, Any]]:
    """Every job in processes of their own, in turns."""
    found = []
    for _ in range(rounds):
        for job in JOBS:
            command = [sys.executable, "-m", "tests.bench.report_pages", "--one", job]
            done = subprocess.run(
                [*command, "--lesions", str(lesions)],
                cwd=PROJECT,
                check=True,
                capture_output=True,
                text=True,
            )
            found.append(json.loads(done.stdout))
            print(found[-1], file=sys.stderr)
    return found


def summary(runs: list[dict[str, Any]], lesions: int) -> dict[str, Any]:
    """Medians over the rounds, the ratio to the peer by round."""
    of = {job: [run for run in runs if run["job"] == job] for job in JOBS}
    rounds = zip(of["pdf"], of["peer"], strict=True)
    ratios = [pdf["seconds"] / peer["seconds"] for pdf, peer in rounds]
    jobs = {
        job: {
            "seconds": statistics.median(run["seconds"] for run in own),
            "seconds_a_lesion": round(statistics.median(r["seconds"] for r in own) / lesions, 4),
            "peak_mb": max(run["peak_mb"] for run in own),
            "bytes": own[0]["bytes"],
        }
        for job, own in of.items()
    }
    return {
        "lesions": lesions,
        "rounds": len(ratios),
        "pdf_pages": of["pdf"][0]["pages"],
        "jobs": jobs,
        "pdf_over_peer": [round(ratio, 2) for ratio in sorted(ratios)],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lesions", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", choices=JOBS)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(run_job(options.one, options.lesions)))
        return
    result = summary(measured(options.lesions, options.rounds), options.lesions)
    text = json.dumps(result, indent=1)
    if options.out is not None:
        options.out.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
