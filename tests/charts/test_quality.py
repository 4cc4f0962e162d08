"""The charts, cards and report of data quality: titles say the finding, words stand behind."""

from pathlib import Path

import pytest

from pipelines import open_practice
from pipelines.charts import quality_failures, quality_trend, quality_trust
from pipelines.charts.quality_cards import cards, title
from pipelines.charts.quality_report import report
from pipelines.disclosure import QualityFinding, disclose_quality
from tests.estimates.test_quality import FEBRUARY, JANUARY, kept, result

FOLLOW_UP: list[tuple[object, ...]] = [
    ("post_induction", "lake", "depression", JANUARY, 10, 6, 0),
    ("post_induction", "hill", "tmj", JANUARY, 10, 10, 0),
    ("post_induction", "lake", "depression", FEBRUARY, 0, 0, 7),
]
FAILING: list[tuple[str, str | None, int, int, str]] = [
    *kept(None),
    *kept("hill"),
    ("baseline_missing", "lake", 0, 50, "passed"),
    ("follow_up_post_induction", "lake", 20, 50, "failed"),
    ("records_old", None, 1, 1, "failed"),
]


@pytest.fixture
def finding() -> QualityFinding:
    return disclose_quality(result(FAILING, follow_up=FOLLOW_UP), "internal")


def test_the_title_of_each_chart_says_what_it_found(finding: QualityFinding) -> None:
    assert quality_failures.title(finding) == (
        "2 rules fail; the gravest is follow-up after induction"
    )
    assert quality_trend.title(finding) == (
        "After induction: 80 % followed up in the last 6 due months"
    )
    assert quality_trend.title(finding, "lake") == "lake: 60 % followed up in the last 6 due months"
    assert quality_trust.title(finding) == (
        "A rate can be told for 1 of 2 pairs of clinic and condition; for 1 follow-up is too low"
    )
    assert title(finding) == "2 clinics: 1 with A, 1 with D"


def test_the_alt_text_tells_the_chart_in_words(finding: QualityFinding) -> None:
    assert quality_failures.alt_text(finding) == (
        "2 rules fail; the gravest is follow-up after induction."
        " Follow-up after induction: 0 % over all clinics, at most 30 % allowed, fails at lake;"
        " Age of the records: 1 of 1 over all clinics, none allowed"
    )
    assert quality_trend.alt_text(finding) == (
        "After induction: 80 % followed up in the last 6 due months. Jan 2025 80 % of 20."
        " Not yet due: 1 months."
    )
    assert "lake, Depression: 60 % of 10 due, can't be trusted" in quality_trust.alt_text(finding)


@pytest.mark.parametrize("narrow", [False, True])
def test_every_chart_is_drawn_at_both_widths(finding: QualityFinding, narrow: bool) -> None:
    for module in (quality_failures, quality_trend, quality_trust):
        drawn = module.chart(finding, narrow=narrow).to_dict()
        assert drawn["width"] == (380 if narrow else 900)
        assert drawn["description"] == module.alt_text(finding)


def test_a_clinic_with_few_due_is_flagged_at_work(finding: QualityFinding) -> None:
    assert quality_trust.small_cells(finding)
    assert '"60 %*"' in quality_trust.chart(finding).to_json()


def test_cards_show_the_worst_clinic_first_after_the_practice_and_escape_its_name() -> None:
    rows = [*kept(None), *kept("ok"), *kept("<b>")]
    rows[-1] = ("baseline_missing", "<b>", 90, 100, "failed")
    drawn = cards(disclose_quality(result(rows), "internal"))
    names = ["The whole practice", "&lt;b&gt;", "ok"]
    assert sorted(names, key=lambda name: drawn.index(f"<h4>{name}</h4>")) == names
    assert "<b>" not in drawn
    assert "Fails: baseline before treatment (of 2 rules)." in drawn


def test_the_report_loads_nothing_and_says_of_every_rule_what_to_do(small_practice: Path) -> None:
    finding = disclose_quality(open_practice(small_practice).quality(), "cms11")
    written = report(finding)
    assert written.startswith("<!doctype html>")
    for row in finding.rules.iter_rows(named=True):
        assert f"<h3>{row['label']}" in written
    assert written.count("<strong>What to do.</strong>") == finding.rules.height
    for loading in ("<script", "<link", "src=", "@import", "href="):
        assert loading not in written
    assert written.count("url(") == written.count("url(#")
