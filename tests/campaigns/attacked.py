"""All operations that are attacked."""

from __future__ import annotations

from tests.campaigns.operations import Add, Import, Operation
from tests.campaigns.upkeep import UPKEEP

OPERATIONS: tuple[Operation, ...] = (Add(), Import(), *UPKEEP)
BY_NAME = {operation.name: operation for operation in OPERATIONS}
