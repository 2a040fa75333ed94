"""A corrected outline: measured anew, kept beside the network's, and taken back whole."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.store.builders import a_capture, an_analysis, lose_tables
from tests.store.same import assert_same
from tracker.analysis.brush import Stroke
from tracker.analysis.mask import mask_by_hand
from tracker.analysis.measure import measure
from tracker.domain.analysis import Analysis, LesionMask
from tracker.domain.capture import Modality
from tracker.domain.geometry import Box
from tracker.domain.records import MaskMethod, Observation
from tracker.errors import InputError, UsageError
from tracker.services import masks, session
from tracker.services.session import Workspace
from tracker.services.timeline import timeline
from tracker.services.vaults import create_vault
from tracker.store import NewObservation, Vault
from tracker.vision.analyzer import AnalyzeOptions
from tracker.vision.decode import DecodedPhoto
from tracker.vision.gate import GateResult

WIDTH, HEIGHT = 400, 300
SPOT, OTHER = Box(150, 100, 80, 80), Box(320, 30, 40, 40)


def pixels(seed: int) -> NDArray[np.uint8]:
    """Skin with a texture of its own, a brown spot, and a smaller one beside it."""
    random = np.random.default_rng(seed)
    rgb = np.full((HEIGHT, WIDTH, 3), (205, 165, 145), np.float64)
    rgb += random.normal(0, 4, (HEIGHT, WIDTH, 1))
    for box in (SPOT, OTHER):
        rgb[box.y : box.y + box.h, box.x : box.x + box.w] = (110, 70, 50)
    return np.clip(rgb, 0, 255).astype(np.uint8)


def mask_in(box: Box) -> LesionMask:
    return LesionMask(box, np.ones((box.h, box.w), np.bool_))


class Networks:
    """Stand in for the networks: they outline the spot in the region, if there is one."""

    gate: Networks

    def __init__(self) -> None:
        self.gate = self

    def find(self, rgb: NDArray[np.uint8], roi: Box | None = None) -> GateResult:
        return GateResult(verdict="no_lesion", skin_fraction=1.0, regions=())

    def analyze_decoded(self, photo: DecodedPhoto, options: AnalyzeOptions) -> Analysis:
        roi = options.roi
        assert roi is not None
        for seed, box in ((7, SPOT), (8, OTHER)):
            x, y = box.centre
            if roi.x <= x < roi.x + roi.w and roi.y <= y < roi.y + roi.h:
                return analysed(photo.rgb, box, seed)
        blank = analysed(photo.rgb, SPOT, 7)
        return dataclasses.replace(
            blank, status="refused", reason="Nothing.", mask=None, measures=None
        )


def analysed(rgb: NDArray[np.uint8], box: Box, seed: int) -> Analysis:
    mask = mask_in(box)
    found = an_analysis(seed)
    measures = measure(rgb, mask, border_doubt=0.1)
    return dataclasses.replace(
        found, roi=box, mask=mask, measures=measures, width=WIDTH, height=HEIGHT
    )


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Two photos of a lesion, which were compared."""
    monkeypatch.setattr(session._MODELS, "_analyzer", Networks())
    made = Workspace(tmp_path / "vault")
    create_vault(made)
    with made.open() as vault:
        add(vault, 1)
        add(vault, 2)
    timeline(made, "Ada", "arm")
    return made


def add(vault: Vault, seed: int) -> Observation:
    rgb, file = pixels(seed), io.BytesIO()
    Image.fromarray(rgb).save(file, "PNG")
    who = vault.ensure_person("Ada")
    photo = vault.keep_photo(
        file.getvalue(),
        file_name=f"{seed}.png",
        media_type="image/png",
        width=WIDTH,
        height=HEIGHT,
    )
    lesion = vault.ensure_lesion(who, "arm")
    analysis = analysed(rgb, SPOT, 7)
    return vault.add_observation(
        NewObservation(photo, who, lesion, a_capture(seed), Modality.CLINICAL, analysis)
    )


def first(workspace: Workspace) -> Observation:
    with workspace.open() as vault:
        return vault.all_observations()[0]


def half() -> NDArray[np.bool_]:
    inside = np.zeros((HEIGHT, WIDTH), np.bool_)
    inside[SPOT.y : SPOT.y + SPOT.h, SPOT.x : SPOT.x + SPOT.w // 2] = True
    return inside


def test_a_corrected_outline_is_measured_and_compared_anew(workspace: Workspace) -> None:
    before = first(workspace)
    seen = masks.correct_mask(workspace, before.observation_id, half(), by="Dr Bär")
    assert seen.analysis.measures is not None
    assert seen.analysis.measures.area_px == SPOT.area_px / 2
    assert seen.analysis.measures.border_doubt is None
    assert_same(seen.analysis.embedding, before.analysis.embedding)
    pair = masks.mask_of(workspace, before.observation_id)
    assert pair.shown is not None
    assert pair.shown.box.w == SPOT.w // 2
    assert_same(pair.original, before.analysis.mask)
    assert pair.correction is not None
    assert (pair.correction.by, pair.correction.method) == ("Dr Bär", MaskMethod.BRUSH)
    rows = timeline(workspace, "Ada", "arm")
    assert [row.area_px for row in rows] == [SPOT.area_px / 2, SPOT.area_px]
    assert seen.lesion is not None
    with workspace.open() as vault:
        assert len(vault.comparisons(seen.lesion)) == 1
        live = vault.all_observations()
    lose_tables(workspace.vault_path)
    with workspace.open() as vault:
        assert_same(vault.all_observations(), live)


def test_the_networks_outline_comes_back_whole(workspace: Workspace) -> None:
    before = first(workspace)
    with pytest.raises(UsageError, match="network's own"):
        masks.restore_mask(workspace, before.observation_id)
    masks.correct_mask(workspace, before.observation_id, half())
    masks.correct_mask(workspace, before.observation_id, half(), by="Ada")
    after = masks.restore_mask(workspace, before.observation_id, by="Ada")
    assert_same(after, before)


def test_another_spot_gets_a_look_of_its_own(workspace: Workspace) -> None:
    before = first(workspace)
    inside = mask_in(OTHER).on_photo(WIDTH, HEIGHT)
    seen = masks.correct_mask(workspace, before.observation_id, inside)
    assert_same(seen.analysis.embedding, an_analysis(8).embedding)
    nowhere = np.zeros_like(inside)
    nowhere[250:280, 20:60] = True
    seen = masks.correct_mask(workspace, before.observation_id, nowhere)
    assert (seen.analysis.embedding, seen.analysis.probabilities) == (None, None)
    assert seen.analysis.measures is not None
    assert seen.analysis.measures.area_px == 30 * 40


@pytest.mark.parametrize(
    ("box", "click", "method"),
    [(Box(310, 20, 60, 60), None, MaskMethod.BOX), (None, (335.0, 48.0), MaskMethod.CLICK)],
)
def test_the_spot_in_a_box_or_at_a_click_is_outlined(
    workspace: Workspace,
    box: Box | None,
    click: tuple[float, float] | None,
    method: MaskMethod,
) -> None:
    seen = first(workspace)
    found = masks.propose_mask(workspace, seen.observation_id, box=box, click=click)
    assert (found.mask.box, found.method) == (OTHER, method)
    assert_same(first(workspace), seen)
    stored = masks.accept_proposal(workspace, seen.observation_id, found, by="Ada")
    assert stored.mask_corrected is not None
    assert stored.mask_corrected.method is method
    assert stored.analysis.mask is not None
    assert (stored.analysis.mask.box, stored.analysis.mask.source) == (OTHER, "person")


def test_what_cannot_be_an_outline_is_refused(workspace: Workspace) -> None:
    seen = first(workspace)
    with pytest.raises(UsageError, match="Nothing is marked"):
        masks.correct_mask(workspace, seen.observation_id, np.zeros((HEIGHT, WIDTH), np.bool_))
    with pytest.raises(UsageError, match="size"):
        masks.correct_mask(workspace, seen.observation_id, np.ones((WIDTH, HEIGHT), np.bool_))
    with pytest.raises(UsageError):
        masks.propose_mask(workspace, seen.observation_id)
    with pytest.raises(UsageError, match="not on the photo"):
        masks.propose_mask(workspace, seen.observation_id, click=(WIDTH + 1, 5))
    with pytest.raises(InputError):
        masks.propose_mask(workspace, seen.observation_id, click=(20, 280))
    assert_same(first(workspace), seen)


def test_a_brush_takes_away_from_the_outline_in_use(workspace: Workspace) -> None:
    seen = first(workspace)
    left = tuple((float(SPOT.x + 5), float(y)) for y in (SPOT.y - 20, SPOT.y + SPOT.h + 20))
    found = masks.painted(workspace, seen.observation_id, [Stroke(left, 8, adds=False)])
    assert found.box.x > SPOT.x + 10
    assert found.box.h == SPOT.h
    again = mask_by_hand(found.on_photo(WIDTH, HEIGHT))
    assert_same(again, found)
