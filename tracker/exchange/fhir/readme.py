"""The FHIR export in words, for whoever opens its folder."""

from __future__ import annotations

from typing import Final

from tracker.domain import wording
from tracker.domain.exporting import Export, ExportOptions

_FILES: Final = """\
## Files
- `person-….json`: everything of one person as HL7 FHIR R4, a Bundle of type collection. It can be
  sent and read alone; only the photos lie beside it.
- `photos/`: the photos, without the place they were taken: orientation, capture date, camera model
  and colour profile are kept, all other metadata is taken out. Originals stay in the vault.
- `moletrail-export.json`: the list of files with size and SHA-256."""
_WITHOUT_PHOTOS: Final = """\
## Files
- `person-….json`: everything of one person as HL7 FHIR R4, a Bundle of type collection.
- `moletrail-export.json`: the list of files with size and SHA-256.

This export was made without photos: each Media has a data-absent-reason in place of its address."""

_RESOURCES: Final = """\
## Resources
- Patient: the name as it was given. Nothing else is known of the person.
- BodyStructure: one a lesion. The site has a SNOMED CT code where the words name it without doubt,
  perhaps of the larger part that holds it; the words stand beside it.
- Media: one a photo. `content.url` is relative to this folder, `content.hash` is the SHA-1 of that
  file. The day of capture is given, and the time in a note: FHIR wants a time zone, and none is
  known.
- Observation: one a lesion and photo (`lesion-on-photo`), and under it one for each measure. Units
  are UCUM. Millimetres are there only where a scale is known, with the scale, its standard error
  and its source beside them; sizes in pixels are always components and never millimetres. `>=`
  marks a lesion cut by the edge of the photo. What is unknown has a dataAbsentReason.
- Observation `change-verdict`: one a lesion, derived from the observations that were compared, with
  one Observation for each axis below it.
- Observation `symptom`, `life-cycle`: what the person said.
- DiagnosticReport: one a lesion that has photos. Everything measured is `preliminary`: no clinician
  has seen it.
- Device: the program and the networks, with version and hash.
- CodeSystem: the codes of Moletrail's own notions; no other system has them.

Notes are Markdown in FHIR. Characters that could be markup have a backslash in front.
Ids are UUIDs made from the ids of the vault: the same in each export of it.
Not in here: masks, embeddings and the details of registration. The formats csv and parquet have
them."""


def readme(export: Export, options: ExportOptions) -> str:
    """What each file and resource is; Markdown."""
    parts = [f"# FHIR export of a Moletrail vault\n\n{wording.PURPOSE}\n\n{wording.FOOTER}"]
    if export.demo:
        parts.append(
            "These are made-up pictures of the demo, no person's; every resource says so (HTEST)."
        )
    if export.clinician:
        parts.append(wording.PROBABILITIES_NOTE)
    parts += [_FILES if options.with_photos else _WITHOUT_PHOTOS, _RESOURCES]
    return "\n\n".join(parts) + "\n"
