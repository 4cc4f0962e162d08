"""Limits of rates of events, against a Poisson model with errors clustered by patient."""

import polars as pl
import pytest

from pipelines.estimates.event_rates import event_divisors, of_each_term, with_rates

EVENTS = (4, 0, 1, 0, 3, 0, 0, 1)
INFUSIONS = (6, 6, 8, 10, 6, 12, 8, 4)


def patients(events: tuple[int, ...], infusions: tuple[int, ...]) -> pl.DataFrame:
    """Return one row per patient."""
    keys = [f"p{n}" for n in range(len(events))]
    return pl.DataFrame({"patient_key": keys, "events": events, "infusions": infusions})


def divisor(events: tuple[int, ...], infusions: tuple[int, ...]) -> float:
    found = event_divisors(patients(events, infusions))["divisor"].item()
    assert isinstance(found, float)
    return found


def test_the_divisor_is_the_clustered_variance_of_statsmodels_over_poisson_s() -> None:
    # GLM(family=Poisson, offset=log(infusions)).fit(cov_type="cluster") gives the logarithm of the
    # rate a variance of 0.30984127, where a Poisson count of 9 has 1 / 9; t with 7 degrees of
    # freedom is 2.364624 where the normal quantile is 1.959964.
    expected = 9 * 0.30984127 * (2.364624 / 1.959964) ** 2
    assert divisor(EVENTS, INFUSIONS) == pytest.approx(expected, rel=1e-6)


def test_limits_are_garwood_s_of_effective_numbers_by_scipy() -> None:
    rows = patients(EVENTS, INFUSIONS)
    told = rows.select(pl.col("events", "infusions").sum()).hstack(event_divisors(rows))
    row = with_rates(told, pl.col("infusions")).row(0, named=True)
    # gamma.ppf at 9 / 4.058914 events and one more, times 4.058914 / 60 infusions.
    assert [row[name] for name in ("per_100", "low", "high")] == pytest.approx(
        [15.0, 2.120198, 51.192089], rel=1e-6
    )


def test_rows_of_single_infusions_and_sums_of_patients_give_the_same() -> None:
    single = pl.DataFrame(
        {
            "patient_key": ["a", "a", "b", "b", "b", "c"],
            "events": [2, 0, 0, 1, 0, 0],
            "infusions": [1] * 6,
        }
    )
    alone = event_divisors(single)["divisor"].item()
    assert alone == pytest.approx(divisor((2, 1, 0), (2, 3, 1)))


def test_patients_as_alike_as_chance_makes_them_have_the_limits_of_a_poisson_count() -> None:
    assert divisor((1,) * 20, (10,) * 20) == 1.0


def test_no_event_or_one_patient_has_the_limits_of_a_poisson_count() -> None:
    assert divisor((0, 0, 0), (6, 6, 6)) == 1.0
    assert divisor((5,), (6,)) == 1.0
    assert divisor((), ()) == 1.0


def test_all_events_of_one_patient_are_one_effective_event() -> None:
    assert divisor((5, 0, 0, 0), (6, 6, 6, 6)) == 5.0
    # One event in few patients is one event, whatever their number.
    assert divisor((1, 0), (6, 6)) == 1.0


def test_without_infusions_there_is_no_rate() -> None:
    none = pl.DataFrame({"events": [0], "infusions": [0], "divisor": [None]})
    found = with_rates(none.cast({"divisor": pl.Float64}), pl.col("infusions"))
    assert found.select("per_100", "low", "high").row(0) == (None, None, None)


def test_patients_without_a_term_count_for_it_too() -> None:
    infusions = pl.DataFrame({"patient_key": ["a", "a", "b"]})
    events = pl.DataFrame({"patient_key": ["a"], "term": ["nausea"], "events": [2]})
    assert sorted(
        of_each_term(infusions, events)
        .select("term", "patient_key", "infusions", "events")
        .rows()
    ) == [("nausea", "a", 2, 2), ("nausea", "b", 1, 0)]  # fmt: skip
