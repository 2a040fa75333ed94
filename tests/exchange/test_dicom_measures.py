"""Masks and measurements of a DICOM export, read back by another library."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import highdicom as hd
import numpy as np
import pytest
from pydicom.dataset import Dataset

from tests.exchange.dicom_parts import (
    HEIGHT,
    MASK,
    MEASURES,
    WIDTH,
    Story,
    analysis,
    coded,
    files_in,
    lesion,
    of_modality,
)
from tracker.domain.analysis import Scale, ScaleSource
from tracker.domain.capture import Modality


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path / "out")


def _numbers(report: Dataset) -> dict[tuple[str, str], float]:
    """By meaning and unit, as another library understands the report."""
    read = hd.sr.ComprehensiveSR.from_dataset(report)
    (group,) = read.content.get_planar_roi_measurement_groups()
    return {(one.name.meaning, one.unit.value): one.value for one in group.get_measurements()}


@pytest.mark.parametrize("modality", list(Modality))
def test_the_mask_comes_back_pixel_by_pixel(story: Story, modality: Modality) -> None:
    story.add(coded("JPEG"), lesion(), modality=modality)
    found = story.write()
    (image,) = of_modality(found, "DMS") + of_modality(found, "XC")
    (path,) = files_in(story.folder / "segmentations")
    mask = hd.seg.segread(path)
    assert np.array_equal(mask.pixel_array.astype(bool), MASK.on_photo(WIDTH, HEIGHT))
    frames = mask.get_pixels_by_source_instance(
        [image.SOPInstanceUID], ignore_spatial_locations=True
    )
    assert np.array_equal(frames[0, :, :, 0].astype(bool), MASK.on_photo(WIDTH, HEIGHT))
    described = mask.get_segment_description(1)
    assert described.algorithm_type.value == "AUTOMATIC"
    (algorithm,) = mask.SegmentSequence[0].SegmentationAlgorithmIdentificationSequence
    assert (algorithm.AlgorithmName, algorithm.AlgorithmVersion) == ("lesion-vit", "1.2.3")
    assert described.tracking_id == "mole (les_1)"
    assert mask.StudyInstanceUID == image.StudyInstanceUID


def test_a_mask_drawn_by_a_person_says_so(story: Story) -> None:
    drawn = replace(MASK, source="person")
    story.add(coded("JPEG"), lesion(), found=analysis(mask=drawn))
    (mask,) = of_modality(story.write(), "SEG")
    (segment,) = mask.SegmentSequence
    assert segment.SegmentAlgorithmType == "MANUAL"
    assert "SegmentationAlgorithmIdentificationSequence" not in segment


def test_the_report_holds_what_was_measured_and_no_more(story: Story) -> None:
    scale = Scale(0.02, 0.001, ScaleSource.RULER)
    story.add(coded("JPEG", quality=70), lesion(), found=analysis(scale), area_ratio=1.25)
    story.add(coded("JPEG", quality=71), lesion(), why_not="The photos could not be lined up.")
    first, second = of_modality(story.write(), "SR")
    if first.InstanceNumber > second.InstanceNumber:
        first, second = second, first
    numbers = _numbers(first)
    assert numbers["Area", "mm2"] == pytest.approx(MEASURES.area_px * 0.0004)
    assert numbers["Area", "{pixels}"] == MEASURES.area_px
    assert numbers["Long axis", "mm"] == pytest.approx(20.25 * 0.02)
    assert numbers["Area against the first comparable photo", "1"] == 1.25
    assert set(_numbers(second)) == {
        ("Area", "{pixels}"),
        ("Asymmetry of shape, 0 to 1", "1"),
        ("Border irregularity, 1 for a disc", "1"),
        ("Number of dermoscopic colours", "{colours}"),
    }
    for report in (first, second):
        assert report.VerificationFlag == "UNVERIFIED"
        assert report.PreliminaryFlag == "PRELIMINARY"
        assert not {0.75, "mel", "nv"} & {
            each.value for each in report.iterall() if each.VR in ("FD", "UT", "LO", "SH")
        }


def test_the_report_names_lesion_model_photo_and_mask(story: Story) -> None:
    story.add(coded("JPEG"), lesion(), modality=Modality.DERMOSCOPIC)
    found = story.write()
    (image,), (mask,), (report,) = (of_modality(found, one) for one in ("DMS", "SEG", "SR"))
    read = hd.sr.ComprehensiveSR.from_dataset(report)
    (group,) = read.content.get_planar_roi_measurement_groups()
    assert group.tracking_identifier == "mole (les_1)"
    assert group.tracking_uid == image.TrackingUID == mask.SegmentSequence[0].TrackingUID
    assert group.finding_type.value == "95324001"
    assert group.finding_sites[0].value.value == "371311000"
    reference = group.referenced_segmentation_frame
    assert reference.referenced_sop_instance_uid == mask.SOPInstanceUID
    assert reference.source_image_for_segmentation.referenced_sop_instance_uid == (
        image.SOPInstanceUID
    )
    texts = {str(each.value) for each in report.iterall() if each.keyword == "TextValue"}
    assert texts >= {"lesion-vit", "1.2.3", f"model sha256 {'ab' * 32}", "method measure-1"}


def test_what_is_no_number_is_left_out(story: Story) -> None:
    story.add(coded("JPEG"), lesion(), area_ratio=float("inf"), colour_delta_e=float("nan"))
    (report,) = of_modality(story.write(), "SR")
    assert len(_numbers(report)) == 4
    (scheme,) = report.CodingSchemeIdentificationSequence
    assert scheme.CodingSchemeDesignator == "99MOLETRAIL"


def test_without_a_mask_or_a_lesion_there_is_no_report(story: Story) -> None:
    refused = analysis(status="refused", mask=None, measures=None, reason="Too dark.")
    story.add(coded("JPEG", quality=60), lesion(), found=refused)
    story.add(coded("JPEG", quality=61))
    found = story.write()
    assert len(of_modality(found, "XC")) == 2
    assert len(of_modality(found, "SEG")) == 1
    assert of_modality(found, "SR") == []
