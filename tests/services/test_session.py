"""Where the vault lies, and who is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.errors import PersonRequiredError, UnknownNameError
from tracker.services.people import person_name, required_person
from tracker.services.session import VAULT_VARIABLE, Workspace, resolve_vault_path
from tracker.services.vaults import create_vault
from tracker.silence import SILENT_ENVIRONMENT, is_silent, silence


def test_option_then_variable_then_platform(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VAULT_VARIABLE, str(tmp_path / "from variable"))
    assert resolve_vault_path(str(tmp_path / "option")) == tmp_path / "option"
    assert resolve_vault_path(None) == tmp_path / "from variable"
    monkeypatch.setenv(VAULT_VARIABLE, "")
    assert "moletrail" in str(resolve_vault_path(None))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert resolve_vault_path("~/vault") == tmp_path / "vault"


def test_who_is_meant(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "vault")
    create_vault(workspace)
    assert person_name(workspace, None) is None
    with pytest.raises(PersonRequiredError, match="no person yet"):
        required_person(workspace, None)
    with workspace.open() as vault:
        vault.ensure_person("Zoë")
    assert person_name(workspace, None) == "Zoë"
    assert required_person(workspace, None) == "Zoë"
    assert person_name(workspace, "Zoe\u0308") == "Zoë"
    with workspace.open() as vault:
        vault.ensure_person("Ada")
    with pytest.raises(PersonRequiredError, match="Ada, Zoë"):
        person_name(workspace, None)
    with pytest.raises(UnknownNameError):
        person_name(workspace, "Nobody")
    assert required_person(workspace, "Nobody yet") == "Nobody yet"


def test_silence_is_forced_and_checked() -> None:
    environment = {"ORT_DISABLE_TELEMETRY": "0", "OPENCV_LOG_LEVEL": "INFO"}
    assert not is_silent(environment)
    silence(environment)
    assert is_silent(environment)
    assert environment["OPENCV_LOG_LEVEL"] == "INFO"
    assert set(SILENT_ENVIRONMENT) <= set(environment)
