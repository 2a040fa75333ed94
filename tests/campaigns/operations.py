"""What is killed: each operation with how to prepare it, and what must hold after it was cut short.

A vault lies at `folder/vault`; whatever else an operation needs or makes lies beside it, so that
the whole folder is copied for each case.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.campaigns import scripts
from tests.campaigns.content import Content
from tests.campaigns.places import KINDS, Place, fill, new_place
from tests.campaigns.scripts import Acknowledge
from tracker.store.header import HEADER_FILE


class Operation:
    """One operation on a filled vault; the base does nothing beyond its vault."""

    name = ""
    #: The kinds of vault that it can be done to.
    kinds: tuple[str, ...] = KINDS
    #: Whether doing it again after a kill ends as if there had been none.
    ends_alike = True

    def prepare(self, place: Place) -> Place:
        """Make ready what `act` needs; returns the place to act on."""
        return place

    def act(self, place: Place, acknowledge: Acknowledge) -> None:
        """Do it, in the child."""
        raise NotImplementedError

    def find(self, place: Place) -> Place:
        """How the vault is opened after the child is gone."""
        return place

    def contents_are_there(self, place: Place) -> bool:
        """Whether there is a vault; only what makes one may have made none yet."""
        return (place.path / HEADER_FILE).exists()

    def contents(self, place: Place) -> Content | None:
        """What is in the vault under attack; None where it is not there yet."""
        return place.content() if self.contents_are_there(place) else None

    def resume(self, place: Place) -> Place:
        """Go on after the recovery, as a person would; by default once more from the start."""
        self.act(place, lambda _: None)
        return self.find(place)

    def flaw(self, place: Place, *, finished: bool) -> str:
        """What else is wrong with what the operation left, in words; empty if nothing."""
        return ""


class Add(Operation):
    """Every write that a vault has, from a batch of photos to a symptom."""

    name = "add and edit"
    ends_alike = False

    def act(self, place: Place, acknowledge: Acknowledge) -> None:
        scripts.add_everything(place, acknowledge)

    def resume(self, place: Place) -> Place:
        with place.open() as vault:
            scripts.add(vault, 999, person="After the kill")
        return place


class Import(Operation):
    """An import; running it again must store what is missing, and nothing twice."""

    name = "import"

    def prepare(self, place: Place) -> Place:
        scripts.write_manifest(place.path.parent / "photos")
        return place

    def act(self, place: Place, acknowledge: Acknowledge) -> None:
        scripts.import_photos(place, acknowledge)


@dataclass(frozen=True)
class Template:
    """A prepared folder to copy for each case. place: to act on."""

    folder: Path
    place: Place


def prepared(operation: Operation, kind: str, folder: Path) -> Template:
    """A filled vault in `folder`, ready for the operation."""
    folder.mkdir(parents=True)
    place = new_place(folder / "vault", kind)
    fill(place)
    return Template(folder, operation.prepare(place))
