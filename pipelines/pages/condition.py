"""How does one condition fare? How soon, for how long, how far, and when to stop."""

from dataclasses import replace

import polars as pl
import streamlit as st

from pipelines import cached
from pipelines.charts import by_infusion, distribution, lasting, trajectory
from pipelines.charts.cautions import cautions
from pipelines.charts.spelled import unbroken
from pipelines.disclosure import condition_words as words
from pipelines.disclosure import why_refused
from pipelines.disclosure.condition import ConditionFinding
from pipelines.disclosure.condition_tables import (
    beside,
    earlier,
    first_to_come,
    futility,
    later,
    recovery,
    thirds,
    weeks,
)
from pipelines.disclosure.for_others import measures_table
from pipelines.disclosure.withheld import FOLLOWED
from pipelines.disclosure.words import sentence
from pipelines.estimates.benchmarks import matching
from pipelines.pages import downloads, filters, phrases
from pipelines.pages.answer import answer, withheld
from pipelines.pages.view import View, current
from pipelines.pages.widths import either_width
from pipelines.practice import Practice


def main() -> None:
    """Draw the page, top to bottom."""
    view = current()
    st.title("How does one condition fare?")
    category = _condition(view)
    if view.protects:
        _others(view, category)
        return
    found = cached.condition(view.practice, view.question, category, view.policy)
    assert not isinstance(found, str)
    _answer(view, found)
    _years(found)
    _by_infusion(found)
    _futility(found)
    _lasting(found)
    _trajectory(view, found)
    _distribution(found)
    _thirds(found)
    _earlier(found)
    _beside(found)
    _recovery(found)
    st.header("The fine print")
    with st.container(key="foot"):
        st.markdown(phrases.compared(found.definitions, found.question, found.category))
        others = matching(found.definitions, found.question).filter(
            ~pl.col("comparable") & (pl.col("category") == found.category)
        )
        with st.expander("Other published figures (not comparable rule, population or window)"):
            st.markdown(phrases.listed_figures(others, found.definitions))
        st.markdown(phrases.origin(found.definitions, found.provenance, found.policy))


def _condition(view: View) -> str:
    options = filters.conditions(view.practice)
    picked = st.selectbox(
        "Condition", list(options), 0, options.__getitem__, key="condition", bind="query-params"
    )
    return picked or next(iter(options))


def _others(view: View, category: str) -> None:
    """Draw what others may see of a condition: each measure and window that is let out."""
    practice = view.practice
    asked = [replace(view.question, by=("category",))]
    for measure, window in _others_ask(practice):
        question = replace(asked[0], measure=measure, window=window)
        asked += [question] if question not in asked else []
    refused = why_refused(asked[0], practice.basis)
    if refused:
        withheld(view, f"Not shown to others: {refused}.")
        return
    told = downloads.released(tuple(asked), practice.basis)
    found = [cached.finding(practice, question, view.policy) for question in told]
    row = found[0].levels[1].row(by_predicate=pl.col("category") == category, named=True)
    definitions = found[0].definitions
    label = definitions.labels("categories", "category")[category]
    answer(
        view, definitions, label, sentence(row, found[0].question, definitions), found[0].earlier
    )
    st.header("Every measure and window")
    st.table(measures_table(found, category), border="horizontal", hide_index=True)
    st.header("The fine print")
    with st.container(key="foot"):
        st.markdown(FOLLOWED)
        st.markdown(phrases.compared(definitions, found[0].question, category))
        st.markdown(phrases.origin(definitions, found[0].provenance, found[0].policy))


def _others_ask(practice: Practice) -> list[tuple[str, str]]:
    """Return each measure in the headline window, and response in each window."""
    measures = [(name, practice.default_window) for name in practice.measures]
    return [*measures, *(("response", name) for name in practice.windows)]


def _answer(view: View, found: ConditionFinding) -> None:
    followed = [phrases.FOLLOWED_FOR_RESPONSE] if found.question.measure != "response" else []
    minded = [*followed, *cautions(found.response)]
    answer(view, found.definitions, found.label, found.sentence, minded)


def _years(found: ConditionFinding) -> None:
    st.header("Against the year before")
    st.markdown(unbroken(words.years(found)))


def _by_infusion(found: ConditionFinding) -> None:
    st.header("How many infusions it takes")
    if found.refusal("by_infusion", "curve"):
        st.markdown(words.by_infusion(found))
        return
    either_width("by_infusion", by_infusion.chart(found), by_infusion.chart(found, narrow=True))
    st.caption(f"{phrases.BY_INFUSION} {words.never_scored(found)}")


def _futility(found: ConditionFinding) -> None:
    st.header("When to stop")
    st.markdown(unbroken(words.futility(found)))
    if found.futility.height:
        st.table(futility(found), border="horizontal", hide_index=True)
    st.caption(phrases.FUTILITY)


def _lasting(found: ConditionFinding) -> None:
    st.header("How long it lasts")
    if found.later.height:
        st.markdown(phrases.later(found.definitions, found.question))
        st.table(later(found), border="horizontal", hide_index=True)
    if found.refusal("durability", "curve"):
        st.markdown(words.lasting(found))
        return
    either_width("lasting", lasting.chart(found), lasting.chart(found, narrow=True))
    st.caption(f"{lasting.TOLD} {phrases.LASTING}")
    benefit = words.cost(found)
    if benefit:
        st.markdown(unbroken(benefit))
    with st.expander("Table behind the chart"):
        st.table(weeks(found), border="horizontal", hide_index=True)
    with st.expander("What came first: a loss, or another infusion"):
        st.table(first_to_come(found), border="horizontal", hide_index=True)
        st.caption(phrases.FIRST_TO_COME)


def _distribution(found: ConditionFinding) -> None:
    st.header("How far scores fell")
    if not found.distribution["assessed"].max():
        st.markdown(words.distribution(found))
        return
    either_width("distribution", distribution.chart(found), distribution.chart(found, narrow=True))


def _trajectory(view: View, found: ConditionFinding) -> None:
    st.header("Scores week by week")
    if found.instrument is None:
        st.markdown(words.trajectory(found))
        return
    either_width("trajectory", trajectory.chart(found), trajectory.chart(found, narrow=True))
    st.caption(phrases.TRAJECTORY)
    if st.toggle("Adjust for who is still scored (takes some seconds)", key="adjusted"):
        table = cached.adjusted(view.practice, view.question, found.category, view.policy)
        if isinstance(table, str):
            st.markdown(table)
            return
        st.table(table, border="horizontal", hide_index=True)
        st.caption(phrases.ADJUSTED)


def _earlier(found: ConditionFinding) -> None:
    st.header("After treatments that failed")
    if found.earlier.is_empty():
        st.markdown("No course is due yet for this window.")
        return
    st.table(earlier(found), border="horizontal", hide_index=True)
    st.caption(phrases.EARLIER)


def _beside(found: ConditionFinding) -> None:
    """Draw measures with a scale of their own, such as the opioid dose; none: no such section."""
    if found.beside.is_empty():
        return
    st.header("Beside the main scale")
    if not found.beside["due"].sum():
        st.markdown(phrases.nothing_beside(found.definitions, found.beside))
        return
    st.table(beside(found), border="horizontal", hide_index=True)
    st.caption(phrases.BESIDE)


def _recovery(found: ConditionFinding) -> None:
    """Draw recovery by two scales; no such section for conditions that they don't speak for."""
    if found.recovery.is_empty():
        return
    st.header("Recovery by both scales")
    if not found.recovery["due"].sum():
        st.markdown("No course with a baseline on both scales at the start is due.")
        st.caption(phrases.recovery(found.definitions))
        return
    st.table(recovery(found), border="horizontal", hide_index=True)
    st.caption(phrases.recovery(found.definitions))


def _thirds(found: ConditionFinding) -> None:
    st.header("Severity at baseline")
    if found.thirds.is_empty():
        st.markdown("No course has a baseline that counts.")
        return
    st.table(thirds(found), border="horizontal", hide_index=True)
    st.caption(phrases.THIRDS)


main()
