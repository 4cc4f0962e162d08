"""What the app keeps between reruns; nothing else is cached, and everything here is bounded.

Keys name the practice folder, the build, the question and the policy, so that a new build is seen
at the next rerun and no number crosses from one policy to another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypedDict

import polars as pl
import streamlit as st

from pipelines import ledger
from pipelines.charts.picture import png
from pipelines.definitions import InputError
from pipelines.disclosure import (
    Finding,
    QualityFinding,
    disclose,
    disclose_quality,
    why_refused,
)
from pipelines.disclosure.adjusted import adjusted_scores
from pipelines.disclosure.comparison import ComparisonFinding, disclose_comparison
from pipelines.disclosure.condition import ConditionFinding, disclose_condition
from pipelines.disclosure.flow import FlowFinding, disclose_flow
from pipelines.disclosure.for_others import GroupsFinding, disclose_groups
from pipelines.disclosure.policies import policy_row
from pipelines.disclosure.release import Release
from pipelines.disclosure.safety import SafetyFinding, disclose_safety
from pipelines.disclosure.trend import TrendFinding, disclose_trend
from pipelines.estimates import Question
from pipelines.estimates.judging_points import RuleSet
from pipelines.practice import Practice, open_practice


def practice(folder: Path) -> Practice:
    """Return a practice opened at the build that its pointer names now.

    Raises InputError where there is none.
    """
    named = _pointer(folder)
    opened = _opened(str(folder), named)
    if opened.build.id != named:  # published while we opened: keep nothing under the wrong name
        _opened.clear(str(folder), named)
    return opened


def finding(opened: Practice, question: Question, policy: str) -> Finding:
    """Return the answer to a question under a policy."""
    key = (str(opened.folder), opened.build.id, question, policy)
    return _finding(*key, *_let_out(opened, policy), opened)


def groups(
    opened: Practice, question: Question, by: tuple[str, ...], policy: str
) -> GroupsFinding | str:
    """Return the rates of groups as others may see them, or why they may not."""
    asked = replace(question, by=by)
    refused = why_refused(asked, opened.basis)
    if refused:
        return f"Not shown to others: {refused}."
    key = (str(opened.folder), opened.build.id, asked, policy)
    return _groups(*key, *_let_out(opened, policy), opened)


def released(opened: Practice, policy: str) -> Release | None:
    """Return what others would see of a practice's build; None under a policy that shows all."""
    if not policy_row(opened.definitions, policy)["protects"]:
        return None
    stamp = ledger.stamp(opened.folder)
    return _released(str(opened.folder), opened.build.id, policy, stamp, opened)


def condition(
    opened: Practice, question: Question, category: str, policy: str
) -> ConditionFinding | str:
    """Return the estimates of one category under the question's filters, or why none is shown."""
    return _condition(str(opened.folder), opened.build.id, question, category, policy, opened)


def adjusted(
    opened: Practice, question: Question, category: str, policy: str
) -> pl.DataFrame | str:
    """Return adjusted mean scores of one category as a table, or why there are none."""
    asked = _beside(opened, question)
    return _adjusted(str(opened.folder), opened.build.id, asked, category, policy, opened)


def comparison(
    opened: Practice, question: Question, by: tuple[str, ...], policy: str
) -> ComparisonFinding | str:
    """Return groups beside each other under the question's filters, or why none is shown."""
    asked = replace(question, by=by)
    return _comparison(str(opened.folder), opened.build.id, asked, policy, opened)


def trend(
    opened: Practice, question: Question, rules: RuleSet, rebased: bool, policy: str
) -> TrendFinding | str:
    """Return a rate over time under the question's filters, or why none is shown.

    Events, targets and rebases are read anew each time, since they change without a build.
    """
    noted = opened.annotations().content
    return _trend(
        str(opened.folder), opened.build.id, question, rules, rebased, noted, policy,
        *_let_out(opened, policy), opened,
    )  # fmt: skip


def safety(opened: Practice, question: Question, policy: str) -> SafetyFinding | str:
    """Return the safety of infusions under the question's filters, or why it is not shown."""
    noted = opened.annotations().content
    asked = replace(_beside(opened, question), population="all_courses")
    return _safety(str(opened.folder), opened.build.id, asked, noted, policy, opened)


def flow(opened: Practice, question: Question, policy: str) -> FlowFinding | str:
    """Return the flow through a practice under the question's filters, or why it is not shown."""
    noted = opened.annotations().content
    return _flow(str(opened.folder), opened.build.id, question, noted, policy, opened)


def _let_out(opened: Practice, policy: str) -> tuple[str, Release | None]:
    """Return what a release depends on beside the build, and the release; nothing where all is shown."""
    found = released(opened, policy)
    return ("", None) if found is None else (ledger.stamp(opened.folder), found)


def picture(opened: Practice, questions: tuple[Question, ...], policy: str) -> bytes:
    """Return the chart of the first question as a PNG, with those of the others beside."""
    stamp = ledger.stamp(opened.folder)
    return _picture(str(opened.folder), opened.build.id, questions, policy, stamp, opened)


def quality(opened: Practice, policy: str) -> QualityFinding:
    """Return the data quality of a practice under a policy."""
    return _quality(str(opened.folder), opened.build.id, policy, opened)


def _beside(opened: Practice, question: Question) -> Question:
    """Return a question without the measure and window, for estimates that these do not change."""
    return replace(question, measure="response", window=opened.default_window)


class Filters(TypedDict):
    """The filters of a question, as Practice takes them."""

    where: Mapping[str, Sequence[str]]
    start_from: date | None
    start_to: date | None


def _filters(question: Question) -> Filters:
    return Filters(where=question.where, start_from=question.start_from, start_to=question.start_to)


def _pointer(folder: Path) -> str:
    try:
        return (folder / "builds" / "current").read_text("utf8").strip()
    except OSError:
        raise InputError(
            f"{folder}: no build there; make one with `abate build {folder}`"
        ) from None


@st.cache_resource(max_entries=4, show_spinner=False)
def _opened(folder: str, build: str) -> Practice:
    return open_practice(folder)


@st.cache_resource(max_entries=4, ttl="1h", show_spinner=False)
def _released(folder: str, build: str, policy: str, stamp: str, _opened: Practice) -> Release:
    return ledger.preview(_opened, policy)


@st.cache_resource(max_entries=200, ttl="1h", show_spinner=False)
def _finding(
    folder: str,
    build: str,
    question: Question,
    policy: str,
    stamp: str,
    _release: Release | None,
    _opened: Practice,
) -> Finding:
    result = _opened.response(
        by=question.by,
        measure=question.measure,
        window=question.window,
        population=question.population,
        **_filters(question),
    )
    return disclose(result, policy, _release)


@st.cache_resource(max_entries=60, ttl="1h", show_spinner=False)
def _groups(
    folder: str,
    build: str,
    question: Question,
    policy: str,
    stamp: str,
    _release: Release | None,
    _opened: Practice,
) -> GroupsFinding:
    assert _release is not None
    result = _opened.response(
        by=question.by, measure=question.measure, window=question.window, **_filters(question)
    )
    return disclose_groups(result, policy, _release)


@st.cache_resource(max_entries=60, ttl="1h", show_spinner=False)
def _condition(
    folder: str, build: str, question: Question, category: str, policy: str, _opened: Practice
) -> ConditionFinding | str:
    found = _opened.condition(
        category,
        measure=question.measure,
        window=question.window,
        population=question.population,
        **_filters(question),
    )
    return disclose_condition(found, policy)


@st.cache_resource(max_entries=60, ttl="1h", show_spinner="Fitting the model")
def _adjusted(
    folder: str, build: str, question: Question, category: str, policy: str, _opened: Practice
) -> pl.DataFrame | str:
    found = _opened.adjusted_trajectory(
        category,
        population=question.population,
        **_filters(question),
    )
    return adjusted_scores(found, policy)


@st.cache_resource(max_entries=60, ttl="1h", show_spinner=False)
def _comparison(
    folder: str, build: str, question: Question, policy: str, _opened: Practice
) -> ComparisonFinding | str:
    found = _opened.comparison(
        by=question.by,
        measure=question.measure,
        window=question.window,
        population=question.population,
        **_filters(question),
    )
    return disclose_comparison(found, policy)


@st.cache_resource(max_entries=200, ttl="1h", show_spinner=False)
def _trend(
    folder: str,
    build: str,
    question: Question,
    rules: RuleSet,
    rebased: bool,
    noted: str,
    policy: str,
    stamp: str,
    _release: Release | None,
    _opened: Practice,
) -> TrendFinding | str:
    found = _opened.trend(
        measure=question.measure,
        window=question.window,
        population=question.population,
        rules=rules,
        rebased=rebased,
        **_filters(question),
    )
    return disclose_trend(found, policy, _release)


@st.cache_resource(max_entries=60, ttl="1h", show_spinner=False)
def _safety(
    folder: str, build: str, question: Question, noted: str, policy: str, _opened: Practice
) -> SafetyFinding | str:
    found = _opened.safety(
        **_filters(question),
    )
    return disclose_safety(found, policy)


@st.cache_resource(max_entries=60, ttl="1h", show_spinner=False)
def _flow(
    folder: str, build: str, question: Question, noted: str, policy: str, _opened: Practice
) -> FlowFinding | str:
    found = _opened.flow(
        window=question.window,
        **_filters(question),
    )
    return disclose_flow(found, policy)


@st.cache_resource(max_entries=8, ttl="1h", show_spinner=False)
def _quality(folder: str, build: str, policy: str, _opened: Practice) -> QualityFinding:
    return disclose_quality(_opened.quality(), policy)


@st.cache_resource(max_entries=20, ttl="1h", show_spinner=False)
def _picture(
    folder: str,
    build: str,
    questions: tuple[Question, ...],
    policy: str,
    stamp: str,
    _opened: Practice,
) -> bytes:
    found, *beside = [finding(_opened, question, policy) for question in questions]
    return png(found, beside)
