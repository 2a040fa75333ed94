"""Series of one mole over years through the command line, beside what clinicians wrote of them.

    MOLETRAIL_DATA=DIR python -m tests.bench.real_series --out DIR

The series of the US National Cancer Institute ("Moles to Melanoma"): clinical photographs with ink
circles and rulers, dates derived from the captions (see `elapsed`). Each is imported for three
made-up people: as it is, with every picture (`Plain`); as by someone who marks the lesion
(`Tapped`: regions set by hand in nci_regions.csv; pictures whose lesion is not marked there, mostly
views of a whole limb, are left out); and with the scale besides (`Scaled`: millimetres a pixel read
off the rulers by eye, to some 4 %, where that could be done). Writes summary.json, summary.md and
the sheets.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench.driver import Moletrail, corpus_folder, corpus_rows, write_manifest
from tests.bench.elapsed import capture_times, months_since_first
from tests.bench.sheets import draw_sheets
from tests.bench.statistics_of import (
    JsonObject,
    change_summary,
    compared_axes,
    flagged_axes,
    intake_summary,
)

REGIONS = Path(__file__).with_name("nci_regions.csv")
PLAIN, TAPPED, SCALED = PEOPLE = "Plain", "Tapped", "Scaled"


def regions() -> dict[str, dict[str, str]]:
    """By picture id: `roi` X,Y,W,H of the lesion of interest in pixels, `mm_per_px` or empty."""
    with REGIONS.open(newline="", encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def manifest_rows(
    paths: Mapping[str, Path],
    series: Sequence[JsonObject],
    marked: Mapping[str, Mapping[str, str]],
) -> list[dict[str, str]]:
    """Every picture for PLAIN, the marked ones for TAPPED, those with a scale for SCALED."""
    rows = []
    for one in series:
        captions = [picture["caption"] for picture in one["images"]]
        times = capture_times(captions, one["description"])
        for picture, when in zip(one["images"], times, strict=True):
            name = picture["id"]
            row = {
                "photo": str(paths[name]),
                "lesion": one["lesion_id"],
                "taken_at": when.isoformat(timespec="minutes"),
                "modality": "clinical",
                "note": "The first day is made up, the distances are the authors'.",
            }
            rows.append({**row, "person": PLAIN})
            if name in marked:
                rows.append({**row, "person": TAPPED, "roi": marked[name]["roi"]})
            if name in marked and marked[name]["mm_per_px"]:
                rows.append({**row, **marked[name], "person": SCALED})
    return rows


def by_person(
    objects: Sequence[JsonObject], rows: Sequence[Mapping[str, Any]], people: Sequence[str]
) -> JsonObject:
    """Intake counts of each person; the import answers in the order of its rows."""
    pairs = list(zip(objects, rows, strict=True))
    return {
        person: intake_summary([found for found, row in pairs if row["person"] == person])
        for person in people
    }


def line_of(one: JsonObject, change: JsonObject | None, stored: int) -> JsonObject:
    """One series: what we say, and what the clinicians said."""
    captions = [picture["caption"] for picture in one["images"]]
    return {
        "lesion": one["lesion_id"],
        "clinicians": one["title"].split(": ", 1)[-1],
        "end": one["diagnosis"]["result"],
        "pictures": len(captions),
        "stored": stored,
        "months": months_since_first(captions, one["description"]),
        "status": None if change is None else change["status"],
        "flagged": [] if change is None else flagged_axes(change),
        "compared": [] if change is None else compared_axes(change),
        "alerts": [] if change is None else [alert["kind"] for alert in change["alerts"]],
        "message": None if change is None else change["message"],
    }


def run(out: Path, root: Path, people: Sequence[str]) -> JsonObject:
    """The whole job for some of PEOPLE; returns the summary."""
    series = json.loads((root / "nci_series.json").read_text(encoding="utf-8"))
    paths = {row["id"]: root / row["path"] for row in corpus_rows(root, "nci_series")}
    everyone = manifest_rows(paths, series, regions())
    rows = [row for row in everyone if row["person"] in people]
    vault, table = out / "vault", out / "manifest.csv"
    shutil.rmtree(vault, ignore_errors=True)
    write_manifest(table, rows)
    moletrail = Moletrail(vault)
    moletrail("init")
    imported = moletrail("import", table, expect=(0, 1))
    intake = [each for each in imported.objects if each["type"] != "error"]
    asked = {person: [row for row in rows if row["person"] == person] for person in people}
    result: JsonObject = {"import": by_person(intake, rows, people), "series": {}, "changes": {}}
    for person in people:
        changes = moletrail("changes", "--person", person).of_type("change")
        (out / f"changes-{person}.jsonl").write_text(
            "".join(json.dumps(change) + "\n" for change in changes), encoding="utf-8"
        )
        judged = {change["lesion"]: change for change in changes}
        stored = [each for each in imported.of_type("stored") if each["person"] == person]
        result["changes"][person] = change_summary(changes)
        result["series"][person] = [
            line_of(
                one,
                judged.get(one["lesion_id"]),
                sum(each["lesion"] == one["lesion_id"] for each in stored),
            )
            for one in series
            if any(each["lesion"] == one["lesion_id"] for each in asked[person])
        ]
    report = moletrail("report", "--person", people[-1], "--out", out / "report.pdf")
    result["report_s"] = round(report.wall_s, 1)
    return result


def markdown(summary: JsonObject) -> str:
    """The tables as a page."""
    lines = ["# Series of real moles over years, and what clinicians wrote of them", ""]
    for person in summary["series"]:
        intake = summary["import"][person]
        lines += [
            f"## {person}: {intake['stored']} stored, {intake['refused']} refused; "
            f"{summary['changes'][person]['status']}",
            "",
            *(f"- {reason}: {count}" for reason, count in intake["refusal_reasons"].items()),
            "",
            "| series | clinicians | end | stored | status | flagged | compared | alerts |",
            "|---|---|---|---|---|---|---|---|",
        ]
        for one in summary["series"][person]:
            lines.append(
                f"| {one['lesion']} | {one['clinicians']} | {one['end']} | "
                f"{one['stored']}/{one['pictures']} | {one['status']} | "
                f"{', '.join(one['flagged'])} | {', '.join(one['compared'])} | "
                f"{', '.join(one['alerts'])} |"
            )
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Build the manifest, run the job, write the summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--people", nargs="+", choices=PEOPLE, default=PEOPLE)
    options = parser.parse_args()
    out: Path = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    summary = run(out, corpus_folder(), options.people)
    text = markdown(summary)
    (out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    (out / "summary.md").write_text(text, encoding="utf-8")
    for person in options.people:
        draw_sheets(out / "vault", out / f"changes-{person}.jsonl", out / "sheets" / person)
    print(text)


if __name__ == "__main__":
    main()
