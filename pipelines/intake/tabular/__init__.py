"""Tabular exports: files and columns that a profile names become canonical rows."""

from functools import reduce
from pathlib import Path

import duckdb

from pipelines.definitions import InputError
from pipelines.definitions.schema import Table
from pipelines.intake import contract
from pipelines.intake.profile import Profile
from pipelines.intake.scratch import Scratch
from pipelines.intake.tabular.mapping import MEASURED, map_source
from pipelines.intake.tabular.reading import columns_used, locate, read


def read_export(scratch: Scratch, source: Path, profile: Profile) -> None:
    """Fill the `mapped` tables of a working database from the files of an export.

    Raises InputError for a file that can't be read or lacks a column that must be there.
    """
    _refuse_wrong_date_formats(scratch, profile)
    used = columns_used(profile)
    files = {}
    for number, (name, file) in enumerate(profile.files.items()):
        path = locate(source, name, file)
        if path is not None:
            files[name] = read(scratch, path, name, file, used[name], number)
    relative = profile.calendar == "relative"
    lent: dict[str, list[duckdb.DuckDBPyRelation]] = {}
    for table, found in profile.sources():
        if found.from_ in files:
            parts = map_source(scratch, contract.BY_NAME[table], found, files, relative)
            lent.setdefault(table, []).extend(parts)
    for table, parts in lent.items():
        _bring(scratch, contract.BY_NAME[table], parts)
    for name, text in files.items():
        for column in profile.files[name].names:
            text.note_names(scratch, column)
    scratch.one_row_per_item = True


def _refuse_wrong_date_formats(scratch: Scratch, profile: Profile) -> None:
    for table, source in profile.sources():
        for values in (source.columns, *source.each):
            for form in [form for value in values.values() for form in value.date_format]:
                try:
                    scratch.connection.execute("select try_strptime('', ?)", [form])
                except duckdb.Error:
                    raise InputError(
                        f"profile {profile.name}: tables.{table}: date_format is '{form}';"
                        " expected one as %m/%d/%Y"
                    ) from None


def _bring(scratch: Scratch, table: Table, parts: list[duckdb.DuckDBPyRelation]) -> None:
    """Bring the records of a table's sources into `mapped`: lent where they are many, read once."""
    if table.name in MEASURED:
        scratch.lend(table, reduce(lambda one, other: one.union(other), parts))
        return
    for part in parts:
        part.insert_into(f"mapped.{table.name}")
