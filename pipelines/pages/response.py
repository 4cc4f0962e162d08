"""Who responds? The answer, the picture, who is counted, and the fine print."""

import polars as pl
import streamlit as st

from pipelines import cached
from pipelines.charts import counted, response
from pipelines.charts.cautions import cautions
from pipelines.charts.spelled import how_to_read, unbroken
from pipelines.charts.table import as_text
from pipelines.disclosure import Finding, why_refused
from pipelines.disclosure.words import met
from pipelines.estimates.benchmarks import matching
from pipelines.pages import downloads, phrases
from pipelines.pages.answer import answer
from pipelines.pages.view import View, current
from pipelines.pages.widths import either_width

COURSES = {
    "first_courses": (
        "Counted are courses, not patients: each patient's first course for each condition. Who was treated"
        " for two conditions is counted twice."
    ),
    "all_courses": "Counted are courses, not patients: who began three courses is counted three times.",
}


def main() -> None:
    """Draw the page, top to bottom."""
    view = current()
    st.title("Who responds?")
    questions = downloads.beside(view.question, view.practice.measures)
    if view.protects:
        refused = why_refused(view.question, view.practice.basis)
        if refused:
            answer(
                view,
                view.practice.definitions,
                phrases.TOGETHER,
                f"Not shown to others: {refused}.",
            )
            return
        questions = downloads.released(questions, view.practice.basis)
    finding, *beside = [cached.finding(view.practice, asked, view.policy) for asked in questions]
    answer(
        view,
        finding.definitions,
        phrases.TOGETHER,
        finding.sentence,
        [*cautions(finding), *finding.earlier],
    )
    either_width(
        "rates", response.chart(finding, beside), response.chart(finding, beside, narrow=True)
    )
    st.caption(unbroken(how_to_read(finding)))
    with st.expander("Table behind the chart"):
        st.caption(COURSES[finding.question.population])
        st.table(as_text(finding, beside), border="horizontal", hide_index=True)
    downloads.buttons(view, questions)
    _missing(finding)
    st.header("Who is counted")
    st.caption(COURSES[finding.question.population])
    either_width("counted", counted.chart(finding), counted.chart(finding, narrow=True))
    st.header("The fine print")
    with st.container(key="foot"):
        _definitions(finding)
        _foot(view, finding)


def _missing(finding: Finding) -> None:
    """Draw what the missing outcomes could do to the rate."""
    st.header("What missing outcomes could do")
    if finding.tipping:
        st.markdown(unbroken(finding.tipping))
    row = finding.total
    if row["weighted"] is not None:
        st.markdown(
            unbroken(
                f"If those who are missing did as others like them, {finding.weighted}"
                f" {met(finding.question, finding.definitions)}."
            )
        )
    else:
        st.markdown(f"No estimate for all who were due: {unbroken(finding.weighted)}")
    with st.expander("Each condition, and what the estimate rests on"):
        st.markdown(phrases.WEIGHTING)
        st.table(finding.missing, border="horizontal", hide_index=True)


def _definitions(finding: Finding) -> None:
    with st.expander("The definitions used"):
        st.markdown(phrases.used(finding.definitions, finding.question))
    figures = matching(finding.definitions, finding.question)
    shown = finding.levels[1]["category"].implode()
    others = figures.filter(
        ~pl.col("comparable") & (pl.col("category").is_in(shown) | pl.col("category").is_null())
    )
    with st.expander("Other published figures (not comparable rule, population or window)"):
        st.markdown(phrases.listed_figures(others, finding.definitions))


def _foot(view: View, finding: Finding) -> None:
    """Draw what must be known of the numbers: no control group, days, build, policy, link."""
    st.markdown(phrases.compared(finding.definitions, finding.question))
    st.markdown(phrases.origin(finding.definitions, finding.provenance, finding.policy))
    st.markdown(
        "The address of this page holds this exact view: copy it from the address bar for a"
        " colleague of the practice."
    )


main()
