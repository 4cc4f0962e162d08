"""The words of a Finding: its sentence, who is counted, and its footnote."""

from collections.abc import Mapping

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.result import Provenance, Question

HIDDEN = "hidden"
NONE = "–"


def percent(share: object) -> str:
    """Return a share as whole per cent; never 0 or 100 for what is not exactly that."""
    if not isinstance(share, float | int):
        return NONE
    rounded = round(100 * share)
    if rounded == 0 and share > 0:
        return "under 1 %"
    if rounded == 100 and share < 1:
        return "over 99 %"
    return f"{rounded} %"


def points(share: object, digits: int = 0) -> str:
    """Return a difference of shares in percentage points, with its sign; a dash for none."""
    if not isinstance(share, float | int):
        return NONE
    text = f"{100 * share:+.{digits}f}"
    return text.replace("-", "−") if float(text) else text.lstrip("+-")


def span(low: object, high: object) -> str:
    """Return an interval in whole per cent."""
    if not isinstance(low, float) or not isinstance(high, float):
        return NONE
    return f"{round(100 * low)}–{round(100 * high)} %"


def between(low: object, high: object) -> str:
    """Return two shares as a range in whole per cent, the lower first; one where they are the same."""
    if not isinstance(low, float | int) or not isinstance(high, float | int):
        return NONE
    least, most = percent(min(low, high)), percent(max(low, high))
    return most if least == most else f"{least.removesuffix(' %')}–{most}"


def counts_as_harm(question: Question, definitions: Definitions) -> bool:
    """Return whether missing outcomes are left out of a measure, as for harms."""
    rules = definitions["measures"].filter(pl.col("measure") == question.measure)
    return bool((rules["missing_counts_as"] == "excluded").any())


def met(question: Question, definitions: Definitions) -> str:
    """Return what is said of those who meet the measure, as `responded`."""
    names = definitions["measure_labels"]
    row = names.row(by_predicate=pl.col("measure") == question.measure, named=True)
    return str(row["met"])


def sentence(row: Mapping[str, object], question: Question, definitions: Definitions) -> str:
    """Return what may be said of a rate, in a sentence."""
    did = met(question, definitions)
    if row["hidden"]:
        return "Hidden, because a few persons could be worked out from it, or from its neighbours."
    if not row["due"]:
        return _nothing_due(row)
    if row["assessed"] and row["rate"] is None:
        return (
            f"About {row['due']:,} were due, {row['assessed']:,} were followed up and {row['responded']:,}"
            f" {did}; from rounded counts no rate can be told."
        )
    followed, rate = percent(row["follow_up"]), percent(row["rate"])
    interval = span(row["low"], row["high"])
    if counts_as_harm(question, definitions):
        most = percent(row["highest"])
        return (
            f"Of the {followed} who were followed up, {rate} ({interval}) {did};"
            f" at most {most} did, if all the others had."
        )
    if row["assessed"] == row["due"]:
        return f"{rate} ({interval}) {did}; all who were due were followed up."
    bounds = f"At least {percent(row['known'])}, at most {percent(row['highest'])} {did}"
    if not row["enough_follow_up"]:
        return f"{bounds}; only {followed} were followed up, too few to say more."
    return f"{bounds}; of the {followed} who were followed up, {rate} ({interval}) did."


def _nothing_due(row: Mapping[str, object]) -> str:
    if not row["started"]:
        return "No course to count."
    if row["baseline"] == 0:
        return "No course has a baseline from which this measure could be told."
    if row["eligible"] == 0:
        return "No course has a baseline high enough for this measure."
    return "No course is due yet for this window."


def waterfall(
    row: Mapping[str, object], definitions: Definitions, question: Question
) -> pl.DataFrame:
    """Return who is counted: step, courses, left_out, reason; null where withheld."""
    statuses = definitions["statuses"].select("status", "label").rows()
    label = dict(statuses)
    if question.measure != "response":
        label["not_responded"] = "Rule not met"
    did = met(question, definitions)
    steps: list[tuple[str, str, tuple[str, ...]]] = [
        ("Started", "started", ()),
        ("With a baseline", "baseline", ("started_before_data", "no_baseline")),
        ("Eligible", "eligible", ("below_floor",)),
        ("Due", "due", ("not_yet_due",)),
        ("Assessed", "assessed", ("not_assessed",)),
        (did.capitalize(), "responded", ("not_responded",)),
    ]
    rows = []
    for step, column, left in steps:
        counts = [(label[status], row[status]) for status in left]
        known = [count for _, count in counts if isinstance(count, int)]
        reason = "; ".join(f"{name}: {count:,}" for name, count in counts if isinstance(count, int))
        total = sum(known) if len(known) == len(counts) else None
        rows.append((step, row[column], total if left else 0, reason))
    return pl.DataFrame(
        rows,
        schema={"step": pl.String, "courses": pl.Int64, "left_out": pl.Int64, "reason": pl.String},
        orient="row",
    )


def footnote(
    question: Question, provenance: Provenance, policy: str, definitions: Definitions
) -> str:
    """Return what a reader needs to find a number again: measure, window, build, days, policy."""
    measure = definitions.labels("measure_labels", "measure")[question.measure]
    window = definitions.labels("windows", "window")[question.window]
    labels = definitions["labels"].filter(pl.col("list") == "population")
    population = dict(labels.select("code", "label").rows())[question.population]
    through = provenance.data_through or "the end of the study (relative days)"
    promise = definitions.labels("policies", "policy")[policy]
    return (
        f"{measure}, window {window}, {population.lower()}. Data through {through}."
        f" Build {provenance.build}. Policy: {promise}. No control group: rates are not effects of treatment."
    )
