"""The released table of measurement noise, and what it says of an area ratio."""

from __future__ import annotations

from pathlib import Path

from tracker.analysis.noise import NoiseTable
from tracker.domain.capture import Modality
from tracker.domain.change import Axis
from tracker.domain.comparison import Comparison
from tracker.errors import ModelError

FILE_NAME = "noise.json"


def load_noise_table(models_dir: Path) -> NoiseTable:
    """Read the table that lies beside the networks.

    Raises:
        ModelError: missing or not readable.
    """
    path = models_dir / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ModelError(
            f"The table of measurement noise '{path}' is missing or cannot be read.",
            next_step="Install Moletrail again: pip install --force-reinstall moletrail.",
        ) from None
    return NoiseTable.from_json(text)


def mask_sigma_log(
    noise: NoiseTable,
    comparison: Comparison,
    modality: Modality | None,
    doubt: float | None = None,
) -> float:
    """How far ln(area ratio) of two single photos of an unchanged lesion scatters.

    Args:
        doubt: border doubt of the photo's mask, `Measures.border_doubt`.
    """
    return noise.noise(Axis.AREA, modality, comparison.size_source, doubt).sigma
