"""What is said of groups beside each other, typed out."""

from datetime import date

import polars as pl
import pytest

from pipelines.definitions import Definitions, InputError
from pipelines.disclosure import comparison_tables as tables
from pipelines.disclosure import comparison_words as words
from pipelines.disclosure.comparison import ComparisonFinding, disclose_comparison
from pipelines.disclosure.withheld import COMPARED
from pipelines.estimates.comparison import Comparison, comparison
from pipelines.estimates.result import Provenance, Question

NOWHERE = Provenance("b", "dates", None, None)
NO_TREATMENTS = pl.DataFrame(
    schema={"patient_key": pl.String, "treatment": pl.String, "trials": pl.Int64}
)
STATUS = ("responded", "not_responded", "not_assessed")


def counted(definitions: Definitions, *groups: tuple[str, str, int, int, int, int]) -> Comparison:
    """Return the estimates of clinics: clinic, category, year, and how many of each status."""
    rows = [
        (clinic, category, date(year, 3, 1), status)
        for clinic, category, year, *numbers in groups
        for status, number in zip(STATUS, numbers, strict=True)
        for _ in range(number)
    ]
    schema = {
        "clinic_key": pl.String, "category": pl.String, "start_month": pl.Date, "status": pl.String,
    }  # fmt: skip
    courses = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        patient_key=pl.int_range(pl.len()).cast(pl.String),
        measure=pl.lit("response"),
        subtype=pl.lit(None, pl.String),
        sex=pl.lit("female"),
        age_band=pl.lit("35-44"),
        severity=pl.lit(0.6),
        is_first_course=pl.lit(True),
    )
    question = Question(by=("clinic_key",))
    return comparison(courses, NO_TREATMENTS, question, definitions, NOWHERE)


@pytest.fixture
def two_clinics(definitions: Definitions) -> Comparison:
    return counted(
        definitions,
        ("north", "depression", 2025, 40, 40, 0),
        ("north", "tmj", 2026, 30, 10, 0),
        ("south_side", "depression", 2026, 30, 50, 0),
        ("south_side", "tmj", 2025, 10, 30, 0),
        ("lost", "tmj", 2026, 4, 0, 6),
    )


def shown(found: Comparison) -> ComparisonFinding:
    finding = disclose_comparison(found, "internal")
    assert isinstance(finding, ComparisonFinding)
    return finding


def test_a_protecting_policy_shows_the_reason_and_nothing_else(two_clinics: Comparison) -> None:
    assert disclose_comparison(two_clinics, "cms11") == COMPARED
    with pytest.raises(InputError, match="policy: 'cms1' is not known"):
        disclose_comparison(two_clinics, "cms1")


def test_the_sentences_name_the_groups_that_stand_out(two_clinics: Comparison) -> None:
    finding = shown(two_clinics)
    # Of 80 + 80 with depression 70 responded, of 84 with TMJ 44: so 56 are expected in each clinic; limits by R as in case_mix.R.
    assert words.expected(finding) == (
        "More responded than their patients would lead to expect in north (1.25 times, 1.06–1.43);"
        " fewer responded than their patients would lead to expect in south_side (0.71 times,"
        " 0.54–0.90)."
    )
    assert words.chance(finding) == (
        "If all did as expected, chance alone would still make at least one of 2 groups stand out in"
        " up to 10 % of practices."
    )
    assert words.two(finding, "north", "south_side") == (
        "north 58 % (49–67 % of 120 assessed) and south_side 33 % (26–42 % of 120 assessed)"
        " responded: a difference of +25 percentage points (+12 to +36). Chance alone would rarely do"
        " so much; the groups may treat different patients."
    )
    assert words.two(finding, "north", "lost") == (
        "Too few were followed up on one side, so that missing outcomes could make the difference."
    )


def test_the_change_is_told_in_its_two_parts(two_clinics: Comparison) -> None:
    # 50 of 120 in 2025, 64 of 124 in 2026; depression 2/3 to 80/124 of those assessed.
    assert words.change(shown(two_clinics)).startswith(
        "Against the year before, the share of those assessed that responded moved by +9.9 percentage"
        " points: +0.2 because other conditions were treated, +9.8 (−2.1 to"
    )


def test_pooled_groups_stand_beside_their_rates_in_pooled_order(definitions: Definitions) -> None:
    clinics = [("a", 10), ("b", 30), ("c", 20), ("d", 24)]
    found = shown(
        counted(definitions, *[(key, "tmj", 2026, met, 40 - met, 0) for key, met in clinics])
    )
    table = tables.pooled(found)
    assert table["Group"].to_list() == ["b", "d", "c", "a"]
    assert table["Among assessed"].to_list()[0] == "75 % (60–86 %)"
    assert words.pooled(found).startswith("Beyond chance, groups vary around 5")


def test_too_few_groups_are_not_pooled(two_clinics: Comparison) -> None:
    found = shown(two_clinics)
    assert words.pooled(found) == (
        "Too few groups are followed up enough to tell how much groups differ."
    )
    assert tables.pooled(found)["Pooled towards the mean"].to_list() == ["–", "–", "–"]


def test_a_table_says_why_a_group_has_no_ratio(two_clinics: Comparison) -> None:
    table = tables.groups(shown(two_clinics))
    assert table.select("Group", "Observed over expected", "Observed", "Due").rows() == [
        ("lost", "–", "4", "10"),
        ("north", "1.25 (1.06–1.43)", "70", "120"),
        ("south_side", "0.71 (0.54–0.90)", "40", "120"),
    ]
    assert table["Why no number"][0] == (
        "Too few were followed up, so that missing outcomes could make the ratio."
    )


def test_a_funnel_says_what_difference_a_group_could_show_and_never_one_beyond_all_or_none(
    definitions: Definitions,
) -> None:
    clinics = [("a", 5, 0), ("b", 190, 10), ("c", 180, 20)]
    finding = shown(
        counted(definitions, *[(key, "tmj", 2026, met, unmet, 0) for key, met, unmet in clinics])
    )
    table = tables.funnel(finding, finding.rate_funnel)
    could = dict(table.select("Group", "Could show").rows())
    # Three of five or fewer lie outside; where half respond they are 81 of 100 (scipy's binom.cdf).
    assert could["a"] == "−41 points"
    assert could["b"] == "+4 or −4 points"


def test_without_a_model_the_reason_stands_in_place_of_the_numbers(
    definitions: Definitions,
) -> None:
    finding = shown(counted(definitions, ("north", "tmj", 2026, 5, 5, 0)))
    assert words.expected(finding) == (
        "No expected number is given. There is one group only, so there is nothing to compare it with."
    )
    assert words.change(finding) == (
        "No course of the year before is due, or the calendar of these records keeps no months."
    )
    assert words.calibrated(finding).startswith("There is one group only")
    assert words.chance(finding) is None
    assert tables.fifths(finding).is_empty()


def test_where_nobody_is_due_a_sentence_says_so(definitions: Definitions) -> None:
    finding = shown(counted(definitions, ("north", "other", 2026, 5, 5, 0)))
    assert finding.groups.is_empty()
    assert words.expected(finding) == (
        "No course of a headline condition is due for this measure and window."
    )
    assert tables.groups(finding).is_empty()
