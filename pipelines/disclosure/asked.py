"""What a question asks of the plan of releases: which ladder, which rows; or why it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.definitions import Definitions
from pipelines.definitions.errors import listed
from pipelines.disclosure.plan import WIDTH_MONTHS, Plan, Row
from pipelines.estimates.basis import GROUPS
from pipelines.estimates.result import Question

NESTED = (("category",), ("category", "subtype"))
RUNGS = {"started": "started", "due": "due", "met": "responded", "missing": "missing"}
Kinds = frozenset[str]
NOTHING: Kinds = frozenset()
OF_DUE: Kinds = frozenset({"due", "met", "missing"})


@dataclass(frozen=True)
class Asked:
    """A view in the terms of a plan: a measure and window, by rows, cut by at most one dimension.

    `column` is the dimension: a column of groups, start_month for a period, or None. `category` is the
    one condition that is asked about, where rows are not conditions. `step` is the ladder and rung of
    the measure and window; None for the headline ones.
    """

    question: Question
    column: str | None
    category: str | None
    step: tuple[str, str] | None

    def kinds(self, plan: Plan, key: Mapping[str, object]) -> Kinds:
        """Return which kinds of numbers of a row may be shown, of NUMBERS in disclose.

        `key` has the row's values of the columns of its level.
        """
        row = self._row(key)
        if self.column is None:
            return self._uncut(plan, row)
        if self.column == "start_month":
            return OF_DUE if self._period_told(plan, row) else NOTHING
        values = (
            [key[self.column]]
            if self.column in key
            else list(self.question.where.get(self.column, ()))
        )
        if not values:  # the row of all values of the dimension together
            return self._uncut(plan, row)
        told = all(plan.holds_value(self.column, row, value) for value in values)
        return OF_DUE if told else NOTHING

    def _row(self, key: Mapping[str, object]) -> Row:
        if self.category is not None:
            return (self.category,)
        return tuple(key[name] for name in ("category", "subtype") if name in key)

    def _uncut(self, plan: Plan, row: Row) -> Kinds:
        """Return what may be shown of a row of all its courses; steps of the headline measure only."""
        if self.step is not None:
            return OF_DUE | {"started"} if plan.holds(self.step[0], row, self.step[1]) else NOTHING
        kinds = {kind for kind, rung in RUNGS.items() if plan.holds("counts", row, rung)}
        if plan.holds("steps", row, "steps"):
            kinds.add("steps")
        return frozenset(kinds)

    def _period_told(self, plan: Plan, row: Row) -> bool:
        """Return whether the courses of a period are a sum of periods that are told."""
        width = plan.finest_period(row)
        if width is None:
            return False
        months, before = WIDTH_MONTHS[width], plan.told_before[width]
        first, last = self.question.start_from, self.question.start_to
        opens = first is None or (_number(first) % months == 0 and first <= before)
        closes = last is None or ((_number(last) + 1) % months == 0 and last < before)
        return opens and closes


def asked_of(question: Question, window: str, definitions: Definitions) -> Asked | str:
    """Return a question in the terms of a plan, or why it can't be released.

    `window` is the headline window of the build.
    """
    if question.population != "first_courses":
        return "only first courses are released, because all courses less first ones would leave small groups"
    where = dict(question.where)
    by_condition = question.by in NESTED
    conditions = () if by_condition else where.pop("category", ())
    dimensions = list(where)
    if not by_condition:
        dimensions = [*question.by, *(name for name in where if name not in question.by)]
    if (len(question.by) > 1 and not by_condition) or len(conditions) > 1:
        return (
            "no release by several columns or conditions at once; expected category, category with"
            f" subtype, or one of {listed(GROUPS)}"
        )
    if any(name not in GROUPS for name in dimensions):
        return (
            f"no release by {', '.join(dimensions)}; expected category, category with subtype, or one"
            f" filter or group of {listed((*GROUPS, 'period'))}"
        )
    if question.start_from or question.start_to:
        dimensions.append("start_month")
    if len(dimensions) > 1:
        return (
            "only one filter or group at a time is released, because several could be subtracted from"
            f" each other; asked are {', '.join(dimensions)}"
        )
    headline = question.measure == "response" and question.window == window
    if dimensions and not headline:
        return (
            "under a filter or by groups only response in the headline window is released, so that"
            " groups stay large"
        )
    step = None if headline else _step(question, window, definitions)
    if step is None and not headline:
        return "this measure in this window stands on no ladder of releases"
    return Asked(
        question,
        dimensions[0] if dimensions else None,
        conditions[0] if conditions else None,
        step,
    )


def _step(question: Question, window: str, definitions: Definitions) -> tuple[str, str] | None:
    steps = definitions["release_ladder"].filter(
        pl.col("measure") == question.measure,
        pl.col("window").fill_null(window) == question.window,
        pl.col("splits") == "missing",
    )
    return steps.select("ladder", "rung").row(0) if steps.height else None


def _number(day: date) -> int:
    return 12 * day.year + day.month - 1


def keys(level: pl.DataFrame, columns: list[str]) -> list[dict[str, object]]:
    """Return the values of each row of a level in its columns of groups."""
    return level.select(columns).to_dicts() if columns else [{} for _ in range(level.height)]
