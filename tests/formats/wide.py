"""The practice as an identified wide export: a row for each visit, with names and free text."""

from pathlib import Path

import polars as pl

from tests.formats.truth import Truth

AMERICAN = "%m/%d/%Y"
SEXES = {"female": "F", "male": "M", "other": "X", "unknown": None}
PURPOSES = {"consultation": "New patient", "infusion": "Ketamine", "follow_up": "Return"}
OUTCOMES = {
    "completed": "Done", "no_show": "No show", "late_cancelled": "Late cancel",
    "cancelled": "Cancelled",
}  # fmt: skip
DRUGS = {"ketamine": "Ketamine", "esketamine": "Spravato"}
ROUTES = {
    "iv": "IV", "im": "IM", "sc": "SC", "intranasal": "IN", "oral": "PO", "other": "joint",
}  # fmt: skip
STOPPED_FOR = {
    "adverse_event": "Reaction", "blood_pressure": "BP", "patient_request": "Patient asked",
    "iv_access": "Lost IV",
}  # fmt: skip
ROLES = {"infusion_order": "Order", "encounter": "Visit", "problem_list": "Problem list"}
INSTRUMENTS = {
    "phq_9": "PHQ-9", "gad_7": "GAD-7", "nrs_average_7d": "Pain, week",
    "nrs_average_24h": "Pain, day", "headache_days_28d": "Headache days", "madrs": "MADRS",
    "epds": "EPDS", "ymrs": "YMRS", "y_bocs": "Y-BOCS",
}  # fmt: skip
ASKED = {
    "before_infusion": "before", "during_infusion": "during", "after_infusion": "after",
    "unspecified": None,
}  # fmt: skip


def write_wide(folder: Path, truth: Truth) -> None:
    """Write the export, all of it text, into a new folder."""
    folder.mkdir()
    tables = {
        "patients": _patients(truth),
        "visits": _rows(truth),
        "problems": _problems(truth["diagnoses"]),
        "history": truth["prior_treatments"].select(
            Chart="patient_key",
            Tried="treatment",
            **{"How often": pl.col("trials").cast(pl.String).fill_null("several")},
        ),
        "reactions": _reactions(truth["adverse_events"]),
    }
    for name, frame in tables.items():
        frame.write_csv(folder / f"{name}.csv", date_format=AMERICAN)


def _worded(column: str, words: dict[str, str] | dict[str, str | None]) -> pl.Expr:
    return pl.col(column).replace_strict(words, return_dtype=pl.String)


def _yes_or_no(column: str) -> pl.Expr:
    return pl.col(column).replace_strict({True: "Y", False: "N"}, return_dtype=pl.String)


def _patients(truth: Truth) -> pl.DataFrame:
    return truth["patients"].join(truth.people, on="patient_key").select(
        Chart="patient_key", MRN="mrn", Last="last", First="first", DOB="birth_date",
        Sex=_worded("sex", SEXES), Phone="phone",
        Notes=pl.format("{} {} asked for a call at {}", "first", "last", "phone"),
    )  # fmt: skip


def _rows(truth: Truth) -> pl.DataFrame:
    """Return a row for each visit with what was asked that day, and for what was asked besides."""
    visits = _visits(truth).with_columns(nth=_nth("Chart", "Day"), Row=pl.lit("visit"))
    asked = _questionnaires(truth["scores"]).with_columns(nth=_nth("Chart", "Day"))
    rows = visits.join(asked, on=["Chart", "Day", "nth"], how="full", coalesce=True)
    who = truth.people.select(
        "mrn", Chart="patient_key", Patient=pl.format("{}, {}", "last", "first")
    )
    return rows.join(who, on="Chart", maintain_order="left").with_columns(
        Row=pl.col("Row").fill_null("questionnaire"),
        Notes=pl.format("{} ({}) seen, {}. \"Feels better,\" says the wife.", "Patient", "mrn", "Day"),
    ).drop("nth")  # fmt: skip


def _nth(*columns: str) -> pl.Expr:
    return pl.int_range(pl.len()).over(columns)


def _visits(truth: Truth) -> pl.DataFrame:
    signs = truth["vital_signs"].with_columns(column=pl.format("{} {}", "sign", "minute"))
    wide = signs.pivot("column", index="visit_key", values="value")
    names = {
        "category": "Ordered for", "subtype": "In detail", "dose_mg": "Dose mg",
        "dose_mg_per_kg": "Dose mg/kg", "infusion_minutes": "Infusion min",
        "recovery_minutes": "Recovery min", "planned_sessions": "Sessions",
    }  # fmt: skip
    infusions = truth["infusions"].select(
        "visit_key", *names, _worded("stop_reason", STOPPED_FOR).alias("Stopped for"),
        Drug=_worded("agent", DRUGS), Route=_worded("route", ROUTES),
        Stopped=_yes_or_no("stopped_early"),
    ).rename(names)  # fmt: skip
    visits = truth["visits"].select(
        "visit_key", Visit="visit_key", Chart="patient_key", Site="clinic_key", Day="visit_date",
        Purpose=_worded("visit_kind", PURPOSES), Outcome=_worded("visit_status", OUTCOMES),
        **{"Seen by": "clinician_key", "Chair min": "chair_minutes"},
    )  # fmt: skip
    with_infusions = visits.join(infusions, on="visit_key", how="left")
    return with_infusions.join(wide, on="visit_key", how="left").drop("visit_key")


def _questionnaires(scores: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each occasion, with a column for each instrument; none is asked twice in one."""
    place = ["patient_key", "assessed_on", "timing"]
    occasions = scores.with_columns(occasion=_nth(*place, "instrument"))
    wide = occasions.pivot("instrument", index=[*place, "occasion"], values="score")
    return wide.select(
        Chart="patient_key", Day="assessed_on", Asked=_worded("timing", ASKED),
        **{column: instrument for instrument, column in INSTRUMENTS.items()},
    )  # fmt: skip


def _problems(diagnoses: pl.DataFrame) -> pl.DataFrame:
    code = pl.col("icd10cm").str.to_lowercase()
    dotted = pl.concat_str(code.str.head(3), pl.lit("."), code.str.slice(3))
    return diagnoses.select(
        Chart="patient_key", Noted="recorded_on", Where=_worded("role", ROLES),
        **{"ICD-10": dotted},
    )  # fmt: skip


def _reactions(events: pl.DataFrame) -> pl.DataFrame:
    minutes = {"From min": "onset_minute", "To min": "resolved_minute"}
    return events.select(
        Visit="visit_key", Reaction="term", Grade="grade", Reportable=_yes_or_no("serious"),
        **{name: pl.col(column).cast(pl.String).fill_null("?") for name, column in minutes.items()},
        Comment=pl.lit("Nurse called Dr. Brzezinski at 303-555-0199, resolved."),
    )  # fmt: skip
