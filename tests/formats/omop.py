"""The practice as an OMOP CDM 5.4 export: one CSV file per table, midnight where no time is known."""

from pathlib import Path

import polars as pl

from tests.formats.clock import score_times, visit_times
from tests.formats.omop_concepts import (
    AGENTS,
    EVENTS,
    GENDERS,
    INSTRUMENTS,
    MEASURED,
    PER_KG,
    PLANNED,
    RESOLVED,
    ROLES,
    ROUTES,
    SERIOUS,
    SIGNS,
    STOPPED,
    TRIED,
    VISITS,
)  # fmt: skip
from tests.formats.truth import Truth

FIRST_EVENT = 900_001
READING = {
    "id": pl.Int64, "person_id": pl.String, "concept": pl.Int64, "day": pl.Date,
    "taken": pl.Datetime, "value_as_number": pl.String, "qualifier_concept_id": pl.Int64,
    "visit_occurrence_id": pl.String, "event": pl.Int64,
}  # fmt: skip


def write_omop(folder: Path, truth: Truth) -> None:
    """Write the tables of the CDM into a new folder."""
    folder.mkdir()
    visits = visit_times(truth)
    scores = _scores(score_times(truth))
    measured = pl.col("concept").is_in([INSTRUMENTS[name] for name in MEASURED])
    observations = [
        scores.remove(measured), _prior_treatments(truth, visits), *_of_infusions(truth, visits),
        *_adverse_events(truth, visits),
    ]  # fmt: skip
    tables = {
        "person": _persons(truth),
        "visit_occurrence": _visits(visits),
        "condition_occurrence": _conditions(truth["diagnoses"]),
        "drug_exposure": _exposures(truth, visits),
        "measurement": _table(
            "measurement", [scores.filter(measured), _vital_signs(truth, visits)]
        ),
        "observation": _table("observation", observations),
        "care_site": visits.select(care_site_id=pl.col("clinic_key").unique().sort()),
    }
    for name, frame in tables.items():
        frame.write_csv(folder / f"{name}.csv", datetime_format="%Y-%m-%d %H:%M:%S")


def _table(name: str, readings: list[pl.DataFrame]) -> pl.DataFrame:
    """Return readings as measurement or observation, with ids of their own where they have none."""
    whole = [
        frame.select(
            (pl.col(column) if column in frame.columns else pl.lit(None)).cast(kind).alias(column)
            for column, kind in READING.items()
        )
        for frame in readings
    ]
    rows = pl.concat(whole).with_columns(pl.col("id").fill_null(pl.int_range(pl.len())))
    names = {
        "id": f"{name}_id", "concept": f"{name}_concept_id", "day": f"{name}_date",
        "taken": f"{name}_datetime", "event": f"{name}_event_id",
    }  # fmt: skip
    return rows.with_columns(pl.col("taken").fill_null(_midnight("day"))).rename(names)


def _midnight(day: str) -> pl.Expr:
    return pl.col(day).cast(pl.Datetime)


def _coded(column: str, codes: dict[str, int]) -> pl.Expr:
    return pl.col(column).replace_strict(codes, return_dtype=pl.Int64)


def _persons(truth: Truth) -> pl.DataFrame:
    born = pl.col("birth_date").dt
    return truth["patients"].join(truth.people, on="patient_key").select(
        person_id="patient_key", gender_concept_id=_coded("sex", GENDERS),
        year_of_birth=born.year(), month_of_birth=born.month(), day_of_birth=born.day(),
        person_source_value="mrn", gender_source_value="sex",
    )  # fmt: skip


def _visits(visits: pl.DataFrame) -> pl.DataFrame:
    kinds = [(*kind, concept) for kind, concept in VISITS.items()]
    names = ["visit_kind", "visit_status", "visit_concept_id"]
    known = pl.DataFrame(kinds, schema=names, orient="row")
    return visits.join(known, on=names[:2], maintain_order="left").select(
        visit_occurrence_id="visit_key", person_id="patient_key", visit_concept_id="visit_concept_id",
        visit_start_date="visit_date", visit_start_datetime="arrived", visit_end_date="visit_date",
        visit_end_datetime="left", provider_id="clinician_key", care_site_id="clinic_key",
    )  # fmt: skip


def _conditions(diagnoses: pl.DataFrame) -> pl.DataFrame:
    order, code = pl.col("role") == "infusion_order", pl.col("icd10cm")
    dotted = pl.concat_str(code.str.head(3), pl.lit("."), code.str.slice(3))
    return diagnoses.select(
        condition_occurrence_id=pl.int_range(pl.len()),
        person_id="patient_key",
        condition_concept_id=0,
        condition_start_date="recorded_on",
        condition_start_datetime=_midnight("recorded_on"),
        condition_type_concept_id=pl.when(order).then(32827).otherwise(_coded("role", ROLES)),
        condition_status_concept_id=pl.when(order).then(_coded("role", ROLES)).otherwise(0),
        condition_source_value=pl.when(code.str.len_chars() > 3).then(dotted).otherwise(code),
    )


def _exposures(truth: Truth, visits: pl.DataFrame) -> pl.DataFrame:
    times = visits.drop("infusion_minutes", "recovery_minutes")
    return truth["infusions"].join(times, on="visit_key").select(
        drug_exposure_id=pl.int_range(pl.len()), person_id="patient_key",
        drug_concept_id=_coded("agent", AGENTS), drug_exposure_start_date="visit_date",
        drug_exposure_start_datetime="started", drug_exposure_end_datetime="ended",
        stop_reason=_coded("stop_reason", STOPPED), quantity="dose_mg",
        dose_unit_source_value=pl.lit("mg"), route_concept_id=_coded("route", ROUTES),
        visit_occurrence_id="visit_key",
    )  # fmt: skip


def _scores(scores: pl.DataFrame) -> pl.DataFrame:
    return scores.select(
        "taken", person_id="patient_key", concept=_coded("instrument", INSTRUMENTS),
        day="assessed_on", value_as_number="score",
    )  # fmt: skip


def _at_visits(rows: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    """Return rows of visits with person_id, day, started and visit_occurrence_id."""
    times = visits.select(
        "visit_key", "started", person_id="patient_key", day="visit_date",
        visit_occurrence_id="visit_key",
    )  # fmt: skip
    return rows.join(times, on="visit_key", maintain_order="left")


def _vital_signs(truth: Truth, visits: pl.DataFrame) -> pl.DataFrame:
    return _at_visits(truth["vital_signs"], visits).with_columns(
        concept=_coded("sign", SIGNS),
        taken=pl.col("started") + pl.duration(minutes="minute"),
        value_as_number="value",
    )


def _prior_treatments(truth: Truth, visits: pl.DataFrame) -> pl.DataFrame:
    first = visits.group_by("patient_key").agg(day=pl.col("visit_date").min())
    return truth["prior_treatments"].join(first, on="patient_key", maintain_order="left").select(
        "day", person_id="patient_key", concept=_coded("treatment", TRIED),
        value_as_number="trials",
    )  # fmt: skip


def _of_infusions(truth: Truth, visits: pl.DataFrame) -> list[pl.DataFrame]:
    """Return what an infusion has no column for: sessions planned, and the dose by weight."""
    infusions = _at_visits(truth["infusions"], visits)
    told = {"planned_sessions": PLANNED, "dose_mg_per_kg": PER_KG}
    return [
        infusions.drop_nulls(column).with_columns(
            concept=pl.lit(concept), taken="started", value_as_number=column
        )
        for column, concept in told.items()
    ]


def _adverse_events(truth: Truth, visits: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the events, and for each that is over a reading that names it."""
    events = _at_visits(truth["adverse_events"], visits).with_columns(
        id=FIRST_EVENT + pl.int_range(pl.len())
    )
    happened = events.with_columns(
        concept=_coded("term", EVENTS),
        taken=pl.col("started") + pl.duration(minutes="onset_minute"),
        value_as_number="grade",
        qualifier_concept_id=pl.when("serious").then(SERIOUS).otherwise(0),
    )
    over = events.drop_nulls("resolved_minute").with_columns(
        id=None, event="id", concept=RESOLVED, value_as_number="resolved_minute"
    )
    return [happened, over]
