"""What may be taken along: the view as CSV and as a picture, always under the leaving policy."""

from dataclasses import replace
from functools import partial

import polars as pl
import streamlit as st

from pipelines import cached, ledger
from pipelines.charts.rows import rows
from pipelines.disclosure import Finding, why_refused
from pipelines.estimates import Question
from pipelines.estimates.basis import Basis
from pipelines.pages.view import View

NUMBERS = (
    "started", "baseline", "eligible", "due", "assessed", "responded", "known", "rate", "low",
    "high", "highest", "follow_up", "unstable", "enough_follow_up", "hidden", "as_of",
)  # fmt: skip


def buttons(view: View, questions: tuple[Question, ...]) -> None:
    """Draw the download buttons, or say why this view can't leave the practice."""
    basis = view.practice.basis
    refused = why_refused(view.question, basis)
    leaving = released(questions, basis)
    name = _file_name(view)
    policies = view.practice.definitions["policies"]
    promise = dict(policies.select("policy", "sentence").rows())[view.leaving]
    with st.container(key="downloads", horizontal=True):
        st.download_button(
            "Table (CSV)", partial(_csv, view), f"{name}.csv", "text/csv",
            key="csv", on_click="ignore", icon=":material/table:", disabled=refused is not None,
        )  # fmt: skip
        st.download_button(
            "Chart (PNG)", partial(_png, view, leaving), f"{name}.png",
            "image/png", key="png", on_click="ignore", icon=":material/image:",
            disabled=refused is not None,
        )  # fmt: skip
        st.caption(
            f"Not for download: {refused}."
            if refused
            else f"Downloads hide small numbers. {promise}"
        )


def _file_name(view: View) -> str:
    question, build = view.question, view.practice.build.id
    return f"abate-{question.measure}-{question.window}-{view.leaving}-{build}"


def _csv(view: View) -> str:
    _written_down(view, "table (CSV)")
    return text(cached.finding(view.practice, view.question, view.leaving))


def _png(view: View, questions: tuple[Question, ...]) -> bytes:
    _written_down(view, "chart (PNG)")
    return cached.picture(view.practice, questions, view.leaving)


def _written_down(view: View, what: str) -> None:
    """Write into the ledger of releases that a view leaves the practice."""
    asked = ledger.question_asked(what, view.question)
    ledger.let_out(view.practice, view.leaving, asked)


def text(finding: Finding) -> str:
    """Return a Finding as CSV: all together, then each group; what is hidden is left empty."""
    lines = [
        {
            **dict(
                zip(
                    finding.question.by,
                    [*row.key, *[None] * len(finding.question.by)],
                    strict=False,
                )
            ),
            "row": row.label,
            **{name: row.numbers[name] for name in NUMBERS},
            "policy": finding.policy,
            "build": finding.provenance.build,
        }
        for row in rows(finding)
        if row.numbers is not None
    ]
    return pl.DataFrame(lines, infer_schema_length=None).write_csv()


def beside(question: Question, measures: list[str]) -> tuple[Question, ...]:
    """Return the question, then those of the measures that are told beside it."""
    others = [
        name for name in measures if name in ("remission", "worsening") and name != question.measure
    ]
    return (question, *(replace(question, measure=name) for name in others))


def released(questions: tuple[Question, ...], basis: Basis) -> tuple[Question, ...]:
    """Return those questions that a protecting policy answers."""
    return tuple(asked for asked in questions if why_refused(asked, basis) is None)
