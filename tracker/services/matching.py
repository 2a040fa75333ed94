"""Which known lesion does a photo show? Likeness proposes, lined-up features confirm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracker.analysis.compare import Subject
from tracker.analysis.registration import align
from tracker.domain.analysis import Analysis
from tracker.domain.geometry import Box
from tracker.domain.records import Observation
from tracker.errors import InputError, UnknownNameError
from tracker.services.analyzing import analyze_photo, photo_options
from tracker.services.files import read_photo
from tracker.services.people import person_name
from tracker.services.results import Match
from tracker.services.session import Workspace
from tracker.services.subjects import subject_of, subject_of_pixels

#: Stored photos looked up by likeness; several may belong to one lesion.
NEAREST_PHOTOS = 200
#: Lesions held against the photo feature by feature, most alike first: those that are shown, and
#: further ones only while none is confirmed, at a few hundred milliseconds each. Of HAM10000
#: validation photos among 743 lesions the right one is among the 12 most alike for 96 %, among the
#: 8 for 95 %, first for 83 %.
MAX_LINED_UP = 12
#: A photo without a named lesion goes into a known one only where lined-up features confirm exactly
#: one of the person's ACCEPT_AMONG lesions most alike, with at least ACCEPT_MIN_COSINE. Likeness
#: alone never decides: two moles of one person may look alike to any embedding.
#: Measured with `tests/bench/accept_lesion.py` (HAM10000 validation, a person of 20 lesions,
#: network 0.3.0): of 58 photos of known lesions 54 were accepted (53 if only the single most alike
#: counted), none into a wrong lesion; of 60 photos of strangers none.
ACCEPT_AMONG = 3
ACCEPT_MIN_COSINE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A lesion's most alike photo."""

    observation: Observation
    lesion: str
    site: str | None
    cosine: float
    same_lesion: bool | None = None


def match_file(
    workspace: Workspace, path: Path, person: str | None, *, k: int = 5, roi: Box | None = None
) -> list[Match]:
    """`match` on a file.

    Raises:
        InputError: the file cannot be read or measured. PersonRequiredError. UnknownNameError.
    """
    return match(workspace, read_photo(path), str(path), person, k=k, roi=roi)


def match(
    workspace: Workspace,
    data: bytes,
    photo: str,
    person: str | None,
    *,
    k: int = 5,
    roi: Box | None = None,
) -> list[Match]:
    """The known lesions that a photo may show, best first.

    Confirmed lesions come first, then by likeness. Photos measured by another model cannot be
    compared and are left out.

    Raises:
        InputError: the photo cannot be measured.
        PersonRequiredError: several people and none named. UnknownNameError: nobody of that name.
    """
    who = person_name(workspace, person)
    if who is None:
        raise UnknownNameError(
            "The vault has no lesions yet.", next_step="Add photos first: moletrail add PHOTO"
        )
    analysis, rgb = analyze_photo(workspace, data, photo, photo_options(roi))
    if analysis.status == "refused" or rgb is None:
        raise InputError(
            analysis.reason or f"'{photo}' cannot be measured.", next_step=analysis.advice
        )
    return match_analysis(workspace, who, analysis, rgb, k=k)


def match_analysis(
    workspace: Workspace,
    person: str,
    analysis: Analysis,
    rgb: NDArray[np.uint8],
    *,
    k: int = 5,
) -> list[Match]:
    """Like `match`, for a photo that is measured already ((h, w, 3) uint8 upright `rgb`)."""
    ranked = _ranked(workspace, person, analysis, rgb, k)
    return [
        Match(
            lesion=found.lesion,
            person=person,
            site=found.site,
            similarity=found.cosine,
            rank=rank,
            same_lesion=found.same_lesion,
            observation_id=found.observation.observation_id,
        )
        for rank, found in enumerate(ranked[:k], start=1)
    ]


def accepted_lesion(
    workspace: Workspace, person: str, analysis: Analysis, rgb: NDArray[np.uint8]
) -> str | None:
    """The known lesion that a photo surely shows, else None (see ACCEPT_AMONG)."""
    known = _candidates(workspace, person, analysis, ACCEPT_AMONG)
    alike = [found for found in known if found.cosine >= ACCEPT_MIN_COSINE]
    subject = subject_of_pixels("new photo", analysis, rgb) if alike else None
    if subject is None:
        return None
    confirmed = [found for found in alike if _lined_up(workspace, subject, found) is True]
    return confirmed[0].lesion if len(confirmed) == 1 else None


def _ranked(
    workspace: Workspace, person: str, analysis: Analysis, rgb: NDArray[np.uint8], k: int
) -> list[_Candidate]:
    known = _candidates(workspace, person, analysis, max(k, MAX_LINED_UP))
    subject = subject_of_pixels("new photo", analysis, rgb)
    if subject is None:
        return known
    checked: list[_Candidate] = []
    for place, found in enumerate(known[:MAX_LINED_UP]):
        if place >= k and any(each.same_lesion is True for each in checked):
            break
        checked.append(replace(found, same_lesion=_lined_up(workspace, subject, found)))
    return sorted(
        [*checked, *known[len(checked) :]],
        key=lambda found: (found.same_lesion is not True, -found.cosine),
    )


def _lined_up(workspace: Workspace, subject: Subject, found: _Candidate) -> bool | None:
    other = subject_of(workspace, found.observation)
    if other is None:
        return None
    return align(other.features, subject.features).same_lesion


def _candidates(
    workspace: Workspace, person: str, analysis: Analysis, count: int
) -> list[_Candidate]:
    """Up to `count` lesions, each by its most alike photo, most alike first."""
    if analysis.embedding is None or analysis.model is None:
        return []
    best: dict[str, _Candidate] = {}
    with workspace.open("match") as vault:
        owner = next((p for p in vault.people() if p.name == person), None)
        if owner is None:
            return []
        near = vault.nearest(
            analysis.embedding,
            person=owner,
            model_sha256=analysis.model.sha256,
            k=NEAREST_PHOTOS,
        )
        lesion_of = {use.observation_id: use.lesion_id for use in vault.uses()}
        for observation_id, cosine in near:
            lesion_id = lesion_of[observation_id]
            if lesion_id is None or lesion_id in best:
                continue
            seen = vault.observation(observation_id)  # one a lesion: each takes milliseconds
            if seen.lesion is not None:
                best[lesion_id] = _Candidate(seen, seen.lesion.name, seen.lesion.site, cosine)
            if len(best) == count:
                break
    return list(best.values())
