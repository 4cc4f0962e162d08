"""The definition files of the FHIR reader fit the records."""

import polars as pl
import pytest

from pipelines.definitions import load
from pipelines.intake import contract

CODES = load()["fhir_codes"]
ALLOWED = {
    "instrument": load().codes("instruments", "instrument"),
    "sign": contract.SIGNS,
    "agent": contract.AGENTS,
    "route": contract.ROUTES,
    "prior_treatment": contract.TREATMENTS,
    "visit_kind": contract.VISIT_KINDS,
    "visit_status": contract.VISIT_STATUSES,
    "diagnosis_role": contract.ROLES,
    "grade": ("1", "2", "3", "4", "5"),
    "serious": ("yes", "no"),
    "answer": ("0", "1", "2", "3"),
}


@pytest.mark.parametrize("use", sorted(ALLOWED))
def test_a_code_means_what_the_records_know(use: str) -> None:
    values = CODES.filter(use=use)["value"]
    assert len(values) > 0
    assert set(values) <= set(ALLOWED[use])


def test_units_have_factors() -> None:
    units = CODES.filter(pl.col("use").is_in(["dose_mg", "dose_mg_per_kg", "weight_kg"]))
    factors = dict(zip(units["code"], units["value"].cast(pl.Float64), strict=True))
    assert factors == {
        "mg": 1.0, "g": 1000.0, "ug": 0.001, "mcg": 0.001, "mg/kg": 1.0, "ug/kg": 0.001,
        "mcg/kg": 0.001, "kg": 1.0, "[lb_av]": 0.45359237, "lb": 0.45359237, "lbs": 0.45359237,
    }  # fmt: skip


def test_every_code_system_has_an_address() -> None:
    assert set(CODES["system"]) <= set(load()["fhir_systems"]["system"])


def test_a_status_is_read_or_left_out_for_a_reason() -> None:
    statuses = load()["fhir_statuses"]
    wrong = statuses.filter(pl.col("becomes").is_null() == pl.col("reason").is_null())
    assert wrong.rows() == []


def test_a_questionnaire_has_each_of_its_questions_in_each_naming() -> None:
    items = (
        load()["questionnaire_items"].group_by("instrument").agg(pl.col("position").unique().sort())
    )
    assert dict(items.rows()) == {
        "phq_9": [1, 2, 3, 4, 5, 6, 7, 8, 9],
        "gad_7": [1, 2, 3, 4, 5, 6, 7],
        "epds": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    }


def test_a_snomed_code_is_counted_as_a_code_that_names_an_indication() -> None:
    prefixes = load()["diagnoses"].filter(pl.col("indicates"))["icd10cm_prefix"].to_list()
    mapped = load()["snomed_diagnoses"]["icd10cm"].to_list()
    assert [code for code in mapped if not code.startswith(tuple(prefixes))] == []
