"""What is shown of one condition, its sentences and tables, on the small practice."""

from pathlib import Path

import polars as pl
import pytest

from pipelines import InputError, open_practice
from pipelines.charts import by_infusion, distribution, lasting, trajectory
from pipelines.disclosure import condition_tables as tables
from pipelines.disclosure import condition_words as words
from pipelines.disclosure.condition import ConditionFinding, disclose_condition
from pipelines.disclosure.withheld import FOLLOWED
from pipelines.estimates.condition import Condition


@pytest.fixture(scope="module")
def counted(small_practice: Path) -> Condition:
    return open_practice(small_practice).condition("depression")


@pytest.fixture(scope="module")
def finding(counted: Condition) -> ConditionFinding:
    found = disclose_condition(counted, "internal")
    assert isinstance(found, ConditionFinding)
    return found


def test_a_protecting_policy_shows_nothing_but_the_reason(counted: Condition) -> None:
    assert disclose_condition(counted, "cms11") == FOLLOWED


def test_an_unknown_policy_is_refused(counted: Condition) -> None:
    with pytest.raises(InputError, match="policy: 'public' is not known"):
        disclose_condition(counted, "public")


def test_the_sentence_is_that_of_the_condition_on_the_response_page(
    small_practice: Path, finding: ConditionFinding
) -> None:
    whole = open_practice(small_practice).response().frame.filter(category="depression")
    same = finding.response.levels[1]
    counts = ("started", "due", "assessed", "responded", "not_assessed")
    assert same.select(counts).rows() == whole.select(counts).rows()


def test_the_bands_of_earlier_responders_add_up_to_all_who_responded(
    finding: ConditionFinding,
) -> None:
    responded = finding.response.levels[1]["responded"].item()
    by_window = finding.later.group_by("window").agg(pl.col("responders").sum())
    assert set(by_window["window"]) == {"week_8", "week_12"}
    assert set(by_window["responders"]) == {responded}
    table = tables.later(finding)
    assert table.columns == [
        "Responders", "Among assessed", "Possible", "All", "Not yet due", "Missing", "Assessed",
        "Respond", "No longer",
    ]  # fmt: skip


def test_the_distribution_counts_those_followed_up_and_only_falls(
    finding: ConditionFinding,
) -> None:
    assert set(finding.distribution["assessed"]) == {finding.response.levels[1]["assessed"].item()}
    assert finding.distribution["courses"].diff().drop_nulls().max() <= 0  # type: ignore[operator]


def test_thirds_add_up_to_the_courses_that_were_due(finding: ConditionFinding) -> None:
    assert finding.thirds["due"].sum() == finding.response.levels[1]["due"].item()


def test_every_chart_says_its_finding_in_title_and_alt_text(finding: ConditionFinding) -> None:
    for chart, said in (
        (by_infusion.chart, words.by_infusion(finding)),
        (lasting.chart, words.lasting(finding)),
        (distribution.chart, words.distribution(finding)),
        (trajectory.chart, words.trajectory(finding)),
    ):
        for narrow in (False, True):
            spec = chart(finding, narrow=narrow).to_dict()
            assert spec["description"] == said
            assert " ".join(spec["title"]["text"]).replace("\N{NO-BREAK SPACE}", " ") == said


def test_two_years_are_compared_in_a_sentence_that_says_whether_the_data_can_tell(
    finding: ConditionFinding,
) -> None:
    assert finding.years is not None
    said = words.years(finding)
    assert said.startswith("Of those who began ")
    assert said.endswith("can't tell the two apart.") != finding.years.difference.told_apart


def test_a_condition_without_a_baseline_gives_reasons_and_no_number(small_practice: Path) -> None:
    counted = open_practice(small_practice).condition("unassigned")
    found = disclose_condition(counted, "internal")
    assert isinstance(found, ConditionFinding)
    reason = "No course of this group has a baseline from which a response could be told."
    assert (words.by_infusion(found), words.futility(found)) == (reason, reason)
    assert (words.lasting(found), words.cost(found)) == (reason, None)
    assert words.distribution(found) == "Nobody has been followed up in this window."
