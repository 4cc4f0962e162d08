"""Safety of infusions: which count, and what is beyond a threshold."""

from collections.abc import Callable
from datetime import date

from tests.drawn import Built, rows

Make = Callable[..., Built]


def test_infusions_of_courses_are_told_with_their_events_and_others_are_left_out(
    warehouse: Make,
) -> None:
    built = warehouse(
        through=200,
        infusions="""
            patient | day | category   | agent      | route      | visit_status | stopped_early | stop_reason
            1       |  0  | depression | ketamine   | iv         | completed    | yes           | blood_pressure
            1       |  40 | depression | ketamine   | iv         | completed    | no            |
            2       |  0  | tmj        | esketamine | intranasal | completed    |               |
            2       |  1  | tmj        | ketamine   | iv         | no_show      |               |
            3       |  2  | tmj        | ketamine   | iv         | completed    |               |
        """,
        adverse_events="""
            patient | visit_key | term         | grade | serious | onset_minute | resolved_minute
            1       | v0        | nausea       | 1     | no      | 20           | 50
            1       | v0        | nausea       | 1     | no      | 20           | 50
            1       | v0        | hypertension | 3     | yes     | 30           |
            2       | v2        | nausea       | 2     | no      | 10           | 20
        """,
        vital_signs="""
            patient | visit_key | minute | sign     | value
            1       | v1        | 40     | systolic | 120
        """,
    )
    found = built.table("marts.infusion_safety")
    assert rows(found, "visit_key", "category", "month", "events", "serious", "stopped_early", "stop_reason", "observed") == [
        ("v0", "depression", date(2025, 1, 1), 3, 1, True, "blood_pressure", False),
        ("v1", "depression", date(2025, 2, 1), 0, 0, False, None, True),
        ("v4", "tmj", date(2025, 1, 1), 0, 0, None, None, False),
    ]  # fmt: skip
    events = built.table("marts.infusion_events")
    assert rows(events, "visit_key", "term", "events") == [
        ("v0", "hypertension", 1), ("v0", "nausea", 2),
    ]  # fmt: skip


def test_an_excursion_is_a_reading_after_the_start_beyond_its_threshold(warehouse: Make) -> None:
    built = warehouse(
        infusions="""
            patient | day
            1       | 0
            2       | 0
            3       | 0
        """,
        vital_signs="""
            patient | visit_key | minute | sign       | value
            1       | v0        | -5     | systolic   | 190
            1       | v0        | 20     | systolic   | 179
            2       | v1        | -20    | systolic   | 100
            2       | v1        | 0      | systolic   | 140
            2       | v1        | 40     | systolic   | 180
            2       | v1        | 40     | spo2       | 90
            2       | v1        | 40     | heart_rate | 130
            2       | v1        | 40     | moaas      | 3
            3       | v2        | 40     | systolic   | 150
            3       | v2        | 40     | spo2       | 89
        """,
    )
    found = built.table("marts.infusion_excursions")
    beyond = {(row[0], row[1]): row[2] for row in rows(found, "visit_key", "excursion", "beyond")}
    # The reading before the start is no excursion, and 179 is below 180.
    assert beyond["v0", "systolic_critical"] is False
    # 180 is at the threshold; against 140, the last before, it rose by 40 and by 28.6 %.
    assert beyond["v1", "systolic_critical"] is True
    assert beyond["v1", "systolic_rise_40"] is True
    assert beyond["v1", "systolic_rise_30_percent"] is False
    assert beyond["v1", "spo2_critical"] is False
    assert beyond["v1", "spo2_low"] is True
    assert beyond["v1", "heart_rate_high"] is False
    assert beyond["v1", "sedation_deep"] is True
    # Nothing was read before the start, so no rise can be told.
    assert ("v2", "systolic_rise_40") not in beyond
    assert beyond["v2", "systolic_critical"] is False
    assert beyond["v2", "spo2_critical"] is True


def test_mania_is_watched_in_bipolar_depression_by_score_and_by_rise(warehouse: Make) -> None:
    built = warehouse(
        infusions="""
            patient | day | category   | subtype
            1       | 0   | depression | bipolar
            2       | 0   | depression | bipolar
            3       | 0   | depression | bipolar
            4       | 0   | depression | bipolar
            5       | 0   | depression | mdd
        """,
        scores="""
            patient | instrument | day | score
            1       | ymrs       | -1  | 8
            1       | ymrs       | 10  | 12
            2       | ymrs       | -1  | 2
            2       | ymrs       | 20  | 7
            3       | ymrs       | -1  | 2
            3       | ymrs       | 20  | 6
            3       | ymrs       | 60  | 30
            5       | ymrs       | 10  | 30
        """,
    )
    found = built.table("marts.watched_courses")
    assert rows(found, "patient_key", "baseline", "worst", "flagged") == [
        ("1", 8, 12, True), ("2", 2, 7, True), ("3", 2, 6, False), ("4", None, None, None),
    ]  # fmt: skip
