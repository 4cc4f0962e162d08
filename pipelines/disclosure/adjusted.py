"""What may be shown of adjusted mean scores: the table inside the practice, the reason elsewhere."""

import polars as pl

from pipelines.disclosure.policies import policy_row
from pipelines.disclosure.table import number
from pipelines.disclosure.withheld import FOLLOWED
from pipelines.estimates.adjusted_trajectory import AdjustedTrajectory


def adjusted_scores(found: AdjustedTrajectory, policy: str) -> pl.DataFrame | str:
    """Return mean scores by week as text, as seen and adjusted, or why there are none.

    Raises InputError for an unknown policy.
    """
    if policy_row(found.definitions, policy)["protects"]:
        return FOLLOWED
    if found.refused:
        reasons = found.definitions.reasons
        return str(reasons[found.refused])
    return pl.DataFrame(
        [
            {
                "Week": "Baseline" if row["week"] == 0 else str(row["week"]),
                "Mean, adjusted": f"{row['mean']:.1f} ({row['low']:.1f} to {row['high']:.1f})",
                "Mean, as seen": f"{row['seen']:.1f}",
                "Scored": number(row["courses"]),
            }
            for row in found.frame.iter_rows(named=True)
        ]
    )
