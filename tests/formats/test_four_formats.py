"""One practice written in four formats: the same records and the same rates, whichever way it comes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines import Practice, open_practice, warehouse
from pipelines.intake.importing import Imported, import_export
from tests.formats.arrived import Arrived, arrived, differences
from tests.formats.canonical import write_canonical
from tests.formats.fhir import write_fhir
from tests.formats.omop import write_omop
from tests.formats.truth import Truth, true_practice
from tests.formats.wide import write_wide

WAYS: dict[str, tuple[Callable[[Path, Truth], None], str]] = {
    "canonical": (write_canonical, "canonical"),
    "fhir": (write_fhir, "fhir"),
    "omop": (write_omop, "omop"),
    "wide": (write_wide, str(Path(__file__).parent / "wide.toml")),
}
OTHER_WAYS = ["fhir", "omop", "wide"]
# What a format has no place for, or what its reader does not read; all else is compared. The
# practice itself holds nothing that a format can't tell apart: agents beside ketamine and
# esketamine; an infusion of which it is not known whether it was stopped; recovery without the end
# of the visit; a patient treated for two conditions with less than a course gap between, whom only
# the ordered category tells into two courses.
NOT_CARRIED = [
    ("fhir", "infusions", "category", "an order names a diagnosis, which comes as one"),
    ("fhir", "infusions", "subtype", "an order names a diagnosis, which comes as one"),
    ("fhir", "visits", "clinician_key", "who saw the patient is not read"),
    ("omop", "infusions", "category", "an order names a diagnosis, which comes as one"),
    ("omop", "infusions", "subtype", "an order names a diagnosis, which comes as one"),
    ("omop", "visits", "clinician_key", "who saw the patient is not read"),
]
COURSE = [
    "source_key", "course_number", "category", "subtype", "first_infusion", "last_induction",
    "last_infusion", "infusions", "is_first_course",
]  # fmt: skip
QUESTIONS = [
    ("response", "post_induction"), ("response_50", "week_8"), ("remission", "week_12"),
    ("worsening", "post_induction"), ("response", "early"),
]  # fmt: skip


@dataclass(frozen=True)
class Way:
    """One way in: what the import did, what arrived, and the practice built from it."""

    done: Imported
    arrived: Arrived
    practice: Practice

    def courses(self) -> pl.DataFrame:
        with warehouse.opened(self.practice.build.path) as connection:
            courses: pl.DataFrame = connection.table("core.courses").pl()
        return courses.join(self.arrived.patients, on="patient_key").select(COURSE)


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return true_practice(tmp_path_factory.mktemp("true") / "simulated")


@pytest.fixture(scope="module")
def ways(truth: Truth, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Way]:
    place = tmp_path_factory.mktemp("ways")
    return {name: _brought(place / name, truth, *way) for name, way in WAYS.items()}


def _brought(place: Path, truth: Truth, write: Callable[[Path, Truth], None], profile: str) -> Way:
    place.mkdir()
    write(place / "export", truth)
    practice, crosswalk = place / "practice", place / "crosswalk"
    done = import_export(place / "export", profile, practice, crosswalk)
    warehouse.build(practice)
    rows = arrived(done.manifest.folder, practice, crosswalk)
    return Way(done, rows, open_practice(practice))


def _not_carried(way: str) -> list[tuple[str, str]]:
    return [(table, column) for format_, table, column, _ in NOT_CARRIED if format_ == way]


def test_the_practice_has_something_of_everything_that_must_get_through(truth: Truth) -> None:
    def codes(table: str, column: str) -> set[str]:
        return set(truth[table][column].drop_nulls())

    assert codes("patients", "sex") == {"female", "male", "other", "unknown"}
    assert codes("patients", "age_band") >= {"under_18", "55-64", "65-74", "90+", "unknown"}
    assert codes("visits", "visit_kind") == {"consultation", "infusion", "follow_up"}
    assert codes("visits", "visit_status") == {
        "completed", "no_show", "late_cancelled", "cancelled"
    }  # fmt: skip
    assert codes("infusions", "agent") == {"ketamine", "esketamine"}
    assert codes("infusions", "route") == {"iv", "im", "sc", "intranasal", "oral", "other"}
    assert codes("infusions", "stop_reason") == {
        "adverse_event", "blood_pressure", "iv_access", "patient_request"
    }  # fmt: skip
    assert codes("diagnoses", "role") == {"infusion_order", "encounter", "problem_list"}
    assert codes("scores", "timing") == {
        "before_infusion", "during_infusion", "after_infusion", "unspecified"
    }  # fmt: skip
    assert codes("vital_signs", "sign") == {
        "systolic", "diastolic", "heart_rate", "spo2", "respiratory_rate", "moaas", "cadss"
    }  # fmt: skip
    assert truth["adverse_events"]["serious"].unique().len() == 2


@pytest.mark.parametrize("way", WAYS)
def test_no_row_is_refused(ways: Mapping[str, Way], way: str) -> None:
    accounts = ways[way].done.manifest.accounts
    assert all(account.exact for account in accounts)
    assert {account.unit: account.quarantined for account in accounts if account.quarantined} == {}


def test_canonical_tables_arrive_as_they_truly_were(ways: Mapping[str, Way], truth: Truth) -> None:
    assert differences(truth.tables, ways["canonical"].arrived.in_true_days()) == []


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_every_format_gives_the_same_records(ways: Mapping[str, Way], way: str) -> None:
    expected, found = ways["canonical"].arrived, ways[way].arrived
    assert differences(expected.records, found.records, _not_carried(way)) == []
    assert differences(expected.held, found.held, _not_carried(way)) == []


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_every_format_gives_the_same_days_of_data(ways: Mapping[str, Way], way: str) -> None:
    expected, found = ways["canonical"].done, ways[way].done
    assert found.held_back == expected.held_back
    assert found.manifest.data_from == expected.manifest.data_from
    assert found.manifest.data_through == expected.manifest.data_through


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_every_format_gives_the_same_courses_for_the_same_conditions(
    ways: Mapping[str, Way], way: str
) -> None:
    expected, found = ways["canonical"].courses(), ways[way].courses()
    assert differences({"courses": expected}, {"courses": found}) == []


@pytest.mark.parametrize("way", OTHER_WAYS)
@pytest.mark.parametrize(("measure", "window"), QUESTIONS)
def test_every_format_gives_the_same_rates(
    ways: Mapping[str, Way], way: str, measure: str, window: str
) -> None:
    expected, found = [
        ways[name].practice.response(["category", "subtype"], measure, window).frame
        for name in ("canonical", way)
    ]
    assert expected["started"].sum() > 100
    assert_frame_equal(found, expected)


def test_a_difference_is_told_by_table_and_column() -> None:
    scores = pl.DataFrame({"patient_key": ["1", "1", "2"], "timing": ["before", "before", None]})
    wrong = pl.DataFrame({"patient_key": ["1", "2", "2"], "timing": ["before", None, "after"]})
    assert differences({"scores": scores}, {"scores": wrong}) == [
        "scores: 1 rows are missing, 1 are too many",
        "scores.patient_key: expected 1 (1 times); found 2 (1 times)",
        "scores.timing: expected before (1 times); found after (1 times)",
    ]
    assert differences({"scores": scores}, {"scores": wrong.reverse()[1:]}, []) != []
    assert differences({"scores": scores}, {"scores": scores.reverse()}) == []
