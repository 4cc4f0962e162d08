"""How often 95 % intervals hold the truth, by simulation; writes coverage.csv beside it.

    .venv/bin/python -m tests.reference.coverage

Cells: `share`, one course per patient, Wilson; `repeated`, one to four courses per patient whose
chances vary between patients, Wilson on n / design effect; `weighted`, 30 % missing more often
where baselines are mild, response likelier there too, Wilson on the effective sample size of the
weights; `difference`, Newcombe's hybrid score interval of two groups of n; `ratio`, observed over
expected of one of ten clinics of n that do alike, by a model fitted to all; `within`, what changed
within two conditions whose shares change too, n courses a year; `adjusted`, the mean of a fourth
week by the mixed model, 30 % missing in it, more often where the week before was bad; `pooled`,
the rate of one of twelve groups of n whose rates have a standard deviation of 12 points, `alike`
the same with one of 2 points, both less the true rate; `waiting`, the share that still waits
after eight weeks by Kaplan-Meier where about 30 % are censored before; `incidence`, the share that has
responded by the third infusion by Aalen-Johansen where others stop or are censored; `events`, 10
adverse events per 100 infusions, 6 to 12 infusions a patient, where patients differ in how often
they have them by a gamma frailty of variance 1, `events_quarter` of 0.25, `events_alike` not at
all, exact Poisson of effective numbers, `rare_events` 2 per 100 with variance 1; `lasting`, the
share in response after eight weeks by Turnbull's estimate where scores lie about 28 days apart and
one in eight is the last. n counts
patients (in each group). `given` is the share of replicates in which the interval is given,
`covered` the share of those that hold the truth. Takes two hours, half of them for `adjusted` with
1,000 patients.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.definitions import Definitions, load
from pipelines.estimates.adjusted_trajectory import mixed_means
from pipelines.estimates.competing import cumulative_incidence
from pipelines.estimates.difference import newcombe
from pipelines.estimates.event_rates import event_divisors, with_rates
from pipelines.estimates.exact import observed_over_expected
from pipelines.estimates.expected import fit
from pipelines.estimates.interval_censored import turnbull
from pipelines.estimates.intervals import wilson
from pipelines.estimates.mix import mix
from pipelines.estimates.pooling import rate, shared
from pipelines.estimates.result import Provenance, Question
from pipelines.estimates.shares import with_shares
from pipelines.estimates.survival import kaplan_meier
from pipelines.estimates.weighting import weighting

TABLE = Path(__file__).with_name("coverage.csv")
SIZES = (30, 100, 1000)
REPLICATES = 2000
Interval = tuple[float, float] | None
Chance = np.random.Generator


def main() -> None:
    """Simulate all cells and write the table."""
    found = [cell(name, n, REPLICATES) for name in CELLS for n in SIZES]
    pl.DataFrame(found).write_csv(TABLE, float_precision=4)


def cell(name: str, n: int, replicates: int) -> dict[str, object]:
    """Return one row of the table: how many intervals were given and how many held the truth."""
    truth, draw = CELLS[name]
    chance = np.random.default_rng([n, list(CELLS).index(name)])
    found = [interval for _ in range(replicates) if (interval := draw(chance, n)) is not None]
    held = sum(low <= truth <= high for low, high in found)
    return {
        "cell": name, "n": n, "truth": truth, "replicates": replicates,
        "given": len(found) / replicates, "covered": held / len(found) if found else None,
    }  # fmt: skip


def _share(chance: Chance, n: int) -> Interval:
    return _wilson(float(chance.binomial(n, 0.5)), float(n))[1:]


def _wilson(successes: float, trials: float) -> tuple[float, float, float]:
    low, high = wilson(np.array([successes]), np.array([trials]))
    return successes / trials, float(low[0]), float(high[0])


def _difference(chance: Chance, n: int) -> Interval:
    one, other = (_wilson(float(chance.binomial(n, p)), float(n)) for p in (0.55, 0.4))
    return newcombe(one, other)[1:]


def _repeated(chance: Chance, n: int) -> Interval:
    courses = chance.integers(1, 5, n)
    patients = np.repeat(np.arange(n), courses)
    responded = chance.random(len(patients)) < chance.beta(2, 2, n)[patients]
    rows = pl.DataFrame({"patient_key": patients, "responded": responded}).with_columns(
        status=pl.when("responded").then(pl.lit("responded")).otherwise(pl.lit("not_responded"))
    )
    met = int(responded.sum())
    counted = pl.DataFrame(
        {"due": [rows.height], "assessed": [rows.height], "responded": [met], "not_assessed": [0]}
    )
    asked = Question(population="all_courses")
    shared = with_shares(counted, rows, [], asked, SHIPPED).row(0, named=True)
    return shared["low"], shared["high"]


def _weighted(chance: Chance, n: int) -> Interval:
    mild = chance.random(n) < 0.5
    responded = chance.random(n) < np.where(mild, 0.7, 0.3)
    assessed = chance.random(n) < np.where(mild, 0.55, 0.85)
    status = np.where(responded, "responded", "not_responded")
    rows = pl.DataFrame(
        {
            "status": np.where(assessed, status, "not_assessed"),
            "severity": np.where(mild, 0.4, 0.8),
            "patient_key": np.arange(n),
        }
    ).with_columns(
        category=pl.lit("tmj"), sex=pl.lit("female"), age_band=pl.lit("35-44"),
        clinic_key=pl.lit("a"), is_first_course=pl.lit(True),
    )  # fmt: skip
    row = weighting(rows, SHIPPED).level([]).row(0, named=True)
    return None if row["weighted"] is None else (row["weighted_low"], row["weighted_high"])


def _ratio(chance: Chance, n: int) -> Interval:
    severity = chance.random(10 * n)
    chances = 1 / (1 + np.exp(2 * severity - 1))
    met = chance.random(10 * n) < chances
    rows = pl.DataFrame(
        {
            "status": np.where(met, "responded", "not_responded"),
            "severity": severity,
            "clinic": np.repeat(np.arange(10), n),
        }
    ).with_columns(
        category=pl.lit("tmj"), condition=pl.lit(None, pl.String), sex=pl.lit("female"),
        age_band=pl.lit("35-44"), earlier=pl.lit("1"), later_course=pl.lit(False),
    )  # fmt: skip
    model = fit(rows, ["clinic_key"], SHIPPED)
    if isinstance(model, str):
        return None
    return observed_over_expected(int(met[:n].sum()), model.chances[:n])


def _within(chance: Chance, n: int) -> Interval:
    years = []
    for month, share, rates in (
        (date(2025, 1, 1), 0.5, (0.6, 0.3)),
        (date(2026, 1, 1), 0.7, (0.65, 0.4)),
    ):
        first = chance.random(n) < share
        met = chance.random(n) < np.where(first, *rates)
        years.append(
            pl.DataFrame(
                {
                    "category": np.where(first, "depression", "tmj"),
                    "status": np.where(met, "responded", "not_responded"),
                }
            ).with_columns(start_month=pl.lit(month))
        )
    rows = pl.concat(years).with_columns(
        patient_key=pl.int_range(pl.len()),
        measure=pl.lit("response"),
        subtype=pl.lit(None, pl.String),
    )
    found = mix(rows, Question(), SHIPPED, Provenance("b", "dates", None, None))
    if found.within_low is None or found.within_high is None:
        return None
    return found.within_low, found.within_high


def _adjusted(chance: Chance, n: int) -> Interval:
    own = chance.multivariate_normal([0, 0], [[16, 0.3], [0.3, 0.25]], n)
    scores = np.array([17.0, 13.0, 11.0, 10.0]) + own[:, :1] + own[:, 1:] * np.arange(4)
    scores += chance.normal(0, 3, (n, 4))
    seen = np.ones((n, 4), bool)
    seen[:, 3] = chance.random(n) >= np.where(scores[:, 2] > 11, 0.45, 0.15)
    patients, weeks = np.nonzero(seen)
    rows = pl.DataFrame({"patient_key": patients, "week": weeks, "score": scores[patients, weeks]})
    found = mixed_means(rows)
    if found is None:
        return None
    low, high = found.limits()
    return float(low[3]), float(high[3])


def _pooled(chance: Chance, n: int, precision: float = 16.0) -> Interval:
    rates = chance.beta(precision / 2, precision / 2, 12)
    met = chance.binomial(n, rates).astype(np.float64)
    _, low, high = rate(met[0], n, shared(met, np.full(12, float(n))))
    return low - rates[0], high - rates[0]


def _alike(chance: Chance, n: int) -> Interval:
    return _pooled(chance, n, precision=600.0)


def _waiting(chance: Chance, n: int) -> Interval:
    lost = 7 * np.ceil(chance.exponential(10, n)).astype(np.int64)
    censored = 7 * np.ceil(chance.exponential(16, n)).astype(np.int64)
    curve = kaplan_meier(np.minimum(lost, censored), lost <= censored)
    row = curve.filter(pl.col("day") <= 56).row(-1, named=True)
    return None if row["low"] is None else (row["low"], row["high"])


def _lasting(chance: Chance, n: int) -> Interval:
    ends = chance.exponential(70, n)
    scores = np.maximum(3, chance.normal(28, 8, (n, 12)).round()).cumsum(axis=1)
    taken = (chance.random((n, 12)) > 1 / 8).cumprod(axis=1).astype(bool)
    before = taken & (scores < ends[:, None])
    after = np.where(before, scores, 0.0).max(axis=1)
    by = np.where(taken & (scores >= ends[:, None]), scores, np.inf).min(axis=1)
    row = turnbull(after, by, pl.Series(np.arange(n))).at([56]).row(0, named=True)
    return None if row["low"] is None else (row["low"], row["high"])


def _incidence(chance: Chance, n: int) -> Interval:
    draws = chance.random((n, 6))
    way = np.select([draws < 0.2, draws < 0.27, draws < 0.37], [1, 2, 3], 0)
    ended = (way > 0).argmax(axis=1)
    never = (way == 0).all(axis=1)
    names = np.array(["censored", "responded", "stopped", "censored"])
    rows = pl.DataFrame(
        {
            "time": np.where(never, 6, ended + 1),
            "way": np.where(never, "censored", names[way[np.arange(n), ended]]),
            "patient_key": np.arange(n),
        }
    )
    found = cumulative_incidence(rows, ["responded", "stopped"])
    row = found.filter(pl.col("time") <= 3).row(-1, named=True)
    low, high = row["responded_low"], row["responded_high"]
    return None if low is None else (low, high)


def _events(chance: Chance, n: int, rate: float = 10.0, frailty: float = 1.0) -> Interval:
    infusions = chance.integers(6, 13, n)
    often = chance.gamma(1 / frailty, frailty, n) if frailty else np.ones(n)
    events = chance.poisson(rate / 100 * infusions * often)
    rows = pl.DataFrame({"patient_key": np.arange(n), "events": events, "infusions": infusions})
    told = rows.select(pl.col("events", "infusions").sum()).hstack(event_divisors(rows))
    row = with_rates(told, pl.col("infusions")).row(0, named=True)
    return row["low"], row["high"]


def _events_quarter(chance: Chance, n: int) -> Interval:
    return _events(chance, n, frailty=0.25)


def _events_alike(chance: Chance, n: int) -> Interval:
    return _events(chance, n, frailty=0.0)


def _rare_events(chance: Chance, n: int) -> Interval:
    return _events(chance, n, rate=2.0)


# Of those still in, 0.2 respond at each infusion and 0.07 stop; who is censored is so after it.
STAYED = 1 - 0.2 - 0.07
RESPONDED_BY_THREE = 0.2 * (1 + STAYED + STAYED**2)
SHIPPED: Definitions = load()
CELLS: dict[str, tuple[float, Callable[[Chance, int], Interval]]] = {
    "share": (0.5, _share),
    "repeated": (0.5, _repeated),
    "weighted": (0.5, _weighted),
    "difference": (0.15, _difference),
    "ratio": (1.0, _ratio),
    "within": (0.07, _within),
    "adjusted": (10.0, _adjusted),
    "pooled": (0.0, _pooled),
    "alike": (0.0, _alike),
    "waiting": (float(np.exp(-0.8)), _waiting),
    "incidence": (RESPONDED_BY_THREE, _incidence),
    "events": (10.0, _events),
    "events_quarter": (10.0, _events_quarter),
    "events_alike": (10.0, _events_alike),
    "rare_events": (2.0, _rare_events),
    "lasting": (float(np.exp(-0.8)), _lasting),
}


if __name__ == "__main__":
    main()
