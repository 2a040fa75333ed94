"""How much each axis differs between two photos of a lesion that has not changed.

A change is evidence only against this noise. The population's noise comes as data (measured by
`models/noise` on real pairs, or a stated prior); a person's own double shots, two photos of one
lesion on one day, pull it towards what their camera and hand do, within limits.

Working units: area and diameter in ln(later / earlier); embedding in 1 - cosine; colour in
CIEDE2000; shape in `shape_index` units. Area and diameter have a sign and centre on 0. The others
are magnitudes: they are above 0 without any change, so each has an expected value, and only what
lies above it counts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tracker.analysis.noise_types import (
    CLIP,
    SIGNED,
    AxisNoise,
    Basis,
    Covariate,
    DoubleShot,
    NearIdentical,
    SizeSource,
    is_loose,
    mean_clipped_square,
    motion,
    wider,
)
from tracker.domain.capture import Modality
from tracker.domain.change import Axis
from tracker.domain.comparison import Comparison
from tracker.errors import ModelError

__all__ = ["SIGNED", "AxisNoise", "Covariate", "DoubleShot", "NoiseTable", "wider"]

FORMAT = 1
_COVARIATE_KEYS = ("reference", "lowest", "highest")


@dataclass(frozen=True, slots=True)
class NoiseTable:
    """The noise of every axis for each modality, and the rules of judging with it.

    entries: by (modality, axis, size source); the source is None for axes that need no size.
    shape_units: SD between lesions of asymmetry and of ln(irregularity), see `shape_index`.
    false_flag_rate: family-wise, per lesion and visit. shares: each axis's part of it.
    reference_factors: by how many an axis's share is divided for one, two and three references.
    They share the latest photo, so two references are less than two tests.
    replicate_correlation: how alike the errors of two photos of one day are, 0..1.
    prior_weight: pairs that a measured, or a prior, entry counts against own double shots.
    floor: own double shots never narrow an entry below this share of its sigma.
    doubt: `Measures.border_doubt` of the less sure photo. light: `colour_overall_delta_e`, by how
    much the skin's colour differs between two photos: cameras, lamps and white balance.
    max_area_detectable: growth, as a share of the area, that must be detectable before it may be
    said that nothing changed.
    model_sha256: the network whose embeddings and masks were measured.
    """

    version: str
    model_sha256: str
    entries: Mapping[tuple[Modality, Axis, SizeSource | None], AxisNoise]
    shape_units: tuple[float, float]
    false_flag_rate: float
    shares: Mapping[Axis, float]
    reference_factors: tuple[float, float, float]
    replicate_correlation: float
    prior_weight: Mapping[Basis, float]
    floor: Mapping[Basis, float]
    near_identical: NearIdentical
    doubt: Covariate
    light: Covariate
    max_area_detectable: float

    @classmethod
    def from_json(cls, text: str) -> NoiseTable:
        """Read the released table.

        Raises:
            ModelError: if the text is not such a table.
        """
        try:
            return _parsed(json.loads(text))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"The table of measurement noise cannot be read ({error}).",
                next_step="Reinstall Moletrail; the file noise.json belongs to it.",
            ) from error

    def noise(
        self,
        axis: Axis,
        modality: Modality | None,
        size_source: str | None = None,
        doubt: float | None = None,
        *,
        cut: bool = False,
        light: float | None = None,
        loose: bool = False,
    ) -> AxisNoise:
        """Noise of an axis; an unknown modality gets the widest, that of clinical photos.

        Args:
            size_source: as in `Comparison`. doubt: the less sure border's, None: not known.
            cut: whether the edge of either photo cuts the lesion.
            light: difference of the skin's colour in CIEDE2000, None: not known.
            loose: as told by `is_loose`.
        """
        kind = modality or Modality.CLINICAL
        source: SizeSource | None = None
        if axis in SIGNED:
            source = "scale" if size_source == "scale" else "skin"
        entry = self.entries[kind, axis, source]
        return entry.times(self._covariates(entry, doubt, light, cut=cut, loose=loose))

    def _covariates(
        self,
        entry: AxisNoise,
        doubt: float | None,
        light: float | None,
        *,
        cut: bool,
        loose: bool,
    ) -> float:
        factor = self.doubt.factor(doubt, entry.doubt_exponent)
        factor *= self.light.factor(light, entry.light_exponent)
        factor *= entry.loose_factor if loose else 1.0
        return factor * entry.cut_factor if cut else factor

    def shape_index(self, delta_asymmetry: float, log_irregularity_ratio: float) -> float:
        """Size of a change in shape, >= 0.

        Root mean square of the changes of asymmetry and of ln(irregularity), each in standard
        deviations between lesions: at 1, a lesion's two outlines differ as two lesions do. The
        components cannot cancel each other.
        """
        first = delta_asymmetry / self.shape_units[0]
        second = log_irregularity_ratio / self.shape_units[1]
        return math.sqrt((first**2 + second**2) / 2)

    def axis_value(self, axis: Axis, comparison: Comparison) -> float | None:
        """The change of an axis in its working unit, None where it cannot be compared."""
        match axis:
            case Axis.EMBEDDING:
                return None if comparison.cosine is None else 1 - comparison.cosine
            case Axis.AREA:
                return comparison.log_area_ratio
            case Axis.DIAMETER:
                return comparison.log_diameter_ratio
            case Axis.COLOUR:
                # The mean colour is reported, not judged: overall lighter or darker is no sign.
                return comparison.focal_delta_e
            case Axis.SHAPE:
                one, two = comparison.delta_asymmetry, comparison.log_irregularity_ratio
                return None if one is None or two is None else self.shape_index(one, two)

    def is_near_identical(self, comparison: Comparison) -> bool:
        """Whether two photos of one day are one shot: they tell nothing about noise."""
        limits = self.near_identical
        if comparison.cosine is not None and comparison.cosine < limits.min_cosine:
            return False
        if comparison.registration is None:
            return comparison.cosine is not None
        turn, perspective = motion(comparison.registration.matrix)
        return turn <= limits.max_turn_deg and perspective <= limits.max_perspective

    def for_person(self, shots: Sequence[DoubleShot]) -> NoiseTable:
        """The table narrowed, or widened, by a person's own double shots.

        Shrinkage: the population counts `prior_weight` pairs, each own pair one. Each own pair
        weighs in clipped at CLIP sigmas, and the result stays above `floor`.
        """
        entries = dict(self.entries)
        for key, population in self.entries.items():
            own = self._own_values(key, shots)
            if own:
                entries[key] = self._shrunk(population, own, signed=key[1] in SIGNED)
        return replace(self, entries=entries)

    def _own_values(
        self, key: tuple[Modality, Axis, SizeSource | None], shots: Iterable[DoubleShot]
    ) -> list[float]:
        modality, axis, source = key
        values = []
        for shot in shots:
            kind = shot.modality or Modality.CLINICAL
            same_source = source is None or shot.comparison.size_source == source
            value = self.axis_value(axis, shot.comparison)
            usable = shot.comparison.same_lesion is not False and kind is modality and same_source
            if usable and value is not None and not self.is_near_identical(shot.comparison):
                light = shot.comparison.colour_overall_delta_e
                loose = is_loose(shot.comparison)
                factor = self._covariates(
                    self.entries[key], shot.doubt, light, cut=shot.cut, loose=loose
                )
                values.append(value / factor)
        return values

    def _shrunk(self, population: AxisNoise, own: list[float], *, signed: bool) -> AxisNoise:
        weight, floor = self.prior_weight[population.basis], self.floor[population.basis]
        reach = CLIP * population.sigma
        clipped = [
            min(max(value, population.expected - reach), population.expected + reach)
            for value in own
        ]
        total = weight + len(own)
        expected = population.expected
        if not signed:
            expected = (weight * population.expected + sum(clipped)) / total
            expected = max(expected, floor * population.expected)
        squares = sum((value - expected) ** 2 for value in clipped)
        # A clipped square of heavy-tailed noise is not sigma^2 on average: compare like with like.
        squares /= mean_clipped_square(population.dof)
        sigma = math.sqrt((weight * population.sigma**2 + squares) / total)
        return replace(
            population,
            expected=expected,
            sigma=max(sigma, floor * population.sigma),
            pairs=population.pairs + len(own),
        )


def _parsed(raw: Any) -> NoiseTable:
    if raw["format"] != FORMAT:
        raise ValueError(f"format {raw['format']} instead of {FORMAT}")
    entries = {_key(item): _entry(item) for item in raw["entries"]}
    for modality in Modality:
        for axis in Axis:
            for source in ("scale", "skin") if axis in SIGNED else (None,):
                if (modality, axis, source) not in entries:
                    raise ValueError(f"no entry for {modality.value} {axis.value} {source}")
    rules = raw["rules"]
    return NoiseTable(
        version=str(raw["version"]),
        model_sha256=str(raw["model_sha256"]),
        entries=entries,
        shape_units=(
            float(raw["shape_units"]["asymmetry"]),
            float(raw["shape_units"]["log_irregularity"]),
        ),
        false_flag_rate=float(rules["false_flag_rate"]),
        shares={axis: float(rules["shares"][axis.value]) for axis in Axis},
        reference_factors=_three(rules["reference_factors"]),
        replicate_correlation=float(rules["replicate_correlation"]),
        prior_weight=_by_basis(rules["prior_weight"]),
        floor=_by_basis(rules["floor"]),
        near_identical=NearIdentical(**rules["near_identical"]),
        doubt=_covariate(raw["border_doubt"]),
        light=_covariate(raw["light_difference"]),
        max_area_detectable=float(rules["max_area_detectable"]),
    )


def _key(item: Any) -> tuple[Modality, Axis, SizeSource | None]:
    source = item["size_source"]
    if source not in ("scale", "skin", None):
        raise ValueError(f"size source {source}")
    return Modality(item["modality"]), Axis(item["axis"]), source


def _entry(item: Any) -> AxisNoise:
    basis = item["basis"]
    if basis not in ("measured", "prior"):
        raise ValueError(f"basis {basis}")
    entry = AxisNoise(
        float(item["expected"]),
        float(item["sigma"]),
        float(item["dof"]),
        int(item["pairs"]),
        basis,
        float(item["doubt_exponent"]),
        float(item["cut_factor"]),
        float(item["light_exponent"]),
        float(item["loose_factor"]),
    )
    if not (entry.sigma > 0 and entry.dof >= 1 and entry.expected >= 0):
        raise ValueError(f"impossible noise {item}")
    return entry


def _three(values: Any) -> tuple[float, float, float]:
    one, two, three = (float(value) for value in values)
    return one, two, three


def _covariate(raw: Any) -> Covariate:
    return Covariate(**{key: float(raw[key]) for key in _COVARIATE_KEYS})


def _by_basis(values: Any) -> dict[Basis, float]:
    return {"measured": float(values["measured"]), "prior": float(values["prior"])}
