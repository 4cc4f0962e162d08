"""A model of expected response in a file: read and checked."""

from pathlib import Path

import polars as pl

from pipelines.definitions import InputError
from pipelines.definitions.errors import listed
from pipelines.estimates.expected import COLUMNS, TERMS
from pipelines.estimates.logistic import CONSTANT, SEVERITY

NUMBERS = (CONSTANT[0], SEVERITY[0])
NEEDED = ("term", "level", "coefficient")


def model_terms(path: Path) -> pl.DataFrame:
    """Return the terms in a CSV: term, level, coefficient, standard_error (null where not given).

    `severity` is the baseline as a share of the range of its scale, 1 the worst; `constant` and
    `severity` have no level, every other term has one. Raises InputError that names the row.
    """
    try:
        rows = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"model '{path}': not a readable CSV ({type(error).__name__})") from None
    missing = [name for name in NEEDED if name not in rows.columns]
    if missing:
        raise InputError(f"model '{path}': no column {listed(missing)}; expected {listed(NEEDED)}")
    if "standard_error" not in rows.columns:
        rows = rows.with_columns(standard_error=pl.lit(None, pl.String))
    found = rows.select(
        pl.col("term", "level"),
        pl.col("coefficient", "standard_error").cast(pl.Float64, strict=False),
    )
    for number, row in enumerate(found.iter_rows(named=True), start=2):
        _check(f"model '{path}', row {number}", row["term"], row["level"], row["coefficient"])
    if found.select("term", "level").is_duplicated().any():
        raise InputError(f"model '{path}': a term and level stands twice")
    return found.select(TERMS.names())


def _check(row: str, term: str | None, level: str | None, coefficient: float | None) -> None:
    allowed = (*NUMBERS, *COLUMNS)
    if term not in allowed:
        raise InputError(f"{row}: term is '{term}'; expected one of {listed(allowed, 20)}")
    if (level is None) != (term in NUMBERS):
        wanted = "none" if term in NUMBERS else "a level"
        raise InputError(f"{row}: level of {term} is {level or 'empty'}; expected {wanted}")
    if coefficient is None or coefficient != coefficient or abs(coefficient) == float("inf"):
        raise InputError(f"{row}: coefficient is no number")
