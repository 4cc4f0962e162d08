"""Response among those for whom an earlier treatment had failed, on drawn rows."""

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.earlier import earlier
from pipelines.estimates.result import Question


def test_a_course_counts_for_every_treatment_that_was_tried(definitions: Definitions) -> None:
    courses = pl.DataFrame(
        [("a", "responded"), ("b", "not_responded"), ("c", "not_assessed"), ("d", "responded")],
        schema=["patient_key", "status"],
        orient="row",
    )
    treatments = pl.DataFrame(
        [("a", "ect", 1), ("a", "tms", None), ("b", "ect", 2), ("c", "ect", 0)],
        schema={"patient_key": pl.String, "treatment": pl.String, "trials": pl.Int64},
        orient="row",
    )
    found = earlier(courses, treatments, Question(), definitions)
    assert found.select("treatment", "due", "assessed", "responded").rows() == [
        ("ect", 2, 2, 1),
        ("tms", 1, 1, 1),
        ("none_recorded", 1, 1, 1),
    ]


def test_nobody_due_gives_no_row(definitions: Definitions) -> None:
    courses = pl.DataFrame({"patient_key": ["a"], "status": ["not_yet_due"]})
    schema = {"patient_key": pl.String, "treatment": pl.String, "trials": pl.Int64}
    assert earlier(courses, pl.DataFrame(schema=schema), Question(), definitions).is_empty()
