"""MeasureReports: valid FHIR R4, and the numbers of the outcomes."""

import json
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.measurereport import MeasureReport

from pipelines.cms159 import Outcome, Rules, bundle, reasons, rules, summary
from tests.cms159.drawing import value_sets

OUTCOMES = [
    Outcome("a", 1, 1, 0, 1, "18 and over", "last PHQ-9 in the assessment period is 3"),
    Outcome("b", 1, 1, 0, 0, "18 and over", "no PHQ-9 in the assessment period"),
    Outcome("c", 1, 1, 0, 0, "12-17", "no PHQ-9 in the assessment period"),
    Outcome("d", 1, 1, 1, 0, None, "excluded: hospice care"),
    Outcome("e", 0, 0, 0, 0, None, "no date of birth"),
]


@pytest.fixture
def measure(tmp_path: Path) -> Rules:
    return rules(value_sets(tmp_path))


def test_the_rate_leaves_exclusions_out_and_has_its_wilson_interval(measure: Rules) -> None:
    whole, young, grown = summary(OUTCOMES, measure)
    assert whole.counts == {
        "initial_population": 4, "denominator": 4, "denominator_exclusion": 1, "numerator": 1,
    }  # fmt: skip
    # scipy.stats.binomtest(1, 3).proportion_ci(method="wilson"), and of 1 of 2
    assert (whole.eligible, young.eligible, grown.eligible) == (3, 1, 2)
    assert [whole.rate, young.rate, grown.rate] == pytest.approx([1 / 3, 0.0, 0.5])
    assert [whole.low, whole.high] == pytest.approx([0.0614919, 0.7923404], abs=1e-6)
    assert [grown.low, grown.high] == pytest.approx([0.0945312, 0.9054688], abs=1e-6)


def test_where_nobody_is_left_there_is_no_rate(measure: Rules) -> None:
    assert [row.rate for row in summary([], measure)] == [None, None, None]


def test_reasons_are_counted_the_commonest_first() -> None:
    assert reasons(OUTCOMES)[:2] == [
        ("no PHQ-9 in the assessment period", 2),
        ("excluded: hospice care", 1),
    ]


def written(measure: Rules) -> list[dict[str, Any]]:
    """Return the reports as they are printed."""
    text = json.dumps(bundle(OUTCOMES, measure, 2025))
    return [entry["resource"] for entry in json.loads(text)["entry"]]


def counts(part: dict[str, Any]) -> list[int]:
    return [population["count"] for population in part["population"]]


def test_the_bundle_and_its_reports_are_fhir_r4(measure: Rules) -> None:
    assert Bundle.model_validate(bundle(OUTCOMES, measure, 2025)).type == "collection"
    reports = [MeasureReport.model_validate(report) for report in written(measure)]
    assert [report.type for report in reports] == ["summary", *["individual"] * 5]
    assert len({report.id for report in reports}) == 6
    assert written(measure) == written(measure)


def test_reports_carry_the_counts_the_period_and_the_patient_by_id(measure: Rules) -> None:
    whole, *individual = written(measure)
    assert counts(whole["group"][0]) == [4, 4, 1, 1]
    assert whole["group"][0]["measureScore"]["value"] == pytest.approx(1 / 3, abs=1e-6)
    assert whole["period"] == {"start": "2025-01-01", "end": "2025-12-31"}
    assert "subject" not in whole
    assert [(report["subject"]["reference"], counts(report["group"][0])) for report in individual] == [
        ("Patient/a", [1, 1, 0, 1]),
        ("Patient/b", [1, 1, 0, 0]),
        ("Patient/c", [1, 1, 0, 0]),
        ("Patient/d", [1, 1, 1, 0]),
        ("Patient/e", [0, 0, 0, 0]),
    ]  # fmt: skip


def test_strata_stand_in_the_summary_and_the_own_one_in_each_report(measure: Rules) -> None:
    whole, first, *_, last = written(measure)
    (stratifier,) = whole["group"][0]["stratifier"]
    assert [(one["value"]["text"], counts(one)) for one in stratifier["stratum"]] == [
        ("12-17", [1, 1, 0, 0]),
        ("18 and over", [2, 2, 0, 1]),
    ]
    (own,) = first["group"][0]["stratifier"][0]["stratum"]
    assert own["value"]["text"] == "18 and over"
    assert "stratifier" not in last["group"][0]
