"""The crosswalk: for its owner only, outside of practices, random, and it forgets."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.definitions import InputError
from pipelines.intake import batches, crosswalk
from pipelines.intake.importing import Imported, import_export
from tests.privacy.commands import abate
from tests.privacy.searching import behind_the_door, found_in

PEOPLE = ("ssn-900-55-0001", "ssn-900-55-0002", "ssn-900-55-0003", "ssn-900-55-0004")
MISTAKES = ["zvakhelm", "mrn0077123", "900-55", "1948-03-09"]


def export(folder: Path, people: tuple[str, ...] = PEOPLE, last: str = "2025-06-20") -> Path:
    """Write a canonical export: for each person an infusion, a score and a day near the end."""
    folder.mkdir(parents=True, exist_ok=True)
    patients, visits, infusions, scores, signs = [], [], [], [], []
    for number, key in enumerate(people):
        patients.append(f"{key},female,35-44")
        days = [f"2025-0{1 + number}-05", f"2025-0{1 + number}-19", last]
        for place, day in enumerate(days):
            visit = f"enc-{key}-{place}"
            visits.append(f"{visit},{key},12 Zvakhelm Road,{day},infusion,completed")
            infusions.append(f"{visit},ketamine,iv")
            signs.append(f"{visit},10,systolic,120")
            scores.append(f"{key},phq_9,{day},before_infusion,{20 - place}")
    tables = {
        "patients": ("patient_key,sex,age_band", patients),
        "visits": ("visit_key,patient_key,clinic_key,visit_date,visit_kind,visit_status", visits),
        "infusions": ("visit_key,agent,route", infusions),
        "vital_signs": ("visit_key,minute,sign,value", signs),
        "scores": ("patient_key,instrument,assessed_on,timing,score", scores),
    }
    for name, (header, rows) in tables.items():
        (folder / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n")
    return folder


def imported(folder: Path, source: Path, practice: str = "practice") -> Imported:
    return import_export(source, "canonical", folder / practice, folder / "walk")


def keys(walk: Path) -> dict[str, str]:
    """Return the random key of each patient by source key."""
    with sqlite3.connect(walk / "crosswalk.sqlite") as database:
        return dict(database.execute("select source_key, patient_key from patients").fetchall())


def mode(path: Path) -> str:
    return f"{path.stat().st_mode & 0o777:04o}"


@pytest.fixture(params=["022", "000"])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(int(request.param, 8))
    yield
    os.umask(before)


def test_folder_and_files_are_for_the_owner_only_whatever_the_umask(
    umask: None, tmp_path: Path
) -> None:
    imported(tmp_path, export(tmp_path / "export"))
    walk = tmp_path / "walk"
    assert mode(walk) == "0700"
    inside = sorted(path for path in walk.rglob("*") if path.is_file())
    assert {mode(path) for path in inside} == {"0600"}
    assert {path.name for path in inside} >= {"crosswalk.sqlite", "visits.parquet"}


@pytest.mark.parametrize("place", ["practice", "practice/walk", "practice/records/walk"])
def test_a_crosswalk_in_the_practice_folder_is_refused(place: str, tmp_path: Path) -> None:
    source = export(tmp_path / "export")
    with pytest.raises(InputError, match="crosswalk: it lies inside a practice folder"):
        import_export(source, "canonical", tmp_path / "practice", tmp_path / place)
    assert not (tmp_path / "practice").exists()


def test_a_crosswalk_in_another_practice_or_behind_a_link_into_one_is_refused(
    tmp_path: Path,
) -> None:
    source = export(tmp_path / "export")
    imported(tmp_path, source)
    (tmp_path / "link").symlink_to(tmp_path / "practice" / "quarantine")
    for place in (tmp_path / "practice" / "walk", tmp_path / "link"):
        with pytest.raises(InputError, match="it lies inside a practice folder"):
            import_export(source, "canonical", tmp_path / "other", place)
        assert not (tmp_path / "other").exists()


def test_a_practice_folder_in_the_crosswalk_is_refused(tmp_path: Path) -> None:
    source = export(tmp_path / "export")
    with pytest.raises(InputError, match="practice folder: it lies inside the crosswalk"):
        import_export(source, "canonical", tmp_path / "walk" / "practice", tmp_path / "walk")


@pytest.mark.parametrize("bits", [0o750, 0o705, 0o755, 0o777])
def test_a_folder_that_others_can_enter_is_refused(bits: int, tmp_path: Path) -> None:
    (tmp_path / "walk").mkdir()
    (tmp_path / "walk").chmod(bits)
    with pytest.raises(InputError, match=r"others can read it .*; expected 0700"):
        imported(tmp_path, export(tmp_path / "export"))
    assert list((tmp_path / "walk").iterdir()) == []


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o666])
def test_a_file_that_others_can_read_is_refused(bits: int, tmp_path: Path) -> None:
    source = export(tmp_path / "export")
    imported(tmp_path, source)
    (tmp_path / "walk" / "crosswalk.sqlite").chmod(bits)
    with pytest.raises(InputError, match=r"others can read it .*; expected 0600"):
        imported(tmp_path, source)


def test_a_file_that_is_no_crosswalk_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    walk = tmp_path / "walk"
    walk.mkdir(mode=0o700)
    (walk / "crosswalk.sqlite").write_text("no database, but long enough to be looked at " * 20)
    (walk / "crosswalk.sqlite").chmod(0o600)
    with pytest.raises(InputError, match="can't be read as a crosswalk"):
        imported(tmp_path, export(tmp_path / "export"))
    assert (walk / "crosswalk.sqlite").read_text().startswith("no database")


def test_the_same_source_key_has_the_same_random_key_in_every_batch_and_practice(
    tmp_path: Path,
) -> None:
    imported(tmp_path, export(tmp_path / "first"))
    before = keys(tmp_path / "walk")
    imported(tmp_path, export(tmp_path / "second", (*PEOPLE, "ssn-900-55-0005")))
    imported(tmp_path, export(tmp_path / "third", PEOPLE[:2]), "other")
    after = keys(tmp_path / "walk")
    assert before.items() < after.items()
    assert len(after) == len(set(after.values())) == 5
    named = pl.read_parquet(sorted((tmp_path / "other" / "records").rglob("patients-*.parquet")))
    assert set(named["patient_key"]) <= {before[key] for key in PEOPLE[:2]}


def test_random_keys_are_not_derived_from_what_they_stand_for(tmp_path: Path) -> None:
    source = export(tmp_path / "export")
    for name in ("one", "two"):
        import_export(source, "canonical", tmp_path / name / "practice", tmp_path / name / "walk")
    one, two = keys(tmp_path / "one" / "walk"), keys(tmp_path / "two" / "walk")
    assert one.keys() == two.keys()
    assert not set(one.values()) & set(two.values())
    hashes = [(found.content_hash) for name in ("one", "two")
              for found in batches.manifests(tmp_path / name / "practice")]  # fmt: skip
    assert hashes[0] != hashes[1]


def test_the_calendar_is_fixed_by_the_first_import(tmp_path: Path) -> None:
    source = export(tmp_path / "export")
    import_export(source, "canonical", tmp_path / "practice", tmp_path / "walk", "quarter")
    with pytest.raises(InputError, match=r"--calendar month: this crosswalk slides by quarter"):
        import_export(source, "canonical", tmp_path / "practice", tmp_path / "walk", "month")
    later = import_export(export(tmp_path / "more", last="2025-12-30"), "canonical",
                          tmp_path / "practice", tmp_path / "walk")  # fmt: skip
    assert later.manifest.slide == "quarter"


def forgetting(folder: Path) -> tuple[str, list[str]]:
    """Import twice and build, forget the first person, and return the random keys that were hers."""
    imported(folder, export(folder / "first"))
    imported(folder, export(folder / "second", last="2025-07-20"))
    abate("build", str(folder / "practice"))
    key = keys(folder / "walk")[PEOPLE[0]]
    every = [
        path for side in ("practice", "walk") for path in (folder / side).rglob("visits*.parquet")
    ]
    visits = pl.concat([pl.read_parquet(path) for path in every]).filter(patient_key=key)
    hers = visits["visit_key"].unique().to_list()
    code, text = abate("forget", PEOPLE[0], "--crosswalk", str(folder / "walk"))
    assert code == 0, text
    assert len(hers) == 3
    assert found_in({"printed": text}, [PEOPLE[0], key, *hers]) == []
    return key, hers


def test_a_forgotten_patient_is_in_no_batch_build_held_row_or_byte_of_the_crosswalk(
    tmp_path: Path,
) -> None:
    key, visits = forgetting(tmp_path)
    assert found_in(behind_the_door(tmp_path / "practice"), [key, *visits]) == []
    walk = behind_the_door(tmp_path / "walk")
    assert {"crosswalk.sqlite"} < set(walk)
    assert found_in(walk, [PEOPLE[0], key, *visits]) == []
    assert found_in(walk, [PEOPLE[1]]) != []
    assert (tmp_path / "practice" / "builds" / "current").is_file()


def test_a_visit_that_came_into_no_batch_is_forgotten_too(tmp_path: Path) -> None:
    """The crosswalk knows visits that --since left out; their numbers tell of a person as well."""
    imported(tmp_path, export(tmp_path / "first"))
    source = export(tmp_path / "second", last="2025-07-20")
    with (source / "visits.csv").open("a") as file:
        file.write(f"enc-{PEOPLE[0]}-old,{PEOPLE[0]},north,2025-01-02,consultation,completed\n")
    practice, walk = tmp_path / "practice", tmp_path / "walk"
    import_export(source, "canonical", practice, walk, since=date(2025, 6, 21))
    code, text = abate("forget", PEOPLE[0], "--crosswalk", str(walk))
    assert code == 0, text
    assert found_in(behind_the_door(walk), [PEOPLE[0]]) == []


def test_later_imports_leave_a_forgotten_patient_out_and_say_so(tmp_path: Path) -> None:
    key, _ = forgetting(tmp_path)
    code, text = abate(
        "import", str(export(tmp_path / "third", last="2025-08-20")), "--profile", "canonical",
        "--into", str(tmp_path / "practice"), "--crosswalk", str(tmp_path / "walk"),
    )  # fmt: skip
    assert code == 0
    assert (
        "patients: 4 rows in = 3 accepted + 0 quarantined + 1 left out (1 of forgotten patients)"
        in text
    )
    assert "(3 of forgotten patients)" in text
    assert PEOPLE[0] not in keys(tmp_path / "walk")
    assert found_in(behind_the_door(tmp_path / "walk"), [PEOPLE[0], key]) == []


def test_who_is_not_known_cannot_be_forgotten(tmp_path: Path) -> None:
    imported(tmp_path, export(tmp_path / "export"))
    code, text = abate("forget", "mrn0077123", "--crosswalk", str(tmp_path / "walk"))
    assert code == 1
    assert text == ("abate: forget: this crosswalk knows no such patient; expected a patient number or key as the"
                    " export has it\n")  # fmt: skip
    code, text = abate("forget", PEOPLE[0], "--crosswalk", str(tmp_path / "nowhere"))
    assert code == 1
    assert "there is none" in text


def test_of_two_imports_at_once_one_is_refused_and_neither_is_lost(tmp_path: Path) -> None:
    big = tuple(f"mrn-{number:06d}" for number in range(4_000))
    sources = [export(tmp_path / "big", big), export(tmp_path / "small")]
    code = "from pipelines.cli import main; main()"
    words = ["--profile", "canonical", "--into", str(tmp_path / "practice"), "--crosswalk", str(tmp_path / "walk")]  # fmt: skip
    first = subprocess.Popen([sys.executable, "-c", code, "import", str(sources[0]), *words],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
    _wait_until((tmp_path / "walk" / "crosswalk.sqlite").is_file)
    refused, text = abate("import", str(sources[1]), *words)
    printed, errors = first.communicate(timeout=120)
    assert (refused, text) == (1, f"abate: crosswalk '{tmp_path / 'walk'}': another command is using it\n")  # fmt: skip
    assert (first.returncode, errors) == (0, "")
    assert "patients: 4,000 rows in" in printed
    again, text = abate("import", str(sources[1]), *words)
    assert again == 0, text
    assert len(keys(tmp_path / "walk")) == 4_004
    assert [found.batch for found in batches.manifests(tmp_path / "practice")] == [1, 2]


def _wait_until(met: object) -> None:
    assert callable(met)
    end = time.monotonic() + 60
    while not met():
        assert time.monotonic() < end
        time.sleep(0.01)


HEAD = "visit_key,patient_key,clinic_key,visit_date,visit_kind,visit_status\n"
BROKEN: dict[str, dict[str, bytes]] = {
    "no header": {"patients.csv": b"Zvakhelm,mrn0077123,1948-03-09\n"},
    "another header": {"patients.csv": b"Zvakhelm,sex\nmrn0077123,female\n"},
    "a name twice in it": {"patients.csv": b"patient_key,patient_key,sex,age_band,Zvakhelm\nmrn0077123,a,b,c,d\n"},
    "an open quote": {"patients.csv": b'patient_key,sex,age_band\n"mrn0077123,Zvakhelm,900-55-0001\n'},
    "bytes that are no text": {"patients.csv": b"patient_key,sex,age_band\nZvakhelm\xff\xfe,mrn0077123\x00,1948-03-09\n"},
    "one in UTF-16": {"patients.csv": "patient_key,sex,age_band\nZvakhelm,female,35-44\n".encode("utf-16")},
    "an empty file": {"patients.csv": b""},
    "a broken Parquet file": {"patients.parquet": b"PAR1 Zvakhelm mrn0077123 PAR1"},
    "a directory of that name": {"patients.csv/Zvakhelm.txt": b"mrn0077123"},
    "only unusable patients": {"patients.csv": b"patient_key,sex,age_band\nmrn0077123,Zvakhelm,1948-03-09\n"},
    "a header only": {"patients.csv": b"patient_key,sex,age_band\n"},
    "no visits": {"visits.csv": b""},
    "visits without a header": {"visits.csv": b"Zvakhelm,mrn0077123,900-55-0001,1948-03-09\n"},
    "days before all calendars": {"visits.csv": HEAD.encode() + b"Zvakhelm,ssn-900-55-0001,mrn0077123,0001-01-01,infusion,completed\n"},
    "an unknown scale": {"scores.csv": b"patient_key,instrument,assessed_on,timing,score\nssn-900-55-0001,Zvakhelm,1948-03-09,mrn0077123,900\n"},
    "numbers beyond numbers": {"scores.csv": b"patient_key,instrument,assessed_on,timing,score\nssn-900-55-0001,phq_9,2025-01-05,unspecified,1e400\n"},
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_nothing_of_a_broken_export_is_told(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ABATE_DEBUG", raising=False)
    source = export(tmp_path / "export")
    for name, content in BROKEN[what].items():
        path = source / name
        if path.parent != source:
            path.parent.unlink()
            path.parent.mkdir()
        path.write_bytes(content)
        (source / "patients.csv").unlink() if name.endswith(".parquet") else None
    code, text = abate(
        "import", str(source), "--profile", "canonical", "--into", str(tmp_path / "practice"),
        "--crosswalk", str(tmp_path / "walk"),
    )  # fmt: skip
    assert code in (0, 1)
    assert "Traceback" not in text
    assert code == 0 or all(line.startswith("abate: ") for line in text.splitlines())
    assert "a fault of Abate" not in text
    texts = {"printed": text}
    if (tmp_path / "practice").exists():
        texts |= behind_the_door(tmp_path / "practice")
    assert found_in(texts, MISTAKES) == []


OTHERS: dict[str, tuple[str, str, bytes]] = {
    "FHIR, no JSON": ("fhir", "Zvakhelm.ndjson", b'{"resourceType": "Patient", "id": "mrn0077123"'),
    "FHIR, another type": ("fhir", "Zvakhelm.ndjson", b'{"resourceType": "Zvakhelm", "id": "mrn0077123"}'),
    "FHIR, nested": ("fhir", "Patient.ndjson", b'{"resourceType": "Patient", "id": {"Zvakhelm": ["mrn0077123"]}}'),
    "FHIR, a broken archive": ("fhir", "Zvakhelm.ndjson.gz", b"\x1f\x8b mrn0077123"),
    "OMOP, no header": ("omop", "person.csv", b"Zvakhelm,mrn0077123,1948-03-09\n"),
    "OMOP, a name twice": ("omop", "person.csv", b"person_id,person_id,gender_concept_id,year_of_birth,Zvakhelm\n"),
    "OMOP, an open quote": ("omop", "person.csv", b'person_id,gender_concept_id,year_of_birth\n"mrn0077123,Zvakhelm\n'),
    "OMOP, no Parquet": ("omop", "person.parquet", b"PAR1 Zvakhelm mrn0077123 PAR1"),
}  # fmt: skip


@pytest.mark.parametrize("what", OTHERS)
def test_nothing_of_a_broken_fhir_or_omop_export_is_told(what: str, tmp_path: Path) -> None:
    profile, name, content = OTHERS[what]
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / name).write_bytes(content)
    code, text = abate(
        "import", str(tmp_path / "export"), "--profile", profile,
        "--into", str(tmp_path / "practice"), "--crosswalk", str(tmp_path / "walk"),
    )  # fmt: skip
    assert code == 1
    assert "a fault of Abate" not in text
    assert found_in({"printed": text}, MISTAKES) == []
    assert not (tmp_path / "practice").exists()


def test_a_crosswalk_that_lost_a_file_of_visits_says_so(tmp_path: Path) -> None:
    imported(tmp_path, export(tmp_path / "export"))
    (lost,) = (tmp_path / "walk" / "visits").glob("*.parquet")
    lost.unlink()
    code, text = abate("forget", "nobody", "--crosswalk", str(tmp_path / "walk"))
    assert code == 1
    assert text == (
        "abate: crosswalk 'walk': a file of known visits is missing in visits; expected the whole"
        " folder as it was kept\n"
    )


def test_an_unexpected_fault_tells_its_kind_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crosswalk whose table lost a column: the fault has a name, the row that met it has none."""
    monkeypatch.delenv("ABATE_DEBUG", raising=False)
    source = export(tmp_path / "export")
    imported(tmp_path, source)
    with sqlite3.connect(tmp_path / "walk" / "crosswalk.sqlite") as database:
        database.execute("drop table visit_files")
        database.execute("create table visit_files (source text check (source <> 'canonical'))")
    shutil.rmtree(tmp_path / "practice")
    code, text = abate(
        "import", str(source), "--profile", "canonical", "--into", str(tmp_path / "practice"),
        "--crosswalk", str(tmp_path / "walk"),
    )  # fmt: skip
    assert code == 1
    assert text == ("abate: a fault of Abate itself (OperationalError); nothing was published; ABATE_DEBUG=1 shows"
                    " where\n")  # fmt: skip
    assert not (tmp_path / "practice" / "records").exists()


def _learn(walk: Path, key: str | None) -> None:
    with crosswalk.opened(walk) as opened:
        rows = {"source_key": ["MRN1", "MRN2"], "patient_key": ["p1", key]}
        rest = ["slide_days", "first_seen", "anchor", "number"]
        opened.learn_patients(pl.DataFrame(rows).with_columns(pl.lit(None).alias(n) for n in rest))


def test_nothing_is_kept_where_a_patient_can_not_be_written(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        _learn(tmp_path / "walk", None)
    with crosswalk.opened(tmp_path / "walk") as walk:
        assert walk.database.execute("select * from patients").fetchall() == []
    _learn(tmp_path / "walk", "p2")
    with crosswalk.opened(tmp_path / "walk") as walk:
        assert walk.database.execute("select count(*) from patients").fetchall() == [(2,)]
