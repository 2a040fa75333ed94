"""The demo: a vault of made-up pictures, built once through the same intake as real photos."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import platformdirs

from tracker import __version__, resources
from tracker.analysis.render import to_jpeg
from tracker.analysis.render_demo import DemoPhoto, demo_photo_count, demo_series
from tracker.errors import InternalError, UsageError, VaultNotFoundError
from tracker.services import cache
from tracker.services.comparing import compare_added
from tracker.services.intake import add_photo
from tracker.services.results import AddRequest, Refusal, Stored
from tracker.services.session import Workspace
from tracker.services.vaults import create_vault
from tracker.vision.manifest import manifest_entry

__all__ = ["build_demo", "demo_photo_count", "demo_request", "demo_vault_path", "demo_workspace"]

#: Kept in the vault's cache once every picture is in.
_COMPLETE = "demo-complete"


def demo_vault_path(option: str | None = None) -> Path:
    """Where the demo lies: the option, else the platform's cache folder.

    A new program or model gets a new demo, since its pictures are measured anew.
    """
    if option:
        return Path(option).expanduser()
    model = manifest_entry(resources.models_dir(), "vit").text("sha256")[:12]
    folder = Path(platformdirs.user_cache_dir("moletrail", appauthor=False))
    return folder / "demo" / f"{__version__}-{model}"


def demo_workspace(
    option: str | None = None, *, secret: Callable[[], str] | None = None
) -> Workspace:
    """The workspace of the demo vault; the vault may still have to be built.

    secret: where its passphrase comes from, should somebody have encrypted it.
    """
    return Workspace(demo_vault_path(option), secret=secret)


def build_demo(workspace: Workspace) -> Iterator[tuple[int, int]]:
    """Make the demo vault, or finish one that was interrupted.

    Yields:
        (photos done, photos in all), after each photo is stored and compared.

    Raises:
        UsageError: the vault there holds real photos.
        VaultError: it cannot be made there.
    """
    total = demo_photo_count()
    if _is_complete(workspace):
        yield total, total
        return
    for done, photo in enumerate(demo_series(), start=1):
        _add(workspace, photo)
        yield done, total
    cache.keep(workspace, _COMPLETE, b"yes")


def _is_complete(workspace: Workspace) -> bool:
    """Whether all is there; makes the vault where there is none."""
    try:
        with workspace.open("demo") as vault:
            if not vault.info().demo:
                raise UsageError(
                    f"The vault '{workspace.vault_path}' is not a demo.",
                    next_step="Leave --vault out, or name a folder that does not exist yet.",
                )
    except VaultNotFoundError:
        create_vault(workspace, demo=True)
    return cache.kept(workspace, _COMPLETE) is not None


def demo_request(photo: DemoPhoto) -> AddRequest:
    """A made-up photo as a person would add it."""
    return AddRequest(
        data=to_jpeg(photo.rgb),
        photo=f"{photo.lesion} {photo.taken_at}.jpg",
        person=photo.person,
        lesion=photo.lesion,
        site=photo.site,
        taken_at=photo.taken_at,
        mm_per_px=photo.mm_per_px,
        modality=photo.modality,
        note=photo.note,
    )


def _add(workspace: Workspace, photo: DemoPhoto) -> None:
    result = add_photo(workspace, demo_request(photo))
    if isinstance(result, Refusal):
        raise InternalError(
            f"The demo's picture '{result.photo}' was refused: {result.reason}",
            next_step="Run: moletrail doctor",
        )
    if isinstance(result, Stored):
        compare_added(workspace, result)
