"""What control charts tell in words: what stands out, what could be seen, what changes did."""

from collections.abc import Mapping

import streamlit as st

from pipelines.charts.spelled import unbroken
from pipelines.definitions import Definitions
from pipelines.disclosure import control_words
from pipelines.disclosure.control import ShownChart
from pipelines.pages import phrases


def standing_out(charts: Mapping[str, ShownChart]) -> None:
    """Draw the signals of charts under their names, what widens limits, and the chances of each chart."""
    for name, shown in charts.items():
        for said in control_words.signals(shown):
            st.markdown(f"- {name}, {unbroken(said)}")
    for name, shown in charts.items():
        for said in control_words.widened(shown):
            st.markdown(f"- {name}: {unbroken(said)}")
    for name, shown in charts.items():
        st.markdown(unbroken(f"{name}: {control_words.operating(shown)}"))


def changes(charts: Mapping[str, ShownChart], definitions: Definitions) -> None:
    """Draw the dated changes on charts that share them, each with what it did."""
    for said in control_words.events(charts, definitions):
        st.markdown(unbroken(said))
    if any(one.effect for shown in charts.values() for one in shown.events):
        st.caption(phrases.EVENT_EFFECT)
