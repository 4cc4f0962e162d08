"""A privacy report as it may be shown: the only way from a PrivacyReport to a PrivacyFinding."""

from dataclasses import dataclass, field

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.policies import policy_row, smallest_shown
from pipelines.estimates.privacy import PrivacyReport
from pipelines.estimates.result import Provenance

RISKS = ("highest_risk", "average_risk")


@dataclass(frozen=True)
class PrivacyFinding:
    """How well records hide persons, as a policy lets it be shown; only `disclose_privacy` makes one.

    `whole` (one row), `combinations` and `without` are those of the PrivacyReport. Under a
    protecting policy every number in them is text that says whether it is none or some; groups are
    left out. `limits` are the sizes of group that count as enough, small to large.
    """

    policy: str
    protects: bool
    setting: str
    held: tuple[str, ...]
    limits: tuple[int, ...]
    whole: pl.DataFrame
    combinations: pl.DataFrame = field(repr=False)
    without: pl.DataFrame = field(repr=False)
    claims: pl.DataFrame = field(repr=False)
    definitions: Definitions = field(repr=False)
    provenance: Provenance


def disclose_privacy(report: PrivacyReport, policy: str = "cms11") -> PrivacyFinding:
    """Return what a policy allows of a privacy report.

    Under a protecting policy numbers of patients are told as none or some, and risks by limits of
    groups that the policy does not call small: a number that is said to be small is known to be. Raises
    InputError for an unknown policy.
    """
    definitions = report.definitions
    row = policy_row(definitions, policy)
    limits = definitions["privacy_limits"].sort("smallest_group")
    smallest = smallest_shown(row)
    whole, combinations, without = (
        _classed(frame, limits.filter(pl.col("smallest_group") >= smallest)) if smallest else frame
        for frame in (pl.DataFrame([report.whole]), report.combinations, report.without)
    )
    return PrivacyFinding(
        policy=policy,
        protects=bool(row["protects"]),
        setting=report.setting,
        held=report.held,
        limits=tuple(limits["smallest_group"].to_list()),
        whole=whole,
        combinations=combinations,
        without=without,
        claims=report.claims,
        definitions=definitions,
        provenance=report.provenance,
    )


def _classed(frame: pl.DataFrame, limits: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with every number as the class that it is in."""
    counts = [name for name, kind in frame.schema.items() if kind.is_integer()]
    risks = [name for name in RISKS if name in frame.columns]
    return frame.with_columns(
        *[_class(pl.col(name)).alias(name) for name in counts],
        *[_risk(pl.col(name), limits).alias(name) for name in risks],
    ).drop("groups", "smallest_group", strict=False)


def _class(count: pl.Expr) -> pl.Expr:
    none = pl.when(count == 0).then(pl.lit("none"))
    return pl.coalesce(none, pl.when(count.is_not_null()).then(pl.lit("some")))


def _risk(risk: pl.Expr, limits: pl.DataFrame) -> pl.Expr:
    """Return between which accepted risks one lies; a limit accepts 1 / its smallest group."""
    steps = limits.select("smallest_group", "highest_risk").rows()
    named = [
        pl.when(risk <= 1 / group).then(pl.lit(f"up to {accepted.normalize():f}"))
        for group, accepted in reversed(steps)
    ]
    if not steps:
        return pl.lit(None, pl.String)
    above = pl.lit(f"above {steps[0][1].normalize():f}")
    return pl.coalesce(*named, pl.when(risk.is_not_null()).then(above))
