"""A lesion's photos in order, grouped into visits, as the judge reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tracker.analysis.noise import DoubleShot, NoiseTable
from tracker.domain.analysis import Measures, Scale
from tracker.domain.body import SiteMark
from tracker.domain.capture import CaptureTime, Modality
from tracker.domain.comparison import Comparison
from tracker.domain.records import Lesion, Observation, Symptom


@dataclass(frozen=True, slots=True)
class SeriesObservation:
    """One photo of the lesion.

    `measures` tell how sure its border is; `scale` serves the words (mm).
    """

    observation_id: str
    capture: CaptureTime
    modality: Modality | None
    measures: Measures | None
    scale: Scale | None
    model_sha256: str | None


@dataclass(frozen=True, slots=True)
class LesionSeries:
    """All that is known of one lesion.

    observations: in any order. comparisons: those stored between them, of any two photos; see
    `wanted_pairs`. symptoms: every one still standing. other_double_shots: those of the person's
    other lesions; the lesion's own are found in `comparisons`. mark: what the person says the skin
    is, None for a spot like any other.
    """

    person: str
    lesion: str
    site: str | None
    observations: tuple[SeriesObservation, ...]
    comparisons: tuple[Comparison, ...]
    symptoms: tuple[Symptom, ...] = ()
    is_new: bool = False
    other_double_shots: tuple[DoubleShot, ...] = ()
    mark: SiteMark | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """The photos of one day, in order of capture: replicates of one state of the lesion."""

    day: date
    observations: tuple[SeriesObservation, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Observation ids in order of capture."""
        return tuple(each.observation_id for each in self.observations)


Pairs = Mapping[tuple[str, str], Comparison]


def series_of(
    lesion: Lesion,
    observations: Iterable[Observation],
    comparisons: Iterable[Comparison],
    symptoms: Iterable[Symptom] = (),
    other_double_shots: Iterable[DoubleShot] = (),
) -> LesionSeries:
    """The series of a lesion from what a vault holds of it."""
    return LesionSeries(
        person=lesion.person,
        lesion=lesion.name,
        site=lesion.site,
        observations=tuple(_member(each) for each in observations),
        comparisons=tuple(comparisons),
        symptoms=tuple(symptoms),
        is_new=lesion.is_new,
        other_double_shots=tuple(other_double_shots),
        mark=lesion.mark,
    )


def _member(observation: Observation) -> SeriesObservation:
    analysis = observation.analysis
    return SeriesObservation(
        observation_id=observation.observation_id,
        capture=observation.capture,
        modality=observation.modality,
        measures=analysis.measures,
        scale=analysis.scale,
        model_sha256=None if analysis.model is None else analysis.model.sha256,
    )


def visits_of(observations: Sequence[SeriesObservation]) -> tuple[Visit, ...]:
    """Photos grouped by day, days and photos in order of capture (ties by id order given)."""
    days: dict[date, list[SeriesObservation]] = {}
    for each in sorted(observations, key=lambda one: one.capture.value):
        days.setdefault(each.capture.value.date(), []).append(each)
    return tuple(Visit(day, tuple(members)) for day, members in days.items())


def wanted_pairs(observations: Sequence[SeriesObservation]) -> tuple[tuple[str, str], ...]:
    """The comparisons (earlier id, later id) that a full judgement of the latest visit uses.

    Every photo of the latest visit against every one of the first and of the previous visit; the
    first photo of each visit between against the first photo of all (the trend); and each photo
    against the one before it on the same day (double shots).
    """
    visits = visits_of(observations)
    if not visits:
        return ()
    pairs: dict[tuple[str, str], None] = {}
    for visit in visits:
        for earlier, later in zip(visit.ids, visit.ids[1:], strict=False):
            pairs[earlier, later] = None
    for visit in visits[1:-1]:
        pairs[visits[0].ids[0], visit.ids[0]] = None
    for reference in (visits[0], visits[-2]) if len(visits) > 1 else ():
        for earlier in reference.ids:
            for later in visits[-1].ids:
                pairs[earlier, later] = None
    return tuple(pairs)


def pairs_by_ids(comparisons: Iterable[Comparison]) -> Pairs:
    """Comparisons by (earlier, later) id; the last of several wins."""
    return {(each.earlier, each.later): each for each in comparisons}


def between(pairs: Pairs, earlier: Visit, later: Visit) -> tuple[Comparison, ...]:
    """Comparisons of two visits, each turned so that it runs from `earlier` to `later`.

    A comparison may be stored the other way round, if a capture date was corrected since.
    """
    return tuple(_oriented(pairs, earlier.ids, later.ids))


def _oriented(
    pairs: Pairs, earlier_ids: Sequence[str], later_ids: Sequence[str]
) -> Iterator[Comparison]:
    for one in earlier_ids:
        for other in later_ids:
            if (one, other) in pairs:
                yield pairs[one, other]
            elif (other, one) in pairs:
                yield reversed_comparison(pairs[other, one])


def reversed_comparison(comparison: Comparison) -> Comparison:
    """The same comparison with `earlier` and `later` exchanged; it loses its registration."""
    return replace(
        comparison,
        earlier=comparison.later,
        later=comparison.earlier,
        registration=None,
        log_area_ratio=_negated(comparison.log_area_ratio),
        log_diameter_ratio=_negated(comparison.log_diameter_ratio),
        delta_asymmetry=_negated(comparison.delta_asymmetry),
        log_irregularity_ratio=_negated(comparison.log_irregularity_ratio),
        delta_lab=_negated_lab(comparison.delta_lab),
        focal_delta_lab=_negated_lab(comparison.focal_delta_lab),
    )


def _negated_lab(lab: tuple[float, float, float] | None) -> tuple[float, float, float] | None:
    return None if lab is None else (-lab[0], -lab[1], -lab[2])


def _negated(value: float | None) -> float | None:
    return None if value is None else -value


def highest_doubt(observations: Iterable[SeriesObservation]) -> float | None:
    """Border doubt of the least sure of these photos, None where none is known."""
    known = [each.measures.border_doubt for each in observations if each.measures is not None]
    return max((value for value in known if value is not None), default=None)


def any_cut(observations: Iterable[SeriesObservation]) -> bool:
    """Whether the edge of any of these photos cuts the lesion."""
    return any(each.measures is not None and each.measures.touches_frame for each in observations)


def distinct_shots(ids: Sequence[str], pairs: Pairs, noise: NoiseTable) -> int:
    """How many of a day's photos are shots of their own.

    A burst of near-identical frames, or one file saved twice, counts once: it repeats the same
    error. A photo that was never compared with another of the day counts for nothing new.
    """
    shots = 1 if ids else 0
    for place, later in enumerate(ids[1:], start=1):
        known = list(_oriented(pairs, ids[:place], (later,)))
        if known and not any(noise.is_near_identical(each) for each in known):
            shots += 1
    return shots


def double_shots(
    observations: Sequence[SeriesObservation], comparisons: Iterable[Comparison]
) -> tuple[DoubleShot, ...]:
    """The double shots within one lesion's series, each photo entering as `later` at most once.

    Three photos of a day are two independent differences, not three. Near-identical ones are
    still among them; `NoiseTable.for_person` leaves them out.
    """
    pairs = pairs_by_ids(comparisons)
    found = []
    for visit in visits_of(observations):
        for place, later in enumerate(visit.observations[1:], start=1):
            for earlier in reversed(visit.observations[:place]):
                key = (earlier.observation_id, later.observation_id)
                if key in pairs and earlier.modality is later.modality:
                    both = (earlier, later)
                    doubt, cut = highest_doubt(both), any_cut(both)
                    found.append(DoubleShot(pairs[key], later.modality, doubt, cut))
                    break
    return tuple(found)
