"""Checking a vault and repairing it; nothing here needs the vault to be sound."""

from tracker.store.verify.check import check_vault, examine_vault
from tracker.store.verify.findings import Finding, Repair, Report
from tracker.store.verify.recover import recover_photos
from tracker.store.verify.repair import repair_vault

__all__ = [
    "Finding",
    "Repair",
    "Report",
    "check_vault",
    "examine_vault",
    "recover_photos",
    "repair_vault",
]
