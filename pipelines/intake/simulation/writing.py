"""A simulated practice written as a practice folder, through the same split as any import."""

from collections.abc import Callable
from pathlib import Path

import polars as pl

from pipelines.definitions import InputError, load
from pipelines.intake import batches, contract
from pipelines.intake.batches import Account, Manifest
from pipelines.intake.simulation import DATA_FROM, DATA_THROUGH, EVENTS, Missing, simulated
from pipelines.intake.splitting import Split, split

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
    writer, accounts, truth = batches.Writer(folder), _no_accounts(), []
    definitions = load()
    try:
        chunks = simulated(patients, seed, missing, definitions, chunk_size)
        for number, chunk in enumerate(chunks, start=1):
            parted = split(chunk.tables, definitions, DATA_THROUGH)
            writer.add(parted.accepted, parted.quarantined)
            accounts = [_added(account, chunk.tables, parted) for account in accounts]
            truth.append(chunk.truth)
            if progress:
                progress(min(number * chunk_size, patients))
        manifest = Manifest(
            batch=1,
            source="simulated",
            content_hash=batches.digest([], f"{patients} {seed} {missing} {chunk_size}"),
            calendar="dates",
            data_from=DATA_FROM.isoformat(),
            data_through=DATA_THROUGH.isoformat(),
            accounts=accounts,
        )
        _write_truth(folder, truth)
        _write_events(folder)
        writer.publish(manifest)
    except BaseException:
        writer.discard()
        raise
    return manifest


def _no_accounts() -> list[Account]:
    return [Account(table.name, 0, 0, 0, 0, 0, 0) for table in contract.TABLES]


def _added(account: Account, tables: dict[str, pl.DataFrame], parted: Split) -> Account:
    total = Account(
        table=account.table,
        rows_in=account.rows_in + tables[account.table].height,
        accepted=account.accepted + parted.accepted[account.table].height,
        quarantined=account.quarantined + parted.quarantined.filter(table=account.table).height,
        filtered=0,
        blank=0,
        repeated=0,
    )
    assert total.exact, total
    return total


def _write_truth(folder: Path, chunks: list[pl.DataFrame]) -> None:
    total = pl.concat(chunks).group_by(TRUTH).agg(pl.col("courses", "probability_sum").sum())
    total.sort(TRUTH).select(
        *TRUTH,
        pl.lit("response").alias("measure"),
        "courses",
        probability=pl.col("probability_sum") / pl.col("courses"),
    ).write_csv(folder / "truth.csv")


def _write_events(folder: Path) -> None:
    names = ["event_date", "clinic_key", "title", "kind"]
    pl.DataFrame(list(EVENTS), schema=names, orient="row").write_csv(folder / "events.csv")
