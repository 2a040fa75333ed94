"""Statuses, alerts, order and words of the judgement."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from tests.analysis.series_maker import (
    axis,
    comparison,
    measures,
    observation,
    series,
    two_visits,
)
from tracker.analysis.judge import judge, sort_key
from tracker.analysis.noise import NoiseTable
from tracker.domain import wording
from tracker.domain.analysis import Scale, ScaleSource
from tracker.domain.capture import Modality
from tracker.domain.change import Against, AlertKind, Axis, Status
from tracker.domain.records import Symptom, SymptomKind

LN_1_6 = 0.47


# Statuses and alerts


def test_no_change_needs_embedding_and_area(noise: NoiseTable) -> None:
    full = judge(two_visits(), noise)
    assert full.status is Status.NO_CHANGE_DETECTED
    assert full.message.startswith("No change larger than this tool can detect (±")
    without_area = judge(
        two_visits(log_area_ratio=None, log_diameter_ratio=None, size_why_not="No skin is seen."),
        noise,
    )
    assert without_area.status is Status.CANNOT_COMPARE
    assert "No skin is seen." in without_area.message
    assert wording.RETAKE in without_area.message
    assert "overall look" in without_area.message
    without_embedding = judge(two_visits(cosine=None), noise)
    assert without_embedding.status is Status.CANNOT_COMPARE
    assert wording.OTHER_MODEL in without_embedding.message


def test_a_flag_stands_even_where_area_is_missing(noise: NoiseTable) -> None:
    change = judge(two_visits(log_area_ratio=None, log_diameter_ratio=None, cosine=-0.9), noise)
    assert change.status is Status.CHANGED
    assert axis(change, Axis.AREA).z is None


def test_nothing_compared_is_no_verdict(noise: NoiseTable) -> None:
    change = judge(series([observation("a", 0), observation("b", 99)], []), noise)
    assert change.status is Status.CANNOT_COMPARE
    assert change.score is None
    assert all(each.change is None and not each.flagged for each in change.axes)


@pytest.mark.parametrize("answer", [None, False])
def test_doubtful_identity_is_never_no_change(noise: NoiseTable, answer: bool | None) -> None:
    change = judge(two_visits(same_lesion=answer), noise)
    assert change.status is Status.CANNOT_COMPARE
    assert [a.kind for a in change.alerts] == [AlertKind.IDENTITY_DOUBT]


def test_a_denied_identity_is_not_called_change(noise: NoiseTable) -> None:
    assert judge(two_visits(same_lesion=False, cosine=-1.0), noise).status is Status.CANNOT_COMPARE
    unsure = judge(two_visits(same_lesion=None, cosine=-1.0), noise)
    assert unsure.status is Status.CHANGED
    assert unsure.alerts[0].kind is AlertKind.IDENTITY_DOUBT


def test_symptoms_come_before_every_measurement(noise: NoiseTable) -> None:
    symptoms = tuple(
        Symptom(str(kind), "l", kind, datetime(2025, 4, 2, 9), None)
        for kind in (SymptomKind.BLEEDING, SymptomKind.RAISED)
    )
    change = judge(replace(two_visits(), symptoms=symptoms), noise)
    assert change.status is Status.NO_CHANGE_DETECTED
    assert change.alerts[0].kind is AlertKind.SYMPTOM
    assert change.message.startswith("Reported on 2025-04-02: bleeding and raised.")
    assert wording.SEE_NOW in change.message


def test_a_new_lesion_is_an_alert_from_its_first_photo(noise: NoiseTable) -> None:
    change = judge(series([observation("a", 0)], [], is_new=True), noise)
    assert change.status is Status.BASELINE_ONLY
    assert [a.kind for a in change.alerts] == [AlertKind.NEW_LESION]


def test_mixed_modalities_do_not_compare_embeddings(noise: NoiseTable) -> None:
    photos = [observation("a", 0), observation("b", 90, modality=Modality.CLINICAL)]
    change = judge(series(photos, [comparison("a", "b")]), noise)
    assert axis(change, Axis.EMBEDDING).change is None
    assert change.status is Status.CANNOT_COMPARE
    assert wording.OTHER_KIND in change.message


def test_order_of_a_list(noise: NoiseTable) -> None:
    symptom = Symptom("s", "l", SymptomKind.ITCH, datetime(2025, 4, 2), None)
    steady, grown = two_visits(), two_visits(log_area_ratio=1.0, log_diameter_ratio=0.5)
    wanted = [
        replace(steady, lesion="symptom", symptoms=(symptom,)),
        replace(grown, lesion="grown most"),
        replace(two_visits(log_area_ratio=0.5), lesion="grown"),
        replace(steady, lesion="new", is_new=True),
        replace(two_visits(cosine=None), lesion="cannot"),
        replace(steady, lesion="steady"),
    ]
    changes = [judge(one, noise) for one in reversed(wanted)]
    assert [c.lesion for c in sorted(changes, key=sort_key)] == [one.lesion for one in wanted]


def test_corrected_dates_turn_comparisons_round(noise: NoiseTable) -> None:
    photos = [observation("b", 180), observation("a", 0)]
    stored = comparison("b", "a", log_area_ratio=-LN_1_6, log_diameter_ratio=-LN_1_6 / 2)
    change = judge(series(photos, [stored]), noise)
    assert axis(change, Axis.AREA).change == pytest.approx(60, abs=0.1)


# Words


def test_millimetres_where_there_is_a_scale(noise: NoiseTable) -> None:
    scale = Scale(0.05, 0.001, ScaleSource.CARD)
    photos = [
        replace(observation("a", 0), scale=scale),
        replace(observation("b", 90), scale=scale, measures=replace(measures(), diameter_px=160.0)),
    ]
    grown = comparison("a", "b", log_area_ratio=0.75, log_diameter_ratio=0.375, size_source="scale")
    assert "(5.5 mm to 8.0 mm)" in judge(series(photos, [grown]), noise).message
    steady = judge(series(photos, [comparison("a", "b", size_source="scale")]), noise)
    assert " mm)" in steady.message


def test_directions_are_named(noise: NoiseTable) -> None:
    change = judge(
        two_visits(
            focal_delta_e=39.0,
            focal_delta_lab=(-20.0, 0.1, -0.2),
            delta_asymmetry=0.5,
            log_irregularity_ratio=1.2,
        ),
        noise,
    )
    assert "part of the spot became darker: ΔE" in change.message
    assert "more irregular" in change.message
    assert "asymmetry +0.50" in change.message
    assert change.message.startswith(wording.STATUS[Status.CHANGED])


def test_part_of_the_spot_says_how_it_moved(noise: NoiseTable) -> None:
    lighter = judge(two_visits(focal_delta_e=39.0, focal_delta_lab=(14.0, -8.0, -9.0)), noise)
    assert "part of the spot became lighter, less red and bluer" in lighter.message
    assert wording.SHRINKING_COUNTS in lighter.message
    assert [a.axis for a in lighter.axes if a.flagged and a.against is Against.FIRST] == [
        Axis.COLOUR
    ]


def test_colour_is_not_judged_where_photos_do_not_line_up(noise: NoiseTable) -> None:
    change = judge(two_visits(focal_delta_e=None, colour_delta_e=40.0), noise)
    assert axis(change, Axis.COLOUR).z is None
    assert "Not compared: colour of parts of the spot." in change.message


def test_an_area_that_is_hardly_known_is_no_unchanged_area(noise: NoiseTable) -> None:
    """What counts is the growth that would be noticed, also where the value itself is below 0."""
    for log_area in (-0.05, 0.0, 0.05):
        for sigma, status in ((0.02, Status.NO_CHANGE_DETECTED), (0.5, Status.CANNOT_COMPARE)):
            change = judge(two_visits(log_area_ratio=log_area, size_sigma_log=sigma), noise)
            assert change.status is status
            assert ("card or a ruler" in change.message) == (sigma == 0.5)
    told = judge(two_visits(log_area_ratio=0.0, size_sigma_log=0.5), noise).message
    assert "area" not in told.split("These could be compared")[1].split(":")[1].split(".")[0]


def test_a_flag_stands_however_unsure_the_area_is(noise: NoiseTable) -> None:
    change = judge(two_visits(size_sigma_log=0.5, focal_delta_e=39.0), noise)
    assert change.status is Status.CHANGED


def test_growth_too_unsure_to_flag_is_still_told(noise: NoiseTable) -> None:
    photos = [observation(n, d, modality=Modality.CLINICAL) for n, d in (("a", 0), ("b", 180))]
    found = comparison("a", "b", log_area_ratio=0.5, log_diameter_ratio=0.25, same_lesion=None)
    change = judge(series(photos, [found]), noise)
    assert change.status is Status.CANNOT_COMPARE
    assert "larger by 65 %" in change.message
    assert "show it to a clinician" in change.message
    same = comparison("a", "b", log_area_ratio=0.01, log_diameter_ratio=0.0, same_lesion=None)
    assert "larger by" not in judge(series(photos, [same]), noise).message
