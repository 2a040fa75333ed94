"""How long the review takes with 1,000 people and 20,000 photos, against the bare query it needs.

python -m tests.bench.review_page FOLDER [PEOPLE]

Makes the vault in FOLDER unless it is there, as `tests.bench.worklist` does. Prints, as JSON
Lines, milliseconds for information and each step as a ratio to the bare query: for the list one
opening of the vault and the statement that gives every lesion with its photos' span of time, for a
case the reading of its person. `page` is the whole script of the page as the server runs it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.bench.worklist import PEOPLE, fill, timed
from tracker.services import decisions
from tracker.services.comparing import read_person
from tracker.services.person_view import person_view
from tracker.services.review import ReviewFilter, review_list
from tracker.services.session import VAULT_VARIABLE, Workspace
from tracker.services.worklist import Urgency
from tracker.store import Vault


def page() -> None:
    from ui.parts import review_state  # noqa: PLC0415 - the runner takes only the function's body
    from ui.views import review  # noqa: PLC0415

    if not review_state.is_clinician():
        review_state.be_clinician(wanted=True)
    review.show()


def after_a_write(workspace: Workspace, step: Callable[[], object]) -> Callable[[], float]:
    """Milliseconds of a step right after a decision was recorded."""

    def run() -> float:
        row = review_list(workspace).rows[0]
        decisions.decide(workspace, row.person, row.lesion, "refer", by="Dr Ada")
        start = time.perf_counter()
        step()
        return 1000 * (time.perf_counter() - start)

    return run


def _bare(path: Path) -> object:
    with Vault.open(path) as vault:
        return vault.lesion_spans()


def main(folder: Path, people: int) -> None:
    """Make the vault, and print how long each step takes."""
    path = folder / "vault"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fill(path, people)
    os.environ[VAULT_VARIABLE] = str(path)
    workspace = Workspace(path)
    listed = review_list(workspace)
    drawn = AppTest.from_function(page, default_timeout=600).run()
    assert not drawn.exception, drawn.exception
    bare = timed(lambda: _bare(path))
    counts = {"people": listed.people, "lesions": listed.lesions, "photos": listed.observations}
    print(json.dumps(counts | {"bare_query_ms": round(bare, 1)}))
    some = ReviewFilter(urgencies=frozenset((Urgency.CHANGED,)), text="spot 1")
    steps = {
        "list, nothing changed": timed(lambda: review_list(workspace)),
        "list, filtered": timed(lambda: review_list(workspace, some)),
        "list after a decision": sorted(
            after_a_write(workspace, lambda: review_list(workspace))() for _ in range(3)
        )[1],
        "page": timed(drawn.run),
        "page after a decision": sorted(after_a_write(workspace, drawn.run)() for _ in range(3))[1],
    }
    person, lesion = listed.rows[0].person, listed.rows[0].lesion
    for name, took in steps.items():
        print(json.dumps({"step": name, "ms": round(took, 1), "ratio": round(took / bare, 2)}))
    bare = timed(lambda: read_person(workspace, person))
    print(json.dumps({"case": lesion, "bare_query_ms": round(bare, 1)}))
    took = timed(lambda: person_view(workspace, person))
    print(json.dumps({"step": "its person", "ms": round(took, 1), "ratio": round(took / bare, 2)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else PEOPLE)
