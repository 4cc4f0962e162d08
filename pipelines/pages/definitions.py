"""What do we mean? Conditions, scales, measures and windows, from the definitions of the build."""

from collections.abc import Mapping

import polars as pl
import streamlit as st

from pipelines.pages import meanings
from pipelines.pages.view import current

WIDTHS: Mapping[str, int] = {
    "Rule": 330, "Measure": 170, "For": 120, "Condition": 190, "Order": 60, "Scale": 200,
    "Response": 160, "Headline": 80, "Subtype": 190, "ICD-10-CM": 90, "Title": 260, "Beside": 70,
    "Rank": 60, "Range": 80, "Better": 70, "Recall": 110, "By": 80, "LOINC": 90, "Band": 130,
    "Score": 90, "Window": 120, "Days": 110, "Target": 80, "What": 380, "Number": 80, "Unit": 150,
    "Agent": 100, "Route": 100, "Policy": 150, "Promise": 460, "Publication": 220, "Group": 90,
    "Share": 70, "n": 60, "Who": 420, "Citation": 420, "File": 140, "Row": 260, "Change": 90,
    "Confirmed": 140, "At caseness from": 120, "Reliable from": 110, "Another course": 110,
    "Excursion": 260, "Told": 100, "Event": 220, "Flagged": 330, "Dose": 170, "Source": 520,
}  # fmt: skip


def main() -> None:
    """Draw a tab per kind of definition, then what this practice changed."""
    definitions = current().practice.definitions
    st.title("What do we mean?")
    st.markdown(
        "Every number in this app is counted by the rules below, as they were when the build"
        f" **{current().practice.build.id}** was made. Each row names its source; tables can be searched and sorted."
    )
    changed = definitions.overrides.height
    st.markdown(
        f"This practice changed {changed} of them; the last tab shows which."
        if changed
        else "This practice uses them as shipped."
    )
    st.caption("The filters do not change this page.")
    sections = meanings.sections(definitions)
    for tab, (about, tables) in zip(st.tabs(list(sections)), sections.values(), strict=True):
        with tab:
            st.markdown(about)
            for heading, table in tables.items():
                _table(heading, table)


def _table(heading: str, table: pl.DataFrame) -> None:
    if heading:
        st.subheader(heading)
    if table.is_empty():
        st.markdown("None.")
        return
    columns = {name: st.column_config.Column(width=WIDTHS[name]) for name in table.columns}
    st.dataframe(
        table, hide_index=True, column_config=columns, placeholder="–",
        height=min(36 * (table.height + 1) + 3, 560),
    )  # fmt: skip


main()
