"""Source keys become random keys; what the crosswalk learns is written back to it."""

from datetime import date
from pathlib import Path

import polars as pl

from pipelines.definitions import Definitions
from pipelines.intake import contract
from pipelines.intake.batches import Slide
from pipelines.intake.crosswalk import Crosswalk, random_keys
from pipelines.intake.scratch import Scratch
from pipelines.intake.sliding import Edges, slide_patients

SQL = Path(__file__).parent / "sql"
TEXT, DAYS = pl.String(), pl.Int32()
PAIR: dict[str, pl.DataType] = {"source_key": TEXT, "key": TEXT}
LETTERS = {"patients": "p", "visits": "v", "clinics": "c", "clinicians": "d"}


def keep_keys(scratch: Scratch) -> None:
    """Let records that hold no identifiers keep their keys and days."""
    scratch.run(SQL / "passing.sql")


def load_known(scratch: Scratch, crosswalk: Crosswalk | None, source: str, today: date) -> None:
    """Make the tables of what the crosswalk knows already; empty ones without a crosswalk."""
    scratch.connection.execute("create schema door")
    for name, (query, schema, values) in _known(source).items():
        frame = (
            crosswalk.frame(query, schema, *values) if crosswalk else pl.DataFrame(schema=schema)
        )
        if name == "patients":
            frame = frame.with_columns(pl.col("first_seen").str.to_date("%Y-%m-%d"))
        scratch.store(f"door.known_{name}", frame)
    bands = list(contract.YOUNGEST.items())
    scratch.store("door.age_bands", pl.DataFrame(bands, schema=["band", "youngest"], orient="row"))
    scratch.store("door.today", pl.DataFrame({"last_day": [today], "oldest": [contract.OLDEST]}))


def _known(source: str) -> dict[str, tuple[str, dict[str, pl.DataType], list[str]]]:
    """Return, by table, the query for what is known, its columns and its values."""
    return {
        "patients": (
            "select source_key, patient_key, slide_days, first_seen from patients",
            {"source_key": TEXT, "patient_key": TEXT, "slide_days": DAYS, "first_seen": TEXT},
            [],
        ),
        "visits": (
            "select source_key, visit_key from visits where source = ?",
            {"source_key": TEXT, "visit_key": TEXT},
            [source],
        ),
        "clinics": ("select source_key, key from clinics", PAIR, []),
        "clinicians": ("select source_key, key from clinicians", PAIR, []),
    }


def ages(scratch: Scratch) -> None:
    """Turn birth dates in `mapped.patients.age_band` into bands."""
    days = "select {0}.patient_key, try_cast({0}.{1} as date) as seen_on from mapped.{0} as {0}"
    known = "where seen_on <= (select last_day from door.today)"
    scratch.connection.execute(
        f"create table door.days as from ({days.format('visits', 'visit_date')}) {known}"
    )
    unseen = scratch.connection.sql(
        "select count(*) from mapped.patients anti join door.days using (patient_key)"
    ).fetchall()
    if unseen[0][0]:  # scores are many: they are asked only about patients without a visit
        scratch.connection.execute(
            f"insert into door.days from ({days.format('scores', 'assessed_on')}"
            f" anti join door.days using (patient_key)) {known}"
        )
    scratch.run(SQL / "ages.sql")


def replace_keys(
    scratch: Scratch,
    crosswalk: Crosswalk,
    source: str,
    slide: Slide | None,
    seen: Edges | None,
    definitions: Definitions,
) -> None:
    """Make `door.keys`, `door.visit_keys`, `door.clinics`, `door.clinicians`; teach the crosswalk.

    `slide` and `seen`, the slid days that may be seen, are None for a study in relative days,
    whose days stay as they are.
    """
    scratch.store("door.forgotten", _forgotten(scratch, crosswalk))
    scratch.run(SQL / "keys.sql")
    for name, letter in LETTERS.items():
        new = scratch.connection.table(f"door.new_{name}").pl()
        scratch.store(f"door.given_{name}", new.with_columns(random_keys(letter, new.height)))
    if slide and seen:
        slide_patients(scratch, slide, seen, definitions)
    else:
        scratch.connection.execute(
            "create table door.slides as select patient, 0 as slide_days,"
            " cast(null as date) as first_seen from door.patients"
        )
    scratch.run(SQL / "replaced.sql")
    _teach(scratch, crosswalk, source, sliding=slide is not None)


def _forgotten(scratch: Scratch, crosswalk: Crosswalk) -> pl.DataFrame:
    """Return the source keys of this export that belong to forgotten patients."""
    marks = crosswalk.forgotten()
    keys: list[str] = []
    if marks:
        found = scratch.connection.sql(
            "select patient_key from judged.patients where broken is null"
        ).fetchall()
        keys = [key for (key,) in found if crosswalk.mark(key) in marks]
    return pl.DataFrame({"source_key": keys}, schema={"source_key": TEXT})


def _teach(scratch: Scratch, crosswalk: Crosswalk, source: str, sliding: bool) -> None:
    """Write new keys, slides and first days to the crosswalk."""
    database, connection = crosswalk.database, scratch.connection
    patients = connection.sql(
        "select p.source_key, k.key, k.slide_days, cast(d.seen_on as varchar), n.number"
        " from door.patients as p inner join door.keys as k using (patient)"
        " left join door.first_days as d using (patient)"
        " left join (select patient_key, min(number) as number from mapped.patient_numbers"
        " group by patient_key) as n on p.source_key = n.patient_key where not k.forgotten"
    ).fetchall()
    if not sliding:
        patients = [(key, given, None, first, number) for key, given, _, first, number in patients]
    database.executemany(
        "insert into patients (source_key, patient_key, slide_days, first_seen, number)"
        " values (?, ?, ?, ?, ?) on conflict (source_key) do update set"
        " slide_days = coalesce(slide_days, excluded.slide_days),"
        " first_seen = coalesce(first_seen, excluded.first_seen),"
        " number = coalesce(excluded.number, number)",
        patients,
    )
    database.executemany(
        "insert into visits values (?, ?, ?, ?)", _new_visits(scratch, crosswalk, source)
    )
    for name in ("clinics", "clinicians"):
        given = connection.table(f"door.given_{name}").fetchall()
        database.executemany(f"insert into {name} values (?, ?)", given)


def _new_visits(
    scratch: Scratch, crosswalk: Crosswalk, source: str
) -> list[tuple[str, str, str, int]]:
    """Return source, source key, random key and patient of each new visit."""
    known = crosswalk.frame(
        "select patient_key, patient from patients", {"key": TEXT, "number": pl.Int64()}
    )
    scratch.store("door.numbers", known)
    found: list[tuple[str, str, str, int]] = scratch.connection.execute(
        "select ?, g.source_key, g.key, n.number from door.given_visits as g"
        " inner join door.visits as v using (visit) inner join door.keys as k using (patient)"
        " inner join door.numbers as n on k.key = n.key order by g.source_key",
        [source],
    ).fetchall()
    return found
