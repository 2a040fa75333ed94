"""What a check finds and what a repair did, as values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Severity = Literal["damage", "leftover"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    code: a stable word for the kind of finding. severity: "damage" is something acknowledged that
    is altered or gone; "leftover" is what interrupted work or an earlier repair left behind, and
    costs nothing. file: where, relative to the vault. repair: a sentence on what `--repair` does
    about it, or what the person has to do.
    """

    code: str
    severity: Severity
    file: str
    message: str
    repair: str


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing that was repaired; `code` is that of the finding, `file` as there.

    lost: how many entries of the journal are gone for good.
    """

    code: str
    file: str
    message: str
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of a check, damage first; `photos` and `entries` are how many were checked.

    deep: every byte of every photo was read, and every derived value computed again.
    """

    findings: tuple[Finding, ...]
    photos: int
    entries: int
    deep: bool

    @property
    def damage(self) -> int:
        """How many of the findings are damage."""
        return sum(finding.severity == "damage" for finding in self.findings)

    @property
    def lost_photos(self) -> int:
        """How many photos are missing or are not what was stored."""
        return sum(each.code in ("photo_missing", "photo_damaged") for each in self.findings)


def relative(vault: Path, path: Path) -> str:
    """`path` as findings name it: relative to the vault, with forward slashes."""
    try:
        return path.relative_to(vault).as_posix()
    except ValueError:
        return str(path)
