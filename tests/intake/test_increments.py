"""What comes in bit by bit is what would have come in at once: no row is lost, none comes twice."""

import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.definitions import InputError
from pipelines.intake import batches
from pipelines.intake import profile as profile_format
from pipelines.intake.importing import Imported, import_export
from pipelines.intake.keys import Starts

START = date(2024, 1, 1)
LENGTH = 400
CANONICAL = (Path(profile_format.__file__).parent / "profiles" / "canonical.toml").read_text("utf8")
Happening = tuple[str, int, str]
"""Patient, days from the start, and what it was: infusion, visit or score."""


@dataclass(frozen=True)
class Practice:
    """A practice folder and its crosswalk, with the export that is brought in."""

    place: Path

    @property
    def folder(self) -> Path:
        return self.place / "practice"

    @property
    def walk(self) -> Path:
        return self.place / "walk"

    def bring(self, rows: list[Happening], since: int | None = None) -> Imported:
        export = self.place / "export"
        shutil.rmtree(export, ignore_errors=True)
        export.mkdir()
        write(export, rows)
        day = None if since is None else START + timedelta(days=since)
        return import_export(export, "canonical", self.folder, self.walk, since=day)

    def seen(self) -> Counter[tuple[str, date, str]]:
        """Return what the batches in force show: source key of the patient, slid day, what it was."""
        with sqlite3.connect(self.walk / "crosswalk.sqlite") as database:
            names = dict(database.execute("select patient_key, source_key from patients"))
        found: Counter[tuple[str, date, str]] = Counter()
        for batch in batches.in_force(self.folder):
            records = self.folder / "records" / batch.folder
            for table, day, kind in (
                ("visits", "visit_date", "visit_kind"),
                ("scores", "assessed_on", "instrument"),
            ):
                for file in records.glob(f"{table}-*.parquet"):
                    rows = pl.read_parquet(file).select("patient_key", day, kind).rows()
                    found.update((names[key], when, str(what)) for key, when, what in rows)
        return found

    def patients(self) -> set[str]:
        """Return the source keys of the patients whom the batches in force describe."""
        with sqlite3.connect(self.walk / "crosswalk.sqlite") as database:
            names = dict(database.execute("select patient_key, source_key from patients"))
        files = [
            file
            for batch in batches.in_force(self.folder)
            for file in (self.folder / "records" / batch.folder).glob("patients-*.parquet")
        ]
        return {names[key] for file in files for key in pl.read_parquet(file)["patient_key"]}


def write(export: Path, rows: list[Happening]) -> None:
    patients = sorted({patient for patient, _, _ in rows})
    (export / "patients.csv").write_text(
        "patient_key,sex,age_band\n" + "".join(f"{key},female,1980-01-01\n" for key in patients)
    )
    visits, infusions, scores = [], [], []
    for patient, offset, what in rows:
        day = START + timedelta(days=offset)
        key = f"{patient}-{offset}-{what}"
        if what == "score":
            scores.append(f"{patient},phq_9,{day},unspecified,12\n")
            continue
        kind = "infusion" if what == "infusion" else "follow_up"
        visits.append(f"{key},{patient},north,{day},{kind},completed\n")
        if what == "infusion":
            infusions.append(f"{key},ketamine,iv\n")
    for name, header, lines in (
        ("visits", "visit_key,patient_key,clinic_key,visit_date,visit_kind,visit_status", visits),
        ("infusions", "visit_key,agent,route", infusions),
        ("scores", "patient_key,instrument,assessed_on,timing,score", scores),
    ):
        (export / f"{name}.csv").write_text(f"{header}\n" + "".join(lines))


@contextmanager
def practice() -> Iterator[Practice]:
    with tempfile.TemporaryDirectory() as place:
        yield Practice(Path(place))


@st.composite
def happenings(draw: st.DrawFn) -> list[Happening]:
    """Draw a practice: patients who begin anywhere, some of them crowded at the very start."""
    rows = set()
    crowd = draw(st.sampled_from([0, 0, 12]))
    for number in range(draw(st.integers(1, 6)) + crowd):
        first = draw(st.integers(0, 20 if number < crowd else LENGTH))
        for _ in range(draw(st.integers(1, 5))):
            what = draw(st.sampled_from(["infusion", "infusion", "visit", "score"]))
            rows.add((f"P{number}", first + draw(st.integers(0, 120)), what))
    return sorted(rows)


@given(happenings(), st.integers(60, LENGTH), st.integers(0, 20), st.booleans())
@settings(
    max_examples=int(os.environ.get("ABATE_EXAMPLES", "300")) // 20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_full_and_then_since_is_as_one_full_import(
    rows: list[Happening], cut: int, overlap: int, whole: bool
) -> None:
    earlier = [row for row in rows if row[1] < cut]
    if not earlier:
        return
    since = cut - overlap
    later = rows if whole else [row for row in rows if row[1] >= since]
    with practice() as one, practice() as other:
        one.bring(rows)
        other.bring(earlier)
        if later:
            other.bring(later, since=since)
        assert set(other.seen()) == set(one.seen())
        assert overlap or other.seen() == one.seen()


def test_what_waited_comes_in_with_a_whole_export_that_is_added() -> None:
    rows = [
        ("P1", 5, "infusion"),
        ("P2", 190, "infusion"),
        ("P2", 192, "score"),
        ("P1", 196, "score"),
    ]
    later = [*rows, ("P1", 300, "visit"), ("P2", 301, "visit")]
    with practice() as it, practice() as at_once:
        assert it.bring(rows).held_back == 5
        it.bring(later, since=197)
        at_once.bring(later)
        assert it.seen() == at_once.seen()
        assert it.patients() == {"P1", "P2"}


def test_a_crowd_at_the_start_is_counted_and_comes_in_with_an_export_that_reaches_further_back() -> (
    None
):
    crowd = [(f"P{number}", 19 + number % 7, "infusion") for number in range(12)]
    rows = [*crowd, ("late", 100, "infusion"), ("late", 200, "visit")]
    with practice() as it:
        done = it.bring(rows)
        assert (done.starts.at_start, done.held_back, it.patients()) == (12, 37, {"late"})
        assert it.bring([*rows, ("late", 390, "visit")]).starts.at_start == 12
        assert it.bring([*rows, ("first", 0, "infusion")]).starts.at_start == 0
        assert it.patients() == {key for key, _, _ in rows} | {"first"}


def test_what_is_entered_late_into_days_that_are_shown_is_counted_apart() -> None:
    rows = [("P1", 5, "infusion"), ("P1", 20, "score"), ("P1", 200, "visit")]
    later = [*rows, ("P1", 40, "visit"), ("P1", 41, "score"), ("P1", 300, "visit")]
    with practice() as it:
        it.bring(rows)
        left = {a.unit: a.left_out for a in it.bring(later, since=180).manifest.accounts}
        assert list(left["visits"].values()) == [1, 1]
        assert left["scores"] == {
            "in earlier batches already": 1,
            "new or changed, but before --since or of days in earlier batches": 1,
        }


def test_an_import_killed_before_its_batch_was_published_loses_no_row_that_waited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [("P1", 5, "infusion"), ("P2", 190, "infusion"), ("P2", 192, "score")]
    later = [*rows, ("P1", 300, "visit")]
    with practice() as it, practice() as at_once:
        it.bring(rows)
        with monkeypatch.context() as broken:
            broken.setattr(batches.Draft, "publish", _killed)
            with pytest.raises(KeyboardInterrupt):
                it.bring(later, since=193)
        it.bring(later, since=193)
        at_once.bring(later)
        assert it.seen() == at_once.seen()


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_batch_taken_back_takes_along_what_was_added_to_it() -> None:
    rows = [("P1", day, "visit") for day in range(0, 400, 20)] + [("P1", 1, "infusion")]
    with practice() as it, practice() as at_once:
        it.bring([row for row in rows if row[1] < 100])
        it.bring([row for row in rows if row[1] < 200], since=100)
        it.bring([row for row in rows if row[1] < 300], since=200)
        assert [batch.batch for batch in batches.undo(it.folder, 2)] == [2, 3]
        it.bring(rows, since=100)
        at_once.bring(rows)
        assert it.seen() == at_once.seen()


def test_a_day_that_would_leave_rows_out_is_refused_where_days_are_not_slid(tmp_path: Path) -> None:
    rows = [("P1", 1, "infusion"), ("P1", 50, "visit"), ("P1", 60, "visit"), ("P1", 90, "visit")]
    for place, found in (("first", rows[:2]), ("second", rows)):
        (tmp_path / place).mkdir()
        write(tmp_path / place, found)
        patients = tmp_path / place / "patients.csv"
        patients.write_text(patients.read_text().replace("1980-01-01", "35-44"))
    folder = tmp_path / "practice"
    import_export(tmp_path / "first", "canonical", folder)
    with pytest.raises(InputError, match=r"before 2024-03-11 and after .* left out \(1\)"):
        import_export(tmp_path / "second", "canonical", folder, since=START + timedelta(days=70))
    import_export(tmp_path / "second", "canonical", folder, since=START + timedelta(days=51))


def test_a_patient_of_a_batch_that_was_taken_back_is_new_again() -> None:
    rows = [("P1", 1, "infusion"), ("P1", 200, "visit")]
    later = [*rows, ("P2", 150, "infusion"), ("P2", 160, "score"), ("P1", 300, "visit")]
    with practice() as it, practice() as at_once:
        it.bring(rows)
        it.bring(later, since=180)
        batches.undo(it.folder, 2)
        it.bring(later, since=181)
        at_once.bring(later)
        assert it.seen() == at_once.seen()


def test_a_waiting_score_stays_beside_one_of_another_time_of_its_day(tmp_path: Path) -> None:
    header = "patient_key,instrument,assessed_on,timing,score\n"
    rows = [("P1", 1, "infusion"), ("P1", 195, "visit")]
    with practice() as it:
        it.bring(rows)
        export, day = it.place / "export", START + timedelta(days=195)
        for number, (timing, since) in enumerate(
            [("before_infusion", 10), ("after_infusion", 195)]
        ):
            write(export, [*rows, ("P1", 260 * number, "visit")])
            (export / "scores.csv").write_text(f"{header}P1,nrs_now,{day},{timing},8\n")
            import_export(
                export, "canonical", it.folder, it.walk, since=START + timedelta(days=since)
            )
        assert sum(count for (_, _, what), count in it.seen().items() if what == "nrs_now") == 2


def test_days_without_a_visit_or_score_are_never_told_as_they_are(tmp_path: Path) -> None:
    """Diagnoses alone take the slide that their patient has; of unknown patients they wait."""
    profile = tmp_path / "codes.toml"
    profile.write_text(CANONICAL.replace('name = "canonical"', 'name = "codes"'))
    codes = tmp_path / "codes"
    codes.mkdir()
    write(codes, [("P1", 1, "infusion"), ("P2", 1, "infusion")])
    for name in ("visits", "infusions", "scores"):
        text = (codes / f"{name}.csv").read_text()
        (codes / f"{name}.csv").write_text(text.splitlines()[0] + "\n")
    (codes / "diagnoses.csv").write_text(
        "patient_key,icd10cm,recorded_on,role\nP1,F332,2024-01-04,problem_list\n"
        "P2,F332,2024-01-04,problem_list\n"
    )
    with practice() as it:
        it.folder.mkdir()
        with pytest.raises(
            InputError, match="no visit and no score has a day, so that no patient's"
        ):
            import_export(codes, str(profile), it.folder, it.walk)
        it.bring([("P1", 1, "infusion"), ("P1", 200, "visit")])
        done = import_export(codes, str(profile), it.folder, it.walk)
        file = it.folder / "records" / done.manifest.folder / "diagnoses-0000.parquet"
        assert pl.read_parquet(file)["recorded_on"].to_list() == [date(2024, 1, 18)]
        assert done.held_back == 2


def test_a_new_source_that_begins_later_is_no_misreading(tmp_path: Path) -> None:
    profile = tmp_path / "other.toml"
    profile.write_text(CANONICAL.replace('name = "canonical"', 'name = "other"'))
    rows = [(f"P{n}", 5 * n, "infusion") for n in range(30)] + [("P0", 200, "visit")]
    with practice() as it:
        it.bring(rows)
        write(it.place / "export", [(f"P{n}", 210 + n, "infusion") for n in range(30)])
        done = import_export(it.place / "export", str(profile), it.folder, it.walk)
        assert (done.new, done.starts.moved) == (True, 0)


def test_a_day_to_come_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--since: 9999-01-01 is not yet; expected a day of the"):
        import_export(tmp_path, "canonical", tmp_path / "p", since=date(9999, 1, 1))


def test_a_first_infusion_corrected_later_is_told_and_one_misread_for_many_is_refused() -> None:
    rows = [(f"P{n}", 5 * n, "infusion") for n in range(30)] + [("P0", 300, "visit")]
    with practice() as it:
        assert it.bring(rows).starts.moved == 0
        corrected = [("P9", 46, "infusion") if row[0] == "P9" else row for row in rows]
        assert it.bring(corrected).starts.moved == 1
        misread = [(patient, day + 3, what) for patient, day, what in rows]
        with pytest.raises(InputError, match="the first infusion of 29 of 30 known patients"):
            it.bring(misread)
        assert [batch.batch for batch in batches.in_force(it.folder)] == [2]


def test_infusions_that_the_first_import_left_out_are_told_and_not_as_moved() -> None:
    first = [(f"P{n}", 5 * n, "visit") for n in range(30)]
    rows = [*first, *[(f"P{n}", 5 * n + 20, "infusion") for n in range(30)]]
    end = [("P0", 400, "visit")]
    with practice() as it:
        assert it.bring([*first, *end]).starts == Starts()
        assert it.bring([*rows, *end]).starts == Starts(late=30, many=True)
        assert it.bring([*rows, *end, ("P1", 399, "visit")]).starts == Starts()


def test_an_increment_needs_the_crosswalk_and_the_slide_of_what_it_adds_to(tmp_path: Path) -> None:
    rows = [("P1", 1, "infusion"), ("P1", 200, "visit")]
    with practice() as it:
        it.bring(rows)
        export = it.place / "export"
        with pytest.raises(InputError, match="days are slid by nothing, but the folder holds"):
            import_export(export, "canonical", it.folder, since=START)
        with pytest.raises(InputError, match="are not of this crosswalk"):
            import_export(export, "canonical", it.folder, tmp_path / "other", since=START)
