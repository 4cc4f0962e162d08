"""Response weighted for who was assessed: those like the missing count for more."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.definitions import Definitions
from pipelines.estimates.intervals import Floats, wilson
from pipelines.estimates.participation import Participation, participation

COLUMNS = {
    "weighted": pl.Float64, "weighted_low": pl.Float64, "weighted_high": pl.Float64,
    "weighted_refused": pl.String,
}  # fmt: skip
DUE = ("responded", "not_responded", "not_assessed")
Answer = tuple[float | None, float | None, float | None, str | None]


@dataclass(frozen=True)
class Weighting:
    """The due courses of a measure, and the model of who of them was assessed, or why there is none."""

    due: pl.DataFrame = field(repr=False)
    model: Participation | str
    definitions: Definitions = field(repr=False)

    def level(self, by: Sequence[str], within: Sequence[str] | None = None) -> pl.DataFrame:
        """Return `by`, weighted, weighted_low, weighted_high, weighted_refused: one row per group.

        `within` are the categories that count, all where it is None. Shares are 0 to 1. A group
        without a number has the reason (a code of estimate_refusals) in weighted_refused.
        """
        due = self.due if within is None else self.due.filter(pl.col("category").is_in(within))
        groups = due.group_by(by, maintain_order=True) if by else [((), due)]
        found = [(*key, *self._answer(rows)) for key, rows in groups]
        schema = {name: due.schema[name] for name in by} | COLUMNS
        return pl.DataFrame(found, schema=schema, orient="row")

    def _answer(self, rows: pl.DataFrame) -> Answer:
        refused = self._refused(rows)
        if refused or isinstance(self.model, str):
            return None, None, None, refused
        places = rows["place"].to_numpy()
        share, effective = _share(self.model, self.due, places)
        kish = _kish(self.model.weights[places])
        least = self.definitions.setting("weighted_effective_min_percent")
        assessed = int(self.model.assessed[places].sum())
        if 100 * kish < least * assessed:
            return None, None, None, "weights_uneven"
        sample = min(kish if effective is None else effective, float(assessed))
        low, high = wilson(np.array([share * sample]), np.array([sample]))
        return share, float(low[0]), float(high[0]), None

    def _refused(self, rows: pl.DataFrame) -> str | None:
        assessed = int((rows["status"] != "not_assessed").sum())
        if not assessed:
            return "nobody_assessed"
        if assessed == rows.height:
            return "nobody_missing"
        least = self.definitions.setting("weighted_follow_up_min_percent")
        if 100 * assessed < least * rows.height:
            return "follow_up_too_low"
        return self.model if isinstance(self.model, str) else None


def weighting(courses: pl.DataFrame, definitions: Definitions) -> Weighting:
    """Return how to weight the response of courses by the chance that each was assessed.

    `courses` has one row per course of one measure and window. Weights are 1 / chance of being
    assessed, by logistic regression of that on baseline severity, category, sex, age band, clinic
    and whether the course is the patient's first, over all due courses together; Hajek's ratio
    (weights divided by their sum) estimates the response of all who were due. It is right if, among
    courses alike in these, who is missing has nothing to do with the outcome. The interval is
    Wilson's on the effective sample size p (1 - p) / variance, the variance by stacked estimating
    equations (Lunceford and Davidian 2004, Stat Med 23:2937), clustered by patient.
    """
    due = courses.filter(pl.col("status").is_in(DUE)).with_row_index("place")
    return Weighting(due, participation(due, definitions), definitions)


def _share(
    model: Participation, due: pl.DataFrame, places: NDArray[np.uint32]
) -> tuple[float, float | None]:
    """Return the weighted share of a group, and its effective sample size; None where that is undefined."""
    met = (due["status"] == "responded").to_numpy().astype(np.float64)[places]
    weights = model.weights[places]
    counted = met[weights > 0]
    if counted.min() == counted.max():
        return float(counted[0]), None
    share = float(weights @ met / weights.sum())
    own = weights * (met - share)
    influence = model.carried(places, own)
    influence[places] += own
    by_patient = np.zeros(model.patients.max() + 1)
    np.add.at(by_patient, model.patients, influence)
    concerned = int(np.count_nonzero(np.bincount(model.patients[places])))
    if concerned < 2:
        return share, None
    correction = concerned / (concerned - 1)
    variance = correction * float(by_patient @ by_patient) / float(weights.sum()) ** 2
    if not variance > 0:
        return share, None
    return share, share * (1 - share) / variance


def _kish(weights: Floats) -> float:
    """Return the effective sample size of weights: squared sum over sum of squares (Kish 1965)."""
    return float(weights.sum() ** 2 / (weights**2).sum())
