"""How long the page of a spot with 50 photos takes, against the bare query it needs.

python -m tests.bench.app_pages FOLDER [PHOTOS]

Makes the vault in FOLDER unless it is there: made-up numbers on made-up photos. Prints, as JSON
Lines, milliseconds for information and each step as a ratio to the bare query, which is one
opening of the vault that reads the person's spots. `page` is the whole script of the page as the
server runs it at a click that changes nothing; `page after a write` reads, judges and draws anew,
pictures kept.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import cv2
import numpy as np
from streamlit.testing.v1 import AppTest

from tests.store.builders import a_comparison, an_analysis
from tracker.analysis.compare import METHOD
from tracker.domain.analysis import Analysis, LesionMask
from tracker.domain.capture import CaptureTime, DateSource, Modality
from tracker.domain.comparison import Registration, RegistrationMethod
from tracker.domain.geometry import Box
from tracker.services import edits, person_view, strip
from tracker.services.comparing import pairs_to_compare, read_person
from tracker.services.session import VAULT_VARIABLE, Workspace
from tracker.store import NewObservation, Vault

PERSON, LESION, OTHERS = "Ada", "upper back", 19
WIDTH, HEIGHT = 640, 480
START = datetime(2019, 3, 1)


def page() -> None:
    from ui import session  # noqa: PLC0415 - the runner takes only the function's body
    from ui.views import lesion  # noqa: PLC0415

    session.choose_lesion("Ada", "upper back")
    lesion.show()


def fill(path: Path, photos: int) -> None:
    """One person with a spot of `photos` photos and OTHERS spots of one each."""
    Vault.create(path)
    with Vault.open(path) as vault, vault.batch():
        person = vault.ensure_person(PERSON)
        for number in range(OTHERS + 1):
            name = LESION if number == 0 else f"spot {number}"
            lesion = vault.ensure_lesion(person, name)
            seen = []
            for shot in range(photos if number == 0 else 1):
                seed = 1000 * number + shot
                photo = vault.keep_photo(
                    _jpeg(seed),
                    file_name=f"{seed}.jpg",
                    media_type="image/jpeg",
                    width=WIDTH,
                    height=HEIGHT,
                )
                day = START + timedelta(days=45 * shot)
                new = NewObservation(
                    photo=photo,
                    person=person,
                    lesion=lesion,
                    capture=CaptureTime(day, "day", DateSource.GIVEN),
                    modality=Modality.DERMOSCOPIC,
                    analysis=_analysis(seed),
                )
                seen.append(vault.add_observation(new))
            for earlier, later in pairs_to_compare(lesion, seen):
                pair = a_comparison(earlier, later, cosine=0.98)
                matrix = (1.0, 0.0, 1.5, 0.0, 1.0, -1.0, 0.0, 0.0, 1.0)
                known = Registration(RegistrationMethod.SKIN_HOMOGRAPHY, matrix, 60, 0.02)
                vault.add_comparison(
                    replace(pair, log_area_ratio=0.02, registration=known, method=METHOD)
                )


def _analysis(seed: int) -> Analysis:
    turn = np.linspace(0, 2 * math.pi, 80)
    mask = np.zeros((160, 160), np.uint8)
    wobble = 70 + 6 * np.cos(3 * turn + seed)
    points = np.stack([80 + wobble * np.cos(turn), 80 + wobble * np.sin(turn)], axis=1)
    cv2.fillPoly(mask, [points.astype(np.int32)], 1)
    lesion = LesionMask(Box(240, 160, 160, 160), mask > 0)
    base = an_analysis(seed)
    return replace(base, mask=lesion, roi=lesion.box, width=WIDTH, height=HEIGHT, others=())


def _jpeg(seed: int) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 30, (HEIGHT // 8, WIDTH // 8, 3))
    skin = cv2.resize((np.array([140, 170, 215]) + noise).astype(np.uint8), (WIDTH, HEIGHT))
    cv2.circle(skin, (320, 240), 70, (50, 70, 110), -1)
    done, data = cv2.imencode(".jpg", skin)
    assert done
    return bytes(data.tobytes())


def timed(step: Callable[[], object], times: int = 7) -> float:
    """Median milliseconds of a step."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        step()
        found.append(1000 * (time.perf_counter() - start))
    return median(found)


def main(folder: Path, photos: int) -> None:
    vault = folder / f"app-pages-{photos}"
    if not vault.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fill(vault, photos)
    os.environ[VAULT_VARIABLE] = str(vault)
    workspace = Workspace(vault)

    def services() -> None:
        view = person_view.person_view(workspace, PERSON)
        person_view.rows_of(workspace, view, LESION)
        person_view.history(workspace, view, LESION)
        strip.strip(workspace, view.series[LESION], view.position)

    first = timed(services, 1)
    drawn = AppTest.from_function(page, default_timeout=600).run()
    assert not drawn.exception, drawn.exception
    number = iter(range(1_000_000))
    latest = read_person(workspace, PERSON)[-1].observations[-1].observation_id

    def write() -> None:
        edits.set_note(workspace, latest, f"note {next(number)}")

    def after_a_write(step: Callable[[], object]) -> Callable[[], float]:
        def run() -> float:
            write()
            start = time.perf_counter()
            step()
            return 1000 * (time.perf_counter() - start)

        return run

    bare = timed(lambda: read_person(workspace, PERSON))
    steps = {
        "services": timed(services),
        "services after a write": median(after_a_write(services)() for _ in range(5)),
        "page": timed(drawn.run),
        "page after a write": median(after_a_write(drawn.run)() for _ in range(5)),
    }
    print(json.dumps({"photos": photos, "bare_query_ms": round(bare, 1), "first_ms": round(first)}))
    for name, taken in steps.items():
        print(json.dumps({"step": name, "ms": round(taken, 1), "ratio": round(taken / bare, 2)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 50)
