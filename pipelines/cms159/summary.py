"""How many patients are in each population, and the performance rate."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.cms159.populations import Outcome
from pipelines.cms159.rules import Rules
from pipelines.estimates.intervals import wilson


@dataclass(frozen=True)
class Counted:
    """The counts of all patients, or of a stratum.

    rate is numerator over denominator without exclusions; it and its Wilson 95 % limits are None
    where that is nobody.
    """

    stratum: str | None
    counts: dict[str, int]
    eligible: int
    rate: float | None
    low: float | None
    high: float | None


def summary(outcomes: Sequence[Outcome], rules: Rules) -> list[Counted]:
    """Return the counts of all patients first, then those of each stratum."""
    names = rules.definitions["cms159_populations"].sort("sort_order")["population"].to_list()
    strata = [None, *(stratum.name for stratum in rules.strata)]
    return [
        _counted(stratum, [one for one in outcomes if stratum in (None, one.stratum)], names)
        for stratum in strata
    ]


def reasons(outcomes: Sequence[Outcome]) -> list[tuple[str, int]]:
    """Return how often each reason decided, the commonest first."""
    return sorted(
        Counter(one.reason for one in outcomes).items(), key=lambda row: (-row[1], row[0])
    )


def _counted(stratum: str | None, outcomes: list[Outcome], names: list[str]) -> Counted:
    counts = {name: sum(int(getattr(one, name)) for one in outcomes) for name in names}
    met, eligible = counts["numerator"], counts["denominator"] - counts["denominator_exclusion"]
    if not eligible:
        return Counted(stratum, counts, eligible, None, None, None)
    low, high = wilson(np.array([float(met)]), np.array([float(eligible)]))
    return Counted(stratum, counts, eligible, met / eligible, float(low[0]), float(high[0]))
