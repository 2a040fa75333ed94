"""A share pack: chosen lesions for one other person, as an encrypted zip file or a plain folder.

Inside: the change report, photos without their place, tables, what the sender consented to, and a
list of every file with its hash. The encrypted archive is written as it is made, so that no
unencrypted copy ever lies on the disk; it appears whole or not at all, and over nobody's file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from tracker.domain.exporting import Export, ExportOptions, LeftOut, OnProgress
from tracker.errors import InputError, PersonRequiredError, UsageError
from tracker.exchange.folder import MARKER, marker_bytes
from tracker.exchange.reading import DATA, SHARE_MANIFEST
from tracker.exchange.recorded import RecordedFolder
from tracker.exchange.share_readme import ShareFacts, readme
from tracker.report.document import Audience
from tracker.report.writing import report_bytes
from tracker.services.export_model import build_export
from tracker.services.export_photos import VaultPhotos
from tracker.services.exporting import marker_facts, writer_of
from tracker.services.people import person_name
from tracker.services.reporting import ReportOptions, build_document
from tracker.services.session import Workspace
from tracker.services.sharing_choice import (
    ChosenPhotos,
    PhotoLook,
    chosen_part,
    left_out_photos,
    looks,
)
from tracker.services.sharing_password import checked_password
from tracker.services.sharing_place import check_free, made_at, suggested_place
from tracker.store.names import clean_name, clean_note

__all__ = [
    "PhotoLook",
    "SharePlan",
    "ShareRequest",
    "Shared",
    "check_free",
    "checked_consent",
    "plan",
    "share",
    "suggested_place",
]

#: Formats that may go along beside report and tables.
MORE_FORMATS: Final = ("fhir", "dicom")
#: Of the manifest's own form.
LAYOUT: Final = 1
_MAX_CONSENT: Final = 2000


@dataclass(frozen=True, slots=True)
class ShareRequest:
    """What a person chose to hand over.

    lesions: names, at least one; None for all of the person's. consent: the sentence in which they
    agree. made_by: who makes the pack, None for the person. formats: of MORE_FORMATS. leave_out:
    observation ids whose whole photos stay here. clinician: class probabilities too.
    """

    person: str | None
    lesions: tuple[str, ...] | None
    consent: str
    made_by: str | None = None
    formats: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    clinician: bool = False


@dataclass(frozen=True, slots=True)
class SharePlan:
    """What would leave: the lesions, each photo with what to look out for, notes and symptoms."""

    person: str
    lesions: tuple[str, ...]
    photos: tuple[PhotoLook, ...]
    notes: int
    symptoms: int


@dataclass(frozen=True, slots=True)
class Shared:
    """A finished pack, and the photos that could not go along although they were chosen."""

    path: Path
    plan: SharePlan
    encrypted: bool
    photos: int
    files: int
    size_bytes: int
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Chosen:
    part: Export
    plan: SharePlan


def plan(
    workspace: Workspace,
    person: str | None,
    lesions: tuple[str, ...] | None,
    *,
    on_compared: OnProgress | None = None,
) -> SharePlan:
    """What a pack of these lesions would hold; nothing is written.

    Raises:
        UsageError: no lesion named. UnknownNameError, PersonRequiredError. VaultError.
    """
    return _choose(workspace, person, lesions, False, on_compared).plan


def share(
    workspace: Workspace,
    request: ShareRequest,
    out: Path,
    password: str | None,
    *,
    on_compared: OnProgress | None = None,
    on_photo: OnProgress | None = None,
) -> Shared:
    """Write the pack to `out`: an encrypted zip file, or without a password a plain folder.

    Raises:
        UsageError: no consent, no lesion, another format, a password that cannot be used.
        InputError: there is something at `out`, or it cannot be written. StorageFullError.
        UnknownNameError, PersonRequiredError. VaultError, VaultDamagedError, VaultBusyError.
    """
    consent = checked_consent(request.consent)
    secret = None if password is None else checked_password(password)
    for form in request.formats:
        if form not in MORE_FORMATS:
            raise UsageError(
                f"'{form}' cannot be added to a share pack.",
                next_step=f"Use: {', '.join(MORE_FORMATS)}.",
            )
    check_free(workspace, out)
    chosen = _choose(workspace, request.person, request.lesions, request.clinician, on_compared)
    left_out = left_out_photos(chosen.part, request.leave_out)
    photos = ChosenPhotos(VaultPhotos(workspace), left_out)
    going = sum(1 for photo in chosen.part.photos() if photo.photo_sha256 not in left_out)
    facts = ShareFacts(
        consent=consent,
        made_by=chosen.plan.person
        if request.made_by is None
        else clean_name(request.made_by, "person"),
        made_on=date.today(),
        person=chosen.plan.person,
        lesions=chosen.plan.lesions,
        formats=tuple(dict.fromkeys(request.formats)),
        photos=going,
        encrypted=secret is not None,
    )
    with made_at(out, secret) as folder:
        refused = _write(workspace, chosen.part, facts, photos, folder, on_photo)
    own = [each for each in refused if each.photo not in _names(chosen.part, left_out)]
    return Shared(
        path=out,
        plan=chosen.plan,
        encrypted=secret is not None,
        photos=going - len(own),
        files=len(folder.files),
        size_bytes=sum(facts["size_bytes"] for facts in folder.files.values())
        if secret is None
        else out.stat().st_size,
        left_out=tuple(own),
    )


def checked_consent(text: str | None) -> str:
    """The sentence of consent, as it will stand in the pack.

    Raises:
        UsageError: none, or too long.
    """
    consent = clean_note(text)
    if consent is None:
        raise UsageError(
            "Nothing is shared without a sentence of consent.",
            next_step="Say what you agree to, for example: --consent "
            '"I share these pictures with Dr Diaz for a second opinion."',
        )
    if len(consent) > _MAX_CONSENT:
        raise UsageError(
            f"The consent has {len(consent)} characters, and {_MAX_CONSENT} are allowed.",
            next_step="Shorten it.",
        )
    return consent


def _choose(
    workspace: Workspace,
    person: str | None,
    lesions: tuple[str, ...] | None,
    clinician: bool,
    on_compared: OnProgress | None,
) -> _Chosen:
    who = person_name(workspace, person)
    if who is None:
        raise PersonRequiredError(
            "The vault has no person yet.", next_step="Add photos first: moletrail add PHOTO"
        )
    if lesions is not None and not lesions:
        raise UsageError(
            "No spot was chosen to share.", next_step="Name one or more with --lesion L, or --all."
        )
    with workspace.open("share") as vault:
        owner = vault.person(who)
        held = {seen.lesion.lesion_id for seen in vault.all_observations(owner) if seen.lesion}
        named = (
            [each for each in vault.lesions(owner) if each.lesion_id in held]
            if lesions is None
            else [vault.lesion(owner, name) for name in lesions]
        )
    for each in named:
        if each.lesion_id not in held:
            raise InputError(
                f"There are no photos of '{each.name}' to share.", next_step="Choose another spot."
            )
    whole = build_export(workspace, who, clinician=clinician, on_progress=on_compared)
    part = chosen_part(whole, owner.person_id, {each.lesion_id for each in named})
    if not part.photos():
        raise InputError(f"There are no photos of '{who}' to share.", next_step="Add photos first.")
    return _Chosen(
        part,
        SharePlan(
            person=who,
            lesions=tuple(each.lesion.name for each in part.lesions()),
            photos=looks(whole, part),
            notes=sum(1 for each in part.observations() if each.observation.note),
            symptoms=sum(len(each.symptoms) for each in part.lesions()),
        ),
    )


def _write(
    workspace: Workspace,
    part: Export,
    facts: ShareFacts,
    photos: ChosenPhotos,
    folder: RecordedFolder,
    on_photo: OnProgress | None,
) -> list[LeftOut]:
    audience: Audience = "clinician" if part.clinician else "person"
    how = ReportOptions(audience=audience, made_on=facts.made_on)
    document = build_document(workspace, facts.person, facts.lesions, how)
    for name in ("report.pdf", "report.html"):
        folder.put(name, report_bytes(document, name))
    options = ExportOptions(on_progress=on_photo, names="numbered")
    refused: dict[str, LeftOut] = {}
    for form, place in (("csv", DATA), *((form, form) for form in facts.formats)):
        inner = RecordedFolder(folder, f"{place}/")
        done = writer_of(form)(part, photos, inner, options)
        inner.put(
            MARKER, marker_bytes(marker_facts(part, form, with_photos=True), dict(inner.files))
        )
        refused.update({each.photo: each for each in done.left_out})
    folder.put("README.txt", readme(facts, part).encode("utf-8-sig"))
    manifest = {
        "layout": LAYOUT,
        "program": part.program,
        "person": facts.person,
        "lesions": list(facts.lesions),
        "made_by": facts.made_by,
        "made_on": facts.made_on.isoformat(),
        "consent": facts.consent,
        "files": dict(sorted(folder.files.items())),
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    folder.put(SHARE_MANIFEST, text.encode("utf-8"))
    return list(refused.values())


def _names(part: Export, left_out: frozenset[str]) -> set[str]:
    return {each.file_name for each in part.photos() if each.photo_sha256 in left_out}
