"""The front door: the practice, the filters that pages share, the list of pages."""

import os
from pathlib import Path

import streamlit as st

from pipelines import InputError, cached
from pipelines.pages import PAGES, filters, style, view

SAMPLE = Path(__file__).parent / "data" / "sample"

st.set_page_config(page_title="Abate", page_icon=style.ICON, layout="wide")
style.apply()
page = st.navigation([st.Page(path, title=title, icon=icon) for path, title, icon in PAGES])
try:
    practice = cached.practice(Path(os.environ.get("ABATE_PRACTICE") or SAMPLE))
    view.show(filters.chosen(practice))
    page.run()
except InputError as error:
    for message in error.messages:
        st.error(message)
