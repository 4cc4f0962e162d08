"""What a rate chart says in words: its title, subtitle, axis and alt text."""

import polars as pl

from pipelines.charts.rows import interval_text, least_follow_up, rows, share_text
from pipelines.definitions import Definitions
from pipelines.disclosure import Finding
from pipelines.disclosure.words import counts_as_harm, met
from pipelines.estimates import Question


def unbroken(text: str) -> str:
    """Return a text whose numbers stay with their per cent signs where lines break."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def axis_title(finding: Finding) -> str:
    """Return the title of the axis with its unit."""
    return f"Share of courses that {met(finding.question, finding.definitions)} (%)"


def title(finding: Finding) -> str:
    """Return the finding in a line: the rate of all together, and the bounds."""
    row = finding.total
    if row["hidden"] or not row["due"]:
        return finding.sentence
    low, high = share_text(row, "known"), share_text(row, "highest")
    bounds = f"{low.removesuffix(' %')}–{high}"
    did = met(finding.question, finding.definitions)
    if not row["enough_follow_up"]:
        return f"Between {low} and {high} {did}; follow-up is too low to say more"
    rate = f"{share_text(row, 'rate')} of those followed up {did}"
    if row["assessed"] == row["due"] or counts_as_harm(finding.question, finding.definitions):
        return rate
    return f"{rate}; {bounds} is possible for all who were due"


def subtitle(finding: Finding) -> str:
    """Return what was asked: measure, window and population."""
    return asked(finding.question, finding.definitions)


def asked(question: Question, definitions: Definitions) -> str:
    """Return measure, window and population of a question, and whether it is filtered."""
    measure = definitions.labels("measure_labels", "measure")[question.measure]
    window = definitions.labels("windows", "window")[question.window]
    populations = definitions["labels"].filter(pl.col("list") == "population")
    population = dict(populations.select("code", "label").rows())[question.population]
    return f"{measure} · {window} · {population}{' · filtered' if question.filtered else ''}"


def how_to_read(finding: Finding) -> str:
    """Return what the band and the columns stand for, and when there is no rate."""
    least = least_follow_up(finding)
    return (
        "Band: at least counts everyone who was due but not followed up as a no, at most as a yes."
        f" Under {least} % follow-up there is no rate, only the band;"
        " in the columns a range then stands in its place."
    )


def alt_text(finding: Finding) -> str:
    """Return the chart for those who don't see it: the sentence, then each row."""
    said = [
        f"{row.label}: {share_text(row.numbers, 'known')} to {share_text(row.numbers, 'highest')},"
        f" among those followed up {interval_text(row.numbers)}"
        for row in rows(finding)
        if row.numbers is not None and row.key and row.draws
    ]
    return f"{subtitle(finding)}. {finding.sentence} {'; '.join(said)}"
