"""Results as sentences for a person at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.domain.analysis import Analysis
    from tracker.domain.care import Answer
    from tracker.domain.change import Change
    from tracker.domain.records import Lesion, MaskCorrection, Observation, Symptom
    from tracker.services.results import (
        DoctorReport,
        IntakeResult,
        LesionRow,
        Match,
        ObservationRow,
        PersonRow,
    )


def analysis_text(analysis: Analysis) -> str:
    """What was measured, or why the photo was not used."""
    if analysis.status == "refused" or analysis.measures is None:
        return _refused(analysis.photo, analysis.reason, analysis.advice)
    parts = [f"{analysis.photo}: lesion of {analysis.measures.area_px:.0f} px"]
    if analysis.diameter_mm is not None and analysis.scale is not None:
        parts.append(f"{analysis.diameter_mm:.1f} mm across (scale: {analysis.scale.source.value})")
    parts.append(f"asymmetry {analysis.measures.asymmetry:.2f}")
    parts.append(f"border {analysis.measures.border_irregularity:.2f}")
    parts.append(f"{analysis.measures.colours} colours")
    text = ", ".join(parts) + "."
    if analysis.quality is not None:
        for issue in analysis.quality.issues:
            text += f"\n  {issue.reason} {issue.advice}"
    return text


def _refused(photo: str, reason: str | None, advice: str | None) -> str:
    return f"{photo}: not used. {reason or ''} {advice or ''}".rstrip()


def intake_text(result: IntakeResult) -> str:
    """What became of a photo."""
    from tracker.services.results import Duplicate, Refusal

    if isinstance(result, Refusal):
        return _refused(result.photo, result.reason, result.advice)
    where = f"{result.person}, {result.lesion or 'not assigned to a lesion yet'}"
    if isinstance(result, Duplicate):
        return f"{result.photo}: stored before ({where}, {result.observation_id})."
    text = f"{result.photo}: stored ({where}, {result.taken_at.isoformat()})."
    if result.auto_assigned:
        text += f"\n  It shows a known lesion. If not: moletrail move {result.observation_id} NAME"
    elif result.lesion is None:
        text += f"\n  Say which lesion it shows: moletrail move {result.observation_id} NAME"
    return "\n  ".join([text, *result.warnings])


def person_text(row: PersonRow) -> str:
    """A person with counts."""
    text = f"{row.person}: {_count(row.lesions, 'lesion')}, {_count(row.observations, 'photo')}"
    return text + (f", {row.unassigned} not assigned" if row.unassigned else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def lesion_text(row: LesionRow) -> str:
    """A lesion with its span of time."""
    place = f" ({row.site})" if row.site else ""
    text = f"{row.lesion}{place}: {_count(row.observations, 'photo')}"
    if row.first_taken_at is not None and row.latest_taken_at is not None:
        text += f", {row.first_taken_at.isoformat()} to {row.latest_taken_at.isoformat()}"
    return text + ("" if row.status.value == "active" else f", {row.status.value}")


def observation_text(row: ObservationRow) -> str:
    """A photo of a timeline."""
    seen = row.observation
    parts = [f"{seen.capture.isoformat()}  {seen.observation_id}"]
    if row.diameter_mm is not None:
        parts.append(f"{row.diameter_mm:.1f} mm")
    if row.area_ratio is not None:
        parts.append(f"area x{row.area_ratio.value:.2f} (±{row.area_ratio.sigma:.2f})")
    if row.cosine_to_first is not None:
        parts.append(f"likeness to first {row.cosine_to_first:.3f}")
    if row.focal_delta_e is not None:
        parts.append(f"colour of parts ΔE {row.focal_delta_e:.1f}")
    if row.why_not:
        parts.append(row.why_not)
    if seen.mask_corrected is not None:
        parts.append(corrected_text(seen.mask_corrected))
    return "  ".join(parts)


def corrected_text(by_hand: MaskCorrection) -> str:
    """Who corrected an outline, and when."""
    who = f" by {by_hand.by}" if by_hand.by else ""
    return f"outline corrected{who} on {by_hand.corrected_at.date().isoformat()}"


def unassigned_text(seen: Observation) -> str:
    """A photo that waits for its lesion."""
    return f"{seen.capture.isoformat()}  {seen.observation_id}  {seen.photo.file_name}"


def edited_text(seen: Observation) -> str:
    """An observation after an edit."""
    where = "no lesion" if seen.lesion is None else seen.lesion.name
    note = f", note: {seen.note}" if seen.note else ""
    return f"{seen.observation_id}: {seen.person.name}, {where}, {seen.capture.isoformat()}{note}"


def edited_lesion_text(lesion: Lesion) -> str:
    """A lesion after an edit."""
    place = f" ({lesion.site})" if lesion.site else ""
    parts = [f"{lesion.person}: {lesion.name}{place}", lesion.life_cycle.value]
    if lesion.stage_on is not None:
        parts[-1] += f" on {lesion.stage_on.isoformat()}"
    if lesion.place is not None:
        parts.append(f"{lesion.place.view.value} {lesion.place.x:.2f},{lesion.place.y:.2f}")
    if lesion.mark is not None:
        parts.append(f"marked as {lesion.mark.value}")
    if lesion.recheck_months is not None:
        parts.append(f"next photo after {lesion.recheck_months} months")
    return ", ".join(parts)


def symptom_question(reported: list[str]) -> str:
    """What a person is asked at each new photo; after a reported symptom, what to do now."""
    from tracker.domain import wording

    if reported:
        return f"\n{wording.SEE_NOW}"
    return f"\n{wording.SYMPTOM_QUESTION} If so: moletrail symptom LESION KIND"


def symptom_text(symptom: Symptom, lesion: str) -> str:
    """A symptom and when it was noted."""
    note = f" ({symptom.note})" if symptom.note else ""
    return f"{lesion}: {symptom.kind.value}, {symptom.noted_at.date().isoformat()}{note}"


def answer_text(told: Answer, lesion: str) -> str:
    """That somebody was asked, and what they answered."""
    said = ", ".join(kind.value for kind in told.kinds) or "none of the symptoms"
    day = told.answered_at.astimezone().date().isoformat()
    return f"{lesion}: asked on {day}, answered: {said}"


def change_text(change: Change) -> str:
    """The judgement of a lesion with its alerts."""
    place = f" ({change.site})" if change.site else ""
    lines = [f"{change.person}, {change.lesion}{place}: {change.message}"]
    lines += [
        f"  {alert.message}" for alert in change.alerts if alert.message not in change.message
    ]
    return "\n".join(lines)


def match_text(match: Match) -> str:
    """A lesion that the photo may show."""
    sure = "  confirmed by matching features" if match.same_lesion else ""
    return f"{match.rank}. {match.lesion}  likeness {match.similarity:.3f}{sure}"


def footer() -> str:
    """The sentence under every list of measurements."""
    from tracker.domain.wording import FOOTER

    return f"\n{FOOTER}"


def doctor_lines(report: DoctorReport) -> list[str]:
    """What `doctor` found."""
    vault = report.vault
    lines = [
        f"moletrail {report.program}, Python {report.python}, {report.platform}",
        f"licence of code: {report.licence.code}; of the networks: {report.licence.weights}",
    ]
    for model in report.models:
        state = "verified" if model.verified else (model.message or "not verified")
        lines.append(f"network {model.name} {model.version or '?'} {model.sha256 or ''} {state}")
    lines += [
        f"execution provider: {report.execution_provider or 'unknown'}",
        f"gate runs on: {report.gate_backend or 'unknown'}",
        f"telemetry of libraries: {'off' if report.telemetry_off else 'NOT OFF'}",
        f"vault: {vault.path}: {vault.message or vault.state}",
    ]
    if vault.encrypted is not None:
        lines.append(f"  {_protection(vault.encrypted, vault.locked)}")
    if vault.observations is not None:
        lines.append(
            f"  schema {vault.schema_version}, {vault.people} people, {vault.lesions} lesions, "
            f"{vault.observations} observations" + (", demo" if vault.is_demo else "")
        )
    lines += [f"  {name} {version or 'missing'}" for name, version in report.libraries.items()]
    return lines + [f"Problem: {problem}" for problem in report.problems]


def _protection(encrypted: bool, locked: bool | None) -> str:
    if not encrypted:
        return "not encrypted"
    return "encrypted, locked" if locked else "encrypted, unlocked"
