"""The filters that all pages share: drawn in the sidebar, kept in the link."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl
import streamlit as st

from pipelines import ledger
from pipelines.asking import POPULATIONS
from pipelines.disclosure.groups import code_labels
from pipelines.disclosure.safety import ALL_EVENTS, term_label
from pipelines.estimates import Question
from pipelines.estimates.result import Population
from pipelines.pages import phrases
from pipelines.pages.groups import FUNNELS, group_names, present
from pipelines.pages.view import AT_WORK, View
from pipelines.practice import Practice

BY = ("category", "subtype")
SEVERAL = {"clinic": ("clinic_key", "Clinic"), "sex": ("sex", "Sex"), "age": ("age_band", "Age")}


def chosen(practice: Practice) -> View:
    """Draw the filters and return what they choose, with what the link names in vain."""
    asked = {name: st.query_params.get_all(name) for name in st.query_params}
    known: dict[str, list[str]] = {}
    with st.sidebar:
        measure = _one(
            "measure",
            "Measure",
            _labels(practice, "measure_labels", "measure"),
            practice.measures[0],
            known,
        )
        window = _one(
            "window",
            "Window",
            _labels(practice, "windows", "window"),
            practice.default_window,
            known,
        )
        population = _population(practice, known)
        first, last = _period(practice, known)
        known["condition"] = list(conditions(practice).values())
        known["about"] = [phrases.TOGETHER, *known["condition"]]
        known["rules"] = list(code_labels("chart_rules", practice.definitions).values())
        clinics = _codes(practice, "clinic_key").values()
        known["event"] = [ALL_EVENTS, *map(term_label, practice.event_terms()), *clinics]
        known["dose"] = list(conditions(practice).values())
        known["flow"] = list(code_labels("flow_chart", practice.definitions).values())
        known["sign"] = list(code_labels("sign", practice.definitions).values())
        known["groups"] = present(practice)
        known["funnel"] = list(FUNNELS.values())
        known["first"] = known["second"] = group_names(practice)
        where = {
            column: _several(name, label, _codes(practice, column), known)
            for name, (column, label) in SEVERAL.items()
        }
        others = st.toggle("Show what others may see", key="others", help=phrases.OTHERS)
    leaving = ledger.leaving(practice.folder)
    question = Question(
        measure,
        window,
        population,
        BY,
        {name: values for name, values in where.items() if values},
        first,
        last,
    )
    return View(
        practice,
        question,
        _in_words(practice, question),
        _kept(question, _unknown(asked, known)),
        leaving if others else AT_WORK,
        leaving,
    )


def conditions(practice: Practice) -> dict[str, str]:
    """Return the label of each category of the build, in their order, but for unassigned courses."""
    labels = _labels(practice, "categories", "category")
    return {code: labels[code] for code in practice.values("category") if code != "unassigned"}


def _labels(practice: Practice, table: str, code: str) -> dict[str, str]:
    ordered = (
        practice.definitions[table]
        .sort("sort_order")
        .unique(code, keep="first", maintain_order=True)
    )
    return dict(ordered.select(code, "label").rows())


def _codes(practice: Practice, column: str) -> dict[str, str]:
    """Return label by code for the values of a column in this build."""
    named = practice.definitions["labels"].filter(pl.col("list") == column)
    labels = dict(named.select("code", "label").rows())
    return {value: labels.get(value, value) for value in practice.values(column)}


def _one(
    name: str, label: str, options: Mapping[str, str], default: str, known: dict[str, list[str]]
) -> str:
    known[name] = list(options.values())
    codes = list(options)
    choice = st.selectbox(
        label, codes, codes.index(default), options.__getitem__, key=name,
        bind="query-params",
    )  # fmt: skip
    return choice or default


def _several(
    name: str, label: str, options: Mapping[str, str], known: dict[str, list[str]]
) -> tuple[str, ...]:
    known[name] = list(options.values())
    picked = st.multiselect(
        label, list(options), format_func=options.__getitem__, key=name, placeholder="All",
        bind="query-params",
    )  # fmt: skip
    return tuple(picked)


def _population(practice: Practice, known: dict[str, list[str]]) -> Population:
    labels = practice.definitions["labels"].filter(pl.col("list") == "population")
    options = dict(labels.select("code", "label").rows())
    known["courses"] = list(options.values())
    picked = st.segmented_control(
        "Courses", POPULATIONS, default=POPULATIONS[0], required=True, format_func=options.__getitem__,
        key="courses", bind="query-params",
        help="First courses: each patient's first course for a condition. All courses: later ones too.",
    )  # fmt: skip
    return picked or POPULATIONS[0]


def _period(practice: Practice, known: dict[str, list[str]]) -> tuple[date | None, date | None]:
    """Return the first and last month in which courses began; none where none is left out."""
    months = practice.months()
    if not months:
        return None, None
    left, right = st.columns(2)
    with left:
        first = _month("from", "Began from", months, months[0], known)
    with right:
        later = [month for month in months if month >= first]
        last = _month("to", "Began up to", later, months[-1], known)
    return first if first > months[0] else None, last if last < months[-1] else None


def _month(
    name: str, label: str, months: Sequence[date], default: date, known: dict[str, list[str]]
) -> date:
    known[name] = [_written(month) for month in months]
    choice = st.selectbox(
        label, months, months.index(default), _written, key=name, bind="query-params"
    )
    return choice or default


def _written(month: date) -> str:
    return f"{month:%b %Y}"


def _in_words(practice: Practice, question: Question) -> tuple[str, ...]:
    """Return the filters that are set, in words."""
    words = [
        f"{label}: {', '.join(_codes(practice, column)[value] for value in question.where[column])}"
        for column, label in SEVERAL.values()
        if column in question.where
    ]
    if question.start_from:
        words.append(f"began from {_written(question.start_from)}")
    if question.start_to:
        words.append(f"began up to {_written(question.start_to)}")
    return tuple(words)


def _unknown(
    asked: Mapping[str, Sequence[str]], known: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """Return a sentence for each name or value of the link that means nothing here."""
    names = [name for name in asked if name not in known]
    values = [(name, value) for name in asked if name in known for value in asked[name]
              if value not in known[name]]  # fmt: skip
    return (
        *[f"The link asks for {name}, which this practice can't be filtered by." for name in names],
        *[f"The link asks for {name} '{value}', which is not known here; it was left out."
          for name, value in values],
    )  # fmt: skip


def _kept(question: Question, found: tuple[str, ...]) -> tuple[str, ...]:
    """Return what was found, or what was found before while nothing has been chosen since."""
    before, warnings = st.session_state.get("link", (None, ()))
    if found or before != question:
        st.session_state["link"] = (question, found)
        return found
    return tuple(warnings)
