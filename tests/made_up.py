"""Made-up photos for tests of the whole program, rendered once a process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from tracker.analysis.render import to_jpeg
from tracker.analysis.render_demo import demo_series


@dataclass(frozen=True)
class MadeUp:
    """A rendered photo as a file would hold it."""

    person: str
    lesion: str
    site: str
    taken_at: str
    mm_per_px: float | None
    modality: str
    jpeg: bytes


@cache
def photos(count: int = 8) -> tuple[MadeUp, ...]:
    """The demo's first photos: six of one lesion that grows, then another lesion's."""
    return tuple(
        MadeUp(
            photo.person,
            photo.lesion,
            photo.site,
            photo.taken_at,
            photo.mm_per_px,
            photo.modality.value,
            to_jpeg(photo.rgb),
        )
        for photo in islice(demo_series(), count)
    )


def write(folder: Path, count: int = 8) -> list[Path]:
    """The photos as files `photo0.jpg`, ...; their order is that of `photos`."""
    paths = []
    for number, photo in enumerate(photos()[:count]):
        path = folder / f"photo{number}.jpg"
        path.write_bytes(photo.jpeg)
        paths.append(path)
    return paths
