"""How smoothly does it run? Waits, missed visits, inductions, time in the chair."""

import streamlit as st

from pipelines import cached
from pipelines.charts import flow
from pipelines.charts.spelled import unbroken
from pipelines.disclosure import control_words
from pipelines.disclosure import flow_tables as tables
from pipelines.disclosure import flow_words as words
from pipelines.disclosure.flow import FlowFinding
from pipelines.disclosure.tallied import visits_sentence, visits_table
from pipelines.disclosure.withheld import VISITS, WHOLE_ONLY
from pipelines.pages import phrases
from pipelines.pages.answer import answer, withheld
from pipelines.pages.told import changes, standing_out
from pipelines.pages.view import View, current
from pipelines.pages.widths import either_width


def main() -> None:
    """Draw the page, top to bottom."""
    view = current()
    st.title("How smoothly does it run?")
    if view.protects:
        _others(view)
        return
    found = cached.flow(view.practice, view.question, view.policy)
    assert not isinstance(found, str)
    answer(view, found.definitions, phrases.VISITS, words.answer(found), measured=False)
    _over_time(found)
    st.header("Until the first infusion")
    st.markdown(unbroken(words.waiting(found)))
    _kept(found)
    st.header("Inductions")
    st.markdown(unbroken(words.completion(found)))
    if found.attrition.height:
        st.table(tables.attrition(found), border="horizontal", hide_index=True)
        st.caption(phrases.ATTRITION)
    st.header("Time")
    st.table(tables.times(found), border="horizontal", hide_index=True)
    long = words.long_recovery(found)
    st.markdown(unbroken(" ".join([words.chair(found), *([long] if long else [])])))
    st.header("Scores taken")
    st.table(tables.capture(found), border="horizontal", hide_index=True)
    st.header("Afterwards")
    st.markdown(unbroken(f"{words.gaps(found)} {words.repeats(found)}"))
    st.header("The fine print")
    with st.container(key="foot"):
        st.markdown(phrases.FLOW)
        st.markdown(phrases.origin(found.definitions, found.provenance, found.policy))


def _others(view: View) -> None:
    """Draw what others may see of flow: what became of visits, for the whole practice."""
    release = cached.released(view.practice, view.policy)
    assert release is not None
    if view.question.filtered:
        withheld(view, WHOLE_ONLY)
        return
    definitions = view.practice.definitions
    answer(
        view,
        definitions,
        phrases.VISITS,
        visits_sentence(release, definitions, view.policy),
        measured=False,
    )
    st.table(visits_table(release, definitions, view.policy), border="horizontal", hide_index=True)
    st.header("The fine print")
    with st.container(key="foot"):
        st.markdown(VISITS)
        st.markdown(phrases.origin(definitions, view.practice.provenance, view.policy))


def _over_time(found: FlowFinding) -> None:
    names = list(found.over_time)
    picked = st.selectbox("Over time", names, 0, key="flow", bind="query-params")
    label = picked or names[0]
    shown = found.over_time[label]
    if shown.points.is_empty():
        st.markdown("These records keep no months, so there is nothing to draw.")
        return
    either_width("flow", flow.chart(label, shown), flow.chart(label, shown, narrow=True))
    standing_out({label: shown})
    changes({label: shown}, found.definitions)
    budget = control_words.budget(list(found.over_time.values()), "this page")
    st.markdown(unbroken(budget))


def _kept(found: FlowFinding) -> None:
    st.header("Visits that were not kept")
    if found.kept.is_empty():
        st.markdown("No visit of this selection is in these records.")
        return
    st.table(tables.kept(found), border="horizontal", hide_index=True)
    st.caption(phrases.KEPT)
    if found.weekdays.height:
        with st.expander("By weekday"):
            st.table(tables.weekdays(found), border="horizontal", hide_index=True)
    else:
        st.caption(phrases.NO_WEEKDAYS)


main()
