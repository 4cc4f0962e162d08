"""What holds of a practice folder and its crosswalk at any moment, whatever was done to them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl

from pipelines.intake import batches, contract
from pipelines.intake.batches import Manifest
from pipelines.intake.crosswalk import FILE
from tests.known_visits import known_visits

LOCKS = (".import.lock", ".lock")
KEYS = (
    "select 'patient', source_key, patient_key from patients",
    "select 'clinic', source_key, key from clinics",
    "select 'clinician', source_key, key from clinicians",
)


def listing(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder with its bytes, without locks."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in LOCKS]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def source_keys(crosswalk: Path) -> dict[tuple[str, str], str]:
    """Return every source key that a crosswalk knows, by kind, with its random key."""
    if not (crosswalk / FILE).is_file():
        return {}
    with closing(sqlite3.connect(crosswalk / FILE)) as database:
        known = database.execute("select name from sqlite_master where name = 'visit_files'")
        if not known.fetchall():
            return {}
        rows = [row for query in KEYS for row in database.execute(query).fetchall()]
    visits = known_visits(crosswalk).select("source", "source_key", "visit_key").rows()
    rows += [("visit", f"{source}:{key}", random) for source, key, random in visits]
    return {(kind, source): key for kind, source, key in rows}


def refuse_halves(practice: Path) -> list[Manifest]:
    """Assert that every batch that is read is whole: its account exact, its rows as the account says."""
    found = batches.manifests(practice)
    for batch in found:
        assert all(account.exact for account in batch.accounts), batch
        folder = practice / "records" / batch.folder
        rows = sum(pl.read_parquet(file).height for file in folder.glob("*.parquet"))
        told = sum(account.accepted + account.released for account in batch.accounts)
        assert bool(rows) == bool(told), batch
        for unit, table in contract_units(batch).items():
            assert rows_of(folder, table) == accepted(batch, unit, table), (unit, batch)
        lines = (practice / "quarantine" / f"{batch.folder}.csv").read_text("utf8").count("\n")
        assert lines - 1 >= sum(account.quarantined for account in batch.accounts), batch
    return found


def contract_units(batch: Manifest) -> dict[str, str]:
    """Return, by unit, the table of which each accepted thing is one row."""
    if batch.source in ("fhir", "omop"):
        return {"Patient": "patients"} if batch.source == "fhir" else {"person": "patients"}
    return {table.name: table.name for table in contract.TABLES}


def accepted(batch: Manifest, unit: str, table: str) -> int:
    """Return how many rows of a table an account says there are, released ones included."""
    own = sum(account.accepted for account in batch.accounts if account.unit == unit)
    return own + sum(account.released for account in batch.accounts if account.unit == table)


def rows_of(folder: Path, table: str) -> int:
    """Return how many rows of a table a batch holds."""
    return sum(pl.read_parquet(file).height for file in folder.glob(f"{table}-*.parquet"))


def refuse_leftovers(practice: Path, crosswalk: Path | None) -> None:
    """Assert that nothing is there but whole batches: no draft, work folder, orphan or lone lock."""
    found = {batch.folder for batch in batches.manifests(practice)} if practice.is_dir() else set()
    inside = {path.name for path in practice.glob("records/*")}
    stones = {name for name in inside if name.endswith(batches.UNDONE)}
    assert inside - stones - {"practice_id"} == found
    assert {path.stem for path in practice.glob("quarantine/*")} == found
    if crosswalk and crosswalk.is_dir():
        assert not list(crosswalk.glob(".work-*"))
        assert {path.name for path in crosswalk.glob("held/*/*")} <= found
        assert (crosswalk.stat().st_mode & 0o777, (crosswalk / FILE).stat().st_mode & 0o777) == (
            0o700, 0o600,
        )  # fmt: skip
