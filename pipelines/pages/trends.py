"""Is it getting better? A rate by month, what chance explains of it, and what changes did."""

from dataclasses import replace
from datetime import date

import polars as pl
import streamlit as st

from pipelines import InputError, cached
from pipelines.charts import trend
from pipelines.charts.spelled import unbroken
from pipelines.disclosure import control_words
from pipelines.disclosure import trend_tables as tables
from pipelines.disclosure import trend_words as words
from pipelines.disclosure.groups import clinic_label, code_labels
from pipelines.disclosure.trend import TrendFinding
from pipelines.estimates import Question
from pipelines.estimates.judging_points import RULE_SETS, RuleSet
from pipelines.intake.annotations import ADVERSE_EVENTS, DOSE, EVENTS, FOLLOW_UP, add_event
from pipelines.pages import filters, phrases
from pipelines.pages.answer import answer, withheld
from pipelines.pages.told import changes, standing_out
from pipelines.pages.view import View, current
from pipelines.pages.widths import either_width

ALL = "all"


def main() -> None:
    """Draw the page, top to bottom."""
    view = current()
    st.title("Is it getting better?")
    left, right = st.columns(2)
    with left:
        category = _condition(view)
    with right:
        rules = _rules(view)
    question = _about(view.question, category)
    rebased = _rebased(view, question)
    found = cached.trend(view.practice, question, rules, rebased, view.policy)
    if isinstance(found, str):
        withheld(view, found)
        return
    about = filters.conditions(view.practice).get(category, phrases.TOGETHER)
    answer(view, found.definitions, about, words.answer(found), words.cautions(found))
    _charts(found)
    _changes(view, found)
    _all(view, rules, rebased)
    st.header("The fine print")
    with st.container(key="foot"):
        st.markdown(phrases.trend(found.definitions, rules))
        st.markdown(phrases.origin(found.definitions, found.provenance, found.policy))


def _condition(view: View) -> str:
    options = {ALL: phrases.TOGETHER, **filters.conditions(view.practice)}
    picked = st.selectbox(
        "Condition", list(options), 0, options.__getitem__, key="about", bind="query-params"
    )
    return picked or ALL


def _rules(view: View) -> RuleSet:
    labels = code_labels("chart_rules", view.practice.definitions)
    picked = st.selectbox(
        "Rules", RULE_SETS, 0, labels.__getitem__, key="rules", bind="query-params"
    )
    return picked or RULE_SETS[0]


def _about(question: Question, category: str) -> Question:
    """Return the question about one category, or about all headline conditions together."""
    where = dict(question.where)
    if category != ALL:
        where["category"] = (category,)
    return replace(question, by=(), where=where)


def _rebased(view: View, question: Question) -> bool:
    """Return whether lines are drawn as decided; asked only where something was decided."""
    decided = view.practice.annotations().rebases
    if decided.filter(pl.col("measure").is_in([question.measure, FOLLOW_UP])).is_empty():
        return True
    return not st.toggle("Lines as they were before any decision", key="before")


def _charts(found: TrendFinding) -> None:
    if found.rate.points.is_empty():
        st.markdown("These records keep no months, so there is nothing to draw.")
        return
    either_width("trend", trend.chart(found), trend.chart(found, narrow=True))
    either_width(
        "trend_follow_up", trend.follow_up_chart(found), trend.follow_up_chart(found, narrow=True)
    )
    st.caption(phrases.TREND_POINTS)
    st.subheader("What stands out, and what could be seen")
    standing_out({"The rate": found.rate, "Follow-up": found.follow_up})
    if found.rebases.height:
        st.table(tables.rebases(found), border="horizontal", hide_index=True)
    with st.expander("Table behind the charts"):
        st.table(tables.points(found), border="horizontal", hide_index=True)


def _changes(view: View, found: TrendFinding) -> None:
    st.header("What changes did")
    if found.rate.events:
        changes({"The rate": found.rate, "Follow-up": found.follow_up}, found.definitions)
    else:
        st.markdown("No change is written down for what this page shows.")
    if not view.protects:
        with st.expander("Write down a change"):
            _form(view)


def _form(view: View) -> None:
    practice = view.practice
    kinds = code_labels("event_kind", practice.definitions)
    clinics = {
        "": "All clinics",
        **{key: clinic_label(practice.definitions, key) for key in practice.values("clinic_key")},
    }
    conditions = {"": "All conditions", **filters.conditions(practice)}
    measures = {
        "": "All measures",
        **dict(practice.definitions["measure_labels"].select("measure", "label").rows()),
        FOLLOW_UP: "Follow-up",
        ADVERSE_EVENTS: "Adverse events",
        DOSE: "Dose",
        **code_labels("flow_chart", practice.definitions),
    }
    with st.form("event", clear_on_submit=True):
        title = st.text_input("What was changed", max_chars=120, help="Never a patient.")
        day = st.date_input("Since", date.today())
        kind = st.selectbox("Kind", list(kinds), 0, kinds.__getitem__)
        clinic = st.selectbox("Clinic", list(clinics), 0, clinics.__getitem__)
        category = st.selectbox("For", list(conditions), 0, conditions.__getitem__)
        measure = st.selectbox("Meant to change", list(measures), 0, measures.__getitem__)
        person = st.text_input("Your name", max_chars=60)
        sent = st.form_submit_button("Write down")
    if not sent:
        return
    cells = {
        "event_date": day if isinstance(day, date) else None, "title": title or None, "kind": kind,
        "clinic_key": clinic or None, "category": category or None, "measure": measure or None,
        "person": person or None,
    }  # fmt: skip
    assert list(cells) == EVENTS.names
    try:
        add_event(practice.folder, cells)
    except InputError as error:
        for message in error.messages:
            st.error(message)
        return
    st.rerun()


def _all(view: View, rules: RuleSet, rebased: bool) -> None:
    st.header("All conditions at once")
    labels = filters.conditions(view.practice)
    found = {}
    for category, label in {ALL: "Together", **labels}.items():
        one = cached.trend(
            view.practice, _about(view.question, category), rules, rebased, view.policy
        )
        if isinstance(one, str):
            continue
        if one.rate.counted.height or one.follow_up.counted.height:
            found[label] = one
    st.table(tables.overview(found), border="horizontal", hide_index=True)
    apart = [one for label, one in found.items() if label != "Together"]
    charts = [chart for one in apart for chart in (one.rate, one.follow_up)]
    st.markdown(unbroken(control_words.budget(charts, "single conditions")))
    st.caption(phrases.BUDGET)


main()
