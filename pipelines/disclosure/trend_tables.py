"""The tables of a rate over time as text."""

import polars as pl

from pipelines.disclosure.control_words import PERIODS, VARIATION, WHY_OUT, plain
from pipelines.disclosure.table import number
from pipelines.disclosure.trend import TrendFinding
from pipelines.disclosure.words import NONE, percent, span

ASSURANCE = {"reaches": "Reaches it", "misses": "Misses it", "unsure": "Hit or miss", None: NONE}


def points(found: TrendFinding) -> pl.DataFrame:
    """Return what the charts draw, one row per period."""
    rows = zip(
        found.rate.points.iter_rows(named=True),
        found.follow_up.points.iter_rows(named=True),
        strict=True,
    )
    return pl.DataFrame(
        [
            {
                "Began": row["period"],
                "Rate": percent(row["value"]),
                "Limits": span(row["lower"], row["upper"]),
                "Due": number(int(other["denominator"])),
                "Followed up": percent(other["value"]),
                "Assessed": number(int(row["denominator"])),
                "Met": number(int(row["numerator"])),
                "Kept out": WHY_OUT.get(str(row["why_out"]), ""),
            }
            for row, other in rows
        ]
    )


def rebases(found: TrendFinding) -> pl.DataFrame:
    """Return who decided on the lines of the chart, and why."""
    said = {"rebase": "Lines anew from", "freeze": "Lines from points up to"}
    return pl.DataFrame(
        [
            {
                "Decision": f"{said[row['kind']]} {row['month']:%b %Y}",
                "By": plain(row["person"]),
                "Why": plain(row["reason"]),
            }
            for row in found.rebases.iter_rows(named=True)
        ]
    )


def _power(found: TrendFinding) -> str:
    chances = found.rate.chart.operating
    return NONE if chances is None else percent(chances.power)


def overview(found: dict[str, TrendFinding]) -> pl.DataFrame:
    """Return one row per chart of several: what its latest points say, and what it could see."""
    return pl.DataFrame(
        [
            {
                "": label,
                "Rate": VARIATION[one.rate.variation],
                "Follow-up": VARIATION[one.follow_up.variation],
                "Target": ASSURANCE[one.rate.assurance],
                "Points": number(one.rate.counted.height),
                "By": PERIODS[one.width],
                "Sees a 10-point change": _power(one),
            }
            for label, one in found.items()
        ]
    )  # fmt: skip
