"""The frames of a QualityFinding as tables of text, and what they mean for the measures."""

from collections.abc import Iterator

import polars as pl

from pipelines.disclosure.quality import QualityFinding
from pipelines.disclosure.quality_words import (
    clinic_name,
    count,
    handful,
    limit,
    names,
    numbers,
    share,
    status,
    where,
)
from pipelines.disclosure.words import NONE, percent


def overview(finding: QualityFinding) -> pl.DataFrame:
    """Return one row per rule, failures first: Rule, Status, Severity, Fails, Of, Share, Allowed."""
    rows = [
        (row["label"], status(row), row["severity"], row["kind"], _cell(row, "failing"),
         _cell(row, "counted"), row["unit"], share(row), limit(row),
         names(finding.definitions, where(row, finding.clinics), 6) or NONE)
        for row in finding.rules.iter_rows(named=True)
    ]  # fmt: skip
    heads = ("Rule", "Status", "Severity", "Kind", "Fails", "Of", "Counted", "Share", "Allowed",
             "Fails at")  # fmt: skip
    return pl.DataFrame(rows, schema=dict.fromkeys(heads, pl.String), orient="row")


def _cell(row: dict[str, object], name: str) -> str:
    return NONE if row["status"] == "error" else count(row[name])


def by_clinic(finding: QualityFinding, rule: str) -> pl.DataFrame:
    """Return a rule's numbers by clinic: Clinic, Status, Fails, Of, Share; none where it has none."""
    own = finding.clinics.filter(pl.col("rule") == rule).sort(
        "share", "clinic_key", descending=[True, False], nulls_last=True
    )
    rows = [
        (clinic_name(finding.definitions, row["clinic_key"]), status(row), _cell(row, "failing"),
         _cell(row, "counted"), share(row))
        for row in own.iter_rows(named=True)
    ]  # fmt: skip
    heads = ("Clinic", "Status", "Fails", "Of", "Share")
    return pl.DataFrame(rows, schema=dict.fromkeys(heads, pl.String), orient="row")


def by_month(finding: QualityFinding, rule: str) -> pl.DataFrame:
    """Return a rule's shares by month, newest first, with a column per clinic; none where undated."""
    own = finding.months.filter(pl.col("rule") == rule)
    cells = own.with_columns(
        pl.Series("Clinic", [clinic_name(finding.definitions, key) for key in own["clinic_key"]], dtype=pl.String),
        pl.Series("Cell", [_month_cell(*row) for row in
                           own.select("failing", "counted", "share").rows()], dtype=pl.String),
        Month=pl.col("month").dt.strftime("%Y-%m"),
    )  # fmt: skip
    if cells.is_empty():
        return pl.DataFrame(schema={"Month": pl.String})
    wide = cells.pivot("Clinic", index="Month", values="Cell").sort("Month", descending=True)
    first = ["Month", "All clinics"]
    return wide.select(*first, *sorted(set(wide.columns) - set(first))).fill_null(NONE)


def _month_cell(failing: int, counted: int, found: float) -> str:
    row = {"share": found, "hidden": False, "failing": failing, "counted": counted}
    return share(row) if handful(row) else f"{share(row)} ({failing:,} of {counted:,})"


def capture_table(finding: QualityFinding) -> pl.DataFrame:
    """Return the table behind the trend: Month, Due, Followed up, Share, Not yet due."""
    own = finding.capture.filter(pl.col("clinic_key").is_null())
    rows = [
        (f"{row['month']:%Y-%m}", count(row["due"]), count(row["assessed"]),
         percent(row["follow_up"]), count(row["not_yet_due"]))
        for row in own.sort("month", descending=True).iter_rows(named=True)
    ]  # fmt: skip
    heads = ("Began", "Due", "Followed up", "Share", "Not yet due")
    return pl.DataFrame(rows, schema=dict.fromkeys(heads, pl.String), orient="row")


def below_clinics(finding: QualityFinding) -> str | None:
    """Return which rules bring the practice's grade below that of every clinic; None where none do.

    More rules are asked of the practice, and what fails over all need not fail at each clinic.
    """
    graded = finding.grades.filter(pl.col("grade").is_not_null())
    whole = graded.filter(pl.col("clinic_key").is_null())["grade"].to_list()
    each = graded.filter(pl.col("clinic_key").is_not_null())["grade"].to_list()
    order = finding.definitions["quality_grades"].sort("sort_order")["grade"].to_list()
    if not whole or not each or order.index(whole[0]) <= max(map(order.index, each)):
        return None
    asked = finding.clinics.group_by("rule").agg(kept=(pl.col("status") == "passed").any())
    failed = finding.rules.filter(
        (pl.col("status") == "failed") & (pl.col("severity") != "minor")
    ).join(asked, on="rule", how="left", maintain_order="left")
    alone = [_lower(label) for label in failed.filter(pl.col("kept").is_null())["label"]]
    partly = [_lower(label) for label in failed.filter("kept")["label"]]
    parts = [
        *([f"Asked of the whole practice only: {', '.join(alone)}."] if alone else []),
        *([f"Kept at some clinics: {', '.join(partly)}."] if partly else []),
    ]
    return " ".join(["Below every clinic, because more rules fail than at any of them.", *parts])


def meanings(finding: QualityFinding) -> list[tuple[str, str]]:
    """Return what the quality of the data means for the measures: about what, and a sentence."""
    return [*_untrusted(finding), *_affected(finding)]


def _untrusted(finding: QualityFinding) -> Iterator[tuple[str, str]]:
    """Yield a sentence per clinic with conditions whose response can't be trusted."""
    labels = finding.definitions.labels("categories", "category")
    low = finding.trust.filter(pl.col("verdict") == "too_low")
    whole = finding.trust.group_by("clinic_key").agg(pl.col("assessed", "due").sum())
    worst = whole.sort(pl.col("assessed") / pl.col("due"), "clinic_key")
    ordered = worst.join(low, on="clinic_key", suffix="_here", maintain_order="left_right")
    for (clinic, assessed, due), own in ordered.group_by(
        "clinic_key", "assessed", "due", maintain_order=True
    ):
        parts = [
            f"{_lower(labels[row['category']])} ({percent(row['follow_up'])}"
            f" of {row['due_here']:,} due)"
            for row in own.sort("due_here", descending=True).iter_rows(named=True)
        ]
        yield (
            f"{clinic_name(finding.definitions, clinic)}, follow-up {percent(int(str(assessed)) / int(str(due)))}",
            f"response of {_listed(parts)} can't be trusted; read the range from at least to at"
            " most.",
        )


def _lower(label: str) -> str:
    """Return a label inside a sentence; one that begins with an abbreviation keeps it."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def _affected(finding: QualityFinding) -> Iterator[tuple[str, str]]:
    """Yield a sentence per failing rule: which measures suffer, where, and why."""
    for row in finding.failures.iter_rows(named=True):
        places = where(row, finding.clinics)
        at = f" Fails at {names(finding.definitions, places, 6)}." if places else ""
        yield str(row["affects"]), f"{numbers(row)}{at}"


def verdict_counts(finding: QualityFinding) -> tuple[int, int]:
    """Return how many pairs of clinic and condition have enough follow-up, and how many are due."""
    due = finding.trust.filter(pl.col("verdict") != "none_due")
    return due.filter(pl.col("verdict") != "too_low").height, due.height
