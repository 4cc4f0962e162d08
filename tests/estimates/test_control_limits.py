import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.estimates.control_limits import Flags, Floats, Kind, limits, spread, values
from pipelines.estimates.point_rules import outside
from pipelines.estimates.run_rules import runs

R_CHARTS = Path(__file__).parents[1] / "reference" / "control_charts_r.csv"
LINES = ("centre", "lower", "upper", "near_lower", "near_upper")


def column(rows: pl.DataFrame, name: str) -> Floats:
    return rows[name].cast(pl.Float64).to_numpy()


def held(rows: pl.DataFrame, name: str) -> Flags:
    return rows[name].cast(pl.String).str.to_uppercase().eq("TRUE").to_numpy()


def reference(studies: Path, file: str) -> pl.DataFrame:
    return pl.read_csv(studies / "spc_reference" / file, null_values="NA")


def compare(rows: pl.DataFrame, kind: Kind, numerator: str, denominator: str | None = None) -> None:
    """Hold limits, runs and sigma signals against qicharts2 0.8.1."""
    top = column(rows, numerator)
    bottom = column(rows, denominator) if denominator else np.ones_like(top)
    marked = "baseline" in rows.columns
    used = held(rows, "baseline") & held(rows, "include") if marked else None
    lines, points = limits(kind, top, bottom, used), values(kind, top, bottom)
    for line, name in ((lines.centre, "cl"), (lines.lower, "lcl"), (lines.upper, "ucl")):
        assert line == pytest.approx(column(rows, name), abs=1e-9)
    assert outside(points, lines).tolist() == held(rows, "sigma.signal").tolist()
    counted = held(rows, "include") if marked else np.ones(len(points), np.bool_)
    found = runs(points[counted], lines.centre[counted])
    told = [found.useful, found.longest, found.longest_allowed, found.crossings]
    names = ("n.useful", "longest.run", "longest.run.max", "n.crossings", "n.crossings.min")
    assert [*map(int, told), int(found.fewest_crossings)] == list(rows.select(names).row(0))
    assert bool(found.signal) == bool(held(rows, "runs.signal")[0])


def test_individuals_against_montgomery_example_6_5(studies: Path) -> None:
    compare(reference(studies, "expected_ex_6.5_3.csv"), "i", "y.sum")


@pytest.mark.parametrize("part", [1, 2])
def test_shares_against_montgomery_example_7_1(studies: Path, part: int) -> None:
    rows = reference(studies, "expected_ex_7.1_5.csv").filter(pl.col("part") == part)
    compare(rows, "p", "y.sum", "n")
    if part == 1:
        lines = limits("p", column(rows, "y.sum"), column(rows, "n"), held(rows, "include"))
        found = [round(float(line[0]), 4) for line in (lines.centre, lines.lower, lines.upper)]
        assert found == [0.215, 0.0407, 0.3893]


def test_counts_against_montgomery_example_7_3(studies: Path) -> None:
    compare(reference(studies, "expected_ex_7.3_3.csv"), "c", "y.sum")


def test_counts_and_shares_of_hospitals_against_qicharts2(studies: Path) -> None:
    compare(reference(studies, "runR_cdi_c.csv"), "c", "y.sum")
    compare(reference(studies, "runR_nhs_p.csv"), "p", "y.sum", "n")


@pytest.mark.parametrize("infection", [None, "BAC", "CDI", "UTI"])
def test_rates_of_infections_against_qicharts2(studies: Path, infection: str | None) -> None:
    data = reference(studies, "data_hospital_infections.csv")
    file = "expected_hai_1.csv" if infection is None else "expected_hai_2.csv"
    expected = reference(studies, file)
    if infection:
        data = data.filter(pl.col("infection") == infection)
        expected = expected.filter(pl.col("facet1") == infection)
    months = data.group_by("month").agg(pl.col("n", "days").sum()).sort("month")
    top, bottom = column(months, "n"), column(months, "days")
    lines = limits("u", top, bottom)
    told = [line.mean() for line in (lines.lower, lines.centre, lines.upper)]
    assert told == pytest.approx(list(expected.select("aLCL", "CL", "aUCL").row(0)), rel=1e-9)
    found = runs(top / bottom, lines.centre)
    assert (int(found.longest), int(found.crossings)) == expected.select(
        "longest.run", "n.crossings"
    ).row(0)
    assert outside(top / bottom, lines).sum() == expected["sigma.signal"].item()


@pytest.mark.parametrize(
    ("chart", "kind", "screened"),
    [
        ("pp", "pp", False),
        ("g", "g", False),
        ("t", "t", False),
        ("i", "i", False),
        ("i_screened", "i", True),
    ],
)
def test_limits_against_r(chart: str, kind: Kind, screened: bool) -> None:
    rows = pl.read_csv(R_CHARTS, null_values="NA").filter(pl.col("chart") == chart)
    top, bottom = column(rows, "numerator"), column(rows, "denominator")
    lines = limits(kind, top, bottom, screened=screened)
    for name in ("centre", "lower", "upper"):
        assert getattr(lines, name) == pytest.approx(column(rows, name), abs=1e-9), name


def test_widened_limits_of_rates_are_those_of_laney_by_hand() -> None:
    """Rates of 0.1, 0.25, 0.1 and 0.3 about 80 / 400 have z of -2, 1.22474, -2.12132 and 2.34521."""
    top, bottom = np.array([8.0, 30.0, 9.0, 33.0]), np.array([80.0, 120.0, 90.0, 110.0])
    # The mean moving range of z is (3.22474 + 3.34607 + 4.46653) / 3 = 3.67911; over 1.128 it is sigma z.
    assert spread("u", top, bottom) == pytest.approx(3.26162, abs=1e-5)
    lines = limits("up", top, bottom)
    assert lines.centre.tolist() == [0.2] * 4
    # 0.2 + 3 * sqrt(0.2 / n) * 3.26162; below, no rate is under 0.
    assert lines.upper == pytest.approx([0.689244, 0.599465, 0.661265, 0.617228], abs=1e-5)
    assert lines.lower.tolist() == [0.0] * 4
    assert lines.near_lower[0] == pytest.approx(0.2 - 2 * 0.05 * 3.26162, abs=1e-5)


def test_a_chart_of_one_point_has_a_centre_and_no_limits() -> None:
    lines = limits("i", np.array([4.0]), np.array([1.0]))
    assert lines.centre.tolist() == [4.0]
    assert math.isnan(lines.lower[0])
    assert math.isnan(lines.upper[0])


def test_limits_of_many_charts_are_those_of_each() -> None:
    chance = np.random.default_rng(1)
    bottom = chance.integers(10, 40, 18).astype(np.float64)
    top = chance.binomial(bottom.astype(int), 0.4, (3, 18)).astype(np.float64)
    for kind in ("p", "pp", "u", "up", "c", "i", "run"):
        together = limits(kind, top, np.broadcast_to(bottom, top.shape))
        for row in range(3):
            alone = limits(kind, top[row], bottom)
            for name in LINES:
                assert getattr(together, name)[row] == pytest.approx(
                    getattr(alone, name), nan_ok=True
                )


def test_shares_that_vary_as_chance_does_have_a_spread_of_one() -> None:
    chance = np.random.default_rng(2)
    top = chance.binomial(40, 0.5, (2000, 24)).astype(np.float64)
    assert spread("p", top, np.full((2000, 24), 40.0)).mean() == pytest.approx(1, abs=0.02)


def test_counts_that_vary_as_chance_does_have_a_spread_of_one() -> None:
    chance = np.random.default_rng(2)
    number = chance.integers(70, 130, (2000, 24)).astype(np.float64)
    top = chance.poisson(0.2 * number).astype(np.float64)
    assert spread("u", top, number).mean() == pytest.approx(1, abs=0.02)
