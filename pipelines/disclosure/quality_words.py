"""The words of a QualityFinding: what limits the data, and what each rule found."""

from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.groups import clinic_label
from pipelines.disclosure.words import HIDDEN, NONE, percent
from pipelines.estimates.result import Provenance

Row = Mapping[str, object]
HANDFUL = 10  # of fewer a share says little
STATUS = {
    "failed": "fails", "passed": "kept", "not_applicable": "nothing to count",
    "error": "not evaluated",
}  # fmt: skip
ERRORS = {
    "needs_calendar": "it needs true months, which this calendar does not have",
    "not_evaluated": "no table of this version counts it",
}
VERDICTS = {
    "too_low": "can't be trusted", "few": "too few to be stable", "enough": "can be told",
    "none_due": "none due yet",
}  # fmt: skip


def clinic_name(definitions: Definitions, key: object) -> str:
    """Return a clinic's label, else its key; all clinics together for none."""
    return "All clinics" if key is None else clinic_label(definitions, str(key))


def names(definitions: Definitions, keys: Sequence[object], most: int = 4) -> str:
    """Return clinics in a row of words, or their number where there are many."""
    found = [clinic_name(definitions, key) for key in keys]
    if len(found) > most:
        return f"{len(found)} clinics"
    return " and ".join([", ".join(found[:-1]), found[-1]]) if len(found) > 1 else "".join(found)


def limit(row: Row) -> str:
    """Return what a rule allows, as `at most 30 %`."""
    most = float(str(row["max_failing_percent"]))
    return f"at most {most:g} %" if most else "none"


def count(number: object) -> str:
    """Return a count for people; `hidden` where it is withheld, a dash where there is none."""
    return f"{number:,}" if isinstance(number, int) else HIDDEN


def handful(row: Row) -> bool:
    """Return whether so few are counted that a share says little, as for clinics and sources."""
    counted = row["counted"]
    return isinstance(counted, int) and 0 < counted < HANDFUL


def share(row: Row) -> str:
    """Return a failing share for people: finer than whole per cent where it is small.

    Of a handful the numbers themselves, as `1 of 4`.
    """
    if row["hidden"]:
        return HIDDEN
    if handful(row):
        return f"{row['failing']} of {row['counted']}"
    found = row["share"]
    if not isinstance(found, float):
        return NONE
    if 0 < found < 0.0995:
        return "under 0.1 %" if found < 0.0005 else f"{100 * found:.1f} %"
    return percent(found)


def status(row: Row) -> str:
    """Return the status of a rule in words, with the reason where it was not evaluated."""
    said = STATUS[str(row["status"])]
    if row["status"] == "passed" and row.get("failing_clinics"):
        return f"{said} over all"
    return f"{said}: {ERRORS[str(row['error'])]}" if row["status"] == "error" else said


def numbers(row: Row) -> str:
    """Return what a rule found, as `581 of 2,697 due courses (22 %) have no score`."""
    if row["status"] == "error":
        return f"Not evaluated: {ERRORS[str(row['error'])]}."
    if row["hidden"]:
        return f"Numbers hidden. Allowed: {limit(row)}."
    if row["counted"] == 0:
        return f"Nothing to count: no {row['unit']}."
    if row["failing"] == 0:
        return f"None of {count(row['counted'])} {row['unit']}. Allowed: {limit(row)}."
    told = "" if handful(row) else f" ({share(row)})"
    return (
        f"{count(row['failing'])} of {count(row['counted'])} {row['unit']}{told}"
        f" {row['fails']}. Allowed: {limit(row)}."
    )


def where(row: Row, clinics: pl.DataFrame) -> list[object]:
    """Return the clinics at which a rule fails, the furthest over first."""
    own = clinics.filter((pl.col("rule") == row["rule"]) & (pl.col("status") == "failed"))
    return own.sort("share", descending=True, nulls_last=True)["clinic_key"].to_list()


def answer(
    failures: pl.DataFrame, rules: pl.DataFrame, clinics: pl.DataFrame, definitions: Definitions
) -> str:
    """Return what limits these data most, then how many rules fail and how many could be asked."""
    asked = rules.filter(pl.col("status").is_in(["passed", "failed"])).height
    if not asked:
        return "Nothing could be judged: no rule found anything to count."
    if failures.is_empty():
        return f"Nothing limits these data: all {asked} rules that could be asked are kept."
    row = failures.row(0, named=True)
    others = failures.height - 1
    more = f" {others} more of {asked} rules fail somewhere." if others else ""
    return f"{row['label']} is what limits these data: {_most(row, clinics, definitions)}{more}"


def _most(row: Row, clinics: pl.DataFrame, definitions: Definitions) -> str:
    """Return what fails of a rule and where, as a clause that ends the sentence."""
    places = where(row, clinics)
    whole = f"{share(row)} of {row['unit']} {row['fails']}"
    if row["hidden"]:
        whole = f"too many {row['unit']} {row['fails']}"
    if row["status"] == "failed":
        at = f", more than is allowed at {names(definitions, places)}" if places else ""
        return f"{whole} ({limit(row)} may){at}."
    most = f"{float(str(row['max_failing_percent'])):g} %"
    together = "" if row["hidden"] else f" ({share(row)} over all clinics)"
    return f"at {names(definitions, places)} more than {most} of {row['unit']} {row['fails']}{together}."


def footnote(made: Provenance, policy: Row, definitions: Definitions) -> str:
    """Return what a reader needs to find a number again: build, days, policy, rules changed."""
    through = made.data_through or "the end of the study (relative days)"
    own = definitions.overrides.filter(pl.col("file") == "quality_rules.csv").height
    changed = f" Rules changed by this practice: {own}." if own else ""
    return (
        f"Build {made.build}, data through {through}.{changed}"
        f" {policy['label']}: {policy['sentence']}"
    )
