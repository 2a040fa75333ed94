"""Photos measured again: what is asked of the networks, what is kept, and what others may do."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.store.builders import MODEL_SHA, a_capture, a_comparison, an_analysis
from tests.store.same import assert_same
from tracker.analysis.compare import METHOD
from tracker.domain.analysis import Analysis, LesionMask, ModelIdentity
from tracker.domain.capture import Modality
from tracker.domain.change import Status
from tracker.domain.geometry import Box
from tracker.domain.records import Observation
from tracker.services import comparing, networks, reanalyzing, session
from tracker.services.networks import CurrentNetworks, photos_of_other_networks
from tracker.services.reanalyzing import NotReanalysed, Reanalysed, reanalyze, waiting
from tracker.services.session import Workspace
from tracker.services.vaults import create_vault
from tracker.store import NewObservation, Vault
from tracker.vision.analyzer import AnalyzeOptions
from tracker.vision.decode import DecodedPhoto

VIT = ModelIdentity("moletrail-vit", "2.0", "d" * 64)
GATE = ModelIdentity("moletrail-gate", "2.0", "e" * 64)

Answer = Callable[[DecodedPhoto, AnalyzeOptions], Analysis]


def of_today(analysis: Analysis) -> Analysis:
    return dataclasses.replace(analysis, model=VIT, gate=GATE, photo="today.png")


class Analyzer:
    """Stands in for the networks: says what it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, AnalyzeOptions]] = []
        self.answer: Answer = lambda photo, _: of_today(an_analysis(_seed(photo)))

    def analyze_decoded(self, photo: DecodedPhoto, options: AnalyzeOptions) -> Analysis:
        self.asked.append((photo.name, options))
        return self.answer(photo, options)


def _seed(photo: DecodedPhoto) -> int:
    return int(Path(photo.name).stem)


@pytest.fixture
def analyzer(monkeypatch: pytest.MonkeyPatch) -> Analyzer:
    """The networks of a new version, as far as these tests ask them."""
    today, made = CurrentNetworks(VIT.sha256, frozenset({GATE.sha256})), Analyzer()
    monkeypatch.setattr(networks, "current_networks", lambda: today)
    monkeypatch.setattr(reanalyzing, "current_networks", lambda: today)
    monkeypatch.setattr(session._MODELS, "_analyzer", made)
    monkeypatch.setattr(comparing, "subject_of", lambda _, seen: seen)
    monkeypatch.setattr(comparing, "compare", compared)
    return made


def compared(earlier: Observation, later: Observation) -> Any:
    """A comparison as `compare` makes it, without looking at pictures."""
    models = [seen.analysis.model and seen.analysis.model.sha256 for seen in (earlier, later)]
    found = a_comparison(earlier.observation_id, later.observation_id)
    return dataclasses.replace(found, method=METHOD, cosine=0.9 if models[0] == models[1] else None)


def picture(seed: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (seed, 90, 60)).save(buffer, "PNG")
    return buffer.getvalue()


def add(vault: Vault, seed: int, lesion: str | None, **changed: Any) -> Observation:
    """A photo `<seed>.png` that an older version measured."""
    roi = changed.pop("requested_roi", None)
    who = vault.ensure_person("Ada")
    return vault.add_observation(
        NewObservation(
            photo=vault.keep_photo(
                picture(seed), file_name=f"{seed}.png", media_type="image/png", width=64, height=48
            ),
            person=who,
            lesion=None if lesion is None else vault.ensure_lesion(who, lesion),
            capture=a_capture(seed),
            modality=Modality.CLINICAL,
            analysis=dataclasses.replace(an_analysis(seed), **changed),
            requested_roi=roi,
        )
    )


@pytest.fixture
def workspace(tmp_path: Path, analyzer: Analyzer) -> Workspace:
    """Two photos of 'arm', one of 'leg', one of no lesion; all compared."""
    made = Workspace(tmp_path / "vault")
    create_vault(made)
    with made.open() as vault:
        for seed, lesion in ((1, "arm"), (2, "arm"), (3, "leg"), (4, None)):
            add(vault, seed, lesion)
    comparing.complete_series(made, "Ada", "arm")
    return made


def everything(workspace: Workspace) -> list[Observation]:
    with workspace.open() as vault:
        return vault.all_observations()


def results(workspace: Workspace, **options: Any) -> list[Reanalysed | NotReanalysed | None]:
    return [step.result for step in reanalyze(workspace, waiting(workspace), **options)]


def test_all_photos_of_other_networks_wait(workspace: Workspace) -> None:
    found = waiting(workspace)
    assert [each.lesion for each in found] == ["arm", "arm", "leg", None]
    assert photos_of_other_networks(workspace) == 4
    assert len(waiting(workspace, "Ada", "leg")) == 1
    with workspace.open() as vault:
        other_gate = dataclasses.replace(of_today(an_analysis(3)), gate=an_analysis(3).gate)
        vault.add_analysis(found[2].observation_id, other_gate)
        vault.add_analysis(found[3].observation_id, of_today(an_analysis(4)))
    assert [each.lesion for each in waiting(workspace)] == ["arm", "arm", "leg"]
    assert photos_of_other_networks(workspace) == 3


def test_measured_again_beside_the_earlier_analyses(workspace: Workspace) -> None:
    before, todo = everything(workspace), waiting(workspace)
    said = reanalyzing.statuses(workspace, todo)
    done = results(workspace)
    assert all(isinstance(each, Reanalysed) and each.stored for each in done)
    for seen, was in zip(everything(workspace), before, strict=True):
        assert (seen.analysis.model, seen.analysis.gate) == (VIT, GATE)
        assert seen.analysis.photo == was.analysis.photo
        assert (seen.capture, seen.note, seen.lesion) == (was.capture, was.note, was.lesion)
    assert waiting(workspace) == []
    with workspace.open() as vault:
        (pair,) = vault.comparisons(vault.lesion(vault.person("Ada"), "arm"))
        assert pair.cosine == 0.9
        assert vault.info().comparisons == 1
    moved = reanalyzing.moved_lesions(workspace, todo, said)
    assert [each.lesion for each in moved] == ["arm", "leg"]
    assert moved[1].before is moved[1].after is Status.BASELINE_ONLY
    (workspace.vault_path / "moletrail.duckdb").unlink()
    assert [seen.analysis.model for seen in everything(workspace)] == [VIT] * 4


def test_half_done_the_photos_are_not_compared_by_embedding(workspace: Workspace) -> None:
    steps = reanalyze(workspace, waiting(workspace))
    first = next(steps).result
    steps.close()  # as an interrupt does
    assert isinstance(first, Reanalysed)
    assert len(waiting(workspace)) == 3
    series = comparing.complete_series(workspace, "Ada", "arm")
    assert [each.cosine for each in series.comparisons.values()] == [None]
    assert len(results(workspace)) == 3
    series = comparing.read_series(workspace, "Ada", "arm")
    assert [each.cosine for each in series.comparisons.values()] == [0.9]


def test_the_terms_of_the_first_time_are_kept(workspace: Workspace, analyzer: Analyzer) -> None:
    region, given = Box(5, 6, 30, 20), an_analysis(7).scale
    assert given is not None
    typed = dataclasses.replace(given, source=type(given.source).GIVEN)
    with workspace.open() as vault:
        add(vault, 7, "back", requested_roi=region, scale=typed)
    analyzer.answer = lambda photo, _: dataclasses.replace(
        of_today(an_analysis(_seed(photo))), scale=None
    )
    results(workspace)
    asked = dict(analyzer.asked)
    assert asked["7.png"] == AnalyzeOptions(region, typed.mm_per_px, Modality.CLINICAL)
    assert asked["1.png"] == AnalyzeOptions(None, None, Modality.CLINICAL), "a card is found again"
    scales = {seen.photo.file_name: seen.analysis.scale for seen in everything(workspace)}
    assert scales["7.png"] == typed
    assert scales["1.png"] == given, "a scale is not lost where it is not found again"


def test_a_mask_drawn_by_hand_stays(workspace: Workspace, analyzer: Analyzer) -> None:
    mask = an_analysis(8).mask
    assert mask is not None
    hand = LesionMask(mask.box, ~mask.pixels, "person")
    with workspace.open() as vault:
        add(vault, 8, "back", mask=hand)
    analyzer.answer = lambda photo, _: of_today(an_analysis(_seed(photo) + 50))
    (back,) = [one for one in results(workspace) if one is not None and one.lesion == "back"]
    assert isinstance(back, Reanalysed)
    assert back.mask_dice == 1.0
    assert dict(analyzer.asked)["8.png"].roi == mask.box
    (seen,) = [one for one in everything(workspace) if one.photo.file_name == "8.png"]
    assert_same(seen.analysis.mask, hand)
    assert seen.analysis.measures == an_analysis(8).measures
    assert seen.analysis.model == VIT
    assert_same(seen.analysis.embedding, an_analysis(58).embedding)


def test_another_spot_than_before_is_not_taken(workspace: Workspace, analyzer: Analyzer) -> None:
    far = LesionMask(Box(500, 400, 5, 5), np.ones((5, 5), np.bool_))

    def answer(photo: DecodedPhoto, options: AnalyzeOptions) -> Analysis:
        found = of_today(an_analysis(_seed(photo)))
        return found if options.roi is not None else dataclasses.replace(found, mask=far)

    analyzer.answer = answer
    assert all(isinstance(one, Reanalysed) and one.mask_dice == 1.0 for one in results(workspace))
    regions = [options.roi for name, options in analyzer.asked if name == "2.png"]
    mask = an_analysis(2).mask
    assert mask is not None
    assert regions == [None, mask.box]


def test_what_cannot_be_measured_keeps_its_analysis(
    workspace: Workspace, analyzer: Analyzer
) -> None:
    before = everything(workspace)
    names = {seen.observation_id: seen.photo for seen in before}

    def answer(photo: DecodedPhoto, _: AnalyzeOptions) -> Analysis:
        found = of_today(an_analysis(_seed(photo)))
        if photo.name == "1.png":
            return dataclasses.replace(found, status="refused", reason="Blurred.", advice="Wait.")
        return found

    analyzer.answer = answer
    damaged = next(photo for photo in names.values() if photo.file_name == "3.png").photo_sha256
    (workspace.vault_path / "photos" / damaged[:2] / damaged).write_bytes(b"other bytes")
    refused = [one for one in results(workspace) if isinstance(one, NotReanalysed)]
    assert [one.photo for one in refused] == ["1.png", "3.png"]
    assert (refused[0].reason, refused[0].advice) == ("Blurred.", "Wait.")
    assert "verify --repair" in str(refused[1].advice)
    kept = {seen.photo.file_name: seen for seen in everything(workspace)}
    for was in before:
        if was.photo.file_name in ("1.png", "3.png"):
            assert_same(kept[was.photo.file_name], was)
    assert [one.observation_id for one in waiting(workspace)] == [
        one.observation_id for one in refused
    ]


def test_a_dry_run_stores_nothing(workspace: Workspace) -> None:
    journal = workspace.vault_path / "journal" / "events.jsonl"
    before = journal.read_bytes()
    found = results(workspace, dry_run=True)
    assert all(isinstance(one, Reanalysed) and not one.stored for one in found)
    assert journal.read_bytes() == before
    assert len(waiting(workspace)) == 4


def test_two_at_once_store_each_photo_once(workspace: Workspace, analyzer: Analyzer) -> None:
    """Whatever happens to a photo while it is measured: nothing is overwritten unseen."""
    ids = {seen.photo.file_name: seen.observation_id for seen in everything(workspace)}
    mask = an_analysis(2).mask
    assert mask is not None
    hand = LesionMask(mask.box, ~mask.pixels, "person")
    meanwhile: dict[str, Analysis] = {
        "1.png": of_today(an_analysis(61)),  # another process was faster
        "2.png": dataclasses.replace(an_analysis(2), mask=hand),  # somebody drew the outline
    }

    def answer(photo: DecodedPhoto, _: AnalyzeOptions) -> Analysis:
        change = meanwhile.pop(photo.name, None)
        if change is not None:
            with workspace.open() as vault:
                vault.add_analysis(ids[photo.name], change)
        return of_today(an_analysis(_seed(photo)))

    analyzer.answer = answer
    first, second, *_ = results(workspace)
    assert first is None
    assert isinstance(second, Reanalysed)
    assert [name for name, _ in analyzer.asked].count("2.png") == 2
    now = {seen.photo.file_name: seen.analysis for seen in everything(workspace)}
    assert_same(now["1.png"].embedding, an_analysis(61).embedding)
    assert_same(now["2.png"].mask, hand)
    assert now["2.png"].model == VIT


def test_the_vault_is_free_while_photos_are_measured(
    workspace: Workspace, analyzer: Analyzer
) -> None:
    def answer(photo: DecodedPhoto, _: AnalyzeOptions) -> Analysis:
        with Vault.open(workspace.vault_path, wait_s=0.0) as vault:
            vault.ensure_person("Ben")
        return of_today(an_analysis(_seed(photo)))

    analyzer.answer = answer
    assert all(isinstance(one, Reanalysed) for one in results(workspace))


def test_photos_of_the_first_version_name_it(workspace: Workspace) -> None:
    first = results(workspace, dry_run=True)[0]
    assert isinstance(first, Reanalysed)
    assert first.before.model is not None
    assert (first.before.model.sha256, first.after.model) == (MODEL_SHA, VIT)
