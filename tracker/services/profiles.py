"""Devices that were calibrated once, so that their photos have a scale."""

from __future__ import annotations

import math
from dataclasses import replace

from tracker.domain.analysis import Scale, ScaleSource
from tracker.domain.capture import Modality
from tracker.domain.care import DeviceProfile
from tracker.errors import InputError, UnknownNameError, UsageError
from tracker.services.session import Workspace
from tracker.store.names import clean_name
from tracker.store.vault_people import new_id

#: Relative standard error of a calibration where nobody says how good it was: a ruler's marks read
#: off one photo.
USUAL_SIGMA = 0.02
#: How far the sides' ratio of a photo may be from that of the calibration, as a ratio less 1: a
#: cropped photo has lost what ties its pixels to the device.
SAME_SHAPE = 0.01


def add_profile(
    workspace: Workspace,
    name: str,
    mm_per_px: float,
    *,
    width_px: int,
    height_px: int,
    sigma: float | None = None,
    modality: str | Modality | None = None,
) -> DeviceProfile:
    """Keep a device's scale; one of the same name takes its place.

    Args:
        mm_per_px: millimetres per pixel of a photo of width_px x height_px. sigma: its standard
        error, mm per pixel; else 2 % of it. modality: of all its photos, if it is always the same.

    Raises:
        UsageError: no possible name, scale or size.
    """
    error = USUAL_SIGMA * mm_per_px if sigma is None else sigma
    if not (math.isfinite(mm_per_px) and mm_per_px > 0 and math.isfinite(error) and error >= 0):
        raise UsageError(
            f"{mm_per_px} ± {error} millimetres per pixel is not a scale.",
            next_step="Give the millimetres that one pixel spans, for example 0.01.",
        )
    if width_px <= 0 or height_px <= 0:
        raise UsageError(
            f"{width_px} x {height_px} is not the size of a photo.",
            next_step="Give the pixels of the photo that was calibrated.",
        )
    clean = clean_name(name, "profile")
    with workspace.open("profile") as vault:
        known = next((each for each in vault.profiles() if each.name == clean), None)
        return vault.save_profile(
            DeviceProfile(
                profile_id=new_id("pro") if known is None else known.profile_id,
                name=clean,
                mm_per_px=mm_per_px,
                sigma_mm_per_px=error,
                width_px=width_px,
                height_px=height_px,
                modality=None if modality is None else Modality(modality),
            )
        )


def profiles(workspace: Workspace) -> list[DeviceProfile]:
    """The devices that are offered, by name."""
    with workspace.open("profile") as vault:
        return vault.profiles()


def profile(workspace: Workspace, name: str) -> DeviceProfile:
    """The device of that name.

    Raises:
        UnknownNameError: there is none.
    """
    clean = clean_name(name, "profile")
    known = profiles(workspace)
    found = next((each for each in known if each.name == clean), None)
    if found is None:
        names = ", ".join(f"'{each.name}'" for each in known[:10])
        raise UnknownNameError(
            f"There is no device profile called '{clean}'.",
            next_step=f"Known: {names}." if names else "Make one with: moletrail profile add",
        )
    return found


def remove_profile(workspace: Workspace, name: str) -> DeviceProfile:
    """Offer a device no more; photos keep the scale that they got from it.

    Raises:
        UnknownNameError: there is none of that name.
    """
    found = profile(workspace, name)
    with workspace.open("profile") as vault:
        return vault.save_profile(replace(found, removed=True))


def scale_of(known: DeviceProfile, width_px: int, height_px: int) -> Scale:
    """The scale of a photo of that size from a device.

    A photo in another resolution has larger or smaller pixels; upright or not makes no difference.

    Raises:
        InputError: the photo is of another shape, so it was cropped or is of another device.
    """
    long, short = max(width_px, height_px), min(width_px, height_px)
    known_long = max(known.width_px, known.height_px)
    known_short = min(known.width_px, known.height_px)
    if abs(long * known_short / (short * known_long) - 1) > SAME_SHAPE:
        raise InputError(
            f"The photo has {width_px} x {height_px} pixels, which is not the shape of the photos "
            f"of '{known.name}' ({known.width_px} x {known.height_px}).",
            next_step="Give the photo as the device took it, or leave the profile out.",
        )
    factor = known_long / long
    return Scale(known.mm_per_px * factor, known.sigma_mm_per_px * factor, ScaleSource.DEVICE)
