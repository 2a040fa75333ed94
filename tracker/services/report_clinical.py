"""What only a clinician's pack tells of a lesion: probabilities, heat map, ABCDE, decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from tracker.domain.analysis import Analysis
from tracker.domain.change import Change
from tracker.domain.records import Observation
from tracker.report.document import AbcdeRow, ClinicalPart, DatedText, ReportPicture
from tracker.report.quantities import NO_VALUE, quantity
from tracker.services import cache, compare_view, framing, pictures_io, report_pictures
from tracker.services.comparing import Series
from tracker.services.framing import Rgb
from tracker.services.session import Workspace
from tracker.vision.analyzer import AnalyzeOptions

#: How strongly the heat map covers the photo where it is hottest.
_COVER = 0.62


def clinical_part(
    workspace: Workspace,
    change: Change,
    series: Series,
    decisions: Sequence[DatedText] = (),
    *,
    with_heatmap: bool = True,
) -> ClinicalPart | None:
    """Of the latest measured photo; None where no photo was measured.

    Args:
        with_heatmap: False leaves it out, since it asks the network anew.

    Raises:
        VaultDamagedError: a photo is not what it was.
    """
    measured = [seen for seen in series.observations if seen.analysis.measures is not None]
    if not measured:
        return None
    latest = measured[-1]
    analysis = latest.analysis
    shown = _shown(change, measured)
    return ClinicalPart(
        taken_on=latest.capture.isoformat(),
        probabilities=tuple((analysis.probabilities or {}).items()),
        label=analysis.label,
        certain=analysis.certain,
        unlike_training=analysis.is_unlike_training,
        heatmap=heatmap(workspace, latest) if with_heatmap else None,
        abcde_heads=tuple(seen.capture.isoformat()[:10] for seen in shown),
        abcde=_abcde(change, shown),
        decisions=tuple(decisions),
    )


def _shown(change: Change, measured: Sequence[Observation]) -> list[Observation]:
    wanted = (change.first, change.previous, change.latest)
    return [seen for seen in measured if seen.observation_id in wanted] or [measured[-1]]


def _abcde(change: Change, shown: Sequence[Observation]) -> tuple[AbcdeRow, ...]:
    """A to D as measured on each photo; E is the judgement."""
    analyses = [seen.analysis for seen in shown]
    flagged = {row.axis for row in change.axes if row.flagged}
    named = ", ".join(
        axis.value for axis in dict.fromkeys(r.axis for r in change.axes) if axis in flagged
    )
    evolution = [NO_VALUE] * (len(shown) - 1) + [named or "nothing flagged"]
    return (
        AbcdeRow("A", "Asymmetry, 0 (mirror image) to 1", _values(analyses, "asymmetry", 2)),
        AbcdeRow(
            "B",
            "Border irregularity, 1 for a disc and up",
            _values(analyses, "border_irregularity", 2),
        ),
        AbcdeRow("C", "Colours, of six", _values(analyses, "colours", 0)),
        AbcdeRow(
            "D",
            "Largest diameter",
            tuple(quantity(each.diameter_mm, "mm", decimals=1) for each in analyses),
        ),
        AbcdeRow("E", "Evolution: changes flagged", tuple(evolution)),
    )


def _values(analyses: Sequence[Analysis], name: str, decimals: int) -> tuple[str, ...]:
    return tuple(
        quantity(float(getattr(each.measures, name)), "", decimals=decimals) for each in analyses
    )


def heatmap(
    workspace: Workspace, seen: Observation, *, only_kept: bool = False
) -> ReportPicture | None:
    """The photo under its heat map; only by the network that measured the photo.

    The vault holds no heat maps: the picture is computed anew once, then kept in its cache.

    Args:
        only_kept: compute nothing.

    Raises:
        VaultDamagedError: the photo is not what it was.
    """
    key = _heatmap_key(seen)
    data = cache.kept(workspace, key)
    if data is None and not only_kept:
        data = _heatmap_data(workspace, seen)
        if data is not None:
            cache.keep(workspace, key, data)
    if data is None:
        return None
    return replace(report_pictures.own_picture(workspace, "latest", seen), data=data)


def _heatmap_key(seen: Observation) -> str:
    """Names the picture by all that it is made from."""
    model = seen.analysis.model
    made_from = (
        f"{seen.photo.photo_sha256} {seen.requested_roi} {seen.modality} "
        f"{framing.own_square(seen).as_list()} {report_pictures.SIDE_PX} "
        f"{None if model is None else model.sha256}"
    )
    return f"heatmap-{hashlib.sha256(made_from.encode()).hexdigest()[:40]}.jpg"


def _heatmap_data(workspace: Workspace, seen: Observation) -> bytes | None:
    rgb = compare_view.pixels(workspace, seen)
    with workspace.open("heat map") as vault:
        data = vault.photo_bytes(seen.photo.photo_sha256)
    roi = seen.requested_roi
    made, _ = workspace.analyzer.analyze(
        data, seen.photo.file_name, AnalyzeOptions(roi=roi, modality=seen.modality)
    )
    known = seen.analysis.model
    if made.model is None or known is None or made.model.sha256 != known.sha256:
        return None
    heat = pictures_io.heatmap_picture(made)
    if heat is None:
        return None
    square = framing.own_square(seen)
    side = report_pictures.SIDE_PX
    photo = framing.drawn(rgb, square, side)
    over = framing.drawn(np.repeat(heat[:, :, None], 3, axis=2), square, side)[:, :, 0]
    return pictures_io.jpeg_bytes(_laid_over(photo, over))


def _laid_over(photo: Rgb, heat: Rgb) -> Rgb:
    """The photo in grey, the heat as brightness of one hue: it reads the same in grey print.

    Heat is stretched to its own range, since probabilities differ little between neighbours.
    """
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).astype(np.float32)[:, :, None] * 0.5
    within = heat[heat > 0]
    low, high = np.percentile(within, (5, 99)) if within.size else (0.0, 1.0)
    share = np.clip((heat.astype(np.float32) - low) / max(high - low, 1.0), 0, 1)[:, :, None]
    hue = np.array((255, 214, 110), dtype=np.float32)
    mixed = grey * (1 - _COVER * share) + hue * _COVER * share
    return np.asarray(np.clip(np.rint(mixed), 0, 255), dtype=np.uint8)
