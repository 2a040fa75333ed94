"""What is installed, whether the networks are the released ones, and how the vault is."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from tracker import __version__, resources, silence
from tracker.errors import MoletrailError
from tracker.services.results import DoctorReport, Licence, ModelState
from tracker.services.session import Workspace
from tracker.services.vaults import vault_state
from tracker.vision.decode import check_decoder
from tracker.vision.manifest import ManifestEntry, manifest_entry

CODE_LICENCE = "Apache-2.0"
#: The weights follow the most restrictive data they were trained on.
WEIGHTS_LICENCE = "CC-BY-NC-4.0"
LIBRARIES = (
    "mediapipe",
    "onnxruntime",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
    "numpy",
    "scipy",
    "duckdb",
    "faiss-cpu",
    "pillow",
    "pillow-heif",
    "streamlit",
    "typst",
    "typer",
    "rich",
    "filelock",
    "platformdirs",
)
#: One of the two brings `cv2`, by platform.
_EITHER = frozenset({"opencv-contrib-python", "opencv-contrib-python-headless"})
#: The last MediaPipe release without network code.
SILENT_MEDIAPIPE = "0.10.33"
NETWORKS = ("vit", "gate")


@dataclass(frozen=True, slots=True)
class _Running:
    """What the loaded networks say of themselves."""

    provider: str | None
    gate_backend: str | None
    problem: str | None


def examine(workspace: Workspace) -> DoctorReport:
    """Look at everything; what is broken becomes a problem with what to do, not an error."""
    libraries = _libraries()
    models = tuple(_model_state(name) for name in NETWORKS)
    running = _running(workspace)
    vault = vault_state(workspace)
    problems = [*_library_problems(libraries), *(m.message for m in models if m.message)]
    if running.problem is not None and running.problem not in problems:
        problems.append(running.problem)
    decoder = check_decoder()
    if decoder is not None:
        problems.append(decoder)
    if not silence.is_silent():
        problems.append("The telemetry switches of the libraries do not stand.")
    if vault.message is not None and vault.state not in ("VaultNotFound", "VaultLocked"):
        problems.append(vault.message)
    return DoctorReport(
        program=__version__,
        python=platform.python_version(),
        platform=platform.platform(),
        libraries=libraries,
        models=models,
        execution_provider=running.provider,
        gate_backend=running.gate_backend,
        telemetry_off=silence.is_silent(),
        licence=Licence(CODE_LICENCE, WEIGHTS_LICENCE, f"{CODE_LICENCE} AND {WEIGHTS_LICENCE}"),
        vault=vault,
        checked_at=datetime.now(),
        problems=tuple(problems),
    )


def version_lines() -> Iterator[str]:
    """Program, schema and network versions, a line each, for `--version`."""
    yield f"moletrail {__version__}"
    yield f"schema {newest_schema()}"
    for name in NETWORKS:
        entry = manifest_entry(resources.models_dir(), name)
        yield f"model {entry.text('name')} {entry.text('version')}"


def newest_schema() -> int:
    """The vault's schema that this program writes: the number of its last migration."""
    numbers = [int(path.stem.split("_")[0]) for path in _migrations()]
    return max(numbers, default=0)


def _migrations() -> list[Path]:
    return sorted(resources.migrations_dir().glob("[0-9]*_*.sql"))


def _libraries() -> dict[str, str | None]:
    """Versions by name, None for a missing one; of the two that bring `cv2`, those present."""
    found = {name: _library_version(name) for name in LIBRARIES}
    return {name: version for name, version in found.items() if version or name not in _EITHER}


def _library_version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _library_problems(libraries: dict[str, str | None]) -> Iterator[str]:
    for name, version in libraries.items():
        if version is None and name not in _EITHER and name != "mediapipe":
            yield f"The library {name} is missing. Install Moletrail again."
    if all(libraries.get(name) is None for name in _EITHER):
        yield "OpenCV is missing. Install Moletrail again."
    found = libraries.get("mediapipe")
    if found is not None and found != SILENT_MEDIAPIPE:
        yield (
            f"mediapipe {found} is installed, and only {SILENT_MEDIAPIPE} has no network code. "
            f"Run: pip install mediapipe=={SILENT_MEDIAPIPE}"
        )


def _model_state(name: str) -> ModelState:
    try:
        entry = manifest_entry(resources.models_dir(), name)
        if not entry.has("file"):
            return _variants_state(entry)
        _, identity = entry.read()
    except MoletrailError as error:
        return ModelState(name, None, None, False, str(error))
    return ModelState(identity.name, identity.version, identity.sha256, True, None)


def _variants_state(entry: ManifestEntry) -> ModelState:
    """A network released in several formats: every file is checked, the first one named."""
    identities = [entry.read("files", kind)[1] for kind in ("tflite", "onnx")]
    first = identities[0]
    return ModelState(first.name, first.version, first.sha256, True, None)


def _running(workspace: Workspace) -> _Running:
    try:
        analyzer: Any = workspace.analyzer
    except MoletrailError as error:
        return _Running(None, None, str(error))
    except ImportError as error:
        return _Running(None, None, f"A library of the operating system is missing: {error}.")
    providers = getattr(analyzer.vit, "providers", ())
    return _Running(
        providers[0] if providers else None, getattr(analyzer.gate, "backend_name", None), None
    )


def report_object(report: DoctorReport) -> dict[str, Any]:
    """The report as the `doctor` object of the JSON Lines contract."""
    vault = report.vault
    return {
        "type": "doctor",
        "program": report.program,
        "python": report.python,
        "executable": sys.executable,
        "platform": report.platform,
        "cpus": os.cpu_count(),
        "libraries": dict(report.libraries),
        "models": [
            {
                "name": model.name,
                "version": model.version,
                "sha256": model.sha256,
                "verified": model.verified,
                "message": model.message,
            }
            for model in report.models
        ],
        "execution_provider": report.execution_provider,
        "gate_backend": report.gate_backend,
        "telemetry": "off" if report.telemetry_off else "on",
        "licence": {
            "code": report.licence.code,
            "weights": report.licence.weights,
            "whole": report.licence.whole,
        },
        "vault": {
            "path": vault.path,
            "state": vault.state,
            "message": vault.message,
            "schema_version": vault.schema_version,
            "people": vault.people,
            "lesions": vault.lesions,
            "observations": vault.observations,
            "demo": vault.is_demo,
            "encrypted": vault.encrypted,
            "locked": vault.locked,
        },
        "problems": list(report.problems),
    }
