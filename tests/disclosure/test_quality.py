"""Data quality as it may be shown: what leaves holds no small number, and what is said of it."""

from pathlib import Path

import pytest

from pipelines import InputError, open_practice
from pipelines.definitions import Definitions
from pipelines.disclosure import QualityFinding, disclose_quality
from pipelines.disclosure.quality_tables import (
    below_clinics,
    by_clinic,
    by_month,
    meanings,
    overview,
)
from pipelines.disclosure.quality_words import limit, names, numbers, share
from tests.estimates.test_quality import JANUARY, kept, result

NUMBERS = ("failing", "counted", "share")
RULE = {
    "status": "failed", "error": None, "hidden": False, "failing": 581, "counted": 2697,
    "share": 581 / 2697, "unit": "due courses", "fails": "have no score",
    "max_failing_percent": "30.00",
}  # fmt: skip


@pytest.fixture(scope="module")
def leaving(small_practice: Path) -> QualityFinding:
    return disclose_quality(open_practice(small_practice).quality(), "cms11")


def test_nothing_of_a_clinic_or_a_month_leaves_but_grade_and_status(
    leaving: QualityFinding,
) -> None:
    assert leaving.months.is_empty()
    assert leaving.capture.is_empty()
    assert leaving.trust.is_empty()
    assert leaving.clinics.select(NUMBERS).null_count().row(0) == (leaving.clinics.height,) * 3
    assert set(leaving.clinics["status"]) <= {"passed", "failed", "not_applicable", "error"}
    assert by_month(leaving, "sex_missing").is_empty()
    assert set(by_clinic(leaving, "sex_missing")["Fails"]) == {"hidden"}


def test_no_number_of_records_leaves(leaving: QualityFinding) -> None:
    assert leaving.rules.height > 10
    assert leaving.rules["hidden"].all()
    assert leaving.rules.select(NUMBERS).null_count().row(0) == (leaving.rules.height,) * 3
    assert leaving.rules["status"].null_count() == 0


def test_rules_that_leave_are_not_ordered_by_a_hidden_share() -> None:
    rows = [
        ("dose_missing", None, 9, 60, "failed"),
        ("sex_missing", None, 5, 60, "failed"),
        ("age_band_missing", None, 6, 60, "failed"),
    ]
    found = disclose_quality(result([*kept(None), *rows]))
    assert found.failures["label"].to_list() == ["Age", "Dose", "Sex"]
    assert found.sentence == (
        "Age is what limits these data: too many patients have no age recorded (at most 5 % may)."
        " 2 more of 5 rules fail somewhere."
    )


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(InputError, match="policy: 'cms10' is not known"):
        disclose_quality(result(kept(None)), "cms10")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "581 of 2,697 due courses (22 %) have no score. Allowed: at most 30 %."),
        ({"failing": 0}, "None of 2,697 due courses. Allowed: at most 30 %."),
        ({"counted": 0}, "Nothing to count: no due courses."),
        ({"hidden": True}, "Numbers hidden. Allowed: at most 30 %."),
        ({"status": "error", "error": "needs_calendar"},
         "Not evaluated: it needs true months, which this calendar does not have."),
        ({"failing": 1, "counted": 1, "share": 1.0, "max_failing_percent": "0.00"},
         "1 of 1 due courses have no score. Allowed: none."),
    ],
)  # fmt: skip
def test_what_a_rule_found_is_said_in_words(changed: dict[str, object], said: str) -> None:
    assert numbers(RULE | changed) == said


def test_shares_are_finer_where_they_are_small_and_never_0_for_what_is_not(
    definitions: Definitions,
) -> None:
    found = [share(RULE | {"share": value}) for value in (0.2154, 0.0596, 0.0007, 0.0001, 0.0)]
    assert found == ["22 %", "6.0 %", "0.1 %", "under 0.1 %", "0 %"]
    assert limit({"max_failing_percent": "0.10"}) == "at most 0.1 %"
    assert names(definitions, ["a", "north_side"]) == "a and north_side"
    assert names(definitions, list("abcde")) == "5 clinics"


def test_rules_that_bring_the_practice_below_its_clinics_are_named() -> None:
    rows = [*kept(None), *kept("a"), *kept("b")]
    majors = ["follow_up_week_8", "follow_up_week_12", "indication_missing"]
    rows += [(rule, place, 9, 10, "failed") for rule in majors for place in (None, "a")]
    rows += [(rule, "b", 0, 10, "passed") for rule in majors[2:]]
    rows += [(rule, "b", 9, 10, "failed") for rule in majors[:2]]
    assert below_clinics(disclose_quality(result(rows), "cms11")) is None
    rows += [("quarantined_scores", None, 9, 10, "failed")]
    assert below_clinics(disclose_quality(result(rows), "cms11")) == (
        "Below every clinic, because more rules fail than at any of them."
        " Asked of the whole practice only: acceptance of scores."
        " Kept at some clinics: indication of the course."
    )


def test_the_answer_names_the_clinics_at_which_the_gravest_rule_fails() -> None:
    found = disclose_quality(
        result(
            [
                ("baseline_missing", None, 0, 100, "passed"),
                ("follow_up_post_induction", None, 25, 100, "passed"),
                ("follow_up_post_induction", "lake", 20, 50, "failed"),
                ("follow_up_post_induction", "hill", 5, 50, "passed"),
            ]
        ),
        "internal",
    )
    assert found.sentence == (
        "Follow-up after induction is what limits these data: at lake more than 30 % of due courses"
        " have no score in the window after induction (25 % over all clinics)."
    )
    assert overview(found)["Status"].to_list() == ["kept over all", "kept"]
    assert overview(found)["Fails at"].to_list() == ["lake", "–"]


def test_a_condition_with_low_follow_up_at_a_clinic_is_named_with_its_numbers() -> None:
    follow_up = [
        ("post_induction", "c", "headache", JANUARY, 100, 41, 0),
        ("post_induction", "c", "tmj", JANUARY, 10, 5, 0),
        ("post_induction", "c", "depression", JANUARY, 100, 90, 0),
    ]
    found = disclose_quality(result(kept(None), follow_up=list(follow_up)), "internal")
    assert meanings(found) == [
        (
            "c, follow-up 65 %",
            "response of headache (41 % of 100 due) and TMJ disorder (50 % of 10 due) can't be"
            " trusted; read the range from at least to at most.",
        )
    ]


def test_where_all_is_kept_nothing_limits_the_data() -> None:
    found = disclose_quality(result(kept(None)), "internal")
    assert found.sentence == "Nothing limits these data: all 2 rules that could be asked are kept."
    assert meanings(found) == []
