"""What may be shown of one condition: all of it inside the practice, nothing but the reason elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure import words
from pipelines.disclosure.disclose import disclose
from pipelines.disclosure.finding import Finding
from pipelines.disclosure.policies import policy_row
from pipelines.disclosure.withheld import FOLLOWED
from pipelines.estimates.condition import Condition
from pipelines.estimates.result import Provenance, Question
from pipelines.estimates.years import Years


@dataclass(frozen=True)
class ConditionFinding:
    """One condition as a policy lets it be shown; only `disclose_condition` makes one.

    Frames are those of `estimates.condition` without the group columns; `refusals` has estimate and
    sentence for each number that is not given.
    """

    category: str
    label: str
    policy: str
    response: Finding
    by_infusion: pl.DataFrame
    by_infusion_summary: pl.DataFrame
    futility: pl.DataFrame
    later: pl.DataFrame
    curve: pl.DataFrame
    curve_at_once: pl.DataFrame
    weeks: pl.DataFrame
    weeks_at_once: pl.DataFrame
    competing_weeks: pl.DataFrame
    summary: pl.DataFrame
    distribution: pl.DataFrame
    thirds: pl.DataFrame
    years: Years | None
    earlier: pl.DataFrame
    beside: pl.DataFrame
    recovery: pl.DataFrame
    instrument: str | None
    trajectory: pl.DataFrame
    refusals: pl.DataFrame = field(repr=False)
    question: Question
    definitions: Definitions = field(repr=False)
    provenance: Provenance

    @property
    def sentence(self) -> str:
        """Return what may be said of the response of the condition, in a sentence."""
        rows = self.response.levels[1].filter(pl.col("category") == self.category)
        if rows.is_empty():
            return "No course to count."
        return words.sentence(rows.row(0, named=True), self.question, self.definitions)

    def refusal(self, room: str, estimate: str) -> str | None:
        """Return why an estimate of a room (by_infusion, futility, durability) is not given."""
        found = self.refusals.filter((pl.col("room") == room) & (pl.col("estimate") == estimate))
        return str(found["sentence"].item(0)) if found.height else None


def disclose_condition(found: Condition, policy: str) -> ConditionFinding | str:
    """Return the estimates of a condition, or the reason why a protecting policy shows none.

    Raises InputError for an unknown policy.
    """
    if policy_row(found.definitions, policy)["protects"]:
        return FOLLOWED
    return ConditionFinding(
        category=found.category,
        label=found.definitions.labels("categories", "category")[found.category],
        policy=policy,
        response=disclose(found.response, policy),
        by_infusion=_own(found.by_infusion.levels, found),
        by_infusion_summary=_own(found.by_infusion.summary, found),
        futility=_own(found.futility.levels, found),
        later=_own(found.durability.later, found),
        curve=_own(found.durability.curve, found),
        curve_at_once=_own(found.durability.curve_at_once, found),
        weeks=_own(found.durability.weeks, found),
        weeks_at_once=_own(found.durability.weeks_at_once, found),
        competing_weeks=_own(found.durability.competing_weeks, found),
        summary=_own(found.durability.summary, found),
        distribution=found.distribution,
        thirds=found.thirds,
        years=found.years,
        earlier=found.earlier,
        beside=found.beside,
        recovery=found.recovery,
        instrument=found.instrument,
        trajectory=found.trajectory,
        refusals=_refusals(found),
        question=found.response.question,
        definitions=found.definitions,
        provenance=found.response.provenance,
    )


def _own(levels: Sequence[pl.DataFrame], found: Condition) -> pl.DataFrame:
    """Return the rows of the category from the level by category."""
    return levels[1].filter(pl.col("category") == found.category).drop("category")


def _refusals(found: Condition) -> pl.DataFrame:
    sentences = found.definitions["estimate_refusals"].select("reason", "sentence")
    rooms = {
        "by_infusion": found.by_infusion.refused,
        "futility": found.futility.refused,
        "durability": found.durability.refused,
    }
    parts = [
        _own(refused, found).with_columns(room=pl.lit(room)) for room, refused in rooms.items()
    ]
    told = pl.concat(parts).join(sentences, on="reason", how="left", maintain_order="left")
    return told.select("room", "estimate", "sentence")
