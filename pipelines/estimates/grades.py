"""Grades of data quality: the first grade whose limits on failing rules hold."""

from collections.abc import Mapping

import polars as pl

from pipelines.definitions import Definitions

SEVERITIES = ("fatal", "major", "minor")
GRADES = pl.Schema(
    {
        "clinic_key": pl.String, "grade": pl.String, "means": pl.String,
        "fatal": pl.Int64, "major": pl.Int64, "minor": pl.Int64,
        "evaluated": pl.Int64, "ungraded_by": pl.String,
    }
)  # fmt: skip


def grades(rules: pl.DataFrame, clinics: pl.DataFrame, definitions: Definitions) -> pl.DataFrame:
    """Return the grade of the practice (clinic_key null) and of each clinic, with what fails.

    `rules` has one row per rule with status, `clinics` one per rule and clinic. fatal, major and
    minor count failing rules; `evaluated` those that passed or failed. Where a fatal rule could not
    be evaluated there is no grade, and `ungraded_by` names the rule: what was not asked can't be
    trusted.
    """
    severity = definitions["quality_rules"].select("rule", "severity")
    judged = clinics.join(severity, on="rule").select("rule", "clinic_key", "severity", "status")
    whole = rules.select("rule", "severity", "status")
    scale = definitions["quality_grades"].sort("sort_order").to_dicts()
    rows = [{"clinic_key": None} | _graded(whole, whole, scale)]
    for (clinic,), own in judged.sort("clinic_key").group_by("clinic_key", maintain_order=True):
        rows.append({"clinic_key": str(clinic)} | _graded(own, whole, scale))
    return pl.DataFrame(rows, schema=GRADES)


def _graded(
    own: pl.DataFrame, every: pl.DataFrame, scale: list[dict[str, object]]
) -> dict[str, object]:
    """Return the grade of one clinic from its own rules; `every` says which fatal ones there are."""
    evaluated = own.filter(pl.col("status").is_in(["passed", "failed"]))
    failed = evaluated.filter(pl.col("status") == "failed")
    counts = {name: failed.filter(pl.col("severity") == name).height for name in SEVERITIES}
    fatal = every.filter(pl.col("severity") == "fatal")["rule"].to_list()
    left = [rule for rule in fatal if rule not in evaluated["rule"].to_list()]
    found = next((row for row in scale if _within(counts, row)), None) if not left else None
    return {
        "grade": found["grade"] if found else None,
        "means": found["means"] if found else None,
        **counts,
        "evaluated": evaluated.height,
        "ungraded_by": left[0] if left else None,
    }


def _within(counts: Mapping[str, int], row: Mapping[str, object]) -> bool:
    return all(counts[name] <= int(str(row[f"max_{name}"])) for name in SEVERITIES)
