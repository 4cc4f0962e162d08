"""How many would be expected to respond: the chance of each course, by what was known at its start."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from pipelines.definitions import Definitions
from pipelines.estimates.intervals import Floats
from pipelines.estimates.logistic import TINY, Logistic, Term, logistic, matrix, own_terms

COLUMNS = ("category", "condition", "sex", "age_band", "earlier", "later_course")
GROUPED_WITH = {
    "category": ("category", "condition"), "subtype": ("category", "condition"),
    "sex": ("sex",), "age_band": ("age_band",),
}  # fmt: skip
MOST_TREATMENTS = 3
TERMS = pl.Schema(
    {
        "term": pl.String(), "level": pl.String(),
        "coefficient": pl.Float64(), "standard_error": pl.Float64(),
    }
)  # fmt: skip


@dataclass(frozen=True)
class Expected:
    """A model of response at work: its terms, and the chance of each assessed course.

    `terms` has one row per term: coefficient on the log odds scale with its standard error, null
    where the model was loaded without. `fitted`: how the model was made from these courses; None
    where it was loaded.
    """

    terms: pl.DataFrame
    chances: Floats = field(repr=False)
    fitted: Logistic | None = field(repr=False)

    def variances(self, courses: NDArray[np.uint32]) -> tuple[float, float]:
        """Return the variance of how many of these courses respond, and of that less how many are expected.

        `courses` are their places among the assessed. The second is less where the model was fitted to them
        too, as its chances follow what they did: the variance of the score test for a term that is 1 for
        them and 0 for all others (Rao 1948, Proc Camb Phil Soc 44:50). It is 0 where the terms tell them
        apart from all others.
        """
        spread = self.chances * (1 - self.chances)
        known = float(spread[courses].sum())
        if self.fitted is None:
            return known, known
        pull = spread[courses] @ self.fitted.design[courses]
        return known, max(known - float(pull @ self.fitted.spread @ pull), 0.0)


def known_at_start(courses: pl.DataFrame, treatments: pl.DataFrame) -> pl.DataFrame:
    """Return the courses with condition, earlier, later_course beside what else was known of them.

    condition: category and subtype, null without a subtype. earlier: how many kinds of treatment
    had been tried, 3 and more together, null where none is recorded. `treatments` has one row per
    patient_key and treatment with trials; any record but one of 0 trials counts as tried.
    """
    had = treatments.filter(pl.col("trials").is_null() | (pl.col("trials") > 0))
    tried = had.group_by("patient_key").agg(
        earlier=pl.col("treatment").n_unique().clip(upper_bound=MOST_TREATMENTS).cast(pl.String)
    )
    return courses.join(tried, on="patient_key", how="left", maintain_order="left").with_columns(
        condition=pl.concat_str("category", "subtype", separator="/"),
        later_course=~pl.col("is_first_course"),
    )


def fit(assessed: pl.DataFrame, by: Sequence[str], definitions: Definitions) -> Expected | str:
    """Return the model fitted to assessed courses, or the reason (of estimate_refusals) why not.

    Logistic regression of response on severity, category and subtype, age band, sex, kinds of
    treatment tried before, first or later course; not on what the groups `by` are made of, which
    would explain away what is asked. A level is a term of its own from case_mix_level_min courses
    with a response and as many without. Refused with fewer than case_mix_events_per_term responses,
    or failures, for each term (Peduzzi 1996, J Clin Epidemiol 49:1373).
    """
    outcome = responded(assessed)
    least = definitions.setting("case_mix_level_min")
    left_out = {column for name in by for column in GROUPED_WITH.get(name, ())}
    columns = [column for column in COLUMNS if column not in left_out]
    terms = own_terms(assessed, outcome, columns, least)
    rarer = min(outcome.sum(), (1 - outcome).sum())
    if rarer < definitions.setting("case_mix_events_per_term") * (len(terms) - 1):
        return "too_few_events"
    model = logistic(assessed, outcome, terms)
    if model is None:
        return "told_exactly"
    return Expected(_as_rows(model), model.chances, model)


def load(terms: pl.DataFrame, assessed: pl.DataFrame, by: Sequence[str]) -> Expected | str:
    """Return a model given by its terms, or the reason (of estimate_refusals) why it does not serve.

    `terms` has term, level and coefficient as `fit` returns them; a level without a row counts as
    the one that the model left out. A model that knows the groups `by` is refused.
    """
    columns = {column for name in by for column in (name, *GROUPED_WITH.get(name, ()))}
    if columns & set(terms["term"]):
        return "model_knows_groups"
    named: list[Term] = terms.select("term", "level").rows()
    design = matrix(assessed, named)
    found: Floats = expit(design @ terms["coefficient"].to_numpy())
    if min(found.min(), 1 - found.max()) <= TINY:
        return "told_exactly"
    return Expected(terms, found, None)


def responded(assessed: pl.DataFrame) -> Floats:
    """Return 1 for each course that responded, 0 for the others."""
    return (assessed["status"] == "responded").to_numpy().astype(np.float64)


def _as_rows(model: Logistic) -> pl.DataFrame:
    errors = np.sqrt(np.diag(model.spread))
    rows = [
        (term, level, float(value), float(error))
        for (term, level), value, error in zip(model.terms, model.coefficients, errors, strict=True)
    ]
    return pl.DataFrame(rows, schema=TERMS, orient="row")
