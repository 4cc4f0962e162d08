"""Are simulated practices counted back to their truth? Writes simulation_truth.csv beside it.

Usage: python -m tests.reference.simulation_truth [SEEDS] [PATIENTS]; by default 20 seeds of 100,000
patients, with outcomes missing at random and informatively. One row per seed, missing, category
and window:

- at-random: whether the truth lies inside the 99 % Wilson interval of the rate among assessed;
- informative: whether it lies between known and highest, each with its own 99 % Wilson limit as the
  allowance for sampling error.
"""

import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl

from pipelines import open_practice, warehouse
from pipelines.estimates.intervals import wilson
from pipelines.intake.simulation import Missing
from pipelines.intake.simulation.writing import simulate_practice

OUTPUT = Path(__file__).with_suffix(".csv")


def truth(folder: Path) -> pl.DataFrame:
    """Return the response probability by category and window: category, window, truth."""
    return (
        pl.read_csv(folder / "truth.csv")
        .group_by("category", "window")
        .agg(truth=(pl.col("probability") * pl.col("courses")).sum() / pl.col("courses").sum())
    )


def counted(folder: Path) -> pl.DataFrame:
    """Return what a built practice counts by category and window."""
    practice = open_practice(folder)
    frames = [
        practice.response(window=window).frame.with_columns(window=pl.lit(window))
        for window in practice.windows
    ]
    return pl.concat(frames).filter(pl.col("assessed") > 0)


def cells(seed: int, missing: Missing, patients: int) -> pl.DataFrame:
    """Return one row per category and window of one simulated practice."""
    folder = Path(tempfile.mkdtemp())
    try:
        simulate_practice(folder, patients, seed, missing)
        warehouse.build(folder)
        found = counted(folder).join(truth(folder), on=["category", "window"])
    finally:
        shutil.rmtree(folder)
    return judged(found).select(
        pl.lit(seed).alias("seed"),
        pl.lit(missing).alias("missing"),
        "category",
        "window",
        "due",
        "assessed",
        "responded",
        pl.col("truth", "rate", "rate_low", "rate_high", "range_low", "range_high").round(5),
        "truth_in_interval",
        "truth_in_range",
    )


def judged(found: pl.DataFrame) -> pl.DataFrame:
    """Return cells with 99 % limits and whether they hold the truth."""

    def limits(successes: pl.Series, trials: pl.Series) -> tuple[pl.Series, pl.Series]:
        low, high = wilson(
            successes.to_numpy().astype(np.float64), trials.to_numpy().astype(np.float64), 0.01
        )
        return pl.Series(low), pl.Series(high)

    rate_low, rate_high = limits(found["responded"], found["assessed"])
    range_low, _ = limits(found["responded"], found["due"])
    _, range_high = limits(found["responded"] + found["not_assessed"], found["due"])
    return found.with_columns(
        rate_low=rate_low, rate_high=rate_high, range_low=range_low, range_high=range_high
    ).with_columns(
        truth_in_interval=pl.col("truth").is_between("rate_low", "rate_high"),
        truth_in_range=pl.col("truth").is_between("range_low", "range_high"),
    )


def main(seeds: int, patients: int) -> None:
    """Run all seeds on two cores, write the cells and print the shares."""
    kinds: list[Missing] = ["at-random", "informative"]
    tasks = [(seed, missing) for missing in kinds for seed in range(1, seeds + 1)]
    with ProcessPoolExecutor(2) as pool:
        found = pl.concat(
            pool.map(
                cells,
                [seed for seed, _ in tasks],
                [missing for _, missing in tasks],
                [patients] * len(tasks),
            )
        )
    found.write_csv(OUTPUT)
    print(
        found.group_by("missing").agg(
            pl.len(), pl.col("truth_in_interval").mean(), pl.col("truth_in_range").mean()
        )
    )


if __name__ == "__main__":
    main(*(int(word) for word in [*sys.argv[1:], "20", "100000"][:2]))
