"""What may be shown of the flow through a practice: all inside it, the reason elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.control import ShownChart, shown_chart
from pipelines.disclosure.groups import code_labels
from pipelines.disclosure.policies import policy_row
from pipelines.disclosure.withheld import VISITS
from pipelines.estimates.flow import Flow
from pipelines.estimates.result import Provenance, Question

BETTER = {"no_show": -1, "late_cancelled": -1, "complete": 1, "baseline": 1}


@dataclass(frozen=True)
class FlowFinding:
    """Flow through a practice as a policy lets it be shown; only `disclose_flow` makes one.

    The frames are those of `estimates.flow`; `over_time` has the charts by their labels.
    """

    policy: str
    question: Question
    waiting: pl.DataFrame
    wait: pl.DataFrame
    kept: pl.DataFrame
    weekdays: pl.DataFrame
    completion: pl.DataFrame
    attrition: pl.DataFrame
    times: pl.DataFrame
    chair_hours: float | None
    capture: pl.DataFrame
    gaps: pl.DataFrame
    repeats: pl.DataFrame
    over_time: Mapping[str, ShownChart] = field(repr=False)
    definitions: Definitions = field(repr=False)
    provenance: Provenance


def disclose_flow(found: Flow, policy: str) -> FlowFinding | str:
    """Return the flow through a practice, or the reason why a protecting policy shows none of it.

    Raises InputError for an unknown policy.
    """
    definitions = found.definitions
    if policy_row(definitions, policy)["protects"]:
        return VISITS
    labels = code_labels("flow_chart", definitions)
    return FlowFinding(
        policy=policy,
        question=found.question,
        waiting=found.waiting,
        wait=found.wait,
        kept=found.kept,
        weekdays=found.weekdays,
        completion=found.completion,
        attrition=found.attrition,
        times=found.times,
        chair_hours=found.chair_hours,
        capture=found.capture,
        gaps=found.gaps,
        repeats=found.repeats,
        over_time={
            label: shown_chart(found.over_time[name], definitions, BETTER[name])
            for name, label in labels.items()
        },
        definitions=definitions,
        provenance=found.provenance,
    )
