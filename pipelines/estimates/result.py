"""A Result: numbers as they were counted, with what they mean and where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.basis import Basis

Population = Literal["first_courses", "all_courses"]


@dataclass(frozen=True)
class Question:
    """What is asked: a measure in a window, of a population, by groups, under filters.

    `where` maps a column to the values that stay. `start_from` and `start_to` limit the month in
    which the course began, both included.
    """

    measure: str = "response"
    window: str = "post_induction"
    population: Population = "first_courses"
    by: tuple[str, ...] = ("category",)
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    start_from: date | None = None
    start_to: date | None = None

    @property
    def filtered(self) -> bool:
        """Return whether any course is left out by a filter."""
        return bool(self.where) or self.start_from is not None or self.start_to is not None


@dataclass(frozen=True)
class Provenance:
    """The build that numbers come from; days are null in a study of relative days."""

    build: str
    calendar: str
    data_from: date | None
    data_through: date | None


@dataclass(frozen=True)
class Result:
    """Numbers as counted: not for display, only `disclose` turns them into a Finding.

    `levels` holds one frame per step of grouping: all headline conditions together, then by the
    first column of `question.by`, then by the first two, and so on. `courses` is what was counted:
    one row per course and measure of the window. `basis` is what else of the build may be shown to
    the same readers; without it a Result can only be shown inside the practice.
    """

    question: Question
    levels: tuple[pl.DataFrame, ...]
    courses: pl.DataFrame = field(repr=False)
    definitions: Definitions = field(repr=False)
    provenance: Provenance
    basis: Basis | None = field(default=None, repr=False)

    @property
    def frame(self) -> pl.DataFrame:
        """Return the finest grouping: one row per combination of `question.by`."""
        return self.levels[-1]
