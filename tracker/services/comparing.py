"""Holding each photo of a lesion against its first and its previous one; results are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from tracker.analysis.compare import METHOD, compare
from tracker.analysis.series import series_of
from tracker.analysis.series import wanted_pairs as judged_pairs
from tracker.domain.care import Survey
from tracker.domain.comparison import Comparison
from tracker.domain.records import Lesion, Observation, Symptom
from tracker.exchange.body_sites import covers
from tracker.services.results import Stored
from tracker.services.session import Workspace
from tracker.services.subjects import subject_of
from tracker.store.vault import Vault

Pair = tuple[str, str]
#: Called with what is done and what there is to do.
OnProgress = Callable[[int, int], None]
#: Pairs computed before they are stored: little is lost when the work is interrupted.
PAIRS_AT_ONCE = 4


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A lesion's photos in order of capture, comparisons of the current method, symptoms.

    marks: of the photos' analyses, see `Vault.analysis_marks`. absent_on: a day before its first
    photo on which its site was looked over, and it was not seen; None if there is none.
    """

    lesion: Lesion
    observations: tuple[Observation, ...]
    comparisons: dict[Pair, Comparison]
    symptoms: tuple[Symptom, ...]
    marks: Mapping[str, str]
    absent_on: date | None = None

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
        return series_in(vault, found, vault.observations(found))


def read_person(workspace: Workspace, person: str) -> list[Series]:
    """What the vault holds of all of a person's lesions, in one go.

    Raises:
        UnknownNameError: nobody of that name.
    """
    with workspace.open("read") as vault:
        return read_person_in(vault, person)


def read_person_in(vault: Vault, person: str) -> list[Series]:
    """What an open vault holds of all of a person's lesions.

    Raises:
        UnknownNameError: nobody of that name.
    """
    by_lesion: dict[str, list[Observation]] = {}
    owner = vault.person(person)
    everything = vault.all_observations(owner)
    for seen in everything:
        if seen.lesion is not None:
            by_lesion.setdefault(seen.lesion.lesion_id, []).append(seen)
    marks = vault.analysis_marks([seen.observation_id for seen in everything])
    surveys = vault.surveys(owner)
    return [
        series_in(vault, lesion, by_lesion.get(lesion.lesion_id, []), marks, surveys)
        for lesion in vault.lesions(owner)
    ]


def series_in(
    vault: Vault,
    lesion: Lesion,
    observations: Sequence[Observation],
    marks: Mapping[str, str] | None = None,
    surveys: Sequence[Survey] | None = None,
) -> Series:
    """What an open vault holds of a lesion, given its observations.

    Args:
        marks: of these and perhaps other observations; asked for where they are not given.
        surveys: of the person; asked for likewise.
    """
    ordered = sorted(observations, key=lambda seen: (seen.capture.value, seen.added_at))
    current = {
        (each.earlier, each.later): each for each in vault.comparisons(lesion) if _current(each)
    }
    if marks is None:
        marks = vault.analysis_marks([seen.observation_id for seen in ordered])
    if surveys is None:
        surveys = [each for each in vault.surveys() if each.person_id == lesion.person_id]
    return Series(
        lesion,
        tuple(ordered),
        current,
        tuple(vault.symptoms(lesion)),
        marks,
        absent_on(lesion, ordered, surveys),
    )


def absent_on(
    lesion: Lesion, observations: Sequence[Observation], surveys: Iterable[Survey]
) -> date | None:
    """The latest survey that covered a lesion's site before its first photo and did not show it.

    Args:
        observations: of the lesion, in order of capture.
    """
    if not observations:
        return None
    first = observations[0].capture.value.date()
    earlier = [each for each in surveys if each.surveyed_on < first]
    if any(lesion.lesion_id in each.lesions for each in earlier):
        return None
    days = [each.surveyed_on for each in earlier if covers(each.site, lesion.site)]
    return max(days, default=None)


def complete_series(
    workspace: Workspace, person: str, lesion: str, *, on_progress: OnProgress | None = None
) -> Series:
    """The series with every wanted comparison; missing ones are computed and stored.

    Raises:
        UnknownNameError: no such person or lesion.
    """
    series = read_series(workspace, person, lesion)
    return complete_all(workspace, [series], on_progress=on_progress)[0]


def complete_all(
    workspace: Workspace, stored: Sequence[Series], *, on_progress: OnProgress | None = None
) -> list[Series]:
    """Series with every wanted comparison; missing ones are computed and stored.

    The vault stays free for other processes while a pair is computed.

    Args:
        on_progress: called with (pairs done, pairs to do) over all the series.
    """
    todo = [missing_pairs(series) for series in stored]
    total, done = sum(map(len, todo)), 0
    whole = []
    for series, pairs in zip(stored, todo, strict=True):
        known = dict(series.comparisons)
        for start in range(0, len(pairs), PAIRS_AT_ONCE):
            some = pairs[start : start + PAIRS_AT_ONCE]
            known |= {(c.earlier, c.later): c for c in _compare(workspace, series, some)}
            done += len(some)
            if on_progress is not None:
                on_progress(done, total)
        whole.append(replace(series, comparisons=known))
    return whole


def compare_added(workspace: Workspace, stored: Stored) -> None:
    """Compare a photo just stored with the other photos of its lesion that it is held against."""
    if stored.lesion is None:
        return
    series = read_series(workspace, stored.person, stored.lesion)
    own = [pair for pair in missing_pairs(series) if stored.observation_id in pair]
    _compare(workspace, series, own)


def missing_pairs(series: Series) -> list[Pair]:
    """The wanted comparisons that were not made yet."""
    wanted = pairs_to_compare(series.lesion, series.observations)
    return [pair for pair in wanted if pair not in series.comparisons]


def compare_missing(
    workspace: Workspace,
    lesions: Iterable[tuple[str, str]],
    *,
    on_progress: OnProgress | None = None,
) -> None:
    """Complete the series of (person, lesion) names."""
    stored = [read_series(workspace, person, lesion) for person, lesion in lesions]
    complete_all(workspace, stored, on_progress=on_progress)


def compare_pairs(workspace: Workspace, person: str, lesion: str, pairs: Sequence[Pair]) -> None:
    """Compare these pairs of a lesion's photos, in this order, where that was not done yet."""
    series = read_series(workspace, person, lesion)
    ids = {seen.observation_id for seen in series.observations}
    todo = [pair for pair in pairs if pair not in series.comparisons and ids.issuperset(pair)]
    for start in range(0, len(todo), PAIRS_AT_ONCE):
        _compare(workspace, series, todo[start : start + PAIRS_AT_ONCE])


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
        _store(workspace, series, made)
    return made


def _store(workspace: Workspace, series: Series, made: Sequence[Comparison]) -> None:
    """Store comparisons, but for what was overtaken while they were computed.

    Another process may have stored the same pair, analysed a photo again, or deleted it.
    """
    ids = dict.fromkeys(name for each in made for name in (each.earlier, each.later))
    with workspace.open("compare") as vault, vault.batch():
        now = vault.analysis_marks(list(ids))
        there = {(c.earlier, c.later) for c in vault.comparisons(series.lesion) if _current(c)}
        for each in made:
            same = all(now.get(n) == series.marks.get(n) for n in (each.earlier, each.later))
            if same and (each.earlier, each.later) not in there:
                vault.add_comparison(each)


def _current(comparison: Comparison) -> bool:
    return comparison.method == METHOD
