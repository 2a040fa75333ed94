"""The judgement in words: which axis changed, by how much, and what could not be compared."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from tracker.analysis.recovery import Recovery, recovery_sentence
from tracker.analysis.series import Pairs, SeriesObservation, Visit, between
from tracker.domain import wording, wording_change
from tracker.domain.change import Against, Alert, Axis, AxisChange, Status
from tracker.domain.comparison import Comparison

#: A colour must move this much in L*, a* or b* before a direction is named.
_NAMED_LAB = 1.0
#: What is darker is less colourful as well: a* and b* are named beyond this share of L*'s change.
_PALES_WITH_DARKNESS = 0.5
#: An unflagged area is told from this evidence on; less is what any two photos differ by.
_WORTH_TELLING_Z = 1.0
#: Order of the axes in words: what a person can see for themselves comes first.
_SPOKEN = (Axis.AREA, Axis.DIAMETER, Axis.SHAPE, Axis.COLOUR, Axis.EMBEDDING)


@dataclass(frozen=True, slots=True)
class Account:
    """What there is to say.

    identity: whether the same lesion is shown. area_unsure: the growth that would be noticed, as a
    share of the area, where that is too much to call the lesion unchanged. recovery: of a site that
    the person marked.
    """

    status: Status
    axes: tuple[AxisChange, ...]
    alerts: tuple[Alert, ...]
    identity: bool | None
    visits: tuple[Visit, ...]
    pairs: Pairs
    area_unsure: float | None = None
    recovery: Recovery | None = None


def message(account: Account) -> str:
    """The whole message: alerts first, then the status with its numbers."""
    parts = [alert.message for alert in account.alerts]
    match account.status:
        case Status.CHANGED:
            parts.extend(_changed(account))
        case Status.NO_CHANGE_DETECTED:
            parts.extend(_no_change(account))
        case Status.CANNOT_COMPARE:
            parts.extend(_cannot(account))
        case Status.BASELINE_ONLY:
            parts.append(f"{wording.status_sentence(account.status)}.")
            parts.append(wording.RECHECK)
    if account.recovery is not None:
        parts.append(recovery_sentence(account.recovery))
    return " ".join(parts)


def _changed(account: Account) -> Iterator[str]:
    yield f"{wording.status_sentence(account.status)}."
    for against in Against:
        flagged = sorted(
            (a for a in account.axes if a.flagged and a.against is against),
            key=lambda a: _SPOKEN.index(a.axis),
        )
        told = _unless_repeated(flagged, account)
        if told:
            phrases = "; ".join(_phrase(axis, account) for axis in told)
            yield f"{wording.AGAINST_LEADS[against]}: {phrases}."
    yield from dict.fromkeys(_remarks(account))
    sizes = [
        a.change or 0.0 for a in account.axes if a.flagged and a.axis in (Axis.AREA, Axis.DIAMETER)
    ]
    if any(change > 0 for change in sizes):
        yield wording.GROWTH_CONFOUNDERS
    if account.recovery is None and (any(change < 0 for change in sizes) or _lighter(account)):
        yield wording.SHRINKING_COUNTS
    if len(account.visits[-1].observations) == 1:
        yield wording.CONFIRM_WITH_SECOND


def _remarks(account: Account) -> Iterator[str]:
    """What the photos show of a flagged change: on which side the border moved, what colour is new.

    One sentence that all photos of a visit agree on, or none.
    """
    leads = {
        Axis.AREA: wording_change.BORDER_MOVED,
        Axis.DIAMETER: wording_change.BORDER_MOVED,
        Axis.SHAPE: wording_change.BORDER_MOVED,
        Axis.COLOUR: wording_change.NEW_COLOUR_LEAD,
        Axis.EMBEDDING: wording_change.NEW_COLOUR_LEAD,
    }
    for axis in account.axes:
        if axis.flagged and axis.against is not Against.TREND:
            told = [
                {note for note in pair.notes if note.startswith(leads[axis.axis])}
                for pair in _pairs_of(axis, account)
            ]
            yield from sorted(set.intersection(*told)) if told else ()


def _unless_repeated(flagged: list[AxisChange], account: Account) -> list[AxisChange]:
    """With two visits the previous photo is the first: it is told once."""
    again = bool(flagged) and flagged[0].against is Against.PREVIOUS and len(account.visits) == 2
    return [] if again else flagged


def _no_change(account: Account) -> Iterator[str]:
    limits = "; ".join(_limits(account))
    yield f"{wording.status_sentence(account.status, limits)}."
    missing = _names(set(Axis) - _compared(account))
    if missing:
        yield wording.NOT_COMPARED.format(axes=missing)
    if len(account.visits[-1].observations) == 1:
        yield wording.MORE_DOUBLE_SHOTS
    yield wording.RECHECK


def _cannot(account: Account) -> Iterator[str]:
    yield f"{wording.status_sentence(account.status)}."
    yield from _measured_all_the_same(account)
    if account.identity is not True:
        return  # the alert has said why and what to do
    reasons = dict.fromkeys(_reasons(account))
    yield from reasons
    compared = _compared(account)
    if account.area_unsure is not None:
        yield wording.AREA_UNSURE.format(limit=100 * account.area_unsure)
        compared = compared - {Axis.AREA}
    if compared:
        yield wording.STILL_COMPARED.format(axes=_names(compared))
    yield wording.RETAKE


def _measured_all_the_same(account: Account) -> Iterator[str]:
    """An area that was measured is told even where it decides nothing: it may still be true."""
    for change in account.axes:
        told = change.axis is Axis.AREA and change.against is Against.FIRST
        if told and change.z is not None and abs(change.z) >= _WORTH_TELLING_Z:
            yield wording.MEASURED_ALL_THE_SAME.format(finding=_phrase(change, account))


def _reasons(account: Account) -> Iterator[str]:
    """Why area or overall look could not be compared, from the latest comparisons."""
    compared = _compared(account)
    latest = [
        *between(account.pairs, account.visits[-2], account.visits[-1]),
        *between(account.pairs, account.visits[0], account.visits[-1]),
    ]
    if not latest:
        yield wording.NEVER_COMPARED
    if Axis.AREA not in compared:
        yield from (each.size_why_not for each in latest if each.size_why_not)
    if Axis.EMBEDDING not in compared and latest:
        kinds = {
            o.modality for v in (account.visits[0], account.visits[-1]) for o in v.observations
        }
        yield wording.OTHER_KIND if len(kinds) > 1 else wording.OTHER_MODEL


def _compared(account: Account) -> set[Axis]:
    return {a.axis for a in account.axes if a.z is not None and a.against is not Against.TREND}


def _names(axes: set[Axis]) -> str:
    return wording.join_words([wording.AXIS_NAMES[axis] for axis in _SPOKEN if axis in axes])


def _limits(account: Account) -> Iterator[str]:
    """The smallest detectable change of each compared axis, against the first photo if it can."""
    for axis in _SPOKEN:
        for change in account.axes:
            if change.axis is axis and change.detectable is not None:
                yield f"{wording.AXIS_NAMES[axis]} {_amount(axis, change.detectable)}" + (
                    _millimetres(change, account)
                )
                break


def _amount(axis: Axis, value: float) -> str:
    match axis:
        case Axis.AREA | Axis.DIAMETER:
            return f"{value:.0f} %"
        case Axis.COLOUR:
            return f"ΔE {value:.1f}"
        case Axis.EMBEDDING:
            return f"{value:.2f} (1 - cosine)"
        case Axis.SHAPE:
            return f"{value:.1f} (index)"


def _millimetres(change: AxisChange, account: Account) -> str:
    """The detectable change of the diameter in mm, where the latest photo has a scale."""
    size = _diameter_mm(account.visits[-1].observations[-1])
    if change.axis is not Axis.DIAMETER or size is None or change.detectable is None:
        return ""
    return f" ({size * change.detectable / 100:.1f} mm)"


def _phrase(change: AxisChange, account: Account) -> str:
    """One flagged axis: direction, amount, and what would just have been detected."""
    assert change.change is not None
    assert change.detectable is not None
    name = wording.AXIS_NAMES[change.axis]
    limit = _amount(change.axis, change.detectable)
    if change.against is Against.TREND:
        return f"{name} {_moved(change)} by {_amount(change.axis, abs(change.change))} a year"
    amount = _amount(change.axis, abs(change.change))
    text = f"{name} {_direction(change, account)} by {amount}"
    if change.axis in (Axis.EMBEDDING, Axis.SHAPE):
        text = f"{name} {_direction(change, account)}: {amount}"
    if change.axis is Axis.COLOUR:
        text = f"{_direction(change, account)}: {amount}"
    text += _detail(change, account)
    return f"{text}, detectable from {limit}" if change.against is Against.FIRST else text


def _moved(change: AxisChange) -> str:
    if change.axis in (Axis.AREA, Axis.DIAMETER):
        return "growing" if (change.change or 0) > 0 else "shrinking"
    return "moving away from the first photo"


def _direction(change: AxisChange, account: Account) -> str:
    match change.axis:
        case Axis.AREA | Axis.DIAMETER:
            return "larger" if (change.change or 0) > 0 else "smaller"
        case Axis.EMBEDDING:
            return "different"
        case Axis.SHAPE:
            return _shape_words(_pairs_of(change, account))
        case Axis.COLOUR:
            return _colour_words(_pairs_of(change, account))


def _detail(change: AxisChange, account: Account) -> str:
    """mm for the diameter; the two components for the shape."""
    if change.axis is Axis.DIAMETER:
        before = _diameter_mm(_reference(change, account).observations[-1])
        after = _diameter_mm(account.visits[-1].observations[-1])
        if before is not None and after is not None:
            return f" ({before:.1f} mm to {after:.1f} mm)"
    if change.axis is Axis.SHAPE:
        asymmetry, irregularity = _shape_parts(_pairs_of(change, account))
        ratio = 100 * math.expm1(irregularity)
        return f" (asymmetry {asymmetry:+.2f}, border irregularity {ratio:+.0f} %)"
    return ""


def _reference(change: AxisChange, account: Account) -> Visit:
    return account.visits[-2] if change.against is Against.PREVIOUS else account.visits[0]


def _pairs_of(change: AxisChange, account: Account) -> tuple[Comparison, ...]:
    return between(account.pairs, _reference(change, account), account.visits[-1])


def _shape_parts(pairs: tuple[Comparison, ...]) -> tuple[float, float]:
    asymmetry = [p.delta_asymmetry for p in pairs if p.delta_asymmetry is not None]
    irregular = [p.log_irregularity_ratio for p in pairs if p.log_irregularity_ratio is not None]
    return (median(asymmetry) if asymmetry else 0.0, median(irregular) if irregular else 0.0)


def _shape_words(pairs: tuple[Comparison, ...]) -> str:
    asymmetry, irregularity = _shape_parts(pairs)
    if asymmetry >= 0 and irregularity >= 0:
        return "more irregular"
    if asymmetry <= 0 and irregularity <= 0:
        return "less irregular"
    return "different"


def _colour_words(pairs: tuple[Comparison, ...]) -> str:
    """What became of the part that changed, by the components that moved."""
    light, red, yellow = _focal_shift(pairs)
    words = []
    if abs(light) >= _NAMED_LAB:
        words.append("lighter" if light > 0 else "darker")
    named = max(_NAMED_LAB, _PALES_WITH_DARKNESS * abs(light))
    if abs(red) >= named:
        words.append("redder" if red > 0 else "less red")
    if abs(yellow) >= named:
        words.append("browner" if yellow > 0 else "bluer")
    return wording.PART_OF_SPOT.format(how=wording.join_words(words) or "different")


def _focal_shift(pairs: tuple[Comparison, ...]) -> tuple[float, float, float]:
    labs = [p.focal_delta_lab for p in pairs if p.focal_delta_lab is not None]
    if not labs:
        return 0.0, 0.0, 0.0
    return (
        median(lab[0] for lab in labs),
        median(lab[1] for lab in labs),
        median(lab[2] for lab in labs),
    )


def _lighter(account: Account) -> bool:
    flagged = [a for a in account.axes if a.flagged and a.axis is Axis.COLOUR]
    return any(_focal_shift(_pairs_of(axis, account))[0] >= _NAMED_LAB for axis in flagged)


def _diameter_mm(observation: SeriesObservation) -> float | None:
    if observation.measures is None or observation.scale is None:
        return None
    return observation.measures.diameter_px * observation.scale.mm_per_px
