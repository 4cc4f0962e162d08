"""What was measured, asked and noticed, as FHIR: Observations, answers, adverse events."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from tests.formats.clock import score_times
from tests.formats.fhir_parts import (
    CTCAE,
    LOINC,
    TERMS,
    UCUM,
    Json,
    Resource,
    concept,
    own,
    reference,
    written,
)  # fmt: skip
from tests.formats.truth import Truth

SCORES = {"phq_9": "44261-6", "nrs_average_7d": "75893-8", "epds": "99046-5"}
GAD_7 = ("69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7")
SIGNS = {"heart_rate": "8867-4", "spo2": "59408-5", "respiratory_rate": "9279-1"}
PRESSURES = {"systolic": "8480-6", "diastolic": "8462-4"}


def observations(truth: Truth, infusions: pl.DataFrame, visits: pl.DataFrame) -> Iterator[Resource]:
    """Yield body weights, scores, vital signs and earlier treatments."""
    yield from _weights(infusions)
    yield from _scores(score_times(truth).remove(instrument="gad_7"))
    started = visits.select("visit_key", "patient_key", "started")
    yield from _vital_signs(truth["vital_signs"].join(started, on="visit_key"))
    for patient, treatment, trials in truth["prior_treatments"].iter_rows():
        told = _observation(patient, own("prior-treatment", treatment))
        yield told | {"valueInteger": trials}


def _observation(patient: str, code: Resource) -> Resource:
    return {"status": "final", "code": code, "subject": reference("Patient", patient)}


def _weights(infusions: pl.DataFrame) -> Iterator[Resource]:
    """Yield the weight of the day by which an infusion has both of its doses."""
    for row in infusions.drop_nulls(["dose_mg", "dose_mg_per_kg"]).iter_rows(named=True):
        kg = round(float(row["dose_mg"] / row["dose_mg_per_kg"]), 3)
        yield _observation(row["patient_key"], concept(LOINC, "29463-7")) | {
            "effectiveDateTime": written(row["arrived"]),
            "valueQuantity": {"value": kg, "system": UCUM, "code": "kg"},
        }


def _scores(scores: pl.DataFrame) -> Iterator[Resource]:
    for row in scores.iter_rows(named=True):
        code, instrument = SCORES.get(row["instrument"]), row["instrument"]
        named = own("instrument", instrument) if code is None else concept(LOINC, code)
        yield _observation(row["patient_key"], named) | {
            "effectiveDateTime": written(row["taken"]) or str(row["assessed_on"]),
            "valueQuantity": {"value": float(row["score"])},
        }


def answers(scores: pl.DataFrame) -> Iterator[Resource]:
    """Yield GAD-7 as answers of 0 to 3, the first questions with the most points."""
    for row in scores.iter_rows(named=True):
        left = int(row["score"])
        points = [min(3, max(0, left - 3 * place)) for place in range(len(GAD_7))]
        yield {
            "status": "completed",
            "subject": reference("Patient", row["patient_key"]),
            "authored": written(row["taken"]) or str(row["assessed_on"]),
            "item": [
                {"linkId": f"/{item}", "answer": [{"valueInteger": point}]}
                for item, point in zip(GAD_7, points, strict=True)
            ],
        }


def _vital_signs(signs: pl.DataFrame) -> Iterator[Resource]:
    """Yield blood pressures of one minute as a panel, everything else by itself."""
    timed = signs.with_columns(taken=pl.col("started") + pl.duration(minutes="minute"))
    pressure = pl.col("sign").is_in(list(PRESSURES))
    for row in timed.remove(pressure).iter_rows(named=True):
        sign = row["sign"]
        code = concept(LOINC, SIGNS[sign]) if sign in SIGNS else own("sign", sign)
        yield _reading(row, code) | {"valueQuantity": {"value": float(row["value"])}}
    place = ["visit_key", "patient_key", "taken"]
    panels = timed.filter(pressure).group_by(place, maintain_order=True).agg("sign", "value")
    for row in panels.iter_rows(named=True):
        parts: list[Json] = [
            {"code": concept(LOINC, PRESSURES[sign]), "valueQuantity": {"value": float(value)}}
            for sign, value in zip(row["sign"], row["value"], strict=True)
        ]
        yield _reading(row, concept(LOINC, "85354-9")) | {"component": parts}


def _reading(row: Mapping[str, Any], code: Resource) -> Resource:
    return _observation(row["patient_key"], code) | {
        "encounter": reference("Encounter", row["visit_key"]),
        "effectiveDateTime": written(row["taken"]),
    }


def adverse_events(truth: Truth, visits: pl.DataFrame) -> Iterator[Resource]:
    """Yield the adverse events; one without an onset has a day only."""
    places = visits.select("visit_key", "patient_key", "visit_date", "started")
    for row in truth["adverse_events"].join(places, on="visit_key").iter_rows(named=True):
        onset = _after(row["started"], row["onset_minute"])
        resolved = _after(row["started"], row["resolved_minute"])
        graded = own("grade", str(row["grade"]))
        grade: Resource = {"url": f"{CTCAE}/ctcae-grade", "valueCodeableConcept": graded}
        ended: Resource = {"url": f"{CTCAE}/adverse-event-resolved-date", "valueDateTime": resolved}
        serious = "Serious" if row["serious"] else "Non-serious"
        yield {
            "actuality": "actual",
            "event": own("adverse-event", row["term"]),
            "subject": reference("Patient", row["patient_key"]),
            "encounter": reference("Encounter", row["visit_key"]),
            "date": onset or str(row["visit_date"]),
            "seriousness": concept(f"{TERMS}/adverse-event-seriousness", serious),
            "extension": [grade] if resolved is None else [grade, ended],
        }


def _after(started: datetime | None, minutes: int | None) -> str | None:
    if started is None or minutes is None:
        return None
    return written(started + timedelta(minutes=minutes))
