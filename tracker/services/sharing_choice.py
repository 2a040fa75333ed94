"""What of a vault goes into a share pack: chosen lesions, no photo that was left out, no names of
other files; and which pictures a person should look at first.

No network that ships with this program knows faces, so nothing here claims to: what is told is
where a spot is and how much a photo shows around it, and the person is asked to look.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracker.domain.body import BodyView
from tracker.domain.exporting import (
    Export,
    ExportLesion,
    ExportObservation,
    ExportPerson,
    ExportPhotos,
    SafePhoto,
)
from tracker.domain.records import Observation, PhotoRecord
from tracker.domain.share_words import LookReason
from tracker.errors import InputError, UnknownNameError

#: Words for sites from which a face is in view.
_HEAD_WORDS: Final = frozenset(
    (
        "head",
        "face",
        "scalp",
        "forehead",
        "brow",
        "eyebrow",
        "temple",
        "cheek",
        "cheeks",
        "nose",
        "nostril",
        "chin",
        "jaw",
        "lip",
        "lips",
        "mouth",
        "eye",
        "eyes",
        "eyelid",
        "eyelids",
        "ear",
        "ears",
        "earlobe",
        "neck",
        "nape",
        "throat",
        "beard",
        "hair",
        "hairline",
    )
)
#: Drawings of the body map that show a head, and how far down the head reaches on the others.
_HEAD_VIEWS: Final = frozenset(
    {
        BodyView.HEAD_FRONT,
        BodyView.HEAD_BACK,
        BodyView.HEAD_LEFT,
        BodyView.HEAD_RIGHT,
        BodyView.SCALP,
    }
)
_HEAD_ENDS: Final = 0.17
#: A photo whose shorter side is longer than this, in mm, may hold a face or a room.
WIDE_MM: Final = 100.0
#: Where no scale is known a lesion is taken to be so long, in mm.
ASSUMED_LESION_MM: Final = 6.0
_LEFT_OUT: Final = "You chose to leave it out."


@dataclass(frozen=True, slots=True)
class PhotoLook:
    """A photo to be looked at before it leaves, and why.

    reasons: "face" (the spot is on head or neck), "unknown_site" (nobody said where it is), "wide"
    (much of the body or the room is in view). others: spots on it that were not chosen.
    """

    observation_id: str
    lesion: str
    taken_on: str
    reasons: tuple[LookReason, ...]
    others: tuple[str, ...]


def chosen_part(export: Export, person_id: str, lesion_ids: Collection[str]) -> Export:
    """The export with these lesions only: no other lesion, person or unassigned photo.

    Everything is listed that is kept, so that what an export gains later stays out until somebody
    decides on it.
    """
    (owner,) = (each for each in export.people if each.person.person_id == person_id)
    lesions = tuple(each for each in owner.lesions if each.lesion.lesion_id in lesion_ids)
    names = _neutral_names(lesions)
    kept = ExportPerson(
        person=owner.person,
        lesions=tuple(_with_neutral_names(each, names) for each in lesions),
        unassigned=(),
    )
    return replace(export, people=(kept,), only_person=owner.person.name)


def _neutral_names(lesions: Sequence[ExportLesion]) -> dict[str, str]:
    """What each photo is called: the original's name may tell of its folder or of other people."""
    names: dict[str, str] = {}
    for each in lesions:
        for seen in each.observations:
            record = seen.observation.photo
            suffix = PurePath(record.file_name).suffix.lower()
            known = suffix if re.fullmatch(r"\.[a-z0-9]{2,5}", suffix) else ""
            names.setdefault(record.photo_sha256, f"photo {len(names) + 1}{known}")
    return names


def _with_neutral_names(each: ExportLesion, names: dict[str, str]) -> ExportLesion:
    return replace(
        each,
        observations=tuple(
            replace(seen, observation=_renamed(seen.observation, names))
            for seen in each.observations
        ),
    )


def _renamed(seen: Observation, names: dict[str, str]) -> Observation:
    name = names[seen.photo.photo_sha256]
    return replace(
        seen,
        photo=replace(seen.photo, file_name=name),
        analysis=replace(seen.analysis, photo=name),
    )


class ChosenPhotos:
    """`ExportPhotos` without those that were left out: for a format they cannot be read."""

    def __init__(self, inner: ExportPhotos, left_out: Collection[str]) -> None:
        self._inner = inner
        self._left_out = left_out

    def original(self, photo: PhotoRecord) -> bytes:
        """As the inner one; raises InputError for a photo that was left out."""
        self._check(photo)
        return self._inner.original(photo)

    def safe(self, photo: PhotoRecord) -> SafePhoto:
        """As the inner one; raises InputError for a photo that was left out."""
        self._check(photo)
        return self._inner.safe(photo)

    def upright_rgb(self, photo: PhotoRecord) -> NDArray[np.uint8]:
        """As the inner one; raises InputError for a photo that was left out."""
        self._check(photo)
        return self._inner.upright_rgb(photo)

    def _check(self, photo: PhotoRecord) -> None:
        if photo.photo_sha256 in self._left_out:
            raise InputError(_LEFT_OUT)


def left_out_photos(part: Export, observation_ids: Collection[str]) -> frozenset[str]:
    """Hashes of the photos of these observations.

    Raises:
        UnknownNameError: not an observation of a chosen lesion.
    """
    by_id = {each.observation_id: each.observation.photo for each in part.observations()}
    for name in observation_ids:
        if name not in by_id:
            raise UnknownNameError(
                f"'{name}' is no photo of the chosen lesions.",
                next_step="Their ids are listed by: moletrail timeline LESION",
            )
    return frozenset(by_id[name].photo_sha256 for name in observation_ids)


def looks(whole: Export, part: Export) -> tuple[PhotoLook, ...]:
    """Every photo that would leave, once, with what there is to look out for.

    Args:
        whole: the person's whole export, which knows the other lesions on a photo.
    """
    chosen = {each.observation_id for each in part.observations()}
    sites: dict[str, list[ExportLesion]] = {}
    for lesion in part.lesions():
        for seen in lesion.observations:
            sites.setdefault(seen.observation.photo.photo_sha256, []).append(lesion)
    found: dict[str, PhotoLook] = {}
    for each in part.observations():
        seen = each.observation
        if seen.photo.photo_sha256 in found:
            continue
        found[seen.photo.photo_sha256] = PhotoLook(
            observation_id=seen.observation_id,
            lesion="" if seen.lesion is None else seen.lesion.name,
            taken_on=seen.capture.isoformat(),
            reasons=_reasons(seen, sites[seen.photo.photo_sha256]),
            others=tuple(_others(whole, seen.photo.photo_sha256, chosen)),
        )
    return tuple(found.values())


def _reasons(seen: Observation, lesions: Sequence[ExportLesion]) -> tuple[LookReason, ...]:
    reasons: list[LookReason] = []
    if any(_is_on_head(each) for each in lesions):
        reasons.append("face")
    elif any(each.lesion.site is None and each.lesion.place is None for each in lesions):
        reasons.append("unknown_site")
    if is_wide(seen):
        reasons.append("wide")
    return tuple(reasons)


def _is_on_head(each: ExportLesion) -> bool:
    """By the words for the site, the lesion's name ("mole by the nose") and the body map."""
    place = each.lesion.place
    if place is not None:
        whole = place.view in (BodyView.FRONT, BodyView.BACK)
        if place.view in _HEAD_VIEWS or (whole and place.y < _HEAD_ENDS):
            return True
    said = f"{each.lesion.site or ''} {each.lesion.name}".casefold()
    return not _HEAD_WORDS.isdisjoint(re.findall(r"[^\W\d_]+", said))


def is_wide(seen: Observation) -> bool:
    """Whether a photo reaches far beyond its lesion (see `WIDE_MM`), or none was found on it."""
    mask, scale = seen.analysis.mask, seen.analysis.scale
    if mask is None:
        return True
    mm_per_px = ASSUMED_LESION_MM / max(mask.box.w, mask.box.h)
    if scale is not None:
        mm_per_px = scale.mm_per_px
    return min(seen.photo.width, seen.photo.height) * mm_per_px > WIDE_MM


def _others(whole: Export, photo_sha256: str, chosen: Collection[str]) -> Iterator[str]:
    told = set()
    for each in _same_photo(whole, photo_sha256):
        lesion = each.observation.lesion
        name = None if lesion is None else lesion.name
        if each.observation_id not in chosen and name is not None and name not in told:
            told.add(name)
            yield name


def _same_photo(whole: Export, photo_sha256: str) -> Iterator[ExportObservation]:
    return (
        each for each in whole.observations() if each.observation.photo.photo_sha256 == photo_sha256
    )
