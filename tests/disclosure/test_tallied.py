"""Visits and events for others: the numbers of the practice's own pages, or `hidden`."""

import polars as pl
import pytest

from pipelines.definitions import Definitions
from pipelines.disclosure.release import Kept, Release
from pipelines.disclosure.tallied import (
    events_sentence,
    events_table,
    visits_sentence,
    visits_table,
)
from pipelines.disclosure.units import Row, Unit

Units = dict[tuple[str, Row], Unit]
TERMS = {"nausea": "Nausea", "headache": "Headache"}


def release(*builds: Units) -> Release:
    """Return what others see after builds named 0, 1, ..., oldest first."""
    told: dict[tuple[str, Row], tuple[Kept, ...]] = {}
    for number, units in enumerate(builds):
        for key, unit in units.items():
            kept = Kept(unit, str(number), f"2026-0{number + 1}-28")
            told[key] = (*told.get(key, ()), kept)
    return Release(str(len(builds) - 1), told, {})


def visits(kind: str | None, completed: int, no_show: int, late: int, cancelled: int) -> Units:
    row: Row = ("visits",) if kind is None else ("visits", kind)
    counts = {
        f"visits held=yes|visits kept={status}": count
        for status, count in (
            ("completed", completed),
            ("no_show", no_show),
            ("late_cancelled", late),
        )
    } | {"visits held=no|visits kept=cancelled": cancelled}
    return {
        ("visits kept", row): Unit(counts),
        ("visits held", row): Unit(
            {"visits held=yes": completed + no_show + late, "visits held=no": cancelled}
        ),
    }


def of_infusions(shown: pl.DataFrame) -> dict[str, str]:
    return shown.row(by_predicate=pl.col("Visits") == "Infusion", named=True)


def infusions(number: int) -> Units:
    return {("visits course", ("visits", "infusion")): Unit({"visits course=yes": number})}


def events(*rows: tuple[str | None, int]) -> Units:
    return {
        ("adverse_events events", ("adverse_events",) if term is None else ("adverse_events", term)):
        Unit({"all": count})
        for term, count in rows
    }  # fmt: skip


def test_missed_means_missed_as_on_the_practice_s_own_page(definitions: Definitions) -> None:
    """Late cancellations held a place too, and are told beside, as `estimates.flow` counts them."""
    seen = release(visits(None, 900, 50, 50, 30) | visits("infusion", 450, 30, 20, 12))
    said = visits_sentence(seen, definitions, "cms11")
    assert said == "Of 1,000 visits that held a place, 5 % were missed."
    row = of_infusions(visits_table(seen, definitions, "cms11"))
    assert row["No-shows"].startswith("6.0 % (")
    assert row["Late cancellations"].startswith("4.0 % (")
    assert [row[name] for name in ("Held a place", "Missed", "Late", "Cancelled in time")] == [
        "500", "30", "20", "12",
    ]  # fmt: skip


def test_what_is_not_told_is_hidden_and_not_empty(definitions: Definitions) -> None:
    held: Units = {("visits held", ("visits", "infusion")): Unit({"visits held=yes": 40})}
    shown = visits_table(release(held), definitions, "cms11")
    row = of_infusions(shown)
    assert (row["Held a place"], row["Cancelled in time"]) == ("40", "0")
    assert {row["No-shows"], row["Missed"], row["Late"]} == {"hidden"}
    others = shown.filter(pl.col("Visits") != "Infusion").drop("Visits")
    assert {cell for other in others.rows() for cell in other} == {"hidden"}
    seen = release(infusions(200) | events((None, 40), ("nausea", 20)))
    assert events_table(seen, TERMS, definitions, "cms11")["Events"].to_list() == ["20", "hidden"]
    nothing = events_table(release(events(("nausea", 20))), TERMS, definitions, "cms11")
    assert nothing["Per 100 infusions"].to_list() == ["hidden", "hidden"]


def test_rates_of_events_have_no_limits_that_take_events_of_a_patient_as_independent(
    definitions: Definitions,
) -> None:
    seen = release(infusions(200) | events((None, 40), ("nausea", 20), ("headache", 1)))
    shown = events_table(seen, TERMS, definitions, "cms11")
    assert shown["Per 100 infusions"].to_list() == ["10.0", "0.50"]
    said = events_sentence(seen, definitions, "cms11")
    assert said == "In 200 infusions 40 adverse events were recorded: 20.0 per 100 infusions."


def test_events_are_divided_by_infusions_of_the_same_build(definitions: Definitions) -> None:
    """20 events in 200 infusions stay 10 per 100 when only the infusions have moved since."""
    seen = release(infusions(200) | events((None, 20), ("nausea", 20)), infusions(400))
    row = events_table(seen, TERMS, definitions, "cms11").row(0, named=True)
    assert row["Per 100 infusions"] == "10.0"
    assert row["As of"] == "2026-01-28"
    said = events_sentence(seen, definitions, "cms11")
    assert said.startswith("In 200 infusions 20 adverse events")
    assert said.endswith("As let out with data through 2026-01-28: too few persons changed since.")
    later = release(
        infusions(200) | events((None, 20), ("nausea", 20)), events((None, 90), ("nausea", 50))
    )
    assert events_sentence(later, definitions, "cms11") == said
    assert events_table(later, TERMS, definitions, "cms11").row(0, named=True) == row
    apart = release(infusions(200), events(("nausea", 20)))
    assert events_table(apart, TERMS, definitions, "cms11")["Per 100 infusions"][0] == "hidden"


@pytest.mark.parametrize("policy", ["nhs5", "opensafely"])
def test_under_rounding_no_exact_count_and_no_rate_is_told(
    definitions: Definitions, policy: str
) -> None:
    seen = release(
        visits(None, 901, 51, 52, 33) | visits("infusion", 451, 31, 22, 12)
        | infusions(451) | events((None, 42), ("nausea", 21))
    )  # fmt: skip
    said = visits_sentence(seen, definitions, policy)
    assert said == "Of 1,005 visits that held a place, 50 were missed; both are rounded to 5."
    row = of_infusions(visits_table(seen, definitions, policy))
    assert list(row.values())[1:] == ["–", "–", "505", "30", "20", "10"]
    said = events_sentence(seen, definitions, policy)
    assert said == ("In 450 infusions 40 adverse events were recorded; both are rounded to 5.")
    shown = events_table(seen, TERMS, definitions, policy)
    assert shown.row(0)[1:] == ("20", "–")
