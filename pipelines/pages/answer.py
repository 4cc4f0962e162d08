"""The head of a page: whose eyes it is for, what was asked, the answer."""

from collections.abc import Iterable

import streamlit as st

from pipelines.charts.spelled import asked, unbroken
from pipelines.definitions import Definitions
from pipelines.disclosure.policies import policy_row
from pipelines.pages.view import View


def answer(
    view: View,
    definitions: Definitions,
    about: str,
    sentence: str,
    cautions: Iterable[str] = (),
    *,
    measured: bool = True,
) -> None:
    """Draw the answer in a sentence, over it what it is about, under it what to mind.

    `measured`: whether it is of the measure and window that were chosen.
    """
    badge(view)
    for warning in view.warnings:
        st.warning(warning, icon=":material/link_off:")
    with st.container(key="answer"):
        measure = [asked(view.question, definitions)] if measured else []
        st.caption(" · ".join([about, *measure, *view.filters]))
        with st.container(key="sentence"):
            st.markdown(unbroken(sentence))
        for caution in cautions:
            st.caption(f":material/info: {unbroken(caution)}")


def badge(view: View) -> None:
    """Draw whose eyes the page is for."""
    if view.protects:
        promise = policy_row(view.practice.definitions, view.policy)["sentence"]
        st.badge("As others may see it", icon=":material/visibility:", color="blue")
        st.caption(str(promise))
    else:
        st.badge("Internal, not for sharing", icon=":material/lock:", color="orange")


def withheld(view: View, reason: str) -> None:
    """Draw why others may not see a page."""
    badge(view)
    st.info(reason)
