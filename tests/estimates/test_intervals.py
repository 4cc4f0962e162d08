"""Intervals, against R, published tables and statsmodels."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from pipelines.estimates.intervals import design_effects, wilson


def test_wilson_against_r(studies: Path) -> None:
    table = pl.read_csv(studies / "reference_values" / "proportion_ci_R.csv")
    low, high = wilson(table["k"].to_numpy().astype(float), table["n"].to_numpy().astype(float))
    assert low == pytest.approx(table["wilson_lo"].to_numpy(), abs=1e-12)
    assert high == pytest.approx(table["wilson_hi"].to_numpy(), abs=1e-12)


def test_wilson_against_table_1_of_newcombe_1998(studies: Path) -> None:
    table = pl.read_csv(studies / "reference_values" / "newcombe1998_tableI_method3_wilson.csv")
    low, high = wilson(table["x"].to_numpy().astype(float), table["n"].to_numpy().astype(float))
    assert np.round(low, 4) == pytest.approx(table["published_lo"].to_numpy())
    assert np.round(high, 4) == pytest.approx(table["published_hi"].to_numpy())


def test_of_nobody_there_is_no_interval() -> None:
    low, high = wilson(np.array([0.0]), np.array([0.0]))
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def assessed(*patients: list[int]) -> pl.DataFrame:
    rows = [(str(key), bool(y)) for key, courses in enumerate(patients) for y in courses]
    return pl.DataFrame(rows, schema=["patient_key", "responded"], orient="row")


def test_the_design_effect_is_the_clustered_variance_of_statsmodels_over_the_binomial_one() -> None:
    draw = np.random.default_rng(3)
    patients = [list(draw.random(draw.integers(1, 4)) < draw.random()) for _ in range(40)]
    frame = assessed(*[[int(y) for y in courses] for courses in patients])
    y = frame["responded"].to_numpy().astype(float)
    groups = frame["patient_key"].cast(pl.Int32).to_numpy()
    fit = sm.OLS(y, np.ones_like(y)).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    clustered = fit.bse[0] ** 2 * 40 / 39
    expected = clustered / (y.mean() * (1 - y.mean()) / len(y))
    found = design_effects(frame, [])["design_effect"].item()
    assert found == pytest.approx(max(expected, 1.0), rel=1e-9)


@pytest.mark.parametrize(
    ("patients", "effect"),
    [
        ([[1], [0], [1], [0]], 4 / 3),
        ([[1, 1], [1, 1]], 2.0),
        ([[1, 0], [1, 0], [1, 0]], 1.0),
        ([[1, 1, 0]], 3.0),
        ([[1, 1], [0, 0]] * 50, 2 * 100 / 99),
    ],
)
def test_design_effects_of_hand_drawn_courses(patients: list[list[int]], effect: float) -> None:
    assert design_effects(assessed(*patients), [])["design_effect"].item() == pytest.approx(effect)


def test_few_patients_make_the_divisor_larger_by_the_squared_ratio_of_quantiles_of_r() -> None:
    # R: (qt(.975, c(19, 29, 99)) / qnorm(.975))^2
    for patients, wider in ((20, 1.140386998), (30, 1.088899943), (100, 1.024901501)):
        found = design_effects(assessed(*[[1, 1], [0, 0]] * (patients // 2)), [])
        (effect, divisor) = found.select("design_effect", "divisor").row(0)
        assert divisor / effect == pytest.approx(wider, abs=1e-8)


def test_one_patient_has_no_spread_to_tell_and_counts_as_one_course() -> None:
    assert design_effects(assessed([1, 1, 0]), [])["divisor"].item() == 3.0
