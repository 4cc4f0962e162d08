"""How many rows carry a rate under cms11, beside how many would if each row's own counts decided.

`python -m tests.reference.rows_released PRACTICE` draws courses of a built practice, 500 to 5,000 of them
(with replacement), and writes rows_released.csv: means over twenty draws of rows by condition, and of
pages by clinic (rows of conditions times clinics).
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from pipelines import open_practice
from pipelines.disclosure.asked import asked_of
from pipelines.disclosure.plan import plan
from pipelines.disclosure.release import first_release
from pipelines.estimates.basis import Basis, status_column
from pipelines.estimates.result import Question

HERE = Path(__file__).parent
SIZES, DRAWS, SMALLEST = (500, 1_000, 2_000, 5_000), 20, 11
COUNTED = ("responded", "not_responded", "not_assessed")


def counts(basis: Basis, column: str | None) -> tuple[int, int, int]:
    """Return rows in all, rows whose own counts allow a rate, and rows that carry one.

    With a column each row counts once for each of its values.
    """
    release = first_release(plan(basis, SMALLEST), "b", None)
    frame = basis.frame.with_columns(status=status_column("response", basis.window))
    headline = basis.definitions["categories"].filter("headline")["category"].to_list()
    found = [0, 0, 0]
    for by in ([], ["category"], ["category", "subtype"]):
        rows = frame.filter(pl.col("category").is_in(headline)) if not by else frame
        keys = [*by, *([column] if column else [])]
        groups = (
            rows.group_by(keys).agg("status") if keys else rows.select(pl.col("status").implode())
        )
        question = Question(by=tuple(by))
        for row in groups.iter_rows(named=True):
            if "subtype" in row and row["subtype"] is None:
                continue  # the same courses as its category
            asked = (
                question if column is None else replace(question, where={column: (row[column],)})
            )
            view = asked_of(asked, basis.window, basis.definitions)
            assert not isinstance(view, str)
            told = view.told(release, {name: row[name] for name in by})
            blocks = [row["status"].count(status) for status in COUNTED]
            others = len(row["status"]) - sum(blocks) if column is None else 0
            assessed = blocks[0] + blocks[1] > 0
            own = assessed and all(n == 0 or n >= SMALLEST for n in (*blocks, others))
            shown = assessed and "not_assessed" in told.numbers
            found = [a + b for a, b in zip(found, (1, own, shown), strict=True)]
    return found[0], found[1], found[2]


def table(folder: Path) -> pl.DataFrame:
    """Return a row for each number of courses: rows, allowed and shown by condition and by clinic."""
    whole = open_practice(folder).basis
    chance = np.random.default_rng(20_261_126)
    rows = []
    for size in SIZES:
        drawn = []
        for _ in range(DRAWS):
            picked = chance.integers(0, whole.frame.height, size)
            frame = whole.frame[picked].with_columns(
                pl.Series("patient_key", [str(n) for n in range(size)])
            )
            basis = replace(whole, load=frame.clone, load_tallies=tuple)
            drawn.append((*counts(basis, None), *counts(basis, "clinic_key")))
        rows.append((size, *np.mean(drawn, axis=0).round(1).tolist()))
    names = ["rows", "allowed", "shown", "clinic_rows", "clinic_allowed", "clinic_shown"]
    return pl.DataFrame(rows, schema=["courses", *names], orient="row")


if __name__ == "__main__":
    found = table(Path(sys.argv[1]))
    found.write_csv(HERE / "rows_released.csv")
    print(found.with_columns(share=pl.col("shown") / pl.col("allowed")))
