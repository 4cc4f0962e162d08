"""Charts for both widths of a page."""

import altair as alt
import streamlit as st


def either_width(name: str, wide: alt.LayerChart, narrow: alt.LayerChart) -> None:
    """Draw a chart for both widths; the style sheet shows the one that fits."""
    with st.container(key=f"either_{name}"):
        for width, drawn in (("wide", wide), ("narrow", narrow)):
            with st.container(key=f"{width}_{name}"):
                st.altair_chart(drawn, width="stretch", theme=None, key=f"{name}_{width}")
