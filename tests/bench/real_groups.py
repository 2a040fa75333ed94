"""A vault of real photos through the command line: repeat photos of lesions that did not change.

    MOLETRAIL_DATA=DIR python -m tests.bench.real_groups --out DIR [--photos 200] [--lesions 70]

Groups of HAM10000 photos of one lesion, validation split first, are dealt to four made-up people.
DATES ARE INVENTED (90 days apart, in the order of the ids): the corpus has none. The photos of a
group differ by camera, magnification, angle and light, so every `changed` counts as a FALSE ALARM,
although some lesions may truly differ a little between their photos.

init, import, import again (all must be duplicates), changes, timeline, match with one photo held
back of lesions that have three, report. Writes summary.json, summary.md and a sheet of pictures.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tests.bench.driver import Moletrail, corpus_folder, corpus_rows, write_manifest
from tests.bench.sheets import draw_sheets
from tests.bench.statistics_of import (
    JsonObject,
    change_summary,
    compared_axes,
    flagged_axes,
    intake_summary,
    middle,
    share,
)

PEOPLE = ("Ada", "Ben", "Cem", "Dua")
FIRST_DAY = date(2023, 1, 10)
INVENTED_INTERVAL = timedelta(days=90)

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """One lesion: who has it (made up), photos to import, and one held back for `match`."""

    lesion: str
    person: str
    diagnosis: str
    photos: tuple[Path, ...]
    held_back: Path | None


def choose(
    root: Path, rows: Sequence[Row], *, photos: int, lesions: int, held_back: int, seed: int
) -> list[Group]:
    """Lesions with several photos until both targets are met; validation split before train."""
    by_lesion: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["lesion_id"]:
            by_lesion[row["lesion_id"]].append(row)
    several = sorted(name for name, found in by_lesion.items() if len(found) > 1)
    random.Random(seed).shuffle(several)
    several.sort(key=lambda name: by_lesion[name][0]["split"] != "val")
    chosen: list[Group] = []
    count = kept = 0
    for name in several:
        if count >= photos and len(chosen) >= lesions:
            break
        own = sorted(by_lesion[name], key=lambda row: row["id"])
        paths = [root / row["path"] for row in own]
        last = paths.pop() if len(paths) > 2 and kept < held_back else None
        kept += last is not None
        count += len(paths)
        person = PEOPLE[len(chosen) % len(PEOPLE)]
        chosen.append(Group(name, person, own[0]["diagnosis"], tuple(paths), last))
    return chosen


def manifest_rows(groups: Sequence[Group]) -> list[dict[str, str]]:
    """One row a photo, dates invented."""
    return [
        {
            "photo": str(path),
            "person": group.person,
            "lesion": group.lesion,
            "taken_at": (FIRST_DAY + place * INVENTED_INTERVAL).isoformat(),
            "modality": "dermoscopic",
            "note": "The date is invented.",
        }
        for group in groups
        for place, path in enumerate(group.photos)
    ]


def matching(moletrail: Moletrail, groups: Sequence[Group], known: set[str]) -> JsonObject:
    """Ask for every photo held back of a lesion that has a stored photo."""
    ranks: list[int | None] = []
    refused: dict[str, str] = {}
    confirmed_wrong: list[str] = []
    wrong: list[str] = []
    for group in groups:
        if group.held_back is None or group.lesion not in known:
            continue
        answer = moletrail(
            "match", group.held_back, "--person", group.person, "-k", "5", expect=(0, 3)
        )
        if answer.code == 3:
            refused[group.held_back.name] = answer.of_type("error")[0]["message"]
            continue
        found = answer.of_type("match")
        right = [each["rank"] for each in found if each["lesion"] == group.lesion]
        ranks.append(right[0] if right else None)
        if ranks[-1] != 1:
            wrong.append(f"{group.held_back.name} of {group.lesion}: rank {ranks[-1]}")
        confirmed_wrong += [
            f"{group.held_back.name} as {each['lesion']}"
            for each in found
            if each["same_lesion"] is True and each["lesion"] != group.lesion
        ]
    return {
        "asked": len(ranks),
        "refused": refused,
        "rank_1": share(sum(rank == 1 for rank in ranks), len(ranks)),
        "rank_5": share(sum(rank is not None for rank in ranks), len(ranks)),
        "confirmed_as_another_lesion": confirmed_wrong,
        "not_first": wrong,
    }


def timelines(moletrail: Moletrail, wanted: Sequence[JsonObject]) -> tuple[JsonObject, JsonObject]:
    """Timelines of some judged lesions: counts, and the rows by lesion."""
    rows_of: JsonObject = {}
    for change in wanted:
        answer = moletrail("timeline", change["lesion"], "--person", change["person"])
        rows_of[change["lesion"]] = answer.of_type("observation")
    rows = [row for rows in rows_of.values() for row in rows]
    later = [row for rows in rows_of.values() for row in rows[1:]]
    return {
        "lesions": len(rows_of),
        "observations": len(rows),
        "size_not_comparable": dict(Counter(row["why_not"] for row in later if row["why_not"])),
        "median_cosine_to_first": middle(
            row["cosine_to_first"] for row in later if row["cosine_to_first"] is not None
        ),
        "median_colour_delta_e": middle(
            row["colour_delta_e"] for row in later if row["colour_delta_e"] is not None
        ),
    }, rows_of


def reasons_not_compared(changes: Sequence[JsonObject], rows_of: JsonObject) -> JsonObject:
    """Of the lesions that cannot be compared: what is missing, and what the timeline says."""
    missing: Counter[str] = Counter()
    why: Counter[str] = Counter()
    unsure = [change for change in changes if change["status"] == "cannot_compare"]
    for change in unsure:
        has = compared_axes(change)
        lacks = [axis for axis in ("embedding", "area") if axis not in has]
        doubt = any(alert["kind"] == "identity_doubt" for alert in change["alerts"])
        missing[f"without {', '.join(lacks) or 'nothing'}{'; identity in doubt' * doubt}"] += 1
        texts = {row["why_not"] for row in rows_of.get(change["lesion"], [])[1:] if row["why_not"]}
        why.update(texts or {"-"})
    followed = [change for change in changes if change["status"] != "baseline_only"]
    return {
        "lesions": len(unsure),
        "share_of_followed": share(len(unsure), len(followed)),
        "what_is_missing": dict(missing.most_common()),
        "why": dict(why.most_common()),
    }


def run(out: Path, groups: Sequence[Group], *, timeline_limit: int) -> JsonObject:
    """The whole job; returns the summary."""
    vault, table = out / "vault", out / "manifest.csv"
    shutil.rmtree(vault, ignore_errors=True)
    rows = manifest_rows(groups)
    write_manifest(table, rows)
    moletrail = Moletrail(vault)
    moletrail("init")
    imported = moletrail("import", table, expect=(0, 1))
    again = moletrail("import", table, expect=(0, 1))
    answers = [moletrail("changes", "--person", person) for person in PEOPLE]
    changes = [change for answer in answers for change in answer.of_type("change")]
    known = {found["lesion"] for found in imported.of_type("stored")}
    unsure = [change for change in changes if change["status"] == "cannot_compare"]
    others = [change for change in changes if change["status"] != "cannot_compare"]
    looked_at = [*unsure, *others[: max(0, timeline_limit - len(unsure))]]
    timeline_counts, rows_of = timelines(moletrail, looked_at)
    alarms = [change for change in changes if change["status"] == "changed"]
    report = moletrail("report", "--person", PEOPLE[0], "--out", out / "report.pdf")
    (out / "changes.jsonl").write_text(
        "".join(json.dumps(change) + "\n" for change in changes), encoding="utf-8"
    )
    return {
        "note": "Dates are invented; photos of one lesion count as unchanged.",
        "lesions": len(groups),
        "photos": len(rows),
        "model": _model(moletrail),
        "import": intake_summary(imported.objects),
        "import_s_a_photo": round(imported.wall_s / len(rows), 3),
        "import_again": intake_summary(again.objects),
        "import_again_s": round(again.wall_s, 1),
        "changes": change_summary(changes),
        "changes_s_a_person": middle(answer.wall_s for answer in answers),
        "false_alarms": {change["lesion"]: flagged_axes(change) for change in alarms},
        "cannot_compare": reasons_not_compared(changes, rows_of),
        "timelines": timeline_counts,
        "match": matching(moletrail, groups, known),
        "match_s": middle(call.wall_s for call in moletrail.calls if call.words[0] == "match"),
        "report_s": round(report.wall_s, 1),
        "report_bytes": (out / "report.pdf").stat().st_size,
    }


def _model(moletrail: Moletrail) -> JsonObject:
    doctor = moletrail("doctor", expect=(0, 1)).objects
    return {key: each[key] for each in doctor for key in ("model", "gate") if key in each}


def markdown(summary: JsonObject) -> str:
    """The figures as a page."""
    intake, changes, match = summary["import"], summary["changes"], summary["match"]
    unsure = summary["cannot_compare"]
    lines = [
        "# Real photos through the command line: lesions that did not change",
        "",
        f"{summary['lesions']} lesions of HAM10000, {summary['photos']} photos, four made-up "
        "people; dates are invented. `changed` is a false alarm here.",
        "",
        f"- import: {intake['stored']} stored, {intake['refused']} refused, "
        f"{intake['duplicate']} duplicate; {summary['import_s_a_photo']} s a photo",
        f"- import again: {summary['import_again']['duplicate']} duplicate, "
        f"{summary['import_again']['stored']} stored",
        f"- status: {changes['status']} of {changes['lesions']} lesions",
        f"- false alarms: {changes['changed_share']} of {changes['followed']} followed lesions; "
        f"by axis {changes['flagged_by_axis']}",
        f"- cannot compare: {unsure['lesions']} ({unsure['share_of_followed']}); "
        f"{unsure['what_is_missing']}",
        f"- match: rank 1 {match['rank_1']}, rank 5 {match['rank_5']} of {match['asked']}; "
        f"confirmed as another lesion {len(match['confirmed_as_another_lesion'])}",
        "",
        "| refused because | photos |",
        "|---|---|",
        *(f"| {reason} | {count} |" for reason, count in intake["refusal_reasons"].items()),
        "",
        "| size not comparable because | lesions |",
        "|---|---|",
        *(f"| {reason} | {count} |" for reason, count in unsure["why"].items()),
        "",
        "| false alarm | flagged |",
        "|---|---|",
        *(f"| {name} | {', '.join(axes)} |" for name, axes in summary["false_alarms"].items()),
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Build the manifest, run the job, write the summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--lesions", type=int, default=70)
    parser.add_argument("--held-back", type=int, default=30)
    parser.add_argument("--timelines", type=int, default=25)
    parser.add_argument("--sheets", type=int, default=5, help="lesions to draw, a sheet each")
    parser.add_argument("--seed", type=int, default=8)
    options = parser.parse_args()
    root = corpus_folder()
    out: Path = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    groups = choose(
        root,
        corpus_rows(root, "ham10000"),
        photos=options.photos,
        lesions=options.lesions,
        held_back=options.held_back,
        seed=options.seed,
    )
    summary = run(out, groups, timeline_limit=options.timelines)
    text = markdown(summary)
    (out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    (out / "summary.md").write_text(text, encoding="utf-8")
    draw_sheets(out / "vault", out / "changes.jsonl", out / "sheets", limit=options.sheets)
    print(text)


if __name__ == "__main__":
    main()
