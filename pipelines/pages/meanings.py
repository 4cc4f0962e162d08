"""The definitions as tables for people: labels for codes, rules in words, sources last."""

from collections.abc import Callable

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.safety import term_label
from pipelines.disclosure.words import percent
from pipelines.estimates import Question
from pipelines.estimates.benchmarks import matching
from pipelines.pages import phrases

Section = tuple[str, dict[str, pl.DataFrame]]
LABELLED = {"category": "categories", "instrument": "instruments", "measure": "measure_labels"}


def sections(definitions: Definitions) -> dict[str, Section]:
    """Return for each tab what it is about and its tables by heading."""
    makers: dict[str, Callable[[Definitions], Section]] = {
        "Measures": _measures,
        "Conditions": _conditions,
        "Scales": _scales,
        "Windows": _windows,
        "Durability": _durability,
        "Safety": _safety,
        "Settings": _settings,
        "Published figures": _published,
        "Changed here": _changed,
    }
    return {name: make(definitions) for name, make in makers.items()}


def _named(frame: pl.DataFrame, definitions: Definitions) -> pl.DataFrame:
    """Return a frame with labels where it had codes."""
    labels = {
        column: definitions.labels(table, column)
        for column, table in LABELLED.items()
        if column in frame.columns
    }
    subtypes = definitions["subtypes"].select("category", "subtype", subtype_label="label")
    if "subtype" in frame.columns:
        frame = frame.join(subtypes, on=["category", "subtype"], how="left", maintain_order="left")
        frame = frame.with_columns(subtype=pl.col("subtype_label")).drop("subtype_label")
    return frame.with_columns(
        pl.col(column).replace_strict(known, default=pl.col(column), return_dtype=pl.String)
        for column, known in labels.items()
    )


def _words(frame: pl.DataFrame, name: str, said: Callable[[phrases.Row], str]) -> pl.DataFrame:
    """Return a frame with a column of words made from each row."""
    return frame.with_columns(
        pl.Series(name, [said(row) for row in frame.iter_rows(named=True)], dtype=pl.String)
    )


def _measures(definitions: Definitions) -> Section:
    order = definitions["measure_labels"].select("measure", place="sort_order")
    rules = definitions["measures"].join(order, on="measure", maintain_order="left")
    rules = _words(rules.sort("place", maintain_order=True), "rule", phrases.rule)
    return (
        "A measure makes a yes or no of the scores before and after, on the same scale."
        " **Response** stands for one rule per condition:\n\n"
        f"{phrases.response_in_short(definitions)}",
        {
            "All measures": _named(rules, definitions).select(
                Scale="instrument",
                Rule="rule",
                Measure="measure",
                For=pl.col("category").fill_null("all conditions"),
                Source="source",
            ),
            "Which scale speaks for a condition": _named(
                definitions["headlines"], definitions
            ).select(
                Condition=_condition(),
                Order="preference",
                Scale="instrument",
                Response="measure",
                Source="source",
            ),
            "Measures on a scale of their own": _named(
                definitions["own_instruments"], definitions
            ).select(Condition="category", Measure="measure", Scale="instrument", Source="source"),
            "Recovery by these scales together": _named(definitions["recovery"], definitions)
            .select(
                pl.col("caseness_score").alias("At caseness from"),
                pl.col("reliable_points").alias("Reliable from"),
                Scale="instrument",
                Source="source",
            )
            .select("Scale", "At caseness from", "Reliable from", "Source"),
        },
    )


def _condition() -> pl.Expr:
    """Return category and subtype in one."""
    return pl.concat_str("category", "subtype", separator=": ", ignore_nulls=True)


def _conditions(definitions: Definitions) -> Section:
    categories = definitions["categories"].sort("sort_order")
    places = categories.select("category", place="sort_order")
    subtypes = definitions["subtypes"].join(places, on="category").sort("place", "sort_order")
    diagnoses = (
        definitions["diagnoses"]
        .join(places, on="category", how="left")
        .sort("place", "precedence", "icd10cm_prefix", nulls_last=True)
    )
    return (
        "The infusion order says what a course treats; without one, the diagnosis that ranks first."
        " What can't be told is counted as unassigned.",
        {
            "Conditions": categories.select(
                Condition="label", Headline=_yes("headline"), Source="source"
            ),
            "Subtypes": _named(subtypes, definitions).select(
                Subtype="label", Condition="category", Source="source"
            ),
            "Diagnoses (ICD-10-CM, by first characters)": _named(diagnoses, definitions).select(
                pl.col("icd10cm_prefix").alias("ICD-10-CM"),
                Title="title",
                Condition=pl.col("category").fill_null("names no condition"),
                Subtype="subtype",
                Beside="only_with_prefix",
                Rank="precedence",
                Source="source",
            ),
        },
    )


def _yes(column: str) -> pl.Expr:
    return pl.when(pl.col(column)).then(pl.lit("yes")).otherwise(pl.lit("no"))


def _span(low: str, high: str) -> pl.Expr:
    """Return a range of scores as text, without idle zeros."""
    texts = [
        pl.col(name).cast(pl.String).str.replace(r"(\.[0-9]*?)0+$", "$1").str.strip_chars_end(".")
        for name in (low, high)
    ]
    return pl.concat_str(texts, separator="–")


def _scales(definitions: Definitions) -> Section:
    bands = definitions["severity_bands"].with_columns(score=_span("lowest_score", "highest_score"))
    return (
        "A score before and one after count only on the same scale. Wording of questionnaires is"
        " not part of this app.",
        {
            "Scales": definitions["instruments"].select(
                Scale="label",
                Range=_span("minimum", "maximum"),
                Better="better",
                Recall=pl.format("{} days", "recall_days"),
                By="rated_by",
                LOINC="loinc",
                Source="source",
            ),
            "Severity bands": _named(bands, definitions).select(
                Scale="instrument", Band="label", Score="score", Source="source"
            ),
        },
    )


def _windows(definitions: Definitions) -> Section:
    windows = _words(definitions["windows"].sort("sort_order"), "days", phrases.days)
    recall = {"day": "up to a day", "week": "one or two weeks", "month": "four weeks or a month"}
    return (
        "Days are counted from the last infusion of the induction. Of several scores in a window,"
        " the one nearest the target day counts, whatever was given until then: maintenance infusions or"
        " a next course. How long relief lasts without is told by the time in response.",
        {
            "": windows.select(
                Window="label",
                Recall=pl.col("family").replace_strict(recall, default="other"),
                Days="days",
                Target=pl.format("day {}", "target_day"),
                Source="source",
            )
        },
    )


def _durability(definitions: Definitions) -> Section:
    rules = _words(_named(definitions["loss_of_response"], definitions), "rule", phrases.loss)
    rules = _words(rules, "confirmed", phrases.confirmed)
    return (
        "Who responded has lost the response with such a score, once the next one confirms it; another"
        " course soon after a score is a loss too where the table says so. The share still in response"
        " is told at the weeks below.",
        {
            "Loss of response": rules.select(
                "instrument", "rule", "confirmed", "new_course", "source"
            ).rename(
                {
                    "instrument": "Scale",
                    "rule": "Rule",
                    "confirmed": "Confirmed",
                    "new_course": "Another course",
                    "source": "Source",
                }
            ),
            "Weeks": definitions["durability_weeks"].select(
                Number=pl.col("weeks").cast(pl.String), Source="source"
            ),
        },
    )


def _safety(definitions: Definitions) -> Section:
    excursions = definitions["excursions"].sort("sort_order")
    doses = definitions["dose_bands"].sort("from_mg_per_kg")
    scales = _named(definitions["watched_scores"], definitions)
    terms = definitions["watched_terms"]
    return (
        "An excursion is a reading after the start of an infusion beyond a threshold; it is no adverse"
        " event by itself. Watched events and scales are listed for review whatever their grade.",
        {
            "Excursions": excursions.select(Excursion="label", Told="severity", Source="source"),
            "Watched events": terms.select(
                Event=pl.Series([term_label(code) for code in terms["term"]], dtype=pl.String),
                Source="source",
            ),
            "Watched scales": _words(scales, "Flagged", _flagged).select(
                pl.coalesce("subtype", "category").alias("Condition"),
                Scale="instrument",
                Flagged="Flagged",
                Source="source",
            ),
            "Bands of dose": doses.select(Dose="label", Source="source"),
        },
    )


def _flagged(row: phrases.Row) -> str:
    return (
        f"{row['from_score']:g} or more, or up by {row['rise_points']:g}, until {row['after_days']} days"
        " after the last infusion"
    )


def _settings(definitions: Definitions) -> Section:
    treatments = definitions["counted_treatments"]
    return (
        "Numbers that the counting rules use, what makes a course, and who may see what.",
        {
            "Settings": definitions["settings"].select(
                What="means", Number="value", Unit="unit", Source="source"
            ),
            "Infusions that make courses": treatments.select(
                Agent="agent", Route="route", Source="source"
            ),
            "Who may see what": definitions["policies"].select(
                Policy="label", Promise="sentence", Source="source"
            ),
        },
    )


def _published(definitions: Definitions) -> Section:
    figures = _named(matching(definitions, Question()), definitions)
    share = pl.col("share").map_elements(percent, pl.String)
    return (
        "Figures from publications. One is drawn in a chart only where condition, scale, rule and"
        " days are those of the chart; the others are told in words.",
        {
            "": figures.select(
                Publication="label",
                Group="arm",
                Condition=_condition().replace("", "none of ours"),
                Share=share,
                n="n",
                Rule="rule_as_published",
                Who="population",
                Citation="citation",
                Source="source",
            )
        },
    )


def _changed(definitions: Definitions) -> Section:
    return (
        "Rows that this practice replaced, removed or added in its own folder.",
        {
            "": definitions.overrides.select(
                File="file", Row="key", Change="action", Source="source"
            )
        },
    )
