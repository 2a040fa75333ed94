"""What a killed process had not finished writing is gone after the next use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.kinds import make_vault

LEFT = (
    ".vault.json.0123456789ab.part",
    ".lock-holder.json.0123456789ab.part",
    "journal/.events.jsonl.0123456789ab.part",
    "cache/.0123456789abcdef0123456789abcdef01234567.0123456789ab.part",
)
#: Not ours, or kept on purpose.
STAYS = (".part", "photo.part", "journal/torn-3-0123456789ab.part")


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_half_written_files_go_when_the_vault_is_next_used(tmp_path: Path, encrypted: bool) -> None:
    kept = make_vault(tmp_path / "vault", encrypted=encrypted)
    for name in (*LEFT, *STAYS):
        (kept.path / name).parent.mkdir(exist_ok=True)
        (kept.path / name).write_bytes(b"half")
    with kept.open():
        pass
    assert [name for name in LEFT if (kept.path / name).exists()] == []
    assert [name for name in STAYS if not (kept.path / name).exists()] == []
    for folder in (kept.path, kept.path / "journal", kept.path / "cache"):
        assert not encrypted or folder.stat().st_mtime < 10**9, "a time that tells"


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_a_vault_whose_making_was_interrupted_is_made_in_the_same_folder(
    tmp_path: Path, encrypted: bool
) -> None:
    path = tmp_path / "vault"
    path.mkdir()
    (path / ".vault.json.0123456789ab.part").write_bytes(b'{"moletrail')
    kept = make_vault(path, encrypted=encrypted)
    with kept.open() as vault:
        assert vault.info().journal_entries == 1
    assert not (path / ".vault.json.0123456789ab.part").exists()
