"""Every question of `reads`, asked once: does a database with a new schema still answer?"""

from __future__ import annotations

from tracker.store import reads, reads_bulk, reads_care
from tracker.store.database import Database

#: An id that nothing has: a question about it is still a whole statement.
_NOBODY = "none"
_NO_HASH = "0" * 64


def ask_everything(database: Database) -> None:
    """Read all there is and look up something by each key.

    Raises:
        DatabaseUnreadableError, InternalError: a statement does not fit the schema any more.
        ValueError: a stored value cannot be read.
    """
    people = reads.people(database)
    lesions = reads.lesions(database, None)
    seen = reads.observations(database)
    person = people[0].person_id if people else _NOBODY
    lesion = lesions[0].lesion_id if lesions else _NOBODY
    photo = seen[0].photo.photo_sha256 if seen else _NO_HASH
    model = seen[0].analysis.model if seen else None
    reads.lesions(database, person)
    reads_care.life_cycle_notes(database)
    ask_about_care(database, lesion, person, seen[0].observation_id if seen else _NOBODY)
    reads.lesion_by_id(database, lesion)
    reads.lesion_by_name(database, person, _NOBODY)
    reads.person_by(database, "name", _NOBODY)
    reads.photos(database)
    reads.photo(database, photo)
    reads.duplicate_id(database, photo, person, lesion, None)
    for each in lesions or ():
        reads.comparisons(database, each.lesion_id)
        reads_care.symptoms(database, each.lesion_id)
    reads.analysis_marks(database, [each.observation_id for each in seen[:1]] or [_NOBODY])
    reads.embeddings(database, 0)
    reads.searchable(database, person, _NO_HASH if model is None else model.sha256)
    reads.networks_used(database)
    reads.uses(database)
    reads.ever_assigned(database, lesion)
    reads.counts(database)
    reads.entries_before_deletion(database)
    reads.applied(database)
    reads.applied_count(database)
    reads.hash_of_applied(database, 1)
    if reads.vault_id(database) is not None:
        reads.created_at(database)
    reads.has_observation(database, seen[0].observation_id if seen else _NOBODY)


def ask_about_care(database: Database, lesion: str, person: str, observation: str) -> None:
    """The same for what people report, decide and put away; raises as `ask_everything`."""
    for lesion_id in (lesion, None):
        reads_care.symptoms(database, lesion_id)
        reads_care.decisions(database, lesion_id)
        reads_care.answers(database, lesion_id)
    reads_bulk.lesion_spans(database, None)
    reads_bulk.lesion_spans(database, person)
    reads_bulk.person_marks(database)
    reads_bulk.observations_without_masks(database, [person])
    reads_bulk.comparisons_of(database, [person])
    reads_care.surveys(database, None)
    reads_care.surveys(database, person)
    reads_care.profiles(database)
    reads_care.bin_items(database)
    reads_care.mask_corrections(database)
    reads_care.twin_in_use(database, observation)
    reads_care.network_analysis(database, observation)
