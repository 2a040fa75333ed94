"""All operations that are attacked."""

from __future__ import annotations

from tests.campaigns.operations import Add, Import, Operation
from tests.campaigns.rewriting import Delete, Encrypt
from tests.campaigns.upkeep import BackUp, Create, Migrate, Rekey, Repair, Restore

OPERATIONS: tuple[Operation, ...] = (
    Add(),
    Import(),
    Create(),
    Migrate(),
    BackUp(),
    Restore(),
    Rekey(),
    Repair(),
    Encrypt(),
    Delete(),
)
BY_NAME = {operation.name: operation for operation in OPERATIONS}
