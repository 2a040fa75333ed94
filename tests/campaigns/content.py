"""Everything that can be read out of a vault, as one value that can be compared and told."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tracker.domain.comparison import Comparison
from tracker.domain.records import Lesion, Observation, Symptom
from tracker.errors import VaultDamagedError
from tracker.store import Vault
from tracker.store.codec import encode

#: The ids of people, lesions, observations and symptoms, and the hashes of photos.
ID = re.compile(r"(?:per|les|obs|sym)_[0-9a-f]{16}|[0-9a-f]{64}")


@dataclass(frozen=True)
class Content:
    """What the reads of a vault return.

    exact: every value down to the bit, by its id. mentions: the ids in each of them.
    normal: the same without the ids and times that
    each run draws anew, as lines in order, so that two runs of one script can be compared.
    photos: hashes of the originals that were read and are what they are called.
    """

    exact: dict[str, str]
    mentions: dict[str, frozenset[str]]
    normal: tuple[str, ...]
    photos: frozenset[str]

    def stored_twice(self) -> list[str]:
        """Lines of observations that are there more than once."""
        found = Counter(line for line in self.normal if line.startswith("observation "))
        return [line[:80] for line, count in found.items() if count > 1]


def content_of(vault: Vault, *, lost: set[str] | None = None) -> Content:
    """Read all there is; originals included.

    Args:
        lost: takes the hashes of originals that the vault says are missing or damaged; without
            it such damage is raised.
    """
    seen = vault.all_observations()
    lesions = vault.lesions()
    names = _names(seen, lesions)
    exact: dict[str, str] = {}
    mentions: dict[str, frozenset[str]] = {}
    normal = [f"person {person.name}" for person in vault.people()]
    exact |= {person.person_id: person.name for person in vault.people()}
    info = vault.info()
    exact["vault"] = f"{info.vault_id} {info.created_at} {info.demo}"
    for lesion in lesions:
        _take(exact, mentions, normal, "lesion", Lesion, lesion.lesion_id, lesion, names)
        for symptom in vault.symptoms(lesion):
            _take(exact, mentions, normal, "symptom", Symptom, symptom.symptom_id, symptom, names)
        for comparison in vault.comparisons(lesion):
            pair = f"{comparison.earlier}/{comparison.later}/{comparison.method}"
            _take(exact, mentions, normal, "comparison", Comparison, pair, comparison, names)
    for observation in seen:
        identity = observation.observation_id
        _take(exact, mentions, normal, "observation", Observation, identity, observation, names)
    photos = {each.photo.photo_sha256 for each in seen}
    return Content(exact, mentions, tuple(sorted(normal)), frozenset(_whole(vault, photos, lost)))


def _whole(vault: Vault, photos: set[str], lost: set[str] | None) -> set[str]:
    whole = set()
    for photo_sha256 in photos:
        try:
            data = vault.photo_bytes(photo_sha256)
        except VaultDamagedError:
            if lost is None:
                raise
            lost.add(photo_sha256)
            continue
        assert hashlib.sha256(data).hexdigest() == photo_sha256, "a photo that is not its hash"
        whole.add(photo_sha256)
    return whole


def _names(seen: list[Observation], lesions: list[Lesion]) -> dict[str, str]:
    """A name that does not change from run to run for each id."""
    names = {lesion.lesion_id: f"{lesion.person}/{lesion.name}" for lesion in lesions}
    names |= {lesion.person_id: lesion.person for lesion in lesions}
    for each in seen:
        names[each.person.person_id] = each.person.name
        names[each.observation_id] = f"{each.person.name}/{each.photo.file_name}"
    return names


def _take(
    exact: dict[str, str],
    mentions: dict[str, frozenset[str]],
    normal: list[str],
    what: str,
    kind: Any,
    identity: str,
    value: Any,
    names: dict[str, str],
) -> None:
    encoded = encode(kind, value)
    text = json.dumps(encoded, sort_keys=True)
    exact[identity] = hashlib.sha256(text.encode()).hexdigest()
    mentions[identity] = frozenset(ID.findall(text))
    found = _named(encoded, names)
    if what == "observation":
        del found["added_at"], found["observation_id"]
        head = f"{found['person']['name']}/{found['photo']['file_name']}"
    else:
        found.pop("symptom_id", None)
        head = str(found.get("name") or found.get("kind") or found.get("method"))
    text = json.dumps(found, sort_keys=True)
    normal.append(f"{what} {head} {hashlib.sha256(text.encode()).hexdigest()}")


def _named(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _named(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_named(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value
