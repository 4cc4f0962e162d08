"""Stable practices: how many packs of charts signal, beside what their alarm budgets say.

`python -m tests.reference.alarm_budget` writes alarm_budget.csv: for each set of rules the share of
200 practices in which any chart signals, the mean of the printed chances, and the share of practices
in which any chart stands out. Takes minutes.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.definitions import load
from pipelines.estimates.judging_points import RULE_SETS, RuleSet
from pipelines.estimates.operating_characteristics import by_chance
from pipelines.estimates.result import Provenance, Question
from pipelines.estimates.trend import trend
from pipelines.intake.annotations import NOTHING

PRACTICES, MONTHS = 200, 30
CONDITIONS = ((40, 0.55), (22, 0.35), (8, 0.45))  # courses a month, true rate
FOLLOW_UP = 0.85
HERE = Path(__file__).parent


def stable(chance: np.random.Generator) -> Iterator[pl.DataFrame]:
    """Yield the courses of each condition of a practice in which nothing changes."""
    for monthly, rate in CONDITIONS:
        number = chance.poisson(monthly, MONTHS)
        month = np.repeat(np.arange(MONTHS), number)
        seen = chance.random(len(month)) < FOLLOW_UP
        met = chance.random(len(month)) < rate
        status = np.where(seen, np.where(met, "responded", "not_responded"), "not_assessed")
        starts = [date(2024 + place // 12, 1 + place % 12, 1) for place in month.tolist()]
        yield pl.DataFrame({"start_month": starts, "status": status}).with_columns(
            measure=pl.lit("response")
        )


def packs(rules: RuleSet, practices: int) -> tuple[float, float, float]:
    """Return the share of packs with any signal, the mean chance of it, the share where any stands out."""
    chance = np.random.default_rng(20_261_126)
    definitions, made = load(), Provenance("b", "dates", None, None)
    seen, told, strong = [], [], []
    for _ in range(practices):
        charts = [
            chart
            for rows in stable(chance)
            for found in [trend(rows, Question(), NOTHING, definitions, made, rules)]
            for chart in (found.rate.chart, found.follow_up.chart)
        ]
        seen.append(any(not chart.signals.is_empty() for chart in charts))
        alarms = [chart.operating.false_alarm for chart in charts if chart.operating]
        told.append(by_chance(alarms)[1])
        strong.append(any(chart.stands_out for chart in charts))
    return float(np.mean(seen)), float(np.mean(told)), float(np.mean(strong))


def main() -> None:
    """Write alarm_budget.csv."""
    rows = [(rules, PRACTICES, *packs(rules, PRACTICES)) for rules in RULE_SETS]
    pl.DataFrame(
        rows, schema=["rules", "practices", "signal", "budget", "stands_out"], orient="row"
    ).write_csv(HERE / "alarm_budget.csv", float_precision=4)


if __name__ == "__main__":
    main()
