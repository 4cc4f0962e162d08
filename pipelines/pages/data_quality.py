"""How far can the data be trusted? Grades, what fails, what it means, and what to do about it."""

from collections.abc import Mapping
from functools import partial

import polars as pl
import streamlit as st

from pipelines import cached
from pipelines.charts import quality_failures, quality_trend, quality_trust
from pipelines.charts.quality_cards import cards, title
from pipelines.charts.quality_report import report
from pipelines.charts.spelled import unbroken
from pipelines.disclosure import QualityFinding
from pipelines.disclosure.quality_tables import (
    by_clinic,
    by_month,
    capture_table,
    meanings,
    overview,
)
from pipelines.disclosure.quality_words import limit, numbers, share, status
from pipelines.estimates.grades import SEVERITIES
from pipelines.pages.answer import badge
from pipelines.pages.view import View, current
from pipelines.pages.widths import either_width, one_width
from pipelines.practice import Practice

ICONS = {
    "passed": ":material/check_circle:", "error": ":material/help:",
    "not_applicable": ":material/remove_circle_outline:",
}  # fmt: skip
KINDS = {
    "timeliness": "Is it there in time?", "completeness": "Is it there?",
    "linkage": "Does it fit together?", "plausibility": "Can it be true?",
    "conformance": "Is it in the agreed form?",
}  # fmt: skip
FEEDBACK = (
    "The feedback file names each refused row by file, row number, column and rule; it holds no value, but"
    " it can be counted, so it is for whoever keeps these records and nobody else."
)
MONTHS_SHOWN = 24
CLINICS_BESIDE = 3


def main() -> None:
    """Draw the page, top to bottom."""
    view = current()
    finding = cached.quality(view.practice, view.policy)
    _answer(view, finding)
    st.subheader(title(finding), anchor="grades")
    st.html(cards(finding))
    st.caption(_how_graded(finding))
    _downloads(view)
    st.header("What fails")
    _failures(finding)
    st.header("What it means for the measures")
    _meaning(finding)
    st.header("Follow-up by month")
    _trend(finding)
    st.header("Every rule, and what to do")
    with st.container(key="rules"):
        _rules(finding)
    with st.container(key="foot"):
        st.markdown(finding.footnote)


def _answer(view: View, finding: QualityFinding) -> None:
    st.title("How far can the data be trusted?")
    badge(view)
    with st.container(key="answer"):
        st.caption("All records of the current build. The filters do not change this page.")
        with st.container(key="sentence"):
            st.markdown(unbroken(finding.sentence))


def _how_graded(finding: QualityFinding) -> str:
    scale = finding.definitions["quality_grades"].sort("sort_order")
    worst = scale["grade"][-1]
    rules = finding.definitions["quality_rules"].height
    parts = []
    for row in scale.filter(pl.col("grade") != worst).iter_rows(named=True):
        most = [row[f"max_{severity}"] for severity in SEVERITIES]
        limits = [str(number) if number < rules else "any" for number in most]
        parts.append(f"{row['grade']} {' / '.join(limits)}")
    return (
        "Grades by how many rules may fail at most, fatal / major / minor:"
        f" {', '.join(parts)}, {worst} more."
    )


def _downloads(view: View) -> None:
    build = view.practice.build.id
    with st.container(key="downloads", horizontal=True):
        if not view.protects:
            st.download_button(
                "Feedback for the EHR vendor (CSV)", partial(_feedback, view.practice),
                f"abate-feedback-internal-{build}.csv", "text/csv", key="feedback", on_click="ignore",
                icon=":material/outgoing_mail:",
            )  # fmt: skip
        st.download_button(
            "Report (HTML)", partial(_report, view), f"abate-quality-{view.leaving}-{build}.html",
            "text/html", key="report", on_click="ignore", icon=":material/description:",
        )  # fmt: skip
        feedback = "" if view.protects else f"{FEEDBACK} "
        st.caption(f"{feedback}The report tells grades and statuses, and no numbers.")


def _feedback(practice: Practice) -> str:
    return practice.feedback().write_csv()


def _report(view: View) -> str:
    return report(cached.quality(view.practice, view.leaving))


def _failures(finding: QualityFinding) -> None:
    if finding.failures.is_empty():
        st.markdown("No rule fails.")
    else:
        either_width(
            "failures",
            quality_failures.chart(finding),
            quality_failures.chart(finding, narrow=True),
        )
    with st.expander("Table of all rules"), st.container(key="overview"):
        st.dataframe(overview(finding), hide_index=True, height=420)


def _meaning(finding: QualityFinding) -> None:
    if finding.trust.height:
        window = finding.definitions.labels("windows", "window")[finding.window]
        either_width(
            "trust", quality_trust.chart(finding), quality_trust.chart(finding, narrow=True)
        )
        least = finding.definitions.setting("follow_up_min_percent")
        flag = " *: few due; such a number may point to a person."
        st.caption(
            f"Share of due first courses followed up, window: {window.lower()}. Under {least} % the"
            f" Response page gives a range and no rate.{flag * quality_trust.small_cells(finding)}"
        )
    said = meanings(finding)
    st.markdown(
        "\n".join(f"- **{about}**: {unbroken(text)}" for about, text in said)
        or "No measure suffers."
    )


def _trend(finding: QualityFinding) -> None:
    if finding.capture.is_empty():
        st.markdown("The calendar of these records has no true months, so there is no trend.")
        return
    either_width("trend", quality_trend.chart(finding), quality_trend.chart(finding, narrow=True))
    st.caption(
        "Due first courses in headline conditions, by the month in which they began. Hollow: fewer"
        f" than {quality_trend.FEW_DUE} due. Above each clinic: follow-up of all earlier months,"
        f" then of the last {quality_trend.RECENT} due months."
    )
    clinics = finding.capture["clinic_key"].drop_nulls().unique().sort().to_list()
    for start in range(0, len(clinics) if len(clinics) > 1 else 0, CLINICS_BESIDE):
        for place, clinic in zip(
            st.columns(CLINICS_BESIDE), clinics[start : start + CLINICS_BESIDE], strict=False
        ):
            with place, st.container(key=f"either_trend_{clinic}"):
                one_width(f"trend_{clinic}", quality_trend.chart(finding, clinic))
    with st.expander("Table behind the trend"):
        st.table(capture_table(finding), border="horizontal", hide_index=True)


def _rules(finding: QualityFinding) -> None:
    for kind, asked in KINDS.items():
        own = finding.rules.filter(pl.col("kind") == kind)
        if own.height:
            st.subheader(asked, anchor=kind)
        for row in own.iter_rows(named=True):
            _rule(finding, row)


def _rule(finding: QualityFinding, row: Mapping[str, object]) -> None:
    """Draw the section of one rule: what was found, why it matters, what to do, where and when."""
    failed = row["status"] == "failed" or bool(row["failing_clinics"])
    icon = ":orange[:material/error:]" if failed else ICONS[str(row["status"])]
    told = share(row) if row["counted"] else status(row)
    with st.expander(f"{icon} **{row['label']}** · {told} ({limit(row)} allowed)"):
        st.markdown(unbroken(numbers(row)))
        st.markdown(f"**Why it matters.** {row['why_it_matters']}")
        st.markdown(f"**What to do.** {row['what_to_do']}")
        field = f"{row['table_name']}.{row['field']}" if row["field"] else row["table_name"]
        st.caption(f"Affects: {row['affects']}. Severity: {row['severity']}. Column: {field}."
                   f" Source: {row['source']}")  # fmt: skip
        _numbers(finding, str(row["rule"]))


def _numbers(finding: QualityFinding, rule: str) -> None:
    clinics, months = by_clinic(finding, rule), by_month(finding, rule)
    if clinics.height:
        st.table(clinics, border="horizontal", hide_index=True)
    if months.height:
        st.dataframe(months.head(MONTHS_SHOWN), hide_index=True, height=220, key=f"months_{rule}")


main()
