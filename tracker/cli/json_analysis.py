"""An analysis as the `analysis` object of the JSON Lines contract; unknown is null."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.cli.output import JsonObject

if TYPE_CHECKING:
    from tracker.domain.analysis import Analysis, ModelIdentity, Scale
    from tracker.domain.capture import CaptureTime
    from tracker.domain.quality import Quality


def time_text(capture: CaptureTime | None) -> str | None:
    """ISO 8601, as precise as it is known."""
    return None if capture is None else capture.isoformat()


def time_source(capture: CaptureTime | None) -> str | None:
    """`exif`, `given` or `manifest`."""
    return None if capture is None else capture.source.value


def scale_object(scale: Scale | None) -> JsonObject | None:
    """Millimetres per pixel with standard error and source."""
    if scale is None:
        return None
    return {"mm_per_px": scale.mm_per_px, "sigma": scale.sigma, "source": scale.source.value}


def model_object(model: ModelIdentity | None) -> JsonObject | None:
    """Which network computed the numbers."""
    if model is None:
        return None
    return {"name": model.name, "version": model.version, "sha256": model.sha256}


def quality_object(quality: Quality | None) -> JsonObject | None:
    """Numbers and findings of the quality check."""
    if quality is None:
        return None
    return {
        "ok": quality.ok,
        "sharpness": quality.sharpness,
        "exposure": quality.exposure,
        "dark_fraction": quality.dark_fraction,
        "glare_fraction": quality.glare_fraction,
        "lesion_px": quality.lesion_px,
        "issues": [
            {
                "code": issue.code.value,
                "severity": issue.severity,
                "reason": issue.reason,
                "advice": issue.advice,
            }
            for issue in quality.issues
        ],
    }


def analysis_object(analysis: Analysis) -> JsonObject:
    """The `analysis` object; pixels are of the upright full-resolution photo."""
    return {
        "type": "analysis",
        "photo": analysis.photo,
        "status": analysis.status,
        "reason": analysis.reason,
        "advice": analysis.advice,
        "width": analysis.width,
        "height": analysis.height,
        "taken_at": time_text(analysis.capture),
        "taken_at_source": time_source(analysis.capture),
        "modality": None if analysis.modality is None else analysis.modality.value,
        "roi": None if analysis.roi is None else analysis.roi.as_list(),
        "quality": quality_object(analysis.quality),
        **_measures(analysis),
        "scale": scale_object(analysis.scale),
        "probabilities": None
        if analysis.probabilities is None
        else {name: float(value) for name, value in analysis.probabilities.items()},
        "label": analysis.label,
        "certain": analysis.certain,
        "unlike_training": analysis.is_unlike_training,
        "unlike_training_score": analysis.unlike_training,
        "unlike_training_limit": analysis.unlike_training_limit,
        "embedding": None
        if analysis.embedding is None
        else [float(value) for value in analysis.embedding],
        "model": model_object(analysis.model),
        "gate": model_object(analysis.gate),
        "others": [
            {"roi": other.roi.as_list(), "area_px": other.area_px} for other in analysis.others
        ],
        "timings_ms": {stage: float(value) for stage, value in analysis.timings_ms.items()},
    }


def _measures(analysis: Analysis) -> JsonObject:
    measures = analysis.measures
    return {
        "area_px": None if measures is None else measures.area_px,
        "area_mm2": analysis.area_mm2,
        "diameter_px": None if measures is None else measures.diameter_px,
        "diameter_mm": analysis.diameter_mm,
        "perimeter_px": None if measures is None else measures.perimeter_px,
        "perimeter_mm": analysis.perimeter_mm,
        "asymmetry": None if measures is None else measures.asymmetry,
        "border_irregularity": None if measures is None else measures.border_irregularity,
        "colours": None if measures is None else measures.colours,
        "touches_frame": None if measures is None else measures.touches_frame,
        "mask_source": None if analysis.mask is None else analysis.mask.source,
        "measure_method": None if measures is None else measures.method,
    }
