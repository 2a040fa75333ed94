"""Damage done to the files of a vault at rest, and what the vault says and does about it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from tests.campaigns.command import Case, Outcome
from tests.campaigns.content import ID, Content, content_of
from tests.campaigns.places import CACHED, KINDS, Place, check, fill, new_place, repair, search
from tests.store.builders import add
from tracker.errors import MoletrailError, VaultError
from tracker.store import Vault
from tracker.store.header import JOURNAL_FOLDER
from tracker.store.lines import LineUnreadableError, lines_of
from tracker.store.sealing import PLAIN

_BLOB = re.compile(r"[0-9a-f]{64}")
#: Files that say who holds the lock just now; nothing is read from them.
_NOT_CONTENT = ("lock", "lock-holder.json")


@dataclass(frozen=True)
class Sample:
    """A vault at rest, what is in it, its files by kind, and what a check says of it as it is."""

    name: str
    place: Place
    content: Content
    files: dict[str, list[str]]
    findings: frozenset[tuple[str, str]]

    def lines(self, vault: Path | None = None) -> frozenset[str]:
        """What the readable entries hold of this vault's journal, or of another copy of it."""
        codec = lines_of(PLAIN if self.place.key is None else self.place.key.sealing)
        journal = (vault or self.place.path) / JOURNAL_FOLDER / codec.file_name
        found = set()
        for raw in journal.read_bytes().splitlines() if journal.exists() else ():
            with suppress(LineUnreadableError):
                found.add(json.dumps(codec.decode(raw).payload))
        return frozenset(found)

    def copy(self, folder: Path) -> Place:
        """The same vault in another folder."""
        shutil.copytree(self.place.path, folder)
        return replace(self.place, path=folder)


@cache
def samples() -> tuple[Sample, ...]:
    """Each kind of vault, closed, and as a killed process leaves it."""
    folder = Path(mkdtemp(prefix="moletrail-campaign-"))
    return tuple(
        _sample(folder / f"{kind}-{state}", kind, state)
        for kind in KINDS
        for state in ("closed", "left open")
    )


def _sample(folder: Path, kind: str, state: str) -> Sample:
    folder.mkdir()
    place = new_place(folder / "vault", kind)
    fill(place)
    with place.open() as vault:
        add(vault, 100_005, "Adelheid Campaign")
        add(vault, 100_006, "Adelheid Campaign")
        content = content_of(vault)
        if state == "left open":
            left = replace(place, path=folder / "left")
            shutil.copytree(place.path, left.path)
            for name in _NOT_CONTENT:
                (left.path / name).unlink(missing_ok=True)
            place = left
    findings = frozenset((each.code, each.file) for each in check(place))
    return Sample(f"{kind}, {state}", place, content, _files(place.path), findings)


def _files(vault: Path) -> dict[str, list[str]]:
    by_kind: dict[str, list[str]] = {}
    for file in sorted(vault.rglob("*")):
        name = file.relative_to(vault).as_posix()
        if file.is_file() and file.stat().st_size and file.name not in _NOT_CONTENT:
            kind = f"{name.split('/')[0]}/*" if _BLOB.fullmatch(file.name) else name
            by_kind.setdefault(kind, []).append(name)
    return by_kind


@dataclass(frozen=True)
class Shown:
    """What a person sees of a damaged vault.

    how: "all" values and photos as they were; "photo named" where the vault says which photo it
    lost; "refused" where it does not open; "WRONG" where anything differs from what was stored.
    """

    how: str
    detail: str = ""


def shown(place: Place, sample: Sample) -> Shown:
    """Read all there is, as the program does."""
    lost: set[str] = set()
    try:
        with place.open() as vault:
            content = content_of(vault, lost=lost)
            _check_cached(vault)
            search(vault)
    except MoletrailError as error:
        if not error.next_step:
            return Shown("WRONG", f"no next step in: {error.message}")
        return Shown("refused", type(error).__name__)
    if content.exact != sample.content.exact or content.normal != sample.content.normal:
        return Shown("WRONG", f"other than stored: {_unlike(content, sample.content)[:4]}")
    return Shown("photo named" if lost else "all")


def _check_cached(vault: Vault) -> None:
    for key, picture in CACHED.items():
        assert vault.cached(key, lambda picture=picture: picture) == picture, "a wrong picture"


def examine(
    case: Case,
    sample: Sample,
    damage: Callable[[Path], str],
    *,
    must_find: bool,
    and_repair: bool = True,
) -> Outcome:
    """Damage a copy of the sample; then look, check, repair, and look again.

    Args:
        damage: changes a vault's files; the same each time it is called. Returns words for it.
        must_find: a check has to find it even where nothing that is shown has changed.
        and_repair: repair what is found, which takes longest.
    """
    looked = sample.copy(case.folder / "looked")
    what = damage(looked.path)
    seen = shown(looked, sample)
    if seen.how == "WRONG":
        return Outcome("", "wrong value", wrong=f"{what}: {seen.detail}")
    place = sample.copy(case.folder / "checked")
    damage(place.path)
    before = _bytes_of(place.path)
    findings = [each for each in check(place) if (each.code, each.file) not in sample.findings]
    if _bytes_of(place.path) != before:
        return Outcome("", "changed", wrong=f"{what}: a check changed the vault")
    if not findings:
        if must_find or seen.how != "all":
            wrong = f"{what}: not found, and what is shown is: {seen.how} {seen.detail}"
            return Outcome("", "missed", wrong=wrong)
        return Outcome("", "harmless", counts={"changes nothing": 1}, detail=what)
    codes = ", ".join(sorted({each.code for each in findings}))
    outcome = _repaired(place, sample, what) if and_repair else Outcome("", "found")
    outcome.counts |= {f"shown before the repair: {seen.how}": 1, f"found as: {codes}": 1}
    outcome.detail = f"{what}; {codes}; shown: {seen.how}"
    return outcome


def _repaired(place: Place, sample: Sample, what: str) -> Outcome:
    """Repair, then everything must be as it was, but for what only damaged entries told."""
    damaged = place.path.with_name("damaged")
    shutil.copytree(place.path, damaged)
    try:
        done = repair(place)
    except MoletrailError as error:
        if isinstance(error, VaultError) and error.next_step:
            return Outcome("", "refused", counts={f"repair says: {error.message[:60]}": 1})
        return Outcome("", "not repaired", wrong=f"{what}: the repair fails: {error}")
    lost: set[str] = set()
    try:
        with place.open() as vault:
            content = content_of(vault, lost=lost)
    except MoletrailError as error:
        return Outcome("", "not repaired", wrong=f"{what}: after the repair: {error}")
    wanted = sample.content
    if content.exact == wanted.exact and content.normal == wanted.normal:
        return Outcome("", "photo named" if lost else "whole again")
    unlike = _unlike(content, wanted)
    lines = _ids(sample.lines() - sample.lines(damaged))
    beyond = [key for key in unlike if not _mentioned(key, wanted, content) & lines]
    if beyond:
        codes = [each.code for each in done]
        return Outcome("", "beyond", wrong=f"{what}: repaired {codes}, other than before: {beyond}")
    return Outcome("", "less, and told", counts={"values lost with entries": len(unlike)})


def _ids(lines: frozenset[str]) -> frozenset[str]:
    """Ids in the content of journal entries."""
    return frozenset(found for line in lines for found in ID.findall(line))


def _mentioned(key: str, *contents: Content) -> frozenset[str]:
    """The ids in a value, its own included."""
    found = frozenset(ID.findall(key))
    return found.union(*(each.mentions.get(key, frozenset()) for each in contents))


def _unlike(content: Content, wanted: Content) -> list[str]:
    keys = content.exact.keys() | wanted.exact.keys()
    return [key for key in sorted(keys) if content.exact.get(key) != wanted.exact.get(key)]


def _bytes_of(vault: Path) -> dict[str, bytes]:
    return {
        name: file.read_bytes()
        for file in sorted(vault.rglob("*"))
        if file.is_file() and (name := file.relative_to(vault).as_posix()) not in _NOT_CONTENT
    }
