"""The tables of an export, in the order they are listed."""

from __future__ import annotations

from tracker.domain.exporting import Export
from tracker.exchange.columns import Table
from tracker.exchange.tables_care import CARE
from tracker.exchange.tables_details import (
    COMPARISONS,
    EMBEDDINGS,
    MODELS,
    OTHER_REGIONS,
    PHOTOS,
    PROBABILITIES,
    QUALITY_ISSUES,
)
from tracker.exchange.tables_observations import OBSERVATIONS
from tracker.exchange.tables_people import ALERTS, CHANGE_AXES, LESIONS, PEOPLE, SYMPTOMS

ALL = (
    PEOPLE,
    LESIONS,
    OBSERVATIONS,
    COMPARISONS,
    CHANGE_AXES,
    ALERTS,
    SYMPTOMS,
    *CARE,
    PHOTOS,
    QUALITY_ISSUES,
    OTHER_REGIONS,
    EMBEDDINGS,
    MODELS,
    PROBABILITIES,
)


def tables_for(export: Export) -> tuple[Table, ...]:
    """Those that belong into the export: probabilities only for a clinician."""
    return tuple(table for table in ALL if export.clinician or not table.clinician_only)
