"""Patients made by hand: what the simulation never or seldom makes, beside its own."""

import polars as pl

from pipelines.intake import contract
from tests.drawn import drawn

# Their first visit is on 4 March 2024: h1 turns 65 on it, h2 the day after, h5 18 the day after.
PEOPLE = """
    patient_key | sex     | age_band | birth_date
    h1          | female  | 65-74    | 1959-03-04
    h2          | male    | 55-64    | 1959-03-05
    h3          | other   | 90+      | 1932-11-30
    h4          | unknown | unknown  |
    h5          | female  | under_18 | 2006-03-05
"""
VISITS = """
    visit_key | patient_key | clinic_key | visit_date | visit_kind   | visit_status | chair_minutes
    a1        | h1          | north      | 2024-03-04 | infusion     | completed    | 185
    a2        | h1          | north      | 2024-03-04 | infusion     | no_show      |
    a3        | h1          | hill       | 2024-03-04 | consultation | completed    | 30
    b1        | h2          | north      | 2024-03-04 | infusion     | completed    |
    c1        | h3          | north      | 2024-03-04 | consultation | completed    |
    c2        | h3          | north      | 2024-03-05 | infusion     | completed    | 120
    d1        | h4          | river      | 2024-03-04 | infusion     | completed    | 90
    e1        | h5          | river      | 2024-03-04 | infusion     | completed    | 60
"""
INFUSIONS = """
    visit_key | agent      | route      | category         | subtype             | planned_sessions | dose_mg | dose_mg_per_kg | infusion_minutes | recovery_minutes | stopped_early | stop_reason
    a1        | ketamine   | iv         | neuropathic_pain | crps                | 6                | 37.5    | 0.62           | 100              | 60               | no            |
    b1        | ketamine   | im         | tmj              |                     |                  |         | 0.50           | 1                |                  | no            |
    c2        | ketamine   | oral       | depression       | treatment_resistant | 8                | 150     |                | 15               | 90               | no            |
    d1        | ketamine   | sc         |                  |                     | 1                |         |                | 40               | 30               | yes           | patient_request
    e1        | ketamine   | other      |                  |                     |                  | 20      |                | 30               | 15               | no            |
"""
DIAGNOSES = """
    patient_key | icd10cm | recorded_on | role
    h1          | G894    | 2024-03-04  | infusion_order
    h1          | G90511  | 2024-03-04  | encounter
    h1          | G90511  | 2024-03-04  | problem_list
    h1          | G90511  | 2019-12-31  | problem_list
    h3          | F332    | 2024-03-04  | encounter
"""
SCORES = """
    patient_key | instrument      | assessed_on | timing           | score
    h1          | nrs_average_24h | 2024-03-04  | before_infusion  | 8.5
    h1          | nrs_average_24h | 2024-03-04  | before_infusion  | 8.5
    h1          | nrs_average_24h | 2024-03-04  | before_infusion  | 8
    h1          | nrs_average_24h | 2024-03-04  | during_infusion  | 3
    h1          | nrs_average_24h | 2024-03-04  | after_infusion   | 2.25
    h1          | nrs_average_7d  | 2024-03-04  | unspecified      | 7
    h1          | gad_7           | 2024-03-04  | during_infusion  | 0
    h4          | phq_9           | 2024-03-26  | unspecified      | 27
"""
VITAL_SIGNS = """
    visit_key | minute | sign      | value
    a1        | -10    | systolic  | 131
    a1        | 40     | diastolic | 88
    a1        | 40     | spo2      | 97.5
    d1        | 70     | cadss     | 0
"""
ADVERSE_EVENTS = """
    visit_key | term        | grade | serious | onset_minute | resolved_minute
    a1        | nausea      | 1     | no      | 10           | 20
    a1        | nausea      | 1     | no      | 10           | 20
    a1        | syncope     | 4     | yes     | 95           |
    c1        | dizziness   | 2     | no      |              |
    d1        | hypomania   | 3     | yes     | 5            | 4000
"""
PRIOR_TREATMENTS = """
    patient_key | treatment      | trials
    h1          | opioid_therapy | 0
    h3          | antidepressant | 4
    h3          | ect            |
"""
DRAWN = {
    "patients": PEOPLE, "visits": VISITS, "infusions": INFUSIONS, "diagnoses": DIAGNOSES,
    "scores": SCORES, "vital_signs": VITAL_SIGNS, "adverse_events": ADVERSE_EVENTS,
    "prior_treatments": PRIOR_TREATMENTS,
}  # fmt: skip


def handmade() -> dict[str, pl.DataFrame]:
    """Return the canonical tables of the hand-made patients."""
    return {name: _canonical(name, drawn(text)) for name, text in DRAWN.items()}


def birth_dates() -> pl.DataFrame:
    """Return their patient_key and birth_date; null where it is not known."""
    return drawn(PEOPLE).select("patient_key", pl.col("birth_date").str.to_date("%Y-%m-%d"))


def _canonical(name: str, text: pl.DataFrame) -> pl.DataFrame:
    """Return drawn text in the columns and types of a canonical table."""
    given = text.columns
    return text.select(
        _typed(column.name, column.dtype) if column.name in given
        else pl.lit(None, column.dtype).alias(column.name)
        for column in contract.BY_NAME[name].columns
    )  # fmt: skip


def _typed(name: str, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Boolean:
        return pl.col(name).replace_strict({"yes": True, "no": False}, return_dtype=pl.Boolean)
    if dtype == pl.Date:
        return pl.col(name).str.to_date("%Y-%m-%d")
    return pl.col(name).cast(dtype)
