"""The made-up people of the demo: nine lesions over three years, each with one thing to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tracker.analysis.render import Camera, RenderedLesion, Skin, draw_skin, render_photo
from tracker.analysis.render_fields import generator
from tracker.domain.capture import Modality

#: Fitzpatrick II and III-IV. Darker skin is left out on purpose: nothing here was measured on it.
ADA_TONE = (224, 180, 166)
BEN_TONE = (200, 152, 126)


@dataclass(frozen=True, slots=True, eq=False)
class DemoPhoto:
    """One made-up photo, ready to be added to a vault.

    taken_at: ISO date. mm_per_px: None where the scale is not known. rgb: (750, 1000, 3) uint8.
    mask: (750, 1000) bool, the true lesion. note: what the series is there to show, on its first
    photo only.
    """

    person: str
    lesion: str
    site: str
    taken_at: str
    modality: Modality
    mm_per_px: float | None
    rgb: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    note: str | None


@dataclass(frozen=True, slots=True)
class _Story:
    """One lesion: `change` turns its first state into that at time `t`, 0 (first) .. 1 (last)."""

    person: str
    name: str
    site: str
    lesion: RenderedLesion
    dates: tuple[str, ...]
    note: str
    change: Callable[[RenderedLesion, float], RenderedLesion] = lambda lesion, t: lesion
    modality: Modality = Modality.DERMOSCOPIC
    scale_known: bool = True
    mm_per_px: float = 0.016
    last_camera: Callable[[Camera], Camera] = lambda camera: camera


def demo_series(seed: int = 7) -> Iterator[DemoPhoto]:
    """The demo's photos, lesion by lesion and in order of time within each.

    Photos of one lesion differ in distance, angle, tilt, light, focus and loose hairs, as photos
    taken by hand do. The same seed gives the same pictures.
    """
    for number, story in enumerate(_stories(seed)):
        yield from _photos(story, seed, number)


def demo_photo_count(seed: int = 7) -> int:
    """How many photos `demo_series` yields."""
    return sum(len(story.dates) for story in _stories(seed))


def _photos(story: _Story, seed: int, number: int) -> Iterator[DemoPhoto]:
    world = draw_skin(_skin(story, seed, number))
    last = len(story.dates) - 1
    for index, date in enumerate(story.dates):
        lesion = story.change(story.lesion, index / last if last else 0.0)
        camera = _camera(story, generator(seed, number, index))
        if index == last:
            camera = story.last_camera(camera)
        photo = render_photo(world, [lesion], camera)
        scale = round(photo.mm_per_px, 5) if story.scale_known else None
        yield DemoPhoto(
            story.person,
            story.name,
            story.site,
            date,
            story.modality,
            scale,
            photo.rgb,
            photo.mask,
            story.note if index == 0 else None,
        )


def _skin(story: _Story, seed: int, number: int) -> Skin:
    tone = ADA_TONE if story.person == "Demo Ada" else BEN_TONE
    step = story.mm_per_px
    extent = (1450 * step, 1150 * step)
    skin = Skin(100 * seed + number, tone, extent, step)
    if story.modality is Modality.CLINICAL:
        # Without immersion fluid the skin's relief shows, and vessels hide.
        return replace(skin, furrows=1.5, vessels=0.4, freckles_per_cm2=5.0)
    return skin


def _camera(story: _Story, rng: np.random.Generator) -> Camera:
    """A hand-held camera: every setting a little off, uniformly about its middle."""

    def about(middle: float, spread: float) -> float:
        return float(middle + spread * (2 * rng.random() - 1))

    clinical = story.modality is Modality.CLINICAL
    size = 1000 * story.mm_per_px
    return Camera(
        seed=int(rng.integers(1 << 30)),
        centre_mm=(about(0, 0.04 * size), about(0, 0.03 * size)),
        mm_per_px=story.mm_per_px * about(1.0, 0.12),
        rotation_deg=about(0, 14),
        tilt=(about(0, 0.04), about(0, 0.04)),
        gain=about(1.0, 0.10),
        white_balance=(about(1.02, 0.03), 1.0, about(0.98, 0.04)),
        vignette=about(0.2, 0.1),
        slope=(about(0, 0.3), about(0, 0.3)) if clinical else (about(0, 0.1), about(0, 0.1)),
        blur_px=about(0.6, 0.25),
        noise=about(0.009, 0.003),
        hairs=int(rng.integers(4)),
    )


def _evenly(lesion: RenderedLesion, t: float) -> RenderedLesion:
    return lesion.grown(1.0 + 0.32 * t)


def _one_side(lesion: RenderedLesion, t: float) -> RenderedLesion:
    late = max(0.0, (t - 0.3) / 0.7)
    return lesion.grown_on_one_side(0.15 + 1.35 * late, 0.9 * late) if late > 0 else lesion


def _focal(lesion: RenderedLesion, t: float) -> RenderedLesion:
    late = max(0.0, (t - 0.2) / 0.8)
    return replace(lesion.darkened_in_one_place(2.4 * late), veil=0.6 * late)


def _fading(lesion: RenderedLesion, t: float) -> RenderedLesion:
    return lesion.grown(1.0 - 0.22 * t).faded(1.0 - 0.5 * t)


def _tilted_and_cut(camera: Camera) -> Camera:
    """A steep angle, and the lesion half out of the frame."""
    width_mm = camera.size_px[0] * camera.mm_per_px
    return replace(
        camera, centre_mm=(0.5 * width_mm, 0.0), rotation_deg=-8.0, tilt=(0.0, 0.18), blur_px=1.2
    )


def _stories(seed: int) -> tuple[_Story, ...]:
    def lesion(number: int, radius_mm: float, melanin: float, **look: float) -> RenderedLesion:
        first = RenderedLesion(1000 * seed + number, radius_mm=radius_mm, melanin=melanin)
        return replace(first, angle_deg=37.0 * number, **look)  # type: ignore[arg-type]

    ada, ben = "Demo Ada", "Demo Ben"
    return (
        _Story(
            ada,
            "Upper back",
            "upper back",
            lesion(1, 2.3, 1.6, irregularity=0.4, lobe_angle_deg=25.0, network=0.6),
            ("2022-05-14", "2022-11-19", "2023-06-03", "2023-12-09", "2024-06-15", "2024-12-07"),
            "Made-up course: grows on one side, with a new blue-grey colour.",
            _one_side,
        ),
        _Story(
            ada,
            "Left forearm",
            "left forearm",
            lesion(2, 2.0, 1.5, irregularity=0.25, elongation=1.35),
            ("2022-05-14", "2022-11-20", "2023-05-20", "2023-11-25", "2024-05-18", "2024-11-30"),
            "Made-up course: stays as it is; only the camera moves.",
        ),
        _Story(
            ada,
            "Right calf",
            "right calf",
            lesion(3, 2.5, 1.7, irregularity=0.35, network=0.7),
            ("2022-06-04", "2023-01-14", "2023-08-26", "2024-03-09", "2024-10-12"),
            "Made-up course: fades and shrinks, which counts as a change.",
            _fading,
        ),
        _Story(
            ada,
            "Right shoulder",
            "right shoulder",
            lesion(4, 2.2, 2.0, globules=0.8, network=0.1, elongation=1.1),
            ("2022-09-10", "2023-04-22", "2024-01-13", "2024-09-21"),
            "Made-up course: stays as it is; no scale is known.",
            scale_known=False,
        ),
        _Story(
            ada,
            "Abdomen",
            "abdomen",
            lesion(5, 1.7, 1.4, irregularity=0.3),
            ("2024-11-30",),
            "Made-up course: a first photo.",
        ),
        _Story(
            ben,
            "Chest",
            "chest",
            lesion(6, 2.1, 2.0, irregularity=0.3, globules=0.6),
            ("2022-07-02", "2023-02-11", "2023-09-16", "2024-04-13", "2024-11-16"),
            "Made-up course: grows evenly in all directions.",
            _evenly,
        ),
        _Story(
            ben,
            "Left thigh",
            "left thigh",
            lesion(7, 2.5, 1.3, irregularity=0.35, focus_mm=1.15),
            ("2022-07-02", "2023-02-12", "2023-09-17", "2024-04-14", "2024-11-17"),
            "Made-up course: keeps its size and darkens in one place.",
            _focal,
        ),
        _Story(
            ben,
            "Neck",
            "neck",
            lesion(8, 2.6, 1.9, irregularity=0.2, network=0.2, softness_mm=0.06),
            ("2022-08-20", "2023-04-08", "2023-12-16", "2024-08-24"),
            "Made-up course: stays as it is; plain photos from a phone.",
            modality=Modality.CLINICAL,
            mm_per_px=0.03,
        ),
        _Story(
            ben,
            "Lower back",
            "lower back",
            lesion(9, 2.4, 1.8, irregularity=0.4),
            ("2023-05-06", "2024-05-11"),
            "Made-up course: the second photo cuts the lesion, so the two cannot be compared.",
            scale_known=False,
            last_camera=_tilted_and_cut,
        ),
    )
