"""What the practice is like: conditions, clinics, scales, reactions and rules of response."""

from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
import polars as pl

from pipelines.definitions import Definitions
from pipelines.intake.simulation.arrays import Floats, Ints

HERE = Path(__file__).parent
WINDOWS = ("early", "post_induction", "week_8", "week_12")
EARLY, POST = 0, 1
DAY_SCALE = "nrs_average_24h"
UNJUDGED_FALL_PERCENT = 50


@dataclass(frozen=True)
class World:
    """Everything that does not depend on chance; arrays by the row number in the frames.

    shares: clinic x condition. chance: condition x window, the true probability of response, NaN
    where no window is. cut: the same as a normal quantile. fall_percent, floor: condition x scale;
    floor is NaN where the definitions judge no response. days: scale x window x (first, last,
    target), NaN where the scale's family has no such window.
    """

    conditions: pl.DataFrame
    clinics: pl.DataFrame
    scales: pl.DataFrame
    reactions: pl.DataFrame
    shares: Floats
    chance: Floats
    cut: Floats
    fall_percent: Ints
    floor: Floats
    maximum: Ints
    days: Floats

    def condition(self, column: str) -> Floats:
        """Return a number of each condition, NaN where there is none."""
        return _numbers(self.conditions, column)

    def clinic(self, column: str) -> Floats:
        """Return a number of each clinic."""
        return _numbers(self.clinics, column)

    def scale(self, column: str) -> Floats:
        """Return a number of each scale."""
        return _numbers(self.scales, column)

    def scale_number(self, instrument: str) -> int:
        """Return the row of a scale."""
        return self.scales["instrument"].to_list().index(instrument)

    def condition_number(self, subtype: str) -> int:
        """Return the row of the first condition with this subtype."""
        return self.conditions["subtype"].to_list().index(subtype)


def world(definitions: Definitions) -> World:
    """Return the simulated world, with rules, floors and windows taken from the definitions."""
    conditions, clinics, scales = _read("conditions"), _read("clinics"), _read("scales")
    chance = conditions.select(WINDOWS).cast(pl.Float64).to_numpy()
    quantile = NormalDist().inv_cdf
    cut = np.array([[quantile(p) if p == p else -np.inf for p in row] for row in chance.tolist()])
    fall_percent, floor = _rules(conditions, scales, definitions)
    return World(
        conditions=conditions,
        clinics=clinics,
        scales=scales,
        reactions=_read("reactions"),
        shares=_shares(conditions, clinics),
        chance=chance,
        cut=cut,
        fall_percent=fall_percent,
        floor=floor,
        maximum=_maximum(scales, definitions),
        days=_days(scales, definitions),
    )


def _read(name: str) -> pl.DataFrame:
    return pl.read_csv(HERE / f"{name}.csv")


def _numbers(frame: pl.DataFrame, column: str) -> Floats:
    return frame[column].cast(pl.Float64).to_numpy()


def _shares(conditions: pl.DataFrame, clinics: pl.DataFrame) -> Floats:
    """Return clinic x condition: clinics differ in categories, never in subtypes within them.

    So the truth of a category is one number, whichever clinic follows up well.
    """
    mix = clinics.select(conditions["category"].unique(maintain_order=True).to_list())
    by_condition = mix.select(
        pl.col(category).alias(str(number))
        for number, category in enumerate(conditions["category"].to_list())
    ).to_numpy()
    shares = by_condition * _numbers(conditions, "share")
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float64)


def _rules(
    conditions: pl.DataFrame, scales: pl.DataFrame, definitions: Definitions
) -> tuple[Ints, Floats]:
    """Return condition x scale: least fall in percent, and the floor of the headline measure."""
    rules = definitions["headlines"].join(
        definitions["measures"].rename({"category": "only_category"}),
        on=["instrument", "measure"],
    )
    fall = np.full((conditions.height, scales.height), UNJUDGED_FALL_PERCENT, dtype=np.int64)
    floor = np.full(fall.shape, np.nan)
    for row, (category, subtype) in enumerate(conditions.select("category", "subtype").iter_rows()):
        fitting = rules.filter(
            pl.col("category") == category,
            pl.col("only_category").is_null() | (pl.col("only_category") == category),
        )
        own = fitting.filter(pl.col("subtype").eq_missing(pl.lit(subtype)))
        fitting = own if own.height else fitting.filter(pl.col("subtype").is_null())
        fitting = fitting.sort("only_category", nulls_last=False)
        for column, instrument in enumerate(scales["instrument"].to_list()):
            for percent, least in (
                fitting.filter(pl.col("instrument") == instrument)
                .select("min_fall_percent", "floor")
                .iter_rows()
            ):
                fall[row, column], floor[row, column] = percent, least
    return fall, floor


def _maximum(scales: pl.DataFrame, definitions: Definitions) -> Ints:
    known = scales.join(
        definitions["instruments"], on="instrument", how="left", maintain_order="left"
    )
    return known["maximum"].cast(pl.Int64).to_numpy()


def _days(scales: pl.DataFrame, definitions: Definitions) -> Floats:
    families = scales.join(
        definitions["instruments"].select("instrument", "family"), on="instrument", how="left",
        maintain_order="left",
    )["family"].to_list()  # fmt: skip
    known = {
        (family, window): [first, last, target]
        for family, window, first, last, target in definitions["windows"]
        .select("family", "window", "first_day", "last_day", "target_day")
        .iter_rows()
    }
    missing = [np.nan] * 3
    days = [[known.get((family, window), missing) for window in WINDOWS] for family in families]
    return np.array(days, dtype=np.float64)
