"""A whole vault as DICOM: every photo, every mask, hostile names, and the same bytes twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.exchange.conftest import HOSTILE_NAME
from tests.exchange.dicom_parts import files_in, objects, of_modality
from tracker.services.export_model import build_export
from tracker.services.exporting import write_export
from tracker.services.session import Workspace

pytestmark = pytest.mark.xdist_group("the stored vault")


def test_everything_in_the_vault_comes_out_once(stored: Path, tmp_path: Path) -> None:
    workspace = Workspace(stored)
    done = write_export(workspace, "dicom", tmp_path / "out")
    assert done.photos == 3
    assert done.left_out == ()
    found = objects(tmp_path / "out")
    seen = list(build_export(workspace).observations())
    assert len(of_modality(found, "XC")) == len(seen) == 4
    masks = of_modality(found, "SEG")
    areas = sorted(int(mask.pixel_array.sum()) for mask in masks)
    assert areas == sorted(
        int(np.count_nonzero(each.observation.analysis.mask.pixels))
        for each in seen
        if each.observation.analysis.mask is not None
    )
    assert {mask.SegmentSequence[0].SegmentAlgorithmType for mask in masks} >= {"MANUAL"}
    assert len({image.PatientID for image in found}) == 2
    labels = {report.PatientID for report in of_modality(found, "SR")}
    assert labels
    (days,) = {len(image.AcquisitionDateTime) for image in of_modality(found, "XC")} - {21}
    assert days == 8

    write_export(workspace, "dicom", tmp_path / "again")
    for path in files_in(tmp_path / "out"):
        again = tmp_path / "again" / path.relative_to(tmp_path / "out")
        assert again.read_bytes() == path.read_bytes()
        assert HOSTILE_NAME not in path.name
