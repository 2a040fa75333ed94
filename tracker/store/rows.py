"""Database rows as domain values: the reverse of `apply.rows_of`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracker.domain.analysis import (
    Analysis,
    LesionMask,
    Measures,
    ModelIdentity,
    OtherLesion,
    Scale,
    ScaleSource,
)
from tracker.domain.capture import CaptureTime, DateSource, Modality
from tracker.domain.comparison import Comparison, Registration, RegistrationMethod
from tracker.domain.geometry import Box
from tracker.domain.quality import Quality, QualityCode, QualityIssue
from tracker.domain.records import (
    Lesion,
    MaskCorrection,
    Observation,
    Person,
    PhotoRecord,
)
from tracker.store.codec import unpack_bits
from tracker.store.database import Row
from tracker.store.rows_care import aware, whole_lesion_of


def box_of(row: Row, prefix: str) -> Box | None:
    """The box in the columns `<prefix>_x_px` … `<prefix>_h_px`."""
    if row[f"{prefix}_x_px"] is None:
        return None
    return Box(*(row[f"{prefix}_{side}_px"] for side in "xywh"))


def person_of(row: Row) -> Person:
    """A person from `person_id`, `person`."""
    return Person(row["person_id"], row["person"])


def lesion_of(row: Row) -> Lesion | None:
    """A lesion, or None where the row has none."""
    if row["lesion_id"] is None:
        return None
    return whole_lesion_of(row, person=row["person"], name=row["lesion"])


def photo_of(row: Row) -> PhotoRecord:
    """A photo's record."""
    return PhotoRecord(
        photo_sha256=row["photo_sha256"],
        file_name=row["file_name"],
        media_type=row["media_type"],
        size_bytes=row["size_bytes"],
        width=row["photo_width_px"],
        height=row["photo_height_px"],
    )


def observation_of(row: Row, corrected: MaskCorrection | None) -> Observation:
    """An observation from a row of `reads.OBSERVATIONS`.

    Args:
        corrected: the latest correction of its mask, if it was ever corrected.
    """
    capture = capture_of(row, "taken")
    if capture is None:  # every observation is added with one
        raise ValueError("an observation without a capture time")
    return Observation(
        observation_id=row["observation_id"],
        photo=photo_of(row),
        person=person_of(row),
        lesion=lesion_of(row),
        capture=capture,
        modality=modality_of(row["modality"]),
        analysis=analysis_of(row),
        note=row["note"],
        added_at=aware(row["added_at_utc"]),
        requested_roi=box_of(row, "requested"),
        mask_corrected=corrected if row["mask_source"] == "person" else None,
    )


def analysis_of(row: Row) -> Analysis:
    """An analysis from the columns of its tables; those of a table without a row are None."""
    return Analysis(
        photo=row["photo_label"],
        status=row["status"],
        reason=row["reason"],
        advice=row["advice"],
        width=row["width_px"],
        height=row["height_px"],
        capture=capture_of(row, "file_taken"),
        modality=modality_of(row["analysed_modality"]),
        roi=box_of(row, "roi"),
        quality=_quality_of(row),
        mask=_mask_of(row),
        measures=_measures_of(row),
        scale=_scale_of(row),
        probabilities=_probabilities_of(row["probabilities"]),
        label=row["label"],
        certain=row["certain"],
        unlike_training=row["unlike_training"],
        unlike_training_limit=row["unlike_training_limit"],
        embedding=_embedding_of(row["embedding"]),
        heatmap=None,
        heatmap_box=box_of(row, "heatmap"),
        model=_model_of(row, "model"),
        gate=_model_of(row, "gate"),
        others=tuple(
            OtherLesion(Box(o["x_px"], o["y_px"], o["w_px"], o["h_px"]), o["area_px"])
            for o in row["others"]
        ),
    )


def modality_of(word: str | None) -> Modality | None:
    """How a photo was taken, from its word."""
    return None if word is None else Modality(word)


def capture_of(row: Row, prefix: str) -> CaptureTime | None:
    """The capture time in the columns `<prefix>_at`, `<prefix>_precision`, `<prefix>_source`."""
    if row[f"{prefix}_at"] is None:
        return None
    source = DateSource(row[f"{prefix}_source"])
    return CaptureTime(row[f"{prefix}_at"], row[f"{prefix}_precision"], source)


def _model_of(row: Row, prefix: str) -> ModelIdentity | None:
    if row[f"{prefix}_sha256"] is None:
        return None
    return ModelIdentity(row[f"{prefix}_name"], row[f"{prefix}_version"], row[f"{prefix}_sha256"])


def _probabilities_of(found: list[dict[str, Any]] | None) -> dict[str, float] | None:
    return None if found is None else {item["label"]: item["probability"] for item in found}


def _embedding_of(found: Any) -> NDArray[np.float32] | None:
    return None if found is None else np.array(found, dtype=np.float32)


def _scale_of(row: Row) -> Scale | None:
    if row["scale_mm_per_px"] is None:
        return None
    source = ScaleSource(row["scale_source"])
    return Scale(row["scale_mm_per_px"], row["scale_sigma_mm_per_px"], source)


def _quality_of(row: Row) -> Quality | None:
    if row["sharpness"] is None:
        return None
    issues = tuple(
        QualityIssue(
            QualityCode(issue["code"]), issue["severity"], issue["reason"], issue["advice"]
        )
        for issue in row["issues"]
    )
    return Quality(
        sharpness=row["sharpness"],
        exposure=row["exposure"],
        dark_fraction=row["dark_fraction"],
        glare_fraction=row["glare_fraction"],
        lesion_px=row["lesion_px"],
        issues=issues,
    )


def _mask_of(row: Row) -> LesionMask | None:
    box = box_of(row, "mask")
    if box is None:
        return None
    return LesionMask(box, unpack_bits(row["mask_pixels"], (box.h, box.w)), row["mask_source"])


def _measures_of(row: Row) -> Measures | None:
    if row["area_px"] is None:
        return None
    return Measures(
        area_px=row["area_px"],
        perimeter_px=row["perimeter_px"],
        diameter_px=row["diameter_px"],
        perpendicular_px=row["perpendicular_px"],
        asymmetry=row["asymmetry"],
        border_irregularity=row["border_irregularity"],
        colours=row["colours"],
        lesion_lab=tuple(row["lesion_lab"]),
        lesion_lab_sd=tuple(row["lesion_lab_sd"]),
        skin_lab=None if row["skin_lab"] is None else tuple(row["skin_lab"]),
        touches_frame=row["touches_frame"],
        method=row["measure_method"],
        border_doubt=row["border_doubt"],
    )


def comparison_of(row: Row) -> Comparison:
    """A comparison from a row of its view."""
    registration = None
    if row["registration_method"] is not None:
        registration = Registration(
            method=RegistrationMethod(row["registration_method"]),
            matrix=tuple(row["registration_matrix"]),
            inliers=row["registration_inliers"],
            residual=row["registration_residual"],
        )
    return Comparison(
        earlier=row["earlier_id"],
        later=row["later_id"],
        same_lesion=row["same_lesion"],
        registration=registration,
        size_source=row["size_source"],
        size_why_not=row["size_why_not"],
        log_area_ratio=row["log_area_ratio"],
        log_diameter_ratio=row["log_diameter_ratio"],
        size_sigma_log=row["size_sigma_log"],
        delta_asymmetry=row["delta_asymmetry"],
        log_irregularity_ratio=row["log_irregularity_ratio"],
        colour_delta_e=row["colour_delta_e"],
        colour_overall_delta_e=row["colour_overall_delta_e"],
        delta_lab=None if row["delta_lab"] is None else tuple(row["delta_lab"]),
        colour_constancy=row["colour_constancy"],
        cosine=row["cosine"],
        method=row["method"],
        notes=tuple(row["notes"]),
        focal_delta_e=row["focal_delta_e"],
        focal_delta_lab=None if row["focal_delta_lab"] is None else tuple(row["focal_delta_lab"]),
    )
