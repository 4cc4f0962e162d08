"""Mean scores adjusted by a mixed model, against R's lme4, and what is refused."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.definitions import Definitions
from pipelines.estimates import adjusted_trajectory as module
from pipelines.estimates.adjusted_trajectory import AdjustedTrajectory, MixedModel, mixed_means
from pipelines.estimates.result import Provenance, Question

REFERENCE = Path(__file__).parents[1] / "reference"
NOWHERE = Provenance("b", "relative", None, None)
SLEEP = pl.read_csv(REFERENCE / "mixed_sleep.csv", schema_overrides={"patient_key": pl.String})


def golden(model: str, what: str) -> pl.DataFrame:
    table = pl.read_csv(REFERENCE / "mixed_r.csv", comment_prefix="#")
    return table.filter((pl.col("model") == model) & (pl.col("what") == what))


def agrees(found: MixedModel, model: str) -> None:
    means = golden(model, "mean")
    assert list(found.weeks) == means["week"].to_list()
    assert found.means == pytest.approx(means["value"].to_numpy(), rel=1e-5)
    # statsmodels takes errors from the observed information, lme4 from the expected one.
    assert found.errors == pytest.approx(means["error"].to_numpy(), rel=1e-3)
    between = found.between[np.tril_indices(len(found.between))]
    assert between == pytest.approx(golden(model, "between")["value"].to_numpy(), rel=2e-3)
    assert found.within == pytest.approx(golden(model, "within")["value"].item(), rel=2e-4)


def test_means_errors_and_variances_are_those_of_lme4_with_slopes_of_their_own() -> None:
    found = mixed_means(SLEEP)
    assert found is not None
    agrees(found, "slopes")


def test_where_slopes_can_not_be_told_patients_differ_in_intercept_as_in_lme4(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = module._fitted
    monkeypatch.setattr(
        module, "_fitted", lambda y, x, g, own: None if own.shape[1] > 1 else whole(y, x, g, own)
    )
    found = mixed_means(SLEEP)
    assert found is not None
    agrees(found, "intercepts")


def asked(scores: pl.DataFrame, definitions: Definitions) -> AdjustedTrajectory:
    return module.adjusted_trajectory("phq_9", scores, Question(), definitions, NOWHERE)


def test_weeks_with_too_few_scores_have_no_mean(definitions: Definitions) -> None:
    found = asked(SLEEP, definitions)
    assert found.refused is None
    assert found.frame.select("week", "courses").rows() == [
        (week, 18) for week in (0, 1, 2, 4, 6, 8)
    ]
    assert found.slopes


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        (SLEEP.filter(pl.col("week") == 0), "too_few_weeks"),
        (SLEEP.clear(), "too_few_weeks"),
        (
            pl.concat([SLEEP.filter(pl.col("week") < 2)] * 5).with_columns(patient_key=pl.lit("a")),
            "one_patient",
        ),
        (SLEEP.with_columns(score=pl.lit(3.0)), "scores_alike"),
        (SLEEP.with_columns(score=pl.col("week").cast(pl.Float64)), "no_fit"),
    ],
)
def test_a_refusal_has_its_reason_and_no_number(
    scores: pl.DataFrame, reason: str, definitions: Definitions
) -> None:
    found = asked(scores, definitions)
    assert found.refused == reason
    assert found.frame.is_empty()
