"""The words and text tables of a PrivacyFinding."""

import polars as pl

from pipelines.definitions.errors import listed
from pipelines.disclosure.privacy import PrivacyFinding
from pipelines.disclosure.table import heading
from pipelines.disclosure.words import NONE, percent

CALENDARS = {
    "month": "Calendars are slid by month: the month of each first infusion is true as the first import"
    " knew it (of the first visit or score, where it knew no infusion), the day is not kept.",
    "quarter": "Calendars are slid by quarter: the quarter of each first infusion is true as the first"
    " import knew it (of the first visit or score, where it knew no infusion), nothing finer is kept.",
    "year": "Calendars keep the year of each first infusion and nothing finer.",
    "not_slid": "Some records came in as anonymized already, and Abate did not slide their calendar: days"
    " are taken as they stand.",
    "relative": "The records hold no calendar, only days counted from a start.",
}
VERDICTS = {"yes": "yes", "no": "no", "needs": "on a condition", "unknown": "can't tell"}
MOST = 12


def held(finding: PrivacyFinding) -> str:
    """Return what the records hold that others may know of a patient, in a sentence."""
    if not finding.held:
        return "The records hold nothing of the kind that others may know of a patient."
    return f"Others may know of a patient: {listed(_plain(name) for name in finding.held)}."


def answer(finding: PrivacyFinding) -> str:
    """Return how many patients could be singled out, in a sentence or two."""
    whole = finding.whole.row(0, named=True)
    if whole["patients"] in (0, "none"):
        return "There is no patient to count."
    if finding.protects:
        some = "Some patients are" if whole["unique"] != "none" else "No patient is"
        return f"{some} the only one of their kind in all of this together."
    text = (
        f"Of {whole['patients']:,} patients, {_are(whole['unique'])} the only one of their kind in all"
        f" of this together; the smallest group has {whole['smallest_group']:,}"
        f" (k = {whole['smallest_group']})."
    )
    best = finding.without.sort("unique", f"under_{finding.limits[-1]}").head(1)
    for row in best.filter(pl.col("unique") < whole["unique"]).iter_rows(named=True):
        text += (
            f" Most of it is due to {_plain(row['left_out'])}: without it {_are(row['unique'])}."
        )
    return text


def risks(finding: PrivacyFinding) -> str:
    """Return the chance of picking the right patient, in a sentence."""
    whole = finding.whole.row(0, named=True)
    if whole["highest_risk"] is None:
        return "Without patients there is no risk to tell."
    known = "; ".join(
        f"{accepted.normalize():f} (groups of {group}) for {used_for}"
        for group, accepted, used_for in finding.definitions["privacy_limits"]
        .sort("smallest_group")
        .select("smallest_group", "highest_risk", "used_for")
        .rows()
    )
    highest, average = (_risk(whole[name]) for name in ("highest_risk", "average_risk"))
    return (
        f"Chance of picking the right one, for someone who knows all of this: highest {highest},"
        f" on average {average}. In use are: {known}."
    )


def combined(finding: PrivacyFinding) -> pl.DataFrame:
    """Return what single patients out, one row per one, two or three columns.

    Those with the most unique patients come first, cut after some. Under a protecting policy they
    stand in a fixed order, without those to which fewer columns lead already: whoever knows more
    finds no fewer unique patients.
    """
    frame = finding.combinations
    if not frame.height:
        return frame
    largest = f"under_{finding.limits[-1]}"
    if finding.protects:
        return _texts(_least(frame.filter(pl.col(largest) != "none")), "columns", finding)
    worst = frame.filter(pl.col(largest) > 0).sort(
        "unique", largest, "columns", descending=[True, True, False]
    )
    return _texts(worst.head(MOST), "columns", finding)


def _least(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the combinations that hold no smaller one with as many unique patients as are told."""
    most = [set(names.split(", ")) for names in frame.filter(pl.col("unique") == "some")["columns"]]
    kept = [
        names
        for names in frame["columns"]
        if not any(small < set(names.split(", ")) for small in most)
    ]
    return frame.filter(pl.col("columns").is_in(kept))


def left_out(finding: PrivacyFinding) -> pl.DataFrame:
    """Return what becomes of the groups without each column."""
    return _texts(finding.without, "left_out", finding)


def claimed(finding: PrivacyFinding) -> list[str]:
    """Return each claim with its verdict, reason and source, a line each."""
    return [
        f"{row['label']}: {VERDICTS[row['verdict']]}. {row['because']} ({row['verdict_source']})"
        for row in finding.claims.iter_rows(named=True)
    ]


def footnote(finding: PrivacyFinding) -> str:
    """Return build, days and policy in a line."""
    through = finding.provenance.data_through or "the end of the study (relative days)"
    promise = finding.definitions.labels("policies", "policy")[finding.policy]
    return (
        f"Build {finding.provenance.build}, data through {through}. Policy: {promise}. Counted are the"
        " practice's own patients: in the population at large there are more of each kind."
    )


def _texts(frame: pl.DataFrame, name: str, finding: PrivacyFinding) -> pl.DataFrame:
    under = [f"under_{limit}" for limit in finding.limits]
    names = [", ".join(_plain(part) for part in text.split(", ")) for text in frame[name].to_list()]
    heads = {name: heading(name).replace("Under", "In groups under") for name in under}
    heads = {"smallest_group": "Smallest group", "unique": "Unique"} | heads
    texts = [
        pl.Series(head, [_number(value) for value in frame[column].to_list()], pl.String)
        for column, head in heads.items()
        if column in frame.columns
    ]
    first = "Known" if name == "columns" else "Without"
    return pl.DataFrame([pl.Series(first, names, pl.String), *texts])


def _are(count: int) -> str:
    return f"{count:,} {'is' if count == 1 else 'are'}"


def _plain(name: str) -> str:
    return heading(name).lower()


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value or NONE)


def _risk(value: object) -> str:
    return percent(value) if isinstance(value, float) else str(value)
