"""From the bytes of a photo to a durable observation, or to a refusal in words."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tracker.domain.analysis import Analysis
from tracker.domain.capture import CaptureTime, DateSource, Modality, parse_capture_time
from tracker.domain.geometry import Box
from tracker.errors import CaptureDateError, InputError, UsageError
from tracker.services.files import read_photo
from tracker.services.matching import accepted_lesion
from tracker.services.people import required_person
from tracker.services.profiles import profile, scale_of
from tracker.services.results import AddRequest, Duplicate, IntakeResult, Refusal, Stored
from tracker.services.session import Workspace
from tracker.store.names import clean_name, clean_note, clean_optional_name
from tracker.store.values import NewObservation
from tracker.store.vault import Vault
from tracker.vision.analyzer import AnalyzeOptions
from tracker.vision.decode import DecodedPhoto, decode_photo

NO_DATE_ADVICE = "Give the day with --date YYYY-MM-DD."
#: Another spot with at least this share of the measured one's area may be the one that was meant.
#: So it was in 13 of 50 clinical photos of marked moles and in 3 of 80 dermoscopic ones.
RIVAL_AREA = 0.5
RIVAL_WARNING = (
    "Another spot of similar size or larger is in view. Check that the outline marks the right "
    "one; if not, move this photo to no lesion and add it again with --roi X,Y,W,H."
)


@dataclass(frozen=True, slots=True, eq=False)
class _Ready:
    """A photo that is computed and only has to be written; `is_found`: lesion by likeness."""

    person: str
    lesion: str | None
    is_found: bool
    photo: DecodedPhoto
    capture: CaptureTime
    analysis: Analysis


def common_request(
    *,
    person: str | None,
    lesion: str | None,
    site: str | None,
    taken_at: str | None,
    mm_per_px: float | None,
    roi: Box | None,
    note: str | None,
    modality: str | None,
    is_new: bool,
    profile: str | None = None,
) -> AddRequest:
    """What several photos of one command have in common; `data` and `photo` are still empty.

    Raises:
        UsageError: an unusable name.
    """
    return AddRequest(
        data=b"",
        photo="",
        person=None if person is None else clean_name(person, "person"),
        lesion=None if lesion is None else clean_name(lesion, "lesion"),
        site=clean_optional_name(site, "site"),
        taken_at=taken_at,
        mm_per_px=mm_per_px,
        roi=roi,
        modality=None if modality is None else Modality(modality),
        note=clean_note(note),
        is_new=is_new,
        profile=clean_optional_name(profile, "profile"),
    )


def check_person(workspace: Workspace, request: AddRequest) -> AddRequest:
    """The request with its person settled, so that wrong usage shows before any work.

    Raises:
        PersonRequiredError: none named, and the vault has none or several.
        VaultError: the vault cannot be opened.
    """
    return replace(request, person=required_person(workspace, request.person))


def add_file(workspace: Workspace, path: Path, request: AddRequest) -> IntakeResult:
    """Add the photo in a file; an unreadable file is a refusal."""
    try:
        data = read_photo(path)
    except InputError as error:
        return Refusal(str(path), error.message, error.next_step)
    return add_photo(workspace, replace(request, data=data, photo=str(path)))


def add_photo(workspace: Workspace, request: AddRequest) -> IntakeResult:
    """Store one photo.

    A photo whose quality is refused is not kept. Without a lesion it goes to the known one it
    surely shows (see `matching.accepted_lesion`), else it waits unassigned.

    Returns:
        `Stored` once photo and observation are durable; `Duplicate`; or `Refusal`, and then the
        vault is as before.

    Raises:
        UsageError: no person named where one is needed, an unusable name.
        VaultError, VaultDamagedError, VaultBusyError: the vault cannot take it.
        ModelError: the installation is not whole.
    """
    person = required_person(workspace, request.person)
    if request.lesion is not None:
        request = replace(request, lesion=clean_name(request.lesion, "lesion"))
    known = _stored_before(workspace, request, person)
    if known is not None:
        return known
    try:
        photo = decode_photo(request.data, Path(request.photo).name)
        capture = _capture_time(request, photo)
        analysis = workspace.analyzer.analyze_decoded(photo, _options(workspace, request, photo))
    except (InputError, UsageError) as error:
        return Refusal(request.photo, error.message, error.next_step)
    if analysis.status == "refused":
        return Refusal(
            request.photo, analysis.reason or "It cannot be measured.", analysis.advice, analysis
        )
    lesion, is_found = request.lesion, False
    if lesion is None and request.assign_nearest:
        lesion = accepted_lesion(workspace, person, analysis, photo.rgb)
        is_found = lesion is not None
    return _store(workspace, request, _Ready(person, lesion, is_found, photo, capture, analysis))


def _stored_before(workspace: Workspace, request: AddRequest, person: str) -> Duplicate | None:
    """A duplicate is told before anything is computed: a rerun of an import is quick."""
    digest = hashlib.sha256(request.data).hexdigest()
    with workspace.open("add") as vault:
        known = find_duplicate(vault, digest, replace(request, person=person))
        if known is not None:
            vault.mend_photo(request.data)
        return known


def find_duplicate(vault: Vault, photo_sha256: str, request: AddRequest) -> Duplicate | None:
    """The same photo, person, lesion and region, if it is in the open vault.

    A request without a lesion is a duplicate of the photo in any lesion of the person.

    Args:
        request: its person is settled; its data is not looked at.
    """
    owner = next((each for each in vault.people() if each.name == request.person), None)
    if owner is None:
        return None
    lesion = None
    if request.lesion is not None:
        known = vault.lesions(owner)
        lesion = next((each for each in known if each.name == request.lesion), None)
        if lesion is None:
            return None
    found = vault.find_duplicate(photo_sha256, owner, lesion, request.roi)
    if found is None:
        return None
    place = None if found.lesion is None else found.lesion.name
    return Duplicate(request.photo, owner.name, place, found.observation_id)


def _options(workspace: Workspace, request: AddRequest, photo: DecodedPhoto) -> AnalyzeOptions:
    """What the person says of the photo, and what is known of the device it was taken with.

    Raises:
        UnknownNameError: no such device. InputError: the photo is not one of its.
    """
    options = AnalyzeOptions(
        roi=request.roi, mm_per_px=request.mm_per_px, modality=request.modality
    )
    if request.profile is None:
        return options
    known = profile(workspace, request.profile)
    scale = scale_of(known, photo.width, photo.height)
    return replace(options, device=scale, modality=request.modality or known.modality)


def _capture_time(request: AddRequest, photo: DecodedPhoto) -> CaptureTime:
    """The date given, else the one in the photo, else the one in its name.

    Raises:
        CaptureDateError: neither, or not a plausible one.
    """
    if request.taken_at is not None and request.taken_at.strip():
        source = DateSource.MANIFEST if request.from_manifest else DateSource.GIVEN
        return parse_capture_time(request.taken_at, source, now=datetime.now())
    if photo.capture is None and request.date_in_name is not None:
        return parse_capture_time(request.date_in_name, DateSource.MANIFEST, now=datetime.now())
    if photo.capture is None:
        raise CaptureDateError(
            f"'{photo.name}' does not say when it was taken.", next_step=NO_DATE_ADVICE
        )
    return photo.capture


def _store(workspace: Workspace, request: AddRequest, ready: _Ready) -> Stored | Duplicate:
    photo = ready.photo
    digest = hashlib.sha256(request.data).hexdigest()
    with workspace.open("add") as vault, vault.batch():
        # Another process may have stored it while this one computed.
        known = find_duplicate(vault, digest, replace(request, person=ready.person))
        if known is not None:
            return known
        person = vault.ensure_person(ready.person)
        lesion = None
        if ready.is_found:
            # Renamed or deleted meanwhile, it is not made anew: the photo waits unassigned.
            known_now = vault.lesions(person)
            lesion = next((each for each in known_now if each.name == ready.lesion), None)
        elif ready.lesion is not None:
            lesion = vault.ensure_lesion(
                person, ready.lesion, site=request.site, is_new=request.is_new
            )
        record = vault.keep_photo(
            request.data,
            file_name=Path(request.photo).name,
            media_type=photo.media_type,
            width=photo.width,
            height=photo.height,
        )
        seen = vault.add_observation(
            NewObservation(
                photo=record,
                person=person,
                lesion=lesion,
                capture=ready.capture,
                modality=ready.analysis.modality,
                analysis=ready.analysis,
                note=request.note,
                requested_roi=request.roi,
            )
        )
    return Stored(
        photo=request.photo,
        person=person.name,
        lesion=None if lesion is None else lesion.name,
        observation_id=seen.observation_id,
        taken_at=seen.capture,
        analysis=seen.analysis,
        auto_assigned=ready.is_found and lesion is not None,
        warnings=_warnings(photo, ready.analysis, given=request.roi is not None),
    )


def _warnings(photo: DecodedPhoto, analysis: Analysis, *, given: bool) -> tuple[str, ...]:
    issues = () if analysis.quality is None else analysis.quality.issues
    rival = (RIVAL_WARNING,) if not given and has_rival(analysis) else ()
    return (*photo.warnings, *(f"{issue.reason} {issue.advice}" for issue in issues), *rival)


def has_rival(analysis: Analysis) -> bool:
    """Whether the photo shows another spot that may have been meant; see RIVAL_AREA."""
    measures = analysis.measures
    return measures is not None and any(
        other.area_px >= RIVAL_AREA * measures.area_px for other in analysis.others
    )
