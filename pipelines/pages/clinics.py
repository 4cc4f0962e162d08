"""How do clinics compare? Given whom they treat, beyond chance, and against the year before."""

import streamlit as st

from pipelines import cached
from pipelines.charts import funnel, pooling, ratios
from pipelines.charts.spelled import unbroken
from pipelines.disclosure import comparison_tables as tables
from pipelines.disclosure import comparison_words as words
from pipelines.disclosure.comparison import ComparisonFinding
from pipelines.disclosure.withheld import COMPARED
from pipelines.estimates.calibration import Calibration
from pipelines.pages import phrases
from pipelines.pages.answer import answer, withheld
from pipelines.pages.groups import FUNNELS, GROUPS, present
from pipelines.pages.view import View, current
from pipelines.pages.widths import either_width


def main() -> None:
    """Draw the page, top to bottom."""
    view = current()
    st.title("How do clinics compare?")
    picked = st.segmented_control(
        "Groups",
        present(view.practice),
        default="Clinics",
        required=True,
        key="groups",
        bind="query-params",
    )
    by = GROUPS[picked or "Clinics"]
    if view.protects:
        _others(view, by)
        return
    found = cached.comparison(view.practice, view.question, by, view.policy)
    assert not isinstance(found, str)
    _answer(view, found)
    _funnel(found)
    _two(found)
    _pooled(found)
    _change(found)
    _calibration(found)
    st.header("The fine print")
    with st.container(key="foot"):
        st.markdown(phrases.NO_CAUSE)
        st.markdown(phrases.origin(found.definitions, found.provenance, found.policy))


def _others(view: View, by: tuple[str, ...]) -> None:
    """Draw what others may see of groups: their rates, and the funnel of those that are told."""
    found = cached.groups(view.practice, view.question, by, view.policy)
    if isinstance(found, str):
        withheld(view, found)
        return
    rates = found.rates
    answer(view, rates.definitions, phrases.TOGETHER, rates.sentence, rates.earlier)
    if not found.funnel.refused:
        st.header("Beyond chance alone")
        either_width(
            "funnel",
            funnel.chart(rates, found.funnel),
            funnel.chart(rates, found.funnel, narrow=True),
        )
        st.markdown(unbroken(words.dispersion(rates.definitions, found.funnel)))
        st.caption(phrases.FUNNEL)
    st.table(rates.table(), border="horizontal", hide_index=True)
    st.header("The fine print")
    with st.container(key="foot"):
        st.markdown(COMPARED)
        st.markdown(phrases.NO_CAUSE)
        st.markdown(phrases.origin(rates.definitions, rates.provenance, rates.policy))


def _answer(view: View, found: ComparisonFinding) -> None:
    caution = words.chance(found)
    minded = [caution] if caution else []
    answer(view, found.definitions, phrases.TOGETHER, words.expected(found), minded)
    if found.groups["ratio"].null_count() < found.groups.height:
        either_width("ratios", ratios.chart(found), ratios.chart(found, narrow=True))
        st.caption(phrases.EXPECTED)
    with st.expander("Table behind the chart"):
        st.table(tables.groups(found), border="horizontal", hide_index=True)


def _funnel(found: ComparisonFinding) -> None:
    st.header("Beyond chance alone")
    kinds = {"rate": found.rate_funnel, "ratio": found.ratio_funnel}
    picked = st.segmented_control(
        "Funnel of", list(kinds), default="rate", required=True, key="funnel", bind="query-params",
        format_func=FUNNELS.__getitem__,
    )  # fmt: skip
    shown = kinds[picked or "rate"]
    st.markdown(unbroken(words.beyond(found, shown)))
    if shown.refused:
        return
    either_width("funnel", funnel.chart(found, shown), funnel.chart(found, shown, narrow=True))
    st.markdown(unbroken(words.dispersion(found.definitions, shown)))
    st.caption(phrases.FUNNEL)
    with st.expander("Table behind the funnel"):
        st.table(tables.funnel(found, shown), border="horizontal", hide_index=True)


def _two(found: ComparisonFinding) -> None:
    labels = found.groups["label"].to_list()
    if len(labels) < 2:
        return
    st.header("Two groups beside each other")
    enough = [*found.groups.filter("enough_follow_up")["label"].to_list(), *labels]
    first, second = [labels.index(label) for label in dict.fromkeys(enough)][:2]
    left, right = st.columns(2)
    one = left.selectbox("First", labels, first, key="first", bind="query-params")
    other = right.selectbox("Second", labels, second, key="second", bind="query-params")
    if one == other:
        st.markdown("Choose two different groups.")
        return
    st.markdown(unbroken(words.two(found, str(one), str(other))))
    st.caption(phrases.TWO_GROUPS)


def _pooled(found: ComparisonFinding) -> None:
    st.header("Small groups, drawn towards the mean")
    if found.pooling.refused:
        st.markdown(words.pooled(found))
        return
    either_width("pooled", pooling.chart(found), pooling.chart(found, narrow=True))
    st.caption(phrases.POOLED)
    with st.expander("Table behind the chart of pooled rates"):
        st.table(tables.pooled(found), border="horizontal", hide_index=True)


def _change(found: ComparisonFinding) -> None:
    st.header("What changed since the year before")
    st.markdown(unbroken(words.change(found)))
    if found.change.refused is None:
        with st.expander("Each condition"):
            st.table(tables.change(found), border="horizontal", hide_index=True)
        st.caption(phrases.MIX)


def _calibration(found: ComparisonFinding) -> None:
    st.header("How far expected numbers can be trusted")
    st.markdown(unbroken(words.calibrated(found)))
    if isinstance(found.calibration, Calibration):
        st.table(tables.fifths(found), border="horizontal", hide_index=True)
        st.caption(phrases.CALIBRATION)
    if found.terms.height:
        with st.expander("What the expected chance is made of"):
            st.table(tables.terms(found), border="horizontal", hide_index=True)


main()
