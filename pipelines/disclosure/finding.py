"""A Finding: numbers as they may be shown, with the words that go with them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure import words
from pipelines.disclosure.as_of import earlier
from pipelines.disclosure.missing import missing_table, tipping, weighted
from pipelines.disclosure.table import table
from pipelines.estimates.result import Provenance, Question

if TYPE_CHECKING:
    import altair as alt


@dataclass(frozen=True)
class Finding:
    """Numbers as a policy lets them be shown; only `disclose` makes one.

    `levels` are the Result's, each row with its numbers, null where they are withheld, and with
    `hidden`: whether its rate is withheld, or null too where it has none to withhold; `as_of` is the
    last day of the data of an earlier release whose numbers a row keeps, null where they are of now.
    `together` has for each level the rows that are hidden in it, added up by what they are nested in
    and named so in the last column; none where that can't be told.
    """

    question: Question
    policy: str
    levels: tuple[pl.DataFrame, ...]
    together: tuple[pl.DataFrame, ...]
    definitions: Definitions = field(repr=False)
    provenance: Provenance

    @property
    def frame(self) -> pl.DataFrame:
        """Return the finest grouping: one row per combination of `question.by`."""
        return self.levels[-1]

    @property
    def total(self) -> dict[str, object]:
        """Return the row of all headline conditions together."""
        return self.levels[0].row(0, named=True)

    @property
    def protects(self) -> bool:
        """Return whether the policy hides small counts."""
        return bool(self._policy["protects"])

    @property
    def _policy(self) -> dict[str, object]:
        return self.definitions["policies"].row(
            by_predicate=pl.col("policy") == self.policy, named=True
        )

    @property
    def sentence(self) -> str:
        """Return the answer in a sentence, from the row of all conditions together."""
        return words.sentence(self.total, self.question, self.definitions)

    @property
    def waterfall(self) -> pl.DataFrame:
        """Return who is counted: step, courses, left_out, reason; null where withheld."""
        return words.waterfall(self.total, self.definitions, self.question)

    @property
    def missing(self) -> pl.DataFrame:
        """Return what missing outcomes could do, as text: all together, then by the first group."""
        tables = [missing_table(x, self.question, self.definitions) for x in self.levels[:2]]
        return pl.concat([table for table in tables if table.height])

    @property
    def tipping(self) -> str | None:
        """Return how many missing outcomes would turn the rate of all together; None if it can't be said."""
        return tipping(self.total, self.question, self.definitions)

    @property
    def weighted(self) -> str:
        """Return the response of all together weighted for who was assessed, or why there is none."""
        return weighted(self.total, self.definitions)

    @property
    def earlier(self) -> list[str]:
        """Return which rows keep the numbers of an earlier release, in a line for each of their days."""
        return earlier(self.levels, self.question, self.definitions)

    @property
    def footnote(self) -> str:
        """Return build, days, population and policy in a line."""
        return words.footnote(self.question, self.provenance, self.policy, self.definitions)

    def table(self) -> pl.DataFrame:
        """Return the finest grouping as text for people, with headings and percentages; at the end of
        each group of rows those hidden, taken together.
        """
        rows = pl.concat([self.frame, self.together[-1]]) if self.protects else self.frame
        return table(rows, self.question, self.definitions)

    def chart(self) -> "alt.Chart | alt.LayerChart | alt.HConcatChart | alt.VConcatChart":
        """Return the rates as a chart that says its policy."""
        from pipelines.charts.response import alone

        return alone(self)
