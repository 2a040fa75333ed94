"""The part of `Vault` that keeps what people decide, answer, look over and put away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Literal

from tracker.domain.analysis import Analysis
from tracker.domain.body import BodyPlace, SiteMark
from tracker.domain.care import Answer, BinItem, Decision, DecisionKind, DeviceProfile, Survey
from tracker.domain.comparison import Comparison
from tracker.domain.records import (
    Lesion,
    MaskCorrection,
    MaskMethod,
    Observation,
    Person,
    Symptom,
    SymptomKind,
)
from tracker.errors import UsageError
from tracker.store import reads_bulk, reads_care
from tracker.store.events import (
    BinChanged,
    DecisionMade,
    DeviceProfileSaved,
    MaskCorrected,
    SurveySaved,
    SymptomsAnswered,
    kept_analysis,
)
from tracker.store.names import clean_name, clean_note, clean_optional_name
from tracker.store.values import LesionSpan
from tracker.store.vault_people import VaultPeople, new_id


class VaultCare(VaultPeople):
    """Writes return the new state; lists are complete, oldest first."""

    def set_place(self, lesion: Lesion, place: BodyPlace | None) -> Lesion:
        """Put a lesion on the body map, or take it off (None).

        Raises:
            UsageError: the point is not on the drawing.
        """
        if place is not None and not (0 <= place.x <= 1 and 0 <= place.y <= 1):
            raise UsageError(
                f"{place.x},{place.y} is not on the drawing.",
                next_step="Give both from 0 to 1: 0,0 is the drawing's top left corner.",
            )
        current = self._known_lesion(lesion)
        return self._save_lesion(current, replace(current, place=place))

    def set_mark(self, lesion: Lesion, mark: SiteMark | None) -> Lesion:
        """Say what the skin there is; None for a spot like any other."""
        current = self._known_lesion(lesion)
        return self._save_lesion(current, replace(current, mark=mark))

    def set_recheck(self, lesion: Lesion, months: int | None) -> Lesion:
        """Say after how many months the next photo is due; None for the usual."""
        current = self._known_lesion(lesion)
        return self._save_lesion(current, replace(current, recheck_months=months))

    def correct_mask(
        self,
        observation_id: str,
        analysis: Analysis,
        method: MaskMethod,
        by: str | None,
        *,
        corrected_at: datetime | None = None,
    ) -> Observation:
        """Store a corrected mask with what was measured on it; the earlier analyses stay.

        Comparisons of the earlier mask no longer count.

        Raises:
            UnknownNameError: no such observation. UsageError: no possible name.
        """
        self.observation(observation_id)
        who = clean_optional_name(by, "person")
        at = corrected_at or datetime.now(UTC)
        correction = MaskCorrection(observation_id, who, method, at)
        self._write(MaskCorrected(correction, kept_analysis(analysis)))
        return self.observation(observation_id)

    def network_analysis(self, observation_id: str) -> Analysis | None:
        """The latest analysis with the network's own mask, None where there never was one."""
        ask = partial(reads_care.network_analysis, observation_id=observation_id)
        return self._engine.read(ask)

    def add_decision(
        self,
        lesion: Lesion,
        kind: DecisionKind,
        by: str,
        *,
        until: date | None = None,
        note: str | None = None,
        observations: Sequence[str] = (),
        decided_at: datetime | None = None,
        decision_id: str | None = None,
    ) -> Decision:
        """Store a decision; it stands until the next one.

        Args:
            decided_at, decision_id: of an export read back.

        Raises:
            UnknownNameError: no such lesion. UsageError: no possible name or note.
        """
        current = self._known_lesion(lesion)
        decision = Decision(
            decision_id=decision_id or new_id("dec"),
            lesion_id=current.lesion_id,
            kind=kind,
            by=clean_name(by, "person"),
            decided_at=(decided_at or datetime.now(UTC)).astimezone(UTC),
            until=until,
            note=clean_note(note),
            observations=tuple(observations),
        )
        self._write(DecisionMade(decision))
        return decision

    def decisions(self, lesion: Lesion | None = None) -> list[Decision]:
        """Decisions on a lesion, or on all."""
        identity = None if lesion is None else lesion.lesion_id
        return self._engine.read(lambda db: reads_care.decisions(db, identity))

    def add_answer(
        self,
        lesion: Lesion,
        kinds: Iterable[SymptomKind],
        *,
        observation_id: str | None = None,
        answered_at: datetime | None = None,
        answer_id: str | None = None,
    ) -> Answer:
        """Store that a person was asked about symptoms, and which they named; none of them is ().

        Raises:
            UnknownNameError: no such lesion or observation.
        """
        current = self._known_lesion(lesion)
        if observation_id is not None:
            self.observation(observation_id)
        answer = Answer(
            answer_id=answer_id or new_id("ans"),
            lesion_id=current.lesion_id,
            observation_id=observation_id,
            answered_at=(answered_at or datetime.now(UTC)).astimezone(UTC),
            kinds=tuple(dict.fromkeys(kinds)),
        )
        self._write(SymptomsAnswered(answer))
        return answer

    def answers(self, lesion: Lesion | None = None) -> list[Answer]:
        """Answers about symptoms of a lesion, or of all."""
        identity = None if lesion is None else lesion.lesion_id
        return self._engine.read(lambda db: reads_care.answers(db, identity))

    def save_survey(
        self,
        person: Person,
        site: str,
        surveyed_on: date,
        lesions: Sequence[Lesion],
        *,
        note: str | None = None,
        survey_id: str | None = None,
    ) -> Survey:
        """Store that a whole site was looked over.

        Raises:
            UnknownNameError: no such person. UsageError: no possible site or note.
        """
        owner = self._known_person(person)
        survey = Survey(
            survey_id=survey_id or new_id("sur"),
            person_id=owner.person_id,
            site=clean_name(site, "site"),
            surveyed_on=surveyed_on,
            lesions=tuple(each.lesion_id for each in lesions),
            note=clean_note(note),
        )
        self._write(SurveySaved(survey))
        return survey

    def remove_survey(self, survey: Survey) -> None:
        """Take a survey back; it counts no more."""
        self._write(SurveySaved(replace(survey, removed=True)))

    def surveys(self, person: Person | None = None) -> list[Survey]:
        """Surveys of a person, or of all."""
        identity = None if person is None else person.person_id
        return self._engine.read(lambda db: reads_care.surveys(db, identity))

    def lesion_spans(self, person: Person | None = None) -> list[LesionSpan]:
        """Lesions of one person or of all with their photos' span of time, in one statement."""
        identity = None if person is None else person.person_id
        return self._engine.read(lambda db: reads_bulk.lesion_spans(db, identity))

    def symptoms_of_all(self) -> list[Symptom]:
        """Every reported symptom, by when it was noted."""
        return self._engine.read(lambda db: reads_care.symptoms(db, None))

    def person_marks(self) -> dict[str, str]:
        """By person id, something that changes whenever what they are judged by does."""
        return self._engine.read(reads_bulk.person_marks)

    def observations_without_masks(self, people: Sequence[str]) -> list[Observation]:
        """Observations of the people of those ids as `all_observations`, without masks."""
        return self._engine.read(lambda db: reads_bulk.observations_without_masks(db, people))

    def comparisons_of(self, people: Sequence[str]) -> list[tuple[str, Comparison]]:
        """Comparisons of the lesions of the people of those ids, each with its lesion's id."""
        return self._engine.read(lambda db: reads_bulk.comparisons_of(db, people))

    def save_profile(self, profile: DeviceProfile) -> DeviceProfile:
        """Store a device profile; the latest state of one id counts."""
        self._write(DeviceProfileSaved(profile))
        return profile

    def profiles(self) -> list[DeviceProfile]:
        """Device profiles that are offered, by name."""
        return self._engine.read(reads_care.profiles)

    def put_in_bin(self, kind: Literal["photo", "lesion"], item_id: str) -> None:
        """Leave a photo (observation id) or lesion out of everything, until it is taken out."""
        self._write(BinChanged(kind, item_id, True, datetime.now(UTC)))

    def take_from_bin(self, item: BinItem) -> None:
        """Put back what was in the bin."""
        self._write(BinChanged(item.kind, item.item_id, False, datetime.now(UTC)))

    def twin_in_use(self, observation_id: str) -> str | None:
        """Of an observation in the bin: the same photo of the same lesion that is not in it."""
        return self._engine.read(lambda db: reads_care.twin_in_use(db, observation_id))

    def bin_items(self) -> list[BinItem]:
        """What is in the bin, latest first."""
        return self._engine.read(reads_care.bin_items)
