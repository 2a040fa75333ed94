"""A vault against its model: hypothesis chooses what is done, and where the two disagree it looks
for the shortest story that shows it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.campaigns.model import Model
from tests.campaigns.places import KINDS, Place, damages, new_place, search
from tests.store.builders import a_capture, a_comparison, add, an_analysis, photo_data
from tests.store.same import assert_same
from tracker.domain.geometry import Box
from tracker.domain.records import Lesion, LifeCycle, Observation, SymptomKind
from tracker.errors import UsageError
from tracker.store import Vault, kept

NAMES = ("Adelheid", "Bartholomäus", "Zoë Müller", "李小龍")
LESIONS = ("left arm", "rücken", "knee", "🦶 foot", None)
NUMBERS = st.integers(0, 999)
NOTES = st.none() | st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=40)

#: Steps taken by all machines of this process, by rule.
TAKEN: Counter[str] = Counter()
#: Other steps between two that treat the vault as a whole. Those are slow and always possible:
#: drawn as freely as the rest they would be most of a story, and little would be in the vault.
WHOLE_EVERY = 16
_T = TypeVar("_T")


class CallerError(Exception):
    """Raised within a batch, to see that nothing of it stays."""


def has_photos(machine: VaultMachine) -> bool:
    """Whether there is an observation to do something with."""
    return bool(machine.model.seen)


def has_lesions(machine: VaultMachine) -> bool:
    """Whether there is a lesion to do something with."""
    return bool(machine.model.lesions)


def rested(machine: VaultMachine) -> bool:
    """Whether enough has been done since a step that treats the vault as a whole."""
    return machine.steps_since_whole >= WHOLE_EVERY


class VaultMachine(RuleBasedStateMachine):
    """Everything that can be done to one open vault; `MaintainedMachine` adds the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="moletrail-machine-"))
        self.model = Model()
        self.place = Place(self.folder)
        self.kind = ""
        #: Steps since the last one of the vault as a whole.
        self.steps_since_whole = WHOLE_EVERY // 2
        self._seeds = 0
        self._open = ExitStack()
        self._vault: Vault | None = None

    @initialize(kind=st.sampled_from(KINDS))
    def create(self, kind: str) -> None:
        self.kind = kind
        self.place = new_place(self.folder / "vault", kind)

    def teardown(self) -> None:
        try:
            if self.kind:
                self.close()
                self.agree()
        finally:
            self.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def vault(self) -> Vault:
        """The vault, open from its first use until `close`."""
        if self._vault is None:
            self._vault = self._open.enter_context(self.place.open())
        return self._vault

    def close(self) -> None:
        """Let go of the vault, and of all that this process remembers of it."""
        self._vault = None
        self._open.close()
        kept.forget(self.place.path)

    def took(self, rule_name: str, *, whole: bool = False) -> None:
        """Count a step. whole: of the vault as a whole; it is some steps until the next."""
        TAKEN[rule_name] += 1
        self.steps_since_whole = 0 if whole else self.steps_since_whole + 1

    def next_seed(self) -> int:
        """A number that no photo of this vault has been made of."""
        self._seeds += 1
        return 1_000_000 + self._seeds

    def agree(self) -> None:
        """Everything read is what the model holds."""
        self.model.agrees(self.vault)

    def one_observation(self, number: int) -> Observation:
        return _pick(list(self.model.seen.values()), number)

    def one_lesion(self, number: int) -> Lesion:
        return _pick(list(self.model.lesions.values()), number)

    def _added(self, vault: Vault, name: str, lesion: str | None, roi: Box | None = None) -> None:
        seed = self.next_seed()
        seen = add(vault, seed, name, lesion, requested_roi=roi)
        wanted = replace(an_analysis(seed), heatmap=None, timings_ms={})
        assert_same(seen.analysis, wanted)
        assert (seen.person.name, seen.note) == (name, f"note {seed}")
        known = self.model.lesions.get("" if seen.lesion is None else seen.lesion.lesion_id)
        if known is not None and known.site is None and seen.lesion is not None:
            self.model.change_lesion(seen.lesion)  # adding fills in a site where none was known
        self.model.take(seen, photo_data(seed))

    @rule(name=st.sampled_from(NAMES), lesion=st.sampled_from(LESIONS), pointed=st.booleans())
    def add_photo(self, name: str, lesion: str | None, pointed: bool) -> None:
        self.took("add")
        vault = self.vault
        self._added(vault, name, lesion, Box(1, 2, 30, 40) if pointed else None)

    @rule(name=st.sampled_from(NAMES), lesion=st.sampled_from(LESIONS), count=st.integers(1, 4))
    def add_batch(self, name: str, lesion: str | None, count: int) -> None:
        self.took("add a batch")
        with self.vault.batch():
            for _ in range(count):
                self._added(self.vault, name, lesion)

    @rule(name=st.sampled_from(NAMES))
    def batch_fails(self, name: str) -> None:
        self.took("batch that fails")
        with suppress(CallerError), self.vault.batch():
            add(self.vault, self.next_seed(), name, "never")
            raise CallerError

    @precondition(has_photos)
    @rule(number=NUMBERS)
    def add_duplicate(self, number: int) -> None:
        self.took("duplicate")
        seen = self.one_observation(number)
        data = self.model.photos[seen.photo.photo_sha256]
        vault = self.vault
        again = vault.keep_photo(
            data, file_name="again.jpg", media_type="image/png", width=1, height=1
        )
        assert again == seen.photo, "a photo was stored twice"
        found = vault.find_duplicate(
            again.photo_sha256, seen.person, seen.lesion, seen.requested_roi
        )
        assert found is not None
        assert_same(found, seen)

    @precondition(has_photos)
    @rule(number=NUMBERS, note=NOTES)
    def set_note(self, number: int, note: str | None) -> None:
        self.took("note")
        vault = self.vault
        self.model.change(vault.set_note(self.one_observation(number).observation_id, note))

    @precondition(has_photos)
    @rule(number=NUMBERS, day=st.integers(0, 27))
    def set_date(self, number: int, day: int) -> None:
        self.took("date")
        seen = self.one_observation(number)
        vault = self.vault
        vault.set_capture(seen.observation_id, a_capture(day))
        self.model.change(replace(seen, capture=a_capture(day)))

    @precondition(lambda self: has_photos(self) and has_lesions(self))
    @rule(number=NUMBERS, where=NUMBERS, to_none=st.booleans())
    def move(self, number: int, where: int, to_none: bool) -> None:
        self.took("move")
        seen, lesion = self.one_observation(number), self.one_lesion(where)
        vault = self.vault
        if not to_none and lesion.person_id != seen.person.person_id:
            _refused(lambda: vault.move_observation(seen.observation_id, lesion))
            return
        vault.move_observation(seen.observation_id, None if to_none else lesion)
        self.model.change(replace(seen, lesion=None if to_none else lesion))

    @precondition(has_photos)
    @rule(number=NUMBERS)
    def analyse_again(self, number: int) -> None:
        self.took("analyse again")
        seen, seed = self.one_observation(number), self.next_seed()
        analysis = replace(an_analysis(seed), heatmap=None, timings_ms={})
        vault = self.vault
        vault.add_analysis(seen.observation_id, analysis)
        self.model.change(replace(seen, analysis=analysis))
        self.model.forget_comparisons(seen.observation_id)

    @precondition(has_lesions)
    @rule(number=NUMBERS, name=st.sampled_from(LESIONS[:-1]), more=st.booleans())
    def rename_lesion(self, number: int, name: str, more: bool) -> None:
        self.took("rename a lesion")
        lesion, wanted = self.one_lesion(number), f"{name} II" if more else name
        others = self.model.lesions.values()
        taken = any(
            each.person_id == lesion.person_id
            and each.name == wanted
            and each.lesion_id != lesion.lesion_id
            for each in others
        )
        vault = self.vault
        if taken:
            _refused(lambda: vault.rename_lesion(lesion, wanted))
            return
        vault.rename_lesion(lesion, wanted)
        self.model.change_lesion(replace(lesion, name=wanted))

    @precondition(has_lesions)
    @rule(number=NUMBERS, site=st.sampled_from([None, "arm", "rücken, unten"]))
    def set_site(self, number: int, site: str | None) -> None:
        self.took("site")
        lesion = self.one_lesion(number)
        vault = self.vault
        vault.set_site(lesion, site)
        self.model.change_lesion(replace(lesion, site=site))

    @precondition(has_lesions)
    @rule(number=NUMBERS, state=st.sampled_from(LifeCycle), note=NOTES)
    def set_life_cycle(self, number: int, state: LifeCycle, note: str | None) -> None:
        self.took("life cycle")
        lesion = self.one_lesion(number)
        vault = self.vault
        vault.set_life_cycle(lesion, state, note)
        self.model.change_lesion(replace(lesion, life_cycle=state))

    @precondition(lambda self: bool(self.model.people))
    @rule(number=NUMBERS, name=st.sampled_from(NAMES), more=st.booleans())
    def rename_person(self, number: int, name: str, more: bool) -> None:
        self.took("rename a person")
        identity, wanted = _pick(list(self.model.people), number), f"{name} II" if more else name
        vault = self.vault
        person = vault.person(self.model.people[identity])
        if any(k != identity and n == wanted for k, n in self.model.people.items()):
            _refused(lambda: vault.rename_person(person, wanted))
            return
        vault.rename_person(person, wanted)
        self.model.rename_person(identity, wanted)

    @precondition(has_lesions)
    @rule(number=NUMBERS, kind=st.sampled_from(SymptomKind), days=st.integers(0, 900), note=NOTES)
    def report_symptom(self, number: int, kind: SymptomKind, days: int, note: str | None) -> None:
        self.took("symptom")
        noted_at = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=days)
        vault = self.vault
        symptom = vault.add_symptom(self.one_lesion(number), kind, noted_at, note)
        assert (symptom.kind, symptom.noted_at) == (kind, noted_at)
        self.model.symptoms[symptom.symptom_id] = symptom

    @precondition(lambda self: len(self.model.seen) > 1)
    @rule(one=NUMBERS, two=NUMBERS, cosine=st.floats(0, 1))
    def compare(self, one: int, two: int, cosine: float) -> None:
        self.took("compare")
        pair = (self.one_observation(one).observation_id, self.one_observation(two).observation_id)
        if pair[0] == pair[1]:
            return
        comparison = a_comparison(*pair, cosine=cosine)
        vault = self.vault
        vault.add_comparison(comparison)
        self.model.comparisons[pair] = comparison

    @rule()
    def search_and_cache(self) -> None:
        self.took("search and cache")
        vault = self.vault
        search(vault)
        assert vault.cached("key", lambda: b"picture") == b"picture"

    @rule()
    def read_everything(self) -> None:
        self.took("read everything")
        self.agree()

    @precondition(rested)
    @rule()
    def check(self) -> None:
        self.took("verify --deep", whole=True)
        self.close()
        assert damages(self.place) == []


def _pick(items: list[_T], number: int) -> _T:
    return items[number % len(items)]


def _refused(write: object) -> None:
    assert callable(write)
    try:
        write()
    except UsageError:
        return
    raise AssertionError("the vault took what it must refuse")
