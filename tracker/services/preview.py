"""A photo looked at before it is stored: what was measured, when it was taken, which lesion."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.domain.analysis import Analysis
from tracker.domain.capture import CaptureTime, Modality
from tracker.errors import UnknownNameError
from tracker.services import pictures_io
from tracker.services.analyzing import analyze_photo, photo_options
from tracker.services.matching import match_analysis
from tracker.services.people import person_name
from tracker.services.results import Match
from tracker.services.session import Workspace

#: Longest side of the picture shown for confirmation.
PICTURE_PX = 900
PROPOSALS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """What the person is asked to confirm; nothing is stored yet.

    capture: from the photo's own record, None where it has none. picture: JPEG with the outline
    of the lesion, None where the file is no picture. proposals: known lesions, best first.
    """

    photo: str
    analysis: Analysis
    capture: CaptureTime | None
    picture: bytes | None
    proposals: tuple[Match, ...]

    @property
    def is_measured(self) -> bool:
        """False where the photo was refused; `analysis` then says why."""
        return self.analysis.status == "measured"

    @property
    def diameter_mm(self) -> float | None:
        """The lesion's largest diameter; None without a scale."""
        measures, scale = self.analysis.measures, self.analysis.scale
        return None if measures is None or scale is None else measures.diameter_px * scale.mm_per_px

    @property
    def likely(self) -> Match | None:
        """The lesion that lined-up features confirm, if there is one."""
        best = self.proposals[0] if self.proposals else None
        return best if best is not None and best.same_lesion is True else None


def preview(
    workspace: Workspace,
    data: bytes,
    photo: str,
    person: str | None,
    *,
    modality: Modality | None = None,
) -> Preview:
    """Measure a photo and propose its lesion without storing anything.

    Args:
        person: whose photo it is; someone not in the vault yet has no proposals.

    Raises:
        ModelError: the installation is not whole. VaultError: the vault cannot be read.
    """
    options = photo_options(modality=None if modality is None else modality.value)
    analysis, rgb = analyze_photo(workspace, data, photo, options)
    if rgb is None:
        return Preview(photo, analysis, analysis.capture, None, ())
    outlined = pictures_io.overlay_picture(rgb, analysis)
    picture = pictures_io.jpeg_bytes(pictures_io.reduced(outlined, PICTURE_PX))
    proposals: tuple[Match, ...] = ()
    if analysis.status == "measured" and person is not None:
        try:
            known = person_name(workspace, person)
        except UnknownNameError:
            known = None
        if known is not None:
            proposals = tuple(match_analysis(workspace, known, analysis, rgb, k=PROPOSALS))
    return Preview(photo, analysis, analysis.capture, picture, proposals)
