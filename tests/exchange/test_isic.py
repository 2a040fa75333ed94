"""The ISIC export: the archive's own checks pass on every row, and no row says who it is."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from isic_metadata.metadata import MetadataBatch, MetadataRow

from tests.exchange.conftest import HOSTILE_NAME
from tests.exchange.test_csv import contents
from tracker.domain.analysis import OtherLesion, Scale, ScaleSource
from tracker.domain.capture import Modality
from tracker.domain.exporting import Export, ExportObservation, ExportPerson
from tracker.domain.geometry import Box
from tracker.errors import UsageError
from tracker.exchange.columns import Content, PhotoFile
from tracker.exchange.isic import metadata_rows
from tracker.services.export_model import build_export
from tracker.services.exporting import write_export
from tracker.services.session import Workspace

pytestmark = pytest.mark.xdist_group("the stored vault")


@pytest.fixture(scope="module")
def exported(stored: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exported") / "out"
    write_export(Workspace(stored), "isic", out, clinician=True)
    return out


@pytest.fixture(scope="module")
def model(stored: Path) -> Export:
    return build_export(Workspace(stored))


def rows_of(folder: Path) -> list[dict[str, str]]:
    text = (folder / "metadata.csv").read_bytes().decode("ascii")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def checked(rows: Sequence[dict[str, str]]) -> list[MetadataRow]:
    """The rows as the archive takes them in: its checks of each row and of all together."""
    bare = [{name: cell for name, cell in row.items() if name != "filename"} for row in rows]
    found = [MetadataRow.model_validate(row) for row in bare]
    MetadataBatch(items=found)
    assert all(row.unstructured == {} for row in found), "a column the archive does not know"
    return found


def test_the_archives_checks_pass_and_each_row_has_its_picture(exported: Path) -> None:
    rows = rows_of(exported)
    assert len(checked(rows)) == 3
    pictures = {path.name for path in (exported / "photos").iterdir()}
    assert {row["filename"] for row in rows} == pictures
    for empty in ("diagnosis", "age", "sex", "dermoscopic_type", "diagnosis_confirm_type"):
        assert {row[empty] for row in rows} == {""}


def test_values_are_what_the_vault_holds(exported: Path, model: Export) -> None:
    rows = rows_of(exported)
    lesions: dict[str, str] = {}
    ada = next(person for person in model.people if person.person.name == "Ada")
    days = [seen.observation.capture.value.date() for seen in ada.observations()]
    seen_on: dict[str, list[ExportObservation]] = {}
    for each in model.observations():
        seen_on.setdefault(each.observation.photo.photo_sha256, []).append(each)
    for row, seen in zip(rows, seen_on.values(), strict=True):
        if len(seen) > 1:  # the last photo is also in the other person's diary
            assert row["patient_id"] == row["lesion_id"] == row["acquisition_day"] == ""
            continue
        observation = seen[0].observation
        assert observation.lesion is not None
        assert lesions.setdefault(row["lesion_id"], observation.lesion.lesion_id) == (
            observation.lesion.lesion_id
        )
        size = observation.analysis.diameter_mm
        assert (row["clin_size_long_diam_mm"] == "") == (size is None)
        if size is not None:
            assert float(row["clin_size_long_diam_mm"]) == pytest.approx(size, abs=0.051)
        taken = observation.capture.value.date()
        assert int(row["acquisition_day"]) == (taken - min(days)).days
    assert any(row["clin_size_long_diam_mm"] for row in rows)


def test_nobody_is_named(exported: Path, model: Export, stored: Path, tmp_path: Path) -> None:
    ids = [person.person.person_id for person in model.people]
    ids += [each.lesion.lesion_id for each in model.lesions()]
    texts = b"".join(
        data for name, data in contents(exported).items() if not name.startswith("photos/")
    ).decode("utf-8")
    for word in (*ids, HOSTILE_NAME, "Ada", "HYPERLINK", "p_mel", "2022-", "2025-"):
        assert word not in texts
    assert all("-" not in path.name for path in (exported / "photos").iterdir())
    write_export(Workspace(stored), "isic", tmp_path / "one", "Ada")
    marker = json.loads((tmp_path / "one" / "moletrail-export.json").read_text("utf-8"))
    assert marker["person"] is None


def test_two_exports_are_the_same_bytes(stored: Path, exported: Path, tmp_path: Path) -> None:
    write_export(Workspace(stored), "isic", tmp_path / "again", clinician=True)
    assert contents(tmp_path / "again") == contents(exported)


def test_it_is_made_of_pictures(stored: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="pictures"):
        write_export(Workspace(stored), "isic", tmp_path / "out", with_photos=False)
    assert not (tmp_path / "out").exists()


def _alone(model: Export, seen: ExportObservation, **changes: object) -> dict[str, str]:
    """The row of one observation with some of its values replaced."""
    observation = seen.observation
    analysis = replace(
        observation.analysis,
        **{  # type: ignore[arg-type]
            name: value for name, value in changes.items() if name not in ("modality", "site")
        },
    )
    lesion = observation.lesion
    assert lesion is not None
    lesion = replace(lesion, site=changes.get("site", lesion.site))  # type: ignore[arg-type]
    changed = replace(
        observation,
        analysis=analysis,
        lesion=lesion,
        modality=changes.get("modality", observation.modality),  # type: ignore[arg-type]
    )
    person = ExportPerson(observation.person, (), (ExportObservation(changed),))
    record = observation.photo
    content = Content(
        replace(model, people=(person,)),
        {record.photo_sha256: PhotoFile(record, "photos/a.jpg")},
        {},
    )
    (row,) = metadata_rows(content)
    checked([row])
    return row


def test_kind_site_and_size(model: Export) -> None:
    seen = next(each for each in model.observations() if each.observation.lesion)
    measures = seen.observation.analysis.measures
    assert measures is not None
    in_view = (OtherLesion(Box(1, 1, 9, 9), 50.0),)
    clinical = Modality.CLINICAL
    assert _alone(model, seen, modality=Modality.DERMOSCOPIC)["image_type"] == "dermoscopic"
    assert _alone(model, seen, modality=None)["image_type"] == ""
    alone = _alone(model, seen, modality=clinical, others=())
    assert alone["image_type"] == "clinical: close-up"
    assert _alone(model, seen, modality=clinical, others=in_view)["image_type"] == ""
    assert _alone(model, seen, site="Left calf")["anatom_site"] == "Lower extremity:Lower leg:Calf"
    assert _alone(model, seen, site="back, by the spine")["anatom_site"] == ""
    scale = Scale(2.0 / measures.diameter_px, 0.0, ScaleSource.CARD)
    size = "clin_size_long_diam_mm"
    assert _alone(model, seen, scale=scale)[size] == "2.0"
    assert _alone(model, seen, scale=None)[size] == ""
    assert _alone(model, seen, scale=replace(scale, mm_per_px=99.0))[size] == ""
    cut = replace(measures, touches_frame=True)
    assert _alone(model, seen, scale=scale, measures=cut)[size] == ""
