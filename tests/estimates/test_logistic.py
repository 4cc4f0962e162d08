import warnings

import numpy as np
import polars as pl

from pipelines.estimates.logistic import CONSTANT, SEVERITY, logistic


def test_terms_that_tell_the_outcome_exactly_give_no_model_and_no_noise() -> None:
    courses = pl.DataFrame({"severity": np.arange(40) / 40})
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = logistic(courses, (np.arange(40) >= 20).astype(np.float64), [CONSTANT, SEVERITY])
    assert found is None
    assert said == []
