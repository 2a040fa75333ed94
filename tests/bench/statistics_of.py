"""What the answers of the command line say, counted: shared by the benches on real photos."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

JsonObject = dict[str, Any]


def intake_summary(objects: Sequence[JsonObject]) -> JsonObject:
    """Counts of stored, duplicate and refused photos, and why they were refused."""
    kinds = Counter(found["type"] for found in objects)
    refused = [found for found in objects if found["type"] == "refusal"]
    return {
        "stored": kinds["stored"],
        "duplicate": kinds["duplicate"],
        "refused": kinds["refusal"],
        "refusal_reasons": dict(Counter(found["reason"] for found in refused).most_common()),
        "refused_photos": {found["photo"].split("/")[-1]: found["reason"] for found in refused},
    }


def flagged_axes(change: JsonObject) -> list[str]:
    """ "axis against reference", of those flagged."""
    return [
        f"{axis['axis']} against {axis['against']}" for axis in change["axes"] if axis["flagged"]
    ]


def compared_axes(change: JsonObject) -> list[str]:
    """Names of the axes that could be compared with the first or the previous photo."""
    return sorted({axis["axis"] for axis in change["axes"] if axis["z"] is not None})


def change_summary(changes: Sequence[JsonObject]) -> JsonObject:
    """Status counts, flags by axis, and how many lesions had each axis compared."""
    followed = [change for change in changes if change["status"] != "baseline_only"]
    judged = [change for change in followed if compared_axes(change)]
    flags = [{name.split()[0] for name in flagged_axes(change)} for change in followed]
    doubts = Counter(alert["kind"] for change in changes for alert in change["alerts"])
    return {
        "lesions": len(changes),
        "status": dict(Counter(change["status"] for change in changes).most_common()),
        "followed": len(followed),
        "with_any_axis": len(judged),
        "changed_share": share(sum(map(bool, flags)), len(followed)),
        "flagged_by_axis": dict(Counter(axis for axes in flags for axis in axes).most_common()),
        "compared_by_axis": dict(
            Counter(axis for change in followed for axis in compared_axes(change)).most_common()
        ),
        "flagged_by_test": dict(
            Counter(name for change in followed for name in flagged_axes(change)).most_common()
        ),
        "alerts": dict(doubts),
    }


def share(count: int, of: int) -> float | None:
    """`count / of`, None of nothing."""
    return round(count / of, 4) if of else None


def middle(values: Iterable[float]) -> float | None:
    """The median, rounded, None of nothing."""
    found = list(values)
    return round(median(found), 3) if found else None
