"""Source keys become random keys; what the crosswalk learns is written back to it."""

from datetime import date
from pathlib import Path
from typing import NamedTuple

import polars as pl

from pipelines.definitions import Definitions, InputError
from pipelines.intake import contract
from pipelines.intake.batches import Slide
from pipelines.intake.crosswalk import Crosswalk, random_keys
from pipelines.intake.scratch import Scratch
from pipelines.intake.sliding import Edges, slide_patients

SQL = Path(__file__).parent / "sql"
TEXT, DAYS = pl.String(), pl.Int32()
PAIR: dict[str, pl.DataType] = {"source_key": TEXT, "key": TEXT}
KNOWN: dict[str, tuple[str, dict[str, pl.DataType]]] = {
    "patients": (
        "select source_key, patient_key, slide_days, first_seen, anchor from patients",
        {"source_key": TEXT, "patient_key": TEXT, "slide_days": DAYS, "first_seen": TEXT,
         "anchor": TEXT},
    ),
    "clinics": ("select source_key, key from clinics", PAIR),
    "clinicians": ("select source_key, key from clinicians", PAIR),
}  # fmt: skip
LETTERS = {"patients": "p", "visits": "v", "clinics": "c", "clinicians": "d"}


class Starts(NamedTuple):
    """Patients whose first infusion is told of: known ones in whom it is another than the day that fixed
    their slide, and new ones who begin where the data do.

    moved: that day was an infusion, on another day. late: no infusion was known, so that it was the
    first visit or score; they are `many` where an earlier import must have left infusions out.
    at_start: new patients who stay out, because the start of the data would tell their days.
    """

    moved: int = 0
    late: int = 0
    many: bool = False
    at_start: int = 0


AS_BEFORE = Starts()


def keep_keys(scratch: Scratch) -> None:
    """Let records that hold no identifiers keep their keys and days."""
    scratch.run(SQL / "passing.sql")


def load_known(scratch: Scratch, crosswalk: Crosswalk | None, source: str, today: date) -> None:
    """Make the tables of what the crosswalk knows already; empty ones without a crosswalk."""
    scratch.connection.execute("create schema door")
    for name, (query, schema) in KNOWN.items():
        frame = crosswalk.frame(query, schema) if crosswalk else pl.DataFrame(schema=schema)
        if name == "patients":
            frame = frame.with_columns(
                pl.col("first_seen", "anchor").str.to_date("%Y-%m-%d"),
                shown_before=pl.lit(False),
            )
        scratch.store(f"door.known_{name}", frame)
    files = [str(file) for file in crosswalk.visit_files(source)] if crosswalk else []
    if files:
        visits = scratch.connection.read_parquet(files).select("source_key", "visit_key")
        visits.create("door.known_visits")
    else:
        empty = pl.DataFrame(schema={"source_key": TEXT, "visit_key": TEXT})
        scratch.store("door.known_visits", empty)
    bands = list(contract.YOUNGEST.items())
    scratch.store("door.age_bands", pl.DataFrame(bands, schema=["band", "youngest"], orient="row"))
    scratch.store("door.today", pl.DataFrame({"last_day": [today], "oldest": [contract.OLDEST]}))


def note_days(scratch: Scratch) -> None:
    """Make `door.days`, the first and last true day of each patient, of the good rows."""
    scratch.run(SQL / "days.sql")


def take_births(scratch: Scratch) -> None:
    """Take the birth dates out of `mapped.patients.age_band`, which is unknown until `tell_ages`.

    Those that can't be one stay, and break a rule.
    """
    scratch.run(SQL / "births.sql")


def tell_ages(scratch: Scratch) -> None:
    """Make `door.ages`, age bands of the birth dates by the first good visit or score."""
    scratch.run(SQL / "ages.sql")


def replace_keys(
    scratch: Scratch,
    crosswalk: Crosswalk,
    source: str,
    definitions: Definitions,
    sliding: tuple[Slide, Edges] | None,
    all_rows: bool,
) -> Starts:
    """Make `door.keys`, `door.visit_keys`, `door.clinics`, `door.clinicians`; teach the crosswalk.

    `sliding`, how days are slid and which slid days may be seen, is None for a study in relative
    days, whose days stay as they are. `all_rows`: the export is no increment. Raises InputError
    where infusions moved for so many that days must have been misread, now or then.
    """
    scratch.store("door.forgotten", _forgotten(scratch, crosswalk))
    scratch.run(SQL / "keys.sql")
    for name, letter in LETTERS.items():
        new = scratch.connection.table(f"door.new_{name}").pl()
        scratch.store(f"door.given_{name}", new.with_columns(random_keys(letter, new.height)))
    starts = AS_BEFORE
    if sliding:
        slide_patients(scratch, *sliding, definitions, all_rows)
        starts = _starts(scratch, definitions)
    else:
        scratch.run(SQL / "unslid.sql")
    scratch.run(SQL / "replaced.sql")
    _teach(scratch, crosswalk, source, sliding=sliding is not None)
    return starts


def _starts(scratch: Scratch, definitions: Definitions) -> Starts:
    counted = scratch.connection.sql((SQL / "moved.sql").read_text("utf8")).fetchall()[0]
    known, moved, late = (int(count) for count in counted)
    least = definitions.setting("moved_starts_patients")
    most_percent = definitions.setting("moved_starts_max_percent")

    def many(some: int, of: int) -> bool:
        return some >= least and 100 * some > most_percent * of

    if many(moved, known):
        raise InputError(
            f"visits: the first infusion of {moved} of {known} known patients is another than before;"
            " if days were misread, now or then, expected the same days, or a new practice folder"
            " and crosswalk: two readings of one day tell it"
        )
    # A slide by the first visit or score stays: no second reading of that day tells it.
    return Starts(moved, late, many(late, known + late))


def _forgotten(scratch: Scratch, crosswalk: Crosswalk) -> pl.DataFrame:
    """Return the source keys of this export that belong to forgotten patients, by key or number."""
    marks = crosswalk.forgotten()
    keys: set[str] = set()
    if marks:
        found = scratch.connection.sql(
            "select patient_key, patient_key as name, 'key' as kind from judged.patients"
            " where broken is null"
            " union select patient_key, number, 'number' from mapped.patient_numbers"
        ).fetchall()
        keys = {
            key
            for key, name, kind in found
            if name and not marks.isdisjoint([crosswalk.mark(name), crosswalk.mark(name, kind)])
        }
    return pl.DataFrame({"source_key": sorted(keys)}, schema={"source_key": TEXT})


def _teach(scratch: Scratch, crosswalk: Crosswalk, source: str, sliding: bool) -> None:
    """Write new keys, slides and first days to the crosswalk."""
    connection = scratch.connection
    patients = connection.sql(
        "select p.source_key, k.key, k.slide_days,"
        " cast(coalesce(d.first_visit, d.first_score) as varchar) as first_seen,"
        " case when k.slide_days is not null then cast(k.anchor as varchar) end as anchor, n.number"
        " from door.patients as p inner join door.keys as k using (patient)"
        " left join door.days as d using (patient)"
        " left join (select patient_key, min(number) as number from mapped.patient_numbers"
        " group by patient_key) as n on p.source_key = n.patient_key where not k.forgotten"
        " order by p.source_key"
    ).pl()
    if not sliding:
        patients = patients.with_columns(slide_days=pl.lit(None), anchor=pl.lit(None))
    crosswalk.learn_patients(patients)
    for name in ("clinics", "clinicians"):
        given = connection.table(f"door.given_{name}").fetchall()
        crosswalk.database.executemany(f"insert into {name} values (?, ?)", given)
    if not scratch.count("door.given_visits"):
        return
    visits = connection.sql(
        "select v.source_key, g.key as visit_key, k.key as patient_key"
        " from door.given_visits as g"
        " inner join door.visits as v using (visit) inner join door.keys as k using (patient)"
    )
    crosswalk.add_visits(connection, source, visits)
