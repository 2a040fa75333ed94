"""Holding each photo of a lesion against its first and its previous one; results are stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tracker.analysis.compare import METHOD, compare
from tracker.analysis.series import series_of
from tracker.analysis.series import wanted_pairs as judged_pairs
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


def pairs_to_compare(lesion: Lesion, observations: Sequence[Observation]) -> list[Pair]:
    """Each photo with the first one and with the one before, and what the judge asks for.

    Args:
        observations: of the lesion, in order of capture.
    """
    ids = [seen.observation_id for seen in observations]
    pairs = dict.fromkeys((ids[0], later) for later in ids[1:])
    pairs |= dict.fromkeys(pairwise(ids))
    pairs |= dict.fromkeys(judged_pairs(series_of(lesion, observations, ()).observations))
    return list(pairs)


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
    fresh = _compare(workspace, series, _missing(series))
    together = series.comparisons | {(c.earlier, c.later): c for c in fresh}
    return Series(series.lesion, series.observations, together)


def compare_added(workspace: Workspace, stored: Stored) -> None:
    """Compare a photo just stored with the other photos of its lesion that it is held against."""
    if stored.lesion is None:
        return
    series = read_series(workspace, stored.person, stored.lesion)
    own = [pair for pair in _missing(series) if stored.observation_id in pair]
    _compare(workspace, series, own)


def _missing(series: Series) -> list[Pair]:
    wanted = pairs_to_compare(series.lesion, series.observations)
    return [pair for pair in wanted if pair not in series.comparisons]


def compare_missing(
    workspace: Workspace, lesions: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Complete the series of (person, lesion) names, yielding each when it is done."""
    for person, lesion in lesions:
        complete_series(workspace, person, lesion)
        yield person, lesion


def _compare(workspace: Workspace, series: Series, pairs: Sequence[Pair]) -> list[Comparison]:
    """Compute pairs with the vault closed, then store them."""
    by_id = {seen.observation_id: seen for seen in series.observations}
    made = []
    for earlier, later in pairs:
        before = subject_of(workspace, by_id[earlier])
        after = subject_of(workspace, by_id[later])
        if before is not None and after is not None:
            made.append(compare(before, after))
    if made:
        with workspace.open("compare") as vault, vault.batch():
            for comparison in made:
                vault.add_comparison(comparison)
    return made
