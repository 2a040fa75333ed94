"""Which networks this program measures with, told from their manifest without loading them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracker import resources
from tracker.domain.analysis import ModelIdentity
from tracker.services.session import Workspace
from tracker.vision.manifest import ManifestEntry, manifest_entry


@dataclass(frozen=True, slots=True)
class CurrentNetworks:
    """vit: SHA-256 of its file. gates: of every file of the gate.

    The gate is one network in two files, one for each runtime; both give the same answers.
    """

    vit: str
    gates: frozenset[str]

    def measured(self, vit: str | None, gate: str | None) -> bool:
        """Whether an analysis with these two SHA-256 was computed by them."""
        return vit == self.vit and gate in self.gates


def current_networks() -> CurrentNetworks:
    """The released networks of this installation.

    Raises:
        ModelError: the manifest is missing or damaged.
    """
    folder = resources.models_dir()
    gate = manifest_entry(folder, "gate")
    return CurrentNetworks(
        vit=manifest_entry(folder, "vit").text("sha256").lower(),
        gates=frozenset(gate.text("files", kind, "sha256").lower() for kind in _kinds(gate)),
    )


def _kinds(gate: ManifestEntry) -> list[str]:
    files = gate.fields.get("files")
    return list(files) if isinstance(files, Mapping) else []


def sha256_of(network: ModelIdentity | None) -> str | None:
    """The hash of a network's file; None where it is not known."""
    return None if network is None else network.sha256


def photos_of_other_networks(workspace: Workspace) -> int:
    """How many stored photos were measured by another version of the networks.

    Raises:
        ModelError: the manifest is missing or damaged. VaultError: the vault cannot be opened.
    """
    networks = current_networks()
    with workspace.open("networks") as vault:
        used = vault.networks_used()
    return sum(count for (vit, gate), count in used.items() if not networks.measured(vit, gate))
