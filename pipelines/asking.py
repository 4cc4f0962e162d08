"""What may be asked of a practice, and which courses a question counts."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

import polars as pl

from pipelines.definitions import InputError
from pipelines.definitions.errors import did_you_mean, listed
from pipelines.estimates import Question
from pipelines.estimates.result import Population
from pipelines.intake.annotations import CHARTS, Annotations
from pipelines.warehouse import Build

CLINICIAN = "clinician_key"
GROUPS = (
    "category", "subtype", "clinic_key", CLINICIAN, "sex", "age_band", "region", "instrument",
    "start_year", "start_month",
)  # fmt: skip
FILTERS = ("category", "subtype", "clinic_key", "sex", "age_band", "region")
VISIT_FILTERS = ("clinic_key", "sex", "age_band", "region")
POPULATIONS: tuple[Population, ...] = ("first_courses", "all_courses")


class Askable(Protocol):
    """What a practice knows: its names, what its filter columns hold, and its build."""

    @property
    def build(self) -> Build:
        """Return the build that is asked."""

    @property
    def measures(self) -> list[str]:
        """Return the measures."""

    @property
    def clinicians_compared(self) -> bool:
        """Return whether clinicians are compared."""

    @property
    def windows(self) -> list[str]:
        """Return the windows."""

    def values(self, column: str) -> list[str]:
        """Return what a filter column holds in the build."""


def check(question: Question, practice: Askable) -> None:
    """Raise InputError for a name, value or period that a practice does not have."""
    known("measure", question.measure, practice.measures)
    known("window", question.window, practice.windows)
    known("population", question.population, POPULATIONS)
    _check_kinds(question)
    for name in question.by:
        known("group", name, GROUPS)
    if CLINICIAN in question.by and not practice.clinicians_compared:
        raise InputError(
            "group: clinicians are not compared in this practice; clinicians_compared in its"
            " definitions/settings.csv turns it on"
        )
    for name, values in question.where.items():
        for value in values:
            known(name, value, practice.values(name))
    _check_columns(question)
    _check_period(question, practice.build)


def _check_kinds(question: Question) -> None:
    """Raise InputError for a period that is no date, or ends before it begins."""
    ends = {"start_from": question.start_from, "start_to": question.start_to}
    for name, day in ends.items():
        if day is not None and not isinstance(day, date):
            raise InputError(f"{name}: {day!r} is no date; expected a datetime.date")
    if question.start_from and question.start_to and question.start_to < question.start_from:
        raise InputError(
            f"period: it ends in {question.start_to:%Y-%m}, before it begins in {question.start_from:%Y-%m}"
        )


def one_condition(
    category: str, where: Mapping[str, Sequence[str]] | None
) -> dict[str, Sequence[str]]:
    """Return filters with a category added; raises InputError where they name another one."""
    filters = dict(where or {})
    if "category" in filters and list(filters["category"]) != [category]:
        raise InputError(
            f"filter: category is {listed(filters['category'])}, but {category} is asked about"
        )
    return {**filters, "category": [category]}


def listing(kind: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return names as a tuple; raises InputError for a single text where a list is meant."""
    if isinstance(names, str):
        raise InputError(f"{kind}: '{names}' is one text; expected a list, as ['{names}']")
    return tuple(names)


def _check_columns(question: Question) -> None:
    by = question.by
    if len(set(by)) < len(by):
        raise InputError(f"group: {listed(by)} names a column twice")
    if "subtype" in by and "category" not in by[: by.index("subtype")]:
        raise InputError(
            "group: subtype stands only after category, because categories share codes"
        )
    if "subtype" in question.where and "category" not in question.where:
        raise InputError(
            "filter: subtype needs a filter by category, because categories share codes"
        )


def _check_period(question: Question, build: Build) -> None:
    dated = question.start_from or question.start_to or "start_month" in question.by
    if build.calendar == "relative" and dated:
        raise InputError("period: this study is in relative days and has no calendar")
    if build.slide in ("quarter", "year") and dated:
        raise InputError(
            f"period: days of these records are slid by {build.slide}, so that months are"
            " not true; expected start_year"
        )


def known(kind: str, name: str, allowed: Sequence[str]) -> None:
    """Raise InputError, with what is allowed, where a name is not among it."""
    if name not in allowed:
        raise InputError(
            f"{kind}: '{name}' is not known{did_you_mean(name, allowed)};"
            f" expected one of {listed(allowed, 20)}"
        )


def check_annotations(noted: Annotations, practice: Askable) -> None:
    """Raise InputError where events, targets or rebases name what a practice does not have."""
    allowed = {
        "measure": [*practice.measures, *CHARTS],
        "category": practice.values("category"),
        "clinic_key": practice.values("clinic_key"),
    }
    problems = [
        f"{name}.csv, row {row}: {column} is {value}; expected one of {listed(values, 20)}"
        f"{did_you_mean(value, values)}"
        for name, frame in vars(noted).items()
        for column, values in allowed.items()
        for row, value in enumerate(frame[column].to_list(), start=1)
        if value is not None and value not in values
    ]
    if problems:
        raise InputError(*problems)


def asked(courses: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Return the courses of the question's population, filters and period."""
    if question.population == "first_courses":
        courses = courses.filter("is_first_course")
    for name, values in question.where.items():
        courses = courses.filter(pl.col(name).is_in(list(values)))
    if question.start_from:
        courses = courses.filter(pl.col("start_month") >= question.start_from.replace(day=1))
    if question.start_to:
        courses = courses.filter(pl.col("start_month") <= question.start_to)
    return courses
