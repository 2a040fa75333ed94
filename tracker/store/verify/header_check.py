"""The header: readable, and of the same vault as the journal."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.store.header import Header
from tracker.store.verify.evidence import Evidence
from tracker.store.verify.findings import Finding


def check_header(seen: Evidence) -> Iterator[Finding]:
    """Findings about `vault.json`, and in an encrypted vault about its copy."""
    for name, header in seen.headers.items():
        if header is None:
            yield _unreadable(seen, name)
        elif header != seen.header:
            yield Finding(
                "header_old",
                "leftover",
                name,
                f"'{name}' is older than the other copy: a change of keys was interrupted between "
                "the two.",
                "It is written again from the newer copy.",
            )
    if seen.header is not None and seen.first is not None:
        yield from _disagreement(seen, seen.header)


def _unreadable(seen: Evidence, name: str) -> Finding:
    there = (seen.vault / name).exists()
    state = "cannot be read, or is not of this vault" if there else "is missing"
    if not seen.sealing.encrypted:
        source = "the journal's first entry"
    elif seen.header is not None:
        source = "its copy"
    else:
        return Finding(
            "header_damaged",
            "damage",
            name,
            f"The head of the vault, '{name}', {state}.",
            "It holds the keys, and no copy is left here: restore it from a backup.",
        )
    return Finding(
        "header_damaged",
        "damage",
        name,
        f"The head of the vault, '{name}', {state}.",
        f"It is written again from {source}.",
    )


def _disagreement(seen: Evidence, header: Header) -> Iterator[Finding]:
    first = seen.first
    assert first is not None
    name = next(iter(seen.headers))
    if header.vault_id != first.vault_id:
        yield Finding(
            "vault_id_differs",
            "damage",
            name,
            "The head of the vault and its journal belong to two different vaults.",
            "What the database knows decides which of them is made again.",
        )
    elif header.demo != first.demo or header.created_at not in (None, first.created_at):
        yield Finding(
            "header_altered",
            "damage",
            name,
            "The head of the vault does not say what the journal's first entry says.",
            "It is written again from the journal's first entry.",
        )
