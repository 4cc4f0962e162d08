"""What a rate chart shows, and what it must not."""

from collections.abc import Iterator
from datetime import date

import polars as pl
import pytest

from pipelines import Finding, disclose
from pipelines.charts.cautions import cautions
from pipelines.charts.response import chart
from pipelines.charts.rows import rows
from pipelines.charts.table import as_text
from pipelines.definitions import load
from pipelines.estimates import Question, Result, response
from pipelines.estimates.basis import basis
from pipelines.estimates.result import Provenance
from tests.drawn import drawn as table

DEFINITIONS = load()
PHQ = """
    category         | subtype             | responded | not_responded | not_assessed
    depression       | mdd                 | 40        | 20            | 12
    depression       | bipolar             | 12        | 3             | 20
    headache         | other               | 11        | 12            | 0
    neuropathic_pain | other               | 4         | 3             | 1
    other            | ptsd                | 12        | 14            | 0
"""


def _courses(text: str) -> pl.DataFrame:
    """Return one row per course: as many of each status as the table says."""
    parts = [
        (
            f"{row['category']}-{row['subtype']}-{status}-{number}",
            row["category"],
            row["subtype"],
            status,
        )
        for row in table(text).iter_rows(named=True)
        for status in ("responded", "not_responded", "not_assessed")
        for number in range(int(row[status]))
    ]
    names = ["patient_key", "category", "subtype", "status"]
    return pl.DataFrame(parts, schema=names, orient="row").with_columns(
        pl.col("patient_key").alias("course_key"),
        *[pl.lit("any").alias(name) for name in ("sex", "age_band", "region")],
        start_month=pl.lit(date(2025, 1, 1)),
        severity=pl.lit(0.8),
        is_first_course=pl.lit(True),
        measure=pl.lit("response"),
        clinic_key=pl.lit("north"),
    )


def _finding(
    policy: str = "internal", by: tuple[str, ...] = ("category", "subtype"), text: str = PHQ
) -> Finding:
    courses, question = _courses(text), Question(by=by)
    result: Result = response(
        courses,
        question,
        DEFINITIONS,
        Provenance("b1", "dates", date(2024, 1, 1), date(2026, 1, 1)),
        basis(lambda: [(question.window, courses)], question.window, date(2026, 1, 1), DEFINITIONS),
    )
    return disclose(result, policy)


def _drawn(finding: Finding, name: str) -> list[object]:
    """Return every value of a column in the data of a chart."""
    datasets = chart(finding).to_dict()["datasets"].values()
    return [row[name] for rows in datasets for row in rows if row.get(name) is not None]


def _numbers(finding: Finding) -> set[float]:
    return {value for level in (*finding.levels, *finding.together) for row in level.rows() for value in row
            if isinstance(value, int | float)}  # fmt: skip


def _layers(spec: dict[str, object]) -> Iterator[dict[str, object]]:
    inner = spec.get("layer", [])
    assert isinstance(inner, list)
    for layer in inner:
        yield layer
        yield from _layers(layer)


@pytest.mark.parametrize("policy", ["internal", "cms11"])
def test_a_chart_draws_no_number_that_is_not_in_its_finding(policy: str) -> None:
    finding = _finding(policy)
    for name in ("known", "highest", "rate", "low", "high"):
        assert set(_drawn(finding, name)) <= _numbers(finding)


def test_rows_stand_in_the_order_of_the_definitions_with_the_rest_under_a_divider() -> None:
    assert [row.label for row in rows(_finding())] == [
        "All headline conditions", "Neuropathic pain", "Other neuropathic", "Headache",
        "Other headache", "Depression", "Major depression", "Bipolar", "Outside the headline",
        "Other indications", "PTSD",
    ]  # fmt: skip


def test_a_hidden_row_says_hidden_and_draws_nothing() -> None:
    finding = _finding("cms11")
    hidden = [row.label for row in rows(finding) if row.numbers and row.numbers["hidden"]]
    bands = {
        row["label"]
        for data in chart(finding).to_dict()["datasets"].values()
        for row in data
        if row.get("known") is not None or row.get("rate") is not None
    }
    assert "Bipolar" in hidden
    assert not bands & set(hidden)
    text = as_text(finding).with_columns(pl.col("Condition").str.strip_chars())
    assert (
        text.row(by_predicate=pl.col("Condition") == "Bipolar", named=True)["At most"] == "hidden"
    )


def test_a_row_with_too_little_follow_up_has_a_band_and_no_dot() -> None:
    data = [row for rows in chart(_finding()).to_dict()["datasets"].values() for row in rows]
    bipolar = [row for row in data if row.get("label") == "Bipolar"]
    assert any(row["known"] == 12 / 35 for row in bipolar)
    assert all(row["rate"] is None for row in bipolar)
    assert {row["follow_up"] for row in bipolar} == {"43 %, low"}


def test_a_published_figure_of_the_same_rule_stands_on_its_category_only() -> None:
    assert _drawn(_finding(), "figure") == ["McInnes 2022: 54 % of 537"]


def test_no_published_figure_stands_where_a_row_is_hidden_or_follow_up_is_low() -> None:
    few = _courses(PHQ).with_columns(status=pl.lit("not_assessed"))
    made = Provenance("b1", "dates", None, None)
    finding = disclose(response(few, Question(by=("category",)), DEFINITIONS, made), "internal")
    assert _drawn(finding, "figure") == []


def test_the_alt_text_says_the_sentence_and_no_hidden_row() -> None:
    finding = _finding("cms11")
    said = chart(finding).to_dict()["description"]
    assert finding.sentence in said
    assert "Bipolar" not in said
    assert "Other indications: 46 % to 46 %" in said


@pytest.mark.parametrize("by", [(), ("category",), ("clinic_key",), ("clinic_key", "category")])
@pytest.mark.parametrize("narrow", [False, True])
def test_any_grouping_can_be_drawn(by: tuple[str, ...], narrow: bool) -> None:
    spec = chart(_finding(by=by), narrow=narrow).to_dict()
    assert spec["title"]["text"]
    assert spec["autosize"] == {"type": "fit-x", "contains": "padding"}


def test_small_numbers_are_flagged_at_work_and_named() -> None:
    finding = _finding()
    assert set(_drawn(finding, "flag")) == {"", "*"}
    assert cautions(finding)[-1] == (
        "Fewer than 11 due, marked *: such a number may point to a person:"
        " Neuropathic pain, Other neuropathic."
    )


def test_other_measures_stand_beside_with_their_own_finding() -> None:
    finding = _finding()
    table = as_text(finding, [finding])
    assert table.columns[-1] == "Response"
    assert table["Response"][0] == "64 %"


def test_the_axis_runs_from_0_to_100_per_cent_and_names_its_unit() -> None:
    axes = [
        layer["encoding"]["x"]  # type: ignore[index]
        for layer in _layers(chart(_finding()).to_dict())
        if "x" in layer.get("encoding", {}) and "axis" in layer["encoding"]["x"]  # type: ignore[operator,index]
    ]
    assert axes
    assert {tuple(axis["scale"]["domain"]) for axis in axes} == {(0, 1)}
    assert {axis["axis"]["title"] for axis in axes} == {"Share of courses that responded (%)"}
