"""Every key of the contract, on the real program with made-up photos."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests import made_up
from tests.cli.conftest import Moletrail

ANALYSIS = {
    "type",
    "photo",
    "status",
    "reason",
    "advice",
    "width",
    "height",
    "taken_at",
    "taken_at_source",
    "roi",
    "quality",
    "area_px",
    "area_mm2",
    "diameter_mm",
    "perimeter_mm",
    "asymmetry",
    "border_irregularity",
    "colours",
    "scale",
    "probabilities",
    "label",
    "certain",
    "unlike_training",
    "embedding",
    "model",
    "others",
    "timings_ms",
}
OBSERVATION = {
    "type",
    "observation_id",
    "person",
    "lesion",
    "site",
    "taken_at",
    "area_px",
    "area_mm2",
    "area_ratio",
    "diameter_mm",
    "cosine_to_first",
    "cosine_to_previous",
    "colour_delta_e",
    "asymmetry",
    "border_irregularity",
    "scale",
    "comparable",
    "why_not",
    "model",
}
CHANGE = {
    "type",
    "person",
    "lesion",
    "site",
    "status",
    "score",
    "first",
    "previous",
    "latest",
    "axes",
    "alerts",
    "message",
}
AXIS = {"axis", "against", "change", "unit", "sigma", "detectable", "z", "flagged"}
LESION = {
    "type",
    "person",
    "lesion",
    "site",
    "observations",
    "first_taken_at",
    "latest_taken_at",
    "status",
}


def test_analyze(moletrail: Moletrail, photos: list[Path], tmp_path: Path) -> None:
    folders = {name: tmp_path / name for name in ("masks", "overlays", "heatmaps")}
    words = [word for name, folder in folders.items() for word in (f"--{name}", folder)]
    answer = moletrail("analyze", photos[0], "--mm-per-px", "0.02", *words)
    assert answer.code == 0
    (found,) = answer.objects
    assert set(found) >= ANALYSIS
    assert found["type"] == "analysis"
    assert found["status"] == "measured"
    assert found["photo"] == str(photos[0])
    assert found["quality"]["ok"] is True
    assert found["taken_at"] is None
    assert found["taken_at_source"] is None
    assert len(found["embedding"]) == 128
    assert sum(x * x for x in found["embedding"]) == pytest.approx(1, abs=1e-3)
    assert set(found["probabilities"]) == {"akiec", "bcc", "bkl", "df", "mel", "nv", "vasc"}
    assert sum(found["probabilities"].values()) == pytest.approx(1, abs=1e-3)
    assert found["scale"]["source"] == "given"
    assert found["area_mm2"] == pytest.approx(found["area_px"] * 0.02**2)
    assert set(found["model"]) == {"name", "version", "sha256"}
    assert isinstance(found["unlike_training"], bool)
    assert not moletrail.vault.exists()
    _check_pictures(folders, found)


def _check_pictures(folders: dict[str, Path], found: dict[str, object]) -> None:
    for name, mode in (("masks", "L"), ("heatmaps", "L"), ("overlays", "RGB")):
        with Image.open(folders[name] / "photo0.png") as picture:
            assert picture.size == (found["width"], found["height"])
            assert picture.mode == mode
            if name == "masks":
                counts = {value: count for count, value in picture.getcolors()}
                assert set(counts) == {0, 255}
                assert counts[255] == found["area_px"]


def test_unknown_scale_is_null(moletrail: Moletrail, photos: list[Path]) -> None:
    (found,) = moletrail("analyze", photos[0]).objects
    for key in ("scale", "area_mm2", "diameter_mm", "perimeter_mm"):
        assert found[key] is None


def test_two_photos_of_one_name_keep_both_masks(
    moletrail: Moletrail, photos: list[Path], tmp_path: Path
) -> None:
    twin = tmp_path / photos[0].name
    twin.write_bytes(photos[1].read_bytes())
    masks = tmp_path / "masks"
    assert moletrail("analyze", photos[0], twin, "--masks", masks).code == 0
    assert sorted(path.name for path in masks.iterdir()) == ["photo0-2.png", "photo0.png"]


def test_from_manifest_to_changes(vault: Moletrail, manifest: Path, tmp_path: Path) -> None:
    """One vault through all reading commands: building it takes the longest."""
    answer = vault("import", manifest)
    assert answer.code == 0
    assert {each["type"] for each in answer.objects} == {"stored"}
    assert all(
        set(each) >= {"photo", "person", "lesion", "observation_id"} for each in answer.objects
    )
    _check_lists(vault)
    _check_timeline(vault)
    _check_changes(vault)
    _check_match(vault, tmp_path)
    _check_rerun(vault, manifest)
    _check_report(vault, tmp_path)


def _check_lists(vault: Moletrail) -> None:
    assert [each["person"] for each in vault("people").objects] == ["Demo Ada"]
    lesions = vault("lesions").objects
    assert all(set(each) >= LESION for each in lesions)
    counts = {each["lesion"]: each["observations"] for each in lesions}
    assert counts == {"Upper back": 6, "Left forearm": 2}
    back = next(each for each in lesions if each["lesion"] == "Upper back")
    assert (back["first_taken_at"], back["status"]) == ("2022-05-14", "active")
    assert vault("lesions", "--person", "Nobody").code == 3
    assert vault("unassigned").objects == []


def _check_timeline(vault: Moletrail) -> None:
    rows = vault("timeline", "Upper back").objects
    assert all(set(each) >= OBSERVATION for each in rows)
    times = [each["taken_at"] for each in rows]
    assert times == sorted(photo.taken_at for photo in made_up.photos()[:6])
    assert rows[0]["cosine_to_first"] is None
    assert rows[0]["cosine_to_previous"] is None
    assert all(-1 <= each["cosine_to_first"] <= 1 for each in rows[1:])
    ratios = [each["area_ratio"] for each in rows if each["area_ratio"]]
    assert ratios[0]["value"] == 1
    # The made-up lesion grows; the last photo must show it, within the stated error.
    assert rows[-1]["comparable"] is True
    assert rows[-1]["area_ratio"]["value"] > 1.1
    assert rows[-1]["area_ratio"]["sigma"] > 0
    assert vault("timeline", "No such lesion").code == 3


def _check_changes(vault: Moletrail) -> None:
    found = vault("changes").objects
    assert {each["lesion"] for each in found} == {"Upper back", "Left forearm"}
    for each in found:
        assert set(each) >= CHANGE
        assert each["status"] in {"changed", "no_change_detected", "cannot_compare"}
        assert all(set(axis) >= AXIS for axis in each["axes"])
        assert each["score"] is None or 0 <= each["score"] <= 1
        assert each["message"]
    assert vault("changes", "--since", "2024-01-01").objects == [
        each for each in found if each["lesion"] == "Upper back"
    ]
    assert vault("changes", "--since", "soon").code == 2
    vault("symptom", "Left forearm", "bleeding")
    first = vault("changes").objects[0]
    assert first["lesion"] == "Left forearm"
    assert first["alerts"][0]["kind"] == "symptom"


def _check_match(vault: Moletrail, folder: Path) -> None:
    photo = folder / "which.jpg"
    photo.write_bytes(made_up.photos()[2].jpeg)
    found = vault("match", photo, "-k", "1").objects
    assert len(found) == 1
    assert {"lesion", "similarity", "rank"} <= set(found[0])
    assert (found[0]["lesion"], found[0]["rank"]) == ("Upper back", 1)
    assert found[0]["similarity"] == pytest.approx(1, abs=1e-4)


def _check_rerun(vault: Moletrail, manifest: Path) -> None:
    again = vault("import", manifest)
    assert again.code == 0
    assert {each["type"] for each in again.objects} == {"duplicate"}
    assert sum(each["observations"] for each in vault("lesions").objects) == 8


def _check_report(vault: Moletrail, folder: Path) -> None:
    pdf, html = folder / "report.pdf", folder / "report.html"
    assert vault("report", "--out", pdf).code == 0
    assert pdf.read_bytes().startswith(b"%PDF")
    assert vault("report", "--lesion", "Upper back", "--out", html).code == 0
    text = html.read_text(encoding="utf-8")
    assert "Upper back" in text
    assert "Left forearm" not in text
    assert "No measured change does not mean safe" in text
    options = ("--for", "clinician", "--paper", "letter", "--date", "2025-03-31")
    assert vault("report", "--lesion", "Upper back", *options, "--out", html).code == 0
    text = html.read_text(encoding="utf-8")
    assert "Made on 2025-03-31" in text
    assert "@page{size:Letter}" in text
    assert "For clinicians: class probabilities" in text
    assert vault("report", "--date", "31.3.2025", "--out", html).code == 2
    assert vault("report", "--lesion", "No such lesion", "--out", html).code == 3
    assert vault("report", "--out", folder / "report.docx").code == 2


def test_card(moletrail: Moletrail, tmp_path: Path) -> None:
    assert moletrail("card", "--out", tmp_path / "card.png").code == 0
    with Image.open(tmp_path / "card.png") as picture:
        millimetres = [25.4 * pixels / 600 for pixels in picture.size]
    assert millimetres == pytest.approx([85.6, 54.0], abs=0.1)
    assert moletrail("card", "--out", tmp_path / "card.pdf").code == 0
    assert moletrail("card", "--out", tmp_path / "card.svg").code == 2


def test_doctor(vault: Moletrail) -> None:
    answer = vault("doctor")
    assert answer.code == 0
    (found,) = answer.objects
    assert found["telemetry"] == "off"
    assert found["vault"]["state"] == "ok"
    assert found["licence"]["whole"] == "Apache-2.0 AND CC-BY-NC-4.0"
    assert {model["name"] for model in found["models"]} >= {"moletrail-gate"}
    assert all(model["verified"] for model in found["models"])
    assert found["execution_provider"] == "CPUExecutionProvider"
    assert found["gate_backend"]
    assert found["libraries"]["duckdb"]


def test_doctor_answers_without_a_vault(moletrail: Moletrail) -> None:
    answer = moletrail("doctor")
    assert answer.code == 0
    assert answer.objects[0]["vault"]["state"] == "VaultNotFound"
