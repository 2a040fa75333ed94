"""Holding each photo of a lesion against its first and its previous one; results are stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tracker.analysis.compare import METHOD, compare
from tracker.domain.comparison import Comparison
from tracker.domain.records import Lesion, Observation
from tracker.services.results import Stored
from tracker.services.session import Workspace
from tracker.services.subjects import subject_of

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A lesion's photos in order of capture, and the comparisons of the current method."""

    lesion: Lesion
    observations: tuple[Observation, ...]
    comparisons: dict[Pair, Comparison]

    def between(self, earlier: Observation, later: Observation) -> Comparison | None:
        """The comparison of two photos of the series, if it was made."""
        return self.comparisons.get((earlier.observation_id, later.observation_id))


def wanted_pairs(observations: Sequence[Observation]) -> list[tuple[Observation, Observation]]:
    """Each photo with the first one and with the one before, every pair once."""
    pairs = []
    for index, later in enumerate(observations):
        if index:
            pairs.append((observations[0], later))
        if index > 1:
            pairs.append((observations[index - 1], later))
    return pairs


def read_series(workspace: Workspace, person: str, lesion: str) -> Series:
    """What the vault holds of a lesion.

    Raises:
        UnknownNameError: no such person or lesion.
    """
    with workspace.open("read") as vault:
        found = vault.lesion(vault.person(person), lesion)
        observations = tuple(vault.observations(found))
        stored = vault.comparisons(found)
    current = {(c.earlier, c.later): c for c in stored if c.method == METHOD}
    return Series(found, observations, current)


def complete_series(workspace: Workspace, person: str, lesion: str) -> Series:
    """The series with every wanted comparison; missing ones are computed and stored.

    The vault stays free for other processes while a pair is computed.

    Raises:
        UnknownNameError: no such person or lesion.
    """
    series = read_series(workspace, person, lesion)
    missing = [
        (earlier, later)
        for earlier, later in wanted_pairs(series.observations)
        if series.between(earlier, later) is None
    ]
    made = [_compare_pair(workspace, earlier, later) for earlier, later in missing]
    fresh = [comparison for comparison in made if comparison is not None]
    _keep(workspace, fresh)
    together = series.comparisons | {(c.earlier, c.later): c for c in fresh}
    return Series(series.lesion, series.observations, together)


def compare_added(workspace: Workspace, stored: Stored) -> None:
    """Compare a photo just stored with the first and the previous photo of its lesion."""
    if stored.lesion is None:
        return
    series = read_series(workspace, stored.person, stored.lesion)
    pairs = [
        (earlier, later)
        for earlier, later in wanted_pairs(series.observations)
        if stored.observation_id == later.observation_id and series.between(earlier, later) is None
    ]
    made = [_compare_pair(workspace, earlier, later) for earlier, later in pairs]
    _keep(workspace, [comparison for comparison in made if comparison is not None])


def compare_missing(
    workspace: Workspace, lesions: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Complete the series of (person, lesion) names, yielding each when it is done."""
    for person, lesion in lesions:
        complete_series(workspace, person, lesion)
        yield person, lesion


def _compare_pair(
    workspace: Workspace, earlier: Observation, later: Observation
) -> Comparison | None:
    before, after = subject_of(workspace, earlier), subject_of(workspace, later)
    if before is None or after is None:
        return None
    return compare(before, after)


def _keep(workspace: Workspace, comparisons: Sequence[Comparison]) -> None:
    if not comparisons:
        return
    with workspace.open("compare") as vault:
        for comparison in comparisons:
            vault.add_comparison(comparison)
