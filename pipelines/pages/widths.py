"""Charts on a page, each marked with the policy that it is shown under."""

import altair as alt
import streamlit as st

from pipelines.charts.marked import marked
from pipelines.pages.view import current


def either_width(name: str, wide: alt.LayerChart, narrow: alt.LayerChart) -> None:
    """Draw a chart for both widths; the style sheet shows the one that fits."""
    with st.container(key=f"either_{name}"):
        for width, drawn in (("wide", wide), ("narrow", narrow)):
            with st.container(key=f"{width}_{name}"):
                one_width(f"{name}_{width}", drawn)


def one_width(name: str, chart: alt.LayerChart) -> None:
    """Draw a chart that is the same in all widths."""
    view = current()
    shown = marked(chart, view.policy, name, view.practice.definitions)
    st.altair_chart(shown, width="stretch", theme=None, key=name)
