"""The counting rules, each on a table small enough to check by hand."""

from collections.abc import Callable
from itertools import product

import polars as pl

from tests.drawn import Built, rows

Make = Callable[..., Built]
PAIN = "patient | day | category\n" + "\n".join(
    f"{key} | 0 | neuropathic_pain" for key in "123456789"
)


def test_a_fall_equal_to_the_criterion_is_a_response(warehouse: Make) -> None:
    built = warehouse(
        infusions=PAIN,
        scores="""
            patient | instrument     | day | score
            1       | nrs_average_7d |  -1 | 10
            1       | nrs_average_7d |  20 | 7
            2       | nrs_average_7d |  -1 | 10
            2       | nrs_average_7d |  20 | 7.01
            3       | nrs_average_7d |  -1 | 3.99
            3       | nrs_average_7d |  20 | 0
        """,
    )
    assert built.statuses() == {
        "1": "responded", "2": "not_responded", "3": "below_floor",
        "4": "no_baseline", "5": "no_baseline", "6": "no_baseline",
        "7": "no_baseline", "8": "no_baseline", "9": "no_baseline",
    }  # fmt: skip


def test_ties_count_as_responses_for_every_pair_of_scores_on_a_grid_of_tenths(
    warehouse: Make,
) -> None:
    """Expected in whole tenths: 30 % of a baseline of b tenths is 3 b / 10."""
    pairs = list(product(range(101), range(101)))
    people = "\n".join(f"{b}-{f} | 0 | neuropathic_pain" for b, f in pairs)
    scores = "\n".join(
        f"{b}-{f} | nrs_average_7d | -1 | {b / 10:.1f}\n{b}-{f} | nrs_average_7d | 22 | {f / 10:.1f}"
        for b, f in pairs
    )
    built = warehouse(
        infusions=f"patient | day | category\n{people}",
        scores=f"patient | instrument | day | score\n{scores}",
    )
    for measure, percent in (("response_30", 30), ("response_50", 50)):
        found = built.statuses(measure=measure)
        for b, f in pairs:
            met = "responded" if 100 * (b - f) >= percent * b else "not_responded"
            assert found[f"{b}-{f}"] == ("below_floor" if b < 40 else met), (measure, b, f)


def test_the_baseline_is_the_same_day_before_else_the_last_earlier_day_else_the_day_itself(
    warehouse: Make,
) -> None:
    built = warehouse(
        infusions=PAIN,
        scores="""
            patient | instrument      | day | timing           | score
            1       | nrs_average_7d  |  -3 | unspecified      | 4
            1       | nrs_average_7d  |   0 | before_infusion  | 5
            1       | nrs_average_7d  |   0 | after_infusion   | 6
            2       | nrs_average_7d  | -30 | unspecified      | 4
            2       | nrs_average_7d  |  -7 | unspecified      | 5
            2       | nrs_average_7d  |   0 | unspecified      | 6
            3       | nrs_average_7d  |   0 | unspecified      | 6
            4       | nrs_average_24h |   0 | unspecified      | 6
            5       | nrs_average_7d  | -31 | unspecified      | 6
            6       | nrs_average_7d  |   0 | during_infusion  | 6
            7       | nrs_average_7d  |  -2 | unspecified      | 8
            7       | nrs_average_7d  |  -2 | before_infusion  | 6
        """,
    )
    found = built.table("core.baselines").select("course_key", pl.col("baseline").cast(pl.Float64))
    assert rows(found, "course_key", "baseline") == [("1-1", 5), ("2-1", 5), ("3-1", 6), ("7-1", 6)]


def test_the_end_score_is_the_nearest_to_the_target_day_ties_to_the_earlier(
    warehouse: Make,
) -> None:
    built = warehouse(
        infusions="""
            patient | day | category
            1       |  0  | depression
            1       | 14  | depression
            2       |  0  | depression
        """,
        scores="""
            patient | instrument | day | score
            1       | phq_9      |  -1 | 20
            1       | phq_9      |  27 | 1
            1       | phq_9      |  45 | 2
            2       | phq_9      |  -1 | 20
            2       | phq_9      |  21 | 3
            2       | phq_9      |  23 | 4
            2       | phq_9      |  32 | 5
        """,
    )
    found = built.table("core.course_scores").filter(window="post_induction")
    found = found.select("course_key", "final_day", pl.col("final").cast(pl.Int32))
    assert rows(found, *found.columns) == [("1-1", 31, 2), ("2-1", 21, 3)]


def test_an_end_score_of_an_infusion_day_counts_only_if_taken_before_or_looking_back(
    warehouse: Make,
) -> None:
    built = warehouse(
        infusions="""
            patient | day | category
            1       |  0  | neuropathic_pain
            1       | 22  | neuropathic_pain
            2       |  0  | neuropathic_pain
            2       | 22  | neuropathic_pain
            3       |  0  | neuropathic_pain
            3       | 22  | neuropathic_pain
        """,
        scores="""
            patient | instrument      | day | timing          | score
            1       | nrs_average_24h |  -1 | unspecified     | 8
            1       | nrs_average_24h |  22 | unspecified     | 2
            2       | nrs_average_7d  |  -1 | unspecified     | 8
            2       | nrs_average_7d  |  22 | unspecified     | 2
            3       | nrs_average_7d  |  -1 | unspecified     | 8
            3       | nrs_average_7d  |  22 | after_infusion  | 2
        """,
    )
    assert built.statuses() == {"1": "not_assessed", "2": "responded", "3": "not_assessed"}


def test_a_course_ends_with_a_gap_of_more_than_56_days_or_another_indication(
    warehouse: Make,
) -> None:
    built = warehouse(
        infusions="""
            patient | day | category
            1       |   0 | depression
            1       |  56 | depression
            1       | 113 | depression
            1       | 113 | tmj
        """
    )
    found = built.table("core.courses").select(
        "course_key", "category", "infusions", "is_first_course"
    )
    assert rows(found, *found.columns) == [
        ("1-1", "depression", 2, True),
        ("1-2", "depression", 1, False),
        ("1-3", "tmj", 1, True),
    ]


def test_induction_ends_on_day_27_or_at_a_gap_of_more_than_14_days(warehouse: Make) -> None:
    built = warehouse(
        infusions="""
            patient | day | category
            1       |   0 | depression
            1       |  14 | depression
            1       |  27 | depression
            1       |  28 | depression
            2       |   0 | depression
            2       |  15 | depression
            2       |  20 | depression
        """
    )
    found = built.table("core.courses").select("course_key", "induction_infusions", "infusions")
    assert rows(found, *found.columns) == [("1-1", 3, 4), ("2-1", 1, 3)]


def test_only_completed_ketamine_infusions_make_courses(warehouse: Make) -> None:
    built = warehouse(
        infusions="""
            patient | day | agent      | route      | visit_status | category
            1       |  0  | ketamine   | iv         | completed    | depression
            2       |  0  | esketamine | intranasal | completed    | depression
            3       |  0  | ketamine   | im         | completed    | depression
            4       |  0  | ketamine   | iv         | no_show      | depression
        """
    )
    assert built.table("core.courses")["patient_key"].to_list() == ["1"]


def test_due_is_27_days_and_the_last_day_of_the_window_after_the_first_infusion_for_all_alike(
    warehouse: Make,
) -> None:
    built = warehouse(
        through=58,
        infusions="""
            patient | day | category
            1       |  0  | neuropathic_pain
            2       |  1  | neuropathic_pain
        """,
        scores="""
            patient | instrument     | day | score
            1       | nrs_average_7d |  -1 | 8
            2       | nrs_average_7d |  -1 | 8
            2       | nrs_average_7d |  23 | 1
        """,
    )
    assert built.statuses() == {"1": "not_assessed", "2": "not_yet_due"}


def test_courses_of_the_first_56_days_of_the_data_may_have_begun_before_it(warehouse: Make) -> None:
    built = warehouse(
        through=400,
        since=0,
        infusions="""
            patient | day | category
            1       |  55 | depression
            2       |  56 | depression
        """,
    )
    assert built.statuses() == {"1": "started_before_data", "2": "no_baseline"}


def test_the_preferred_instrument_with_a_baseline_is_used_at_both_ends(warehouse: Make) -> None:
    built = warehouse(
        infusions="""
            patient | day | category   | subtype
            1       |  0  | depression | mdd
            2       |  0  | depression | mdd
            3       |  0  | depression | postpartum
            4       |  0  | depression | postpartum
        """,
        scores="""
            patient | instrument | day | score
            1       | madrs      |  -1 | 40
            1       | phq_9      |  22 | 1
            2       | madrs      |  -1 | 40
            2       | phq_9      |  -1 | 20
            2       | madrs      |  22 | 5
            3       | epds       |  -1 | 20
            3       | epds       |  22 | 10
            3       | phq_9      |  -1 | 20
            4       | phq_9      |  -1 | 20
        """,
    )
    outcomes = built.table("marts.response_courses").filter(
        measure="response", window="post_induction"
    )
    assert rows(outcomes, "patient_key", "instrument", "status") == [
        ("1", "madrs", "not_assessed"),
        ("2", "phq_9", "not_assessed"),
        ("3", "epds", "responded"),
        ("4", "phq_9", "not_assessed"),
    ]


def test_worsening_is_counted_without_the_baseline_floor(warehouse: Make) -> None:
    built = warehouse(
        infusions=PAIN.split("\n4")[0],
        scores="""
            patient | instrument     | day | score
            1       | nrs_average_7d |  -1 | 1
            1       | nrs_average_7d |  22 | 3
            2       | nrs_average_7d |  -1 | 1
            2       | nrs_average_7d |  22 | 2.5
        """,
    )
    assert built.statuses(measure="worsening") == {
        "1": "responded", "2": "not_responded", "3": "no_baseline",
    }  # fmt: skip


def test_early_is_asked_only_of_instruments_that_look_back_a_day(warehouse: Make) -> None:
    built = warehouse(
        infusions=PAIN.split("\n3")[0],
        scores="""
            patient | instrument      | day | score
            1       | nrs_average_7d  |  -1 | 8
            1       | nrs_average_7d  |   2 | 1
            2       | nrs_average_24h |  -1 | 8
            2       | nrs_average_24h |   2 | 1
        """,
    )
    assert built.statuses("early") == {"1": "no_baseline", "2": "responded"}


def test_every_course_has_one_status_for_each_measure_and_window_of_its_condition(
    warehouse: Make,
) -> None:
    built = warehouse(
        infusions="patient | day | category\n1 | 0 | headache\n2 | 0 | depression\n3 | 0 |"
    )
    found = built.table("marts.response_courses")
    counts = found.group_by("patient_key").agg(pl.len())
    asked = built.table("core.plan")
    for patient, category in (("1", "headache"), ("2", "depression"), ("3", "unassigned")):
        plan = asked.filter(pl.col("category") == category, pl.col("subtype").is_null())
        expected = plan.select("measure", "window").unique().height
        assert counts.filter(patient_key=patient)["len"].item() == expected
    assert set(found.filter(patient_key="3")["status"]) == {"no_baseline"}


def test_a_measure_without_a_rule_on_the_instrument_of_the_condition_has_no_baseline(
    warehouse: Make,
) -> None:
    built = warehouse(
        infusions="patient | day | category\n1 | 0 | headache\n2 | 0 | headache",
        scores="""
            patient | instrument        | day | score
            1       | headache_days_28d |  -1 | 20
            1       | nrs_average_7d    |  -1 | 8
            2       | nrs_average_7d    |  -1 | 8
        """,
    )
    assert built.statuses(measure="worsening") == {"1": "no_baseline", "2": "not_assessed"}
    assert built.statuses(measure="response") == {"1": "not_assessed", "2": "not_assessed"}


def test_a_measure_on_an_instrument_of_its_own_counts_whoever_has_it_at_baseline(
    warehouse: Make,
) -> None:
    built = warehouse(
        infusions="""
            patient | day | category
            1       |   0 | tmj
            2       |   0 | tmj
            3       |   0 | tmj
            4       |   0 | tmj
            5       |   0 | depression
        """,
        scores="""
            patient | instrument     | day | score
            1       | nrs_average_7d |  -1 | 8
            1       | nrs_average_7d |  22 | 8
            1       | opioid_mme     |  -1 | 90
            1       | opioid_mme     |  22 | 45
            2       | opioid_mme     |  -1 | 90
            2       | opioid_mme     |  22 | 45.01
            3       | opioid_mme     |  -1 | 0
            5       | phq_9          |  -1 | 20
        """,
    )
    assert built.statuses(measure="opioid_reduction") == {
        "1": "responded", "2": "not_responded", "3": "below_floor", "4": "no_baseline",
    }  # fmt: skip
    assert built.statuses(measure="response") == {
        "1": "not_responded", "2": "no_baseline", "3": "no_baseline", "4": "no_baseline",
        "5": "not_assessed",
    }  # fmt: skip
    row = built.practice.condition("tmj").beside.row(0, named=True)
    assert (row["measure"], row["due"], row["assessed"], row["responded"]) == (
        "opioid_reduction",
        2,
        2,
        1,
    )
    assert (row["no_baseline"], row["below_floor"]) == (1, 1)
    assert built.practice.condition("depression").beside.is_empty()
