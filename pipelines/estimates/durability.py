"""Durability: of those who respond, how many still do, how long it lasts, at what cost of infusions."""

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.followed import Followed, times_in_response
from pipelines.estimates.lasting import Lasting, lasting
from pipelines.estimates.levels import Key, groups, keyed, levels
from pipelines.estimates.refusals import Refusal, refused
from pipelines.estimates.result import Provenance, Question
from pipelines.estimates.still_responding import (
    later_windows,
    responders_later,
    still_responding,
)


@dataclass(frozen=True)
class Durability:
    """How long response lasts, as counted: not for display.

    Each tuple has one frame per step of grouping, as in Result. `later`: see `still_responding`.
    `summary`: courses by fate (see `times_in_response`), started, eligible, responders, followed
    (lost and censored), patients, then median and mean time in response, seen_weeks and
    infusions_given (means of the followed courses) and weeks_per_infusion; mean_weeks and these
    again `_at_once`. `curve`: share still in response by day after first response, as long as
    followed_min_percent of the courses are still seen; `weeks`: the same at durability_weeks, null
    where they are not. `curve_at_once`, `weeks_at_once`: the same if the first lost score counted
    without another to confirm it: where scores are rare, losses go unconfirmed and `curve` is too
    high, so look at both. `competing`
    and `competing_weeks`: shares lost, infused (outside the induction) and still in response
    without either. `refused`: estimate and reason for each number that is not given. `courses`,
    `courses_later`: what was counted.
    """

    question: Question
    later: tuple[pl.DataFrame, ...]
    summary: tuple[pl.DataFrame, ...]
    curve: tuple[pl.DataFrame, ...]
    weeks: tuple[pl.DataFrame, ...]
    curve_at_once: tuple[pl.DataFrame, ...]
    weeks_at_once: tuple[pl.DataFrame, ...]
    competing: tuple[pl.DataFrame, ...]
    competing_weeks: tuple[pl.DataFrame, ...]
    refused: tuple[pl.DataFrame, ...]
    courses: pl.DataFrame = field(repr=False)
    courses_later: pl.DataFrame = field(repr=False)
    definitions: Definitions = field(repr=False)
    provenance: Provenance


def durability(
    followed: Followed, question: Question, definitions: Definitions, provenance: Provenance
) -> Durability:
    """Return what becomes of those who respond: window by window, and as time to loss of response.

    Time runs from the first score that meets the headline measure to the loss, which lies between
    the last score in response and the one that shows it (see `turnbull`; limits with courses of
    one patient together). mean_weeks is the mean time in response up to benefit_weeks.
    weeks_per_infusion divides seen_weeks, the mean time to the last score in response, up to
    benefit_weeks, by the mean number of infusions that the same courses had until then: what came
    after that score is in neither. It is about responders: infusions of others brought nothing and
    are not in it. A number that can't be told is null and its reason stands in `refused`.
    """
    courses = times_in_response(followed, definitions)
    later = responders_later(followed, question.window, definitions)
    found = [
        (
            by,
            rows,
            [(key, lasting(group, definitions)) for key, group in groups(rows, by)],
        )
        for by, rows in levels(courses, question, definitions)
    ]
    kept_later = still_responding(later, question, definitions)

    def stacked(part: Callable[[Lasting], pl.DataFrame]) -> tuple[pl.DataFrame, ...]:
        return tuple(
            pl.concat([keyed(part(group), key, rows) for key, group in each])
            if each
            else keyed(part(lasting(rows, definitions)), dict.fromkeys(by), rows).clear()
            for by, rows, each in found
        )

    return Durability(
        question=question,
        later=tuple(kept_later),
        summary=stacked(lambda group: group.summary),
        curve=stacked(lambda group: group.curve),
        weeks=stacked(lambda group: group.weeks),
        curve_at_once=stacked(lambda group: group.curve_at_once),
        weeks_at_once=stacked(lambda group: group.weeks_at_once),
        competing=stacked(lambda group: group.competing),
        competing_weeks=stacked(lambda group: group.competing_weeks),
        refused=tuple(
            refused(
                [*_refusals(each), *_unassessed(kept, by, question, definitions)],
                by, rows, definitions,
            )
            for (by, rows, each), kept in zip(found, kept_later, strict=True)
        ),
        courses=courses,
        courses_later=later,
        definitions=definitions,
        provenance=provenance,
    )  # fmt: skip


def _refusals(each: list[tuple[Key, Lasting]]) -> list[Refusal]:
    return [Refusal(key, *told) for key, group in each for told in group.reasons]


def _unassessed(
    kept: pl.DataFrame, by: list[str], question: Question, definitions: Definitions
) -> list[Refusal]:
    """Return refusals of the plain count: without a later window, and where nobody was assessed."""
    if not later_windows(question.window, definitions):
        return [Refusal(dict.fromkeys(by), "later", "no_later_window")]
    return [
        Refusal({name: row[name] for name in by},
                f"later {row['window']} {'' if row['infused_between'] else 'not '}infused",
                "nobody_assessed")
        for row in kept.filter(pl.col("assessed") == 0).iter_rows(named=True)
    ]  # fmt: skip
