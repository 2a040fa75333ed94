"""The FHIR export: valid R4, whole in itself, and saying no more than the vault knows."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from tests.exchange.conftest import HOSTILE_NAME
from tests.exchange.test_csv import contents
from tracker.domain import wording
from tracker.domain.analysis import Scale, ScaleSource
from tracker.domain.exporting import Export, ExportPerson, LeftOut
from tracker.domain.plain_text import spelled_out
from tracker.exchange.columns import Content, PhotoFile
from tracker.exchange.fhir.values import note
from tracker.exchange.fhir.writing import person_bundle
from tracker.exchange.pictures import without_photos
from tracker.services.export_model import build_export
from tracker.services.exporting import write_export
from tracker.services.session import Workspace

pytestmark = pytest.mark.xdist_group("the stored vault")
Json = dict[str, Any]


@pytest.fixture(scope="module")
def exported(stored: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exported") / "out"
    write_export(Workspace(stored), "fhir", out)
    return out


@pytest.fixture(scope="module")
def model(stored: Path) -> Export:
    return build_export(Workspace(stored))


def bundles(folder: Path) -> list[Json]:
    return [json.loads(path.read_bytes()) for path in sorted(folder.glob("person-*.json"))]


def of_type(bundle: Json, kind: str) -> list[Json]:
    found = (entry["resource"] for entry in bundle["entry"])
    return [resource for resource in found if resource["resourceType"] == kind]


def code_of(observation: Json) -> str:
    return str(observation["code"]["coding"][0]["code"])


def coded(bundle: Json, code: str) -> list[Json]:
    return [each for each in of_type(bundle, "Observation") if code_of(each) == code]


def ada(folder: Path) -> Json:
    return next(b for b in bundles(folder) if of_type(b, "Patient")[0]["name"][0]["text"] == "Ada")


def checked(bundle: Json) -> Bundle:
    """The bundle as an independent R4B model reads it, and refuses it if it is wrong."""
    found = Bundle.model_validate(bundle)
    assert json.loads(found.model_dump_json()) is not None
    return found


def references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [one for each in value for one in references(each)]
    if not isinstance(value, dict):
        return []
    own = [value["reference"]] if isinstance(value.get("reference"), str) else []
    return own + [one for each in value.values() for one in references(each)]


def test_every_bundle_is_valid_and_whole(exported: Path) -> None:
    found = bundles(exported)
    assert len(found) == 2
    for bundle in found:
        assert checked(bundle).type == "collection"
        addresses = [entry["fullUrl"] for entry in bundle["entry"]]
        assert len(set(addresses)) == len(addresses)
        assert set(references(bundle)) <= set(addresses)
        for entry in bundle["entry"]:
            assert entry["fullUrl"] == f"urn:uuid:{entry['resource']['id']}"
            assert "text" not in entry["resource"], "a narrative would be markup"


def test_every_code_of_ours_is_explained(exported: Path) -> None:
    for bundle in bundles(exported):
        (system,) = of_type(bundle, "CodeSystem")
        known = {each["code"]: each["display"] for each in system["concept"]}
        used = [one for one in _codings(bundle) if one["system"] == system["url"]]
        assert used
        assert all(known[one["code"]] == one["display"] for one in used)


def _codings(value: Any) -> list[Json]:
    if isinstance(value, list):
        return [one for each in value for one in _codings(each)]
    if not isinstance(value, dict):
        return []
    own = [one for one in value.get("coding", []) if isinstance(one, dict)]
    return own + [one for each in value.values() for one in _codings(each)]


def test_two_exports_are_the_same_bytes(stored: Path, exported: Path, tmp_path: Path) -> None:
    write_export(Workspace(stored), "fhir", tmp_path / "again")
    assert contents(tmp_path / "again") == contents(exported)


def test_photos_are_named_and_hashed(exported: Path) -> None:
    media = [each for bundle in bundles(exported) for each in of_type(bundle, "Media")]
    assert len(media) == 4
    for each in media:
        content = each["content"]
        data = (exported / content["url"]).read_bytes()
        assert base64.b64decode(content["hash"]) == hashlib.sha1(data).digest()
        assert content["size"] == len(data)
        assert content["contentType"] == "image/jpeg"
        assert len(each["createdDateTime"]) == 10  # a time would need a zone
    notes = [one["text"] for each in media for one in each.get("note", [])]
    assert any("10:20:30.5" in text for text in notes)


def test_without_photos_it_says_why(stored: Path, tmp_path: Path) -> None:
    write_export(Workspace(stored), "fhir", tmp_path / "out", with_photos=False)
    assert not (tmp_path / "out" / "photos").exists()
    for bundle in bundles(tmp_path / "out"):
        checked(bundle)
        for each in of_type(bundle, "Media"):
            assert each["content"]["_url"]["extension"][0]["valueCode"] == "masked"


def test_names_and_notes_become_neither_json_nor_markup(exported: Path) -> None:
    names = {of_type(bundle, "Patient")[0]["name"][0]["text"] for bundle in bundles(exported)}
    assert names == {"Ada", spelled_out(HOSTILE_NAME)}
    lesions = {each["description"] for each in of_type(ada(exported), "BodyStructure")}
    assert lesions == {"=renamed", spelled_out(HOSTILE_NAME)}
    panels = coded(ada(exported), "lesion-on-photo")
    texts = [one["text"] for each in panels for one in each.get("note", [])]
    hostile = [text for text in texts if "HYPERLINK" in text]
    assert len(hostile) == 3
    assert all(text.startswith(r'\=HYPERLINK("http\://x"') for text in hostile)
    raw = b"".join(path.read_bytes() for path in exported.glob("*.json")).decode("utf-8")
    assert "\u202e" not in raw


def test_markup_is_escaped() -> None:
    (found,) = note(
        "<script>x</script> ![a](http://b) *c* &lt; `d`\n# e\n- f\n1. g\n~~h~~ www.i.org"
    )
    assert found["text"] == (
        r"\<script\>x\</script\> !\[a\](http\://b) \*c\* \&lt; \`d\`" + "\n"
        r"\# e" + "\n" + r"\- f" + "\n" + r"1\. g" + "\n" + r"\~\~h\~\~ www\.i.org"
    )
    assert note("", " \r\n ", None) == []


def test_measures_are_what_the_vault_holds(exported: Path, model: Export) -> None:
    values = {
        (code_of(each), each["derivedFrom"][0]["reference"], each["subject"]["reference"]): each
        for bundle in bundles(exported)
        for code in ("area", "diameter", "asymmetry", "border-irregularity", "colours")
        for each in coded(bundle, code)
    }
    assert Counter(code for code, _, _ in values) == dict.fromkeys(
        ("area", "diameter", "asymmetry", "border-irregularity", "colours"), 4
    )
    expected = sorted((seen.observation.analysis.area_mm2 or -1.0) for seen in model.observations())
    areas = [each for (code, _, _), each in values.items() if code == "area"]
    found = sorted(each.get("valueQuantity", {"value": -1.0})["value"] for each in areas)
    assert found == pytest.approx(expected, rel=1e-5)
    for each in areas:
        parts = {code_of(part): part for part in each["component"]}
        assert parts["pixels"]["valueQuantity"]["code"] == "{pixels}"
        if "valueQuantity" in each:
            assert each["valueQuantity"]["code"] == "mm2"
            assert parts["scale-standard-error"]["valueQuantity"]["code"] == "mm/{pixel}"
        else:
            assert each["dataAbsentReason"]["coding"][0]["code"] == "unknown"
            assert not {"scale", "scale-source"} & set(parts)


def test_the_verdict_speaks_in_the_tools_words(exported: Path, model: Export) -> None:
    bundle = ada(exported)
    panels = {one["identifier"][0]["value"]: one["id"] for one in coded(bundle, "lesion-on-photo")}
    verdicts = {one["focus"][0]["reference"]: one for one in coded(bundle, "change-verdict")}
    for lesion in of_type(bundle, "BodyStructure"):
        verdict = verdicts[f"urn:uuid:{lesion['id']}"]
        judged = next(
            each
            for each in model.lesions()
            if each.lesion.lesion_id == lesion["identifier"][0]["value"]
        ).change
        assert judged is not None
        assert verdict["valueCodeableConcept"]["text"] == wording.STATUS[judged.status]
        assert verdict["interpretation"] == [{"text": spelled_out(judged.message)}]
        assert verdict["note"][-1]["text"] == wording.FOOTER
        ids = dict.fromkeys((judged.latest, judged.previous, judged.first))
        assert [one["reference"] for one in verdict["derivedFrom"]] == [
            f"urn:uuid:{panels[one]}" for one in ids if one
        ]
        assert len(verdict.get("hasMember", [])) == len(judged.axes)
    assert any(verdict.get("hasMember") for verdict in verdicts.values())
    for report in of_type(bundle, "DiagnosticReport"):
        assert report["status"] == "preliminary"
        assert report["conclusion"].endswith(wording.FOOTER)


def test_what_was_said_and_corrected(exported: Path) -> None:
    bundle = ada(exported)
    (symptom,) = coded(bundle, "symptom")
    assert symptom["valueCodeableConcept"]["text"] == "lasting itch"
    assert symptom["effectiveDateTime"] == "2025-05-01T12:00:00Z"
    (life,) = coded(bundle, "life-cycle")
    assert life["valueCodeableConcept"]["text"] == "excised"
    assert life["note"][0]["text"].startswith(r"\+ pathology: =none")
    by_hand = [one for one in coded(bundle, "area") if "by a person" in str(one.get("note"))]
    assert len(by_hand) == 1
    sites = [one.get("location") for one in of_type(bundle, "BodyStructure")]
    assert {"text": "back, low"} in sites  # words that leave a doubt have no code


def test_probabilities_only_for_a_clinician(stored: Path, exported: Path, tmp_path: Path) -> None:
    personal = b"".join(path.read_bytes() for path in exported.iterdir() if path.is_file()).decode()
    assert not any(word in personal for word in ("akiec", "Fitzpatrick", "probabilit"))
    write_export(Workspace(stored), "fhir", tmp_path / "clinic", clinician=True)
    found = bundles(tmp_path / "clinic")
    chances = [one for bundle in found for one in coded(bundle, "class-probabilities")]
    assert len(chances) == 4
    for each in chances:
        assert each["note"][0]["text"] == wording.PROBABILITIES_NOTE
        total = sum(part["valueQuantity"]["value"] for part in each["component"])
        assert total == pytest.approx(1, abs=1e-4)
    assert all(checked(bundle) for bundle in found)


def _changed(model: Export, **changes: Any) -> Json:
    """A bundle in which each analysis has some of its values replaced."""
    (person,) = (each for each in model.people if each.person.name == "Ada")
    lesions = tuple(
        replace(lesion, observations=tuple(_seen(seen, changes) for seen in lesion.observations))
        for lesion in person.lesions
    )
    altered = ExportPerson(person.person, lesions, ())
    export = replace(model, people=(altered,), demo=True)
    bundle = person_bundle(Content(export, without_photos(export), {}), altered)
    checked(bundle)
    return bundle


def _seen(seen: Any, changes: Json) -> Any:
    analysis = replace(seen.observation.analysis, **changes)
    return replace(seen, observation=replace(seen.observation, analysis=analysis))


def test_made_up_data_say_so(model: Export) -> None:
    bundle = _changed(model)
    marks = [entry["resource"]["meta"]["security"][0]["code"] for entry in bundle["entry"]]
    assert set(marks) == {"HTEST"}


def test_a_refused_photo_and_a_cut_lesion(model: Export) -> None:
    refused = {"status": "refused", "mask": None, "measures": None, "reason": "Too dark."}
    panels = coded(_changed(model, **refused), "lesion-on-photo")
    assert panels
    assert all(one["dataAbsentReason"]["text"] == "Too dark." for one in panels)
    measures = next(model.observations()).observation.analysis.measures
    assert measures is not None
    cut = _changed(
        model,
        measures=replace(measures, touches_frame=True),
        scale=Scale(0.01, float("nan"), ScaleSource.CARD),
    )
    for each in coded(cut, "diameter"):
        assert each["valueQuantity"]["comparator"] == ">="
        assert "scale-standard-error" not in {code_of(part) for part in each["component"]}


def test_a_photo_that_could_not_be_read(model: Export) -> None:
    photos = {
        record.photo_sha256: PhotoFile(record, left_out=LeftOut("a.jpg", "Damaged.", None))
        for record in model.photos()
    }
    for person in model.people:
        bundle = person_bundle(Content(model, photos, {}), person)
        checked(bundle)
        for each in of_type(bundle, "Media"):
            assert each["content"]["_url"]["extension"][0]["valueCode"] == "error"
