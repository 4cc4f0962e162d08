"""How safe is it? Adverse events, early stops, vital signs during the infusion."""

import polars as pl
import streamlit as st

from pipelines import cached
from pipelines.charts import safety
from pipelines.charts.spelled import unbroken
from pipelines.disclosure import control_words
from pipelines.disclosure import safety_tables as tables
from pipelines.disclosure import safety_words as words
from pipelines.disclosure.groups import code_labels
from pipelines.disclosure.safety import ALL_EVENTS, SafetyFinding, term_label
from pipelines.disclosure.tallied import events_sentence, events_table
from pipelines.disclosure.withheld import EVENT_LIMITS, INFUSIONS, WHOLE_ONLY
from pipelines.pages import phrases
from pipelines.pages.answer import answer, withheld
from pipelines.pages.told import changes, standing_out
from pipelines.pages.view import View, current
from pipelines.pages.widths import either_width


def main() -> None:
    """Draw the page, top to bottom."""
    view = current()
    st.title("How safe is it?")
    if view.protects:
        _others(view)
        return
    found = cached.safety(view.practice, view.question, view.policy)
    assert not isinstance(found, str)
    answer(
        view, found.definitions, phrases.INFUSIONS, words.answer(found), words.cautions(found),
        measured=False,
    )  # fmt: skip
    if not found.totals["infusions"][0]:
        return
    _over_time(found)
    _terms(found)
    _serious(found)
    _stopped(found)
    _signs(found)
    _excursions(found)
    _doses(found)
    st.header("The fine print")
    with st.container(key="foot"):
        st.markdown(phrases.SAFETY)
        st.markdown(phrases.origin(found.definitions, found.provenance, found.policy))


def _others(view: View) -> None:
    """Draw what others may see of safety: events by term, for the whole practice."""
    release = cached.released(view.practice, view.policy)
    assert release is not None
    if view.question.filtered:
        withheld(view, WHOLE_ONLY)
        return
    definitions = view.practice.definitions
    answer(
        view,
        definitions,
        phrases.INFUSIONS,
        events_sentence(release, definitions, view.policy),
        measured=False,
    )
    terms = {term: term_label(term) for term in view.practice.event_terms()}
    if terms:
        st.table(
            events_table(release, terms, definitions, view.policy),
            border="horizontal",
            hide_index=True,
        )
    st.header("The fine print")
    with st.container(key="foot"):
        st.markdown(INFUSIONS)
        st.markdown(EVENT_LIMITS)
        st.markdown(phrases.origin(definitions, view.practice.provenance, view.policy))


def _over_time(found: SafetyFinding) -> None:
    parts = {one.label: one for one in found.over_time}
    picked = st.selectbox("Over time", list(parts), 0, key="event", bind="query-params")
    one = parts[picked or ALL_EVENTS]
    if one.shown.points.is_empty():
        st.markdown("These records keep no months, so there is nothing to draw.")
        return
    either_width("over_time", safety.over_time(one), safety.over_time(one, narrow=True))
    why = words.why_so(one, found)
    if why:
        st.caption(f":material/info: {why}")
    name = "Infusions between" if one.rare else "The rate"
    standing_out({name: one.shown})
    changes({name: one.shown}, found.definitions)
    with st.expander("All events, each term and each clinic"):
        st.table(tables.over_time(found), border="horizontal", hide_index=True)
    single = [part.shown for part in found.over_time if part.of != "all"]
    budget = control_words.budget(single, "single terms and clinics")
    st.markdown(unbroken(f"{budget} {words.standing_out(found)}"))


def _terms(found: SafetyFinding) -> None:
    st.header("Which events")
    if found.terms.is_empty():
        st.markdown("No adverse event is recorded.")
        return
    st.table(tables.terms(found), border="horizontal", hide_index=True)
    st.caption(phrases.TERMS)


def _serious(found: SafetyFinding) -> None:
    st.header("Serious and watched events")
    st.markdown(unbroken(words.serious(found)))
    if found.between.counted.height > 1:
        either_width("between", safety.between(found), safety.between(found, narrow=True))
        standing_out({"Infusions between": found.between})
        st.caption(phrases.BETWEEN)
    for said in words.watched(found):
        st.markdown(f"- {unbroken(said)}")
    if found.review.height:
        with st.expander("Serious and watched events for review, by keys"):
            st.table(tables.review(found), border="horizontal", hide_index=True)


def _stopped(found: SafetyFinding) -> None:
    st.header("Stopped early")
    st.markdown(unbroken(words.stopped(found)))
    if found.stops.height:
        st.table(tables.stops(found), border="horizontal", hide_index=True)


def _signs(found: SafetyFinding) -> None:
    st.header("During the infusion")
    labels = code_labels("sign", found.definitions)
    read = set(found.signs["sign"].to_list())
    options = {code: label for code, label in labels.items() if code in read}
    if not options:
        st.markdown("No vital sign is recorded.")
        return
    picked = st.selectbox(
        "Sign", list(options), 0, options.__getitem__, key="sign", bind="query-params"
    )
    sign = picked or next(iter(options))
    if found.signs.filter(pl.col("sign") == sign).height > 1:
        label = options[sign]
        either_width(
            "sign", safety.by_minute(found, sign, label),
            safety.by_minute(found, sign, label, narrow=True),
        )  # fmt: skip
    st.table(tables.signs(found, sign), border="horizontal", hide_index=True)


def _excursions(found: SafetyFinding) -> None:
    st.header("Excursions")
    st.table(tables.excursions(found), border="horizontal", hide_index=True)
    st.caption(phrases.EXCURSIONS)


def _doses(found: SafetyFinding) -> None:
    st.header("By dose")
    st.table(tables.doses(found), border="horizontal", hide_index=True)
    st.caption(phrases.DOSES)
    charts = found.dose_over_time
    if not charts:
        return
    budget = control_words.budget(list(charts.values()), "doses")
    st.markdown(unbroken(f"{words.doses_moved(found)} {budget}"))
    picked = st.selectbox("Dose over time", list(charts), 0, key="dose", bind="query-params")
    label = picked or next(iter(charts))
    shown = charts[label]
    either_width("dose", safety.dose(label, shown), safety.dose(label, shown, narrow=True))
    standing_out({"The mean dose": shown})
    changes({"The mean dose": shown}, found.definitions)


main()
