"""A simulated practice written as a practice folder, judged as any import is."""

from collections.abc import Callable
from pathlib import Path

import polars as pl

from pipelines.definitions import InputError, load
from pipelines.intake import batches, contract, leaving
from pipelines.intake.batches import Manifest
from pipelines.intake.leaving import pass_unchanged
from pipelines.intake.scratch import scratch
from pipelines.intake.simulation import DATA_FROM, DATA_THROUGH, EVENTS, Missing, simulated

TRUTH = ["category", "subtype", "window"]


def simulate_practice(
    folder: Path,
    patients: int,
    seed: int,
    missing: Missing,
    progress: Callable[[int], None] | None = None,
    chunk_size: int = 20_000,
) -> Manifest:
    """Write records, quarantine, events.csv and truth.csv of a simulated practice.

    One chunk of patients is in memory at a time. Raises InputError where the folder holds anything.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: it is there already and not empty; expected a new folder")
    truth, definitions = [], load()
    with batches.draft(folder) as draft, scratch(draft.practice / "records", definitions) as work:
        chunks = simulated(patients, seed, missing, definitions, chunk_size)
        for number, chunk in enumerate(chunks, start=1):
            for name, frame in chunk.tables.items():
                work.add(contract.BY_NAME[name], frame)
            truth.append(chunk.truth)
            if progress:
                progress(min(number * chunk_size, patients))
        pass_unchanged(work, definitions, DATA_THROUGH, draft)
        manifest = Manifest(
            batch=1,
            source="simulated",
            content_hash=batches.digest([], f"{patients} {seed} {missing} {chunk_size}"),
            calendar="dates",
            data_from=DATA_FROM.isoformat(),
            data_through=DATA_THROUGH.isoformat(),
            accounts=leaving.accounts(work),
        )
        _write_truth(folder, truth)
        EVENTS.write_csv(folder / "events.csv")
        draft.publish(manifest)
    return manifest


def _write_truth(folder: Path, chunks: list[pl.DataFrame]) -> None:
    total = pl.concat(chunks).group_by(TRUTH).agg(pl.col("courses", "probability_sum").sum())
    total.sort(TRUTH).select(
        *TRUTH,
        pl.lit("response").alias("measure"),
        "courses",
        probability=pl.col("probability_sum") / pl.col("courses"),
    ).write_csv(folder / "truth.csv")
