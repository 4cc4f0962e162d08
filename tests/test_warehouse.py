"""Builds: immutable, checked, published whole or not at all."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines import InputError, open_practice, warehouse
from pipelines.definitions import load
from pipelines.tables import order
from tests.drawn import write

INFUSIONS = "patient | day | category\n1 | 0 | depression\n2 | 0 | tmj"
SCORES = "patient | instrument | day | score\n1 | phq_9 | -1 | 20\n1 | phq_9 | 22 | 9"


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    write(tmp_path / "practice", {"infusions": INFUSIONS, "scores": SCORES})
    return tmp_path / "practice"


def test_a_build_keeps_its_definitions_its_overrides_its_batches_and_its_counts(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "practice"
    settings = "setting,value,unit,means,source\ncourse_gap_days,40,days,Gap,Our meeting\n"
    write(folder, {"infusions": INFUSIONS}, definitions={"settings": settings})
    found, made = warehouse.build(folder)
    assert made
    with warehouse.opened(found.path) as connection:
        assert connection.table("definitions.overrides").fetchall() == [
            ("settings.csv", "course_gap_days", "replaced", "Our meeting")
        ]
        assert connection.table("build.batches").fetchall() == [(1, "drawn", "1")]
        counts = dict(connection.table("build.counts").fetchall())
    assert counts["core.courses"] == 2
    assert open_practice(folder).definitions.setting("course_gap_days") == 40


def test_an_equal_build_is_not_made_twice_and_a_changed_definition_makes_another(
    practice: Path,
) -> None:
    first, made = warehouse.build(practice)
    again, made_again = warehouse.build(practice)
    assert (made, made_again, first.id == again.id) == (True, False, True)
    (practice / "definitions").mkdir()
    (practice / "definitions" / "settings.csv").write_text(
        "setting,value,unit,means,source\ncourse_gap_days,40,days,Gap,us\n"
    )
    other, _ = warehouse.build(practice)
    assert other.id != first.id
    assert first.path.is_file()


def test_a_refused_build_leaves_the_old_one_current(practice: Path) -> None:
    first, _ = warehouse.build(practice)
    (practice / "definitions").mkdir()
    (practice / "definitions" / "counted_treatments.csv").write_text(
        "agent,route,source,active\nketamine,iv,,no\n"
    )
    with pytest.raises(InputError, match=r"core.infusions: none of 2 infusions counts"):
        warehouse.build(practice)
    assert warehouse.current(practice).id == first.id
    assert [file.name for file in (practice / "builds").glob("*draft*")] == []


def test_a_damaged_record_file_fails_the_build_in_a_line(practice: Path) -> None:
    next((practice / "records").rglob("scores-*.parquet")).write_bytes(b"no parquet")
    with pytest.raises(InputError, match="build failed: "):
        warehouse.build(practice)


def test_a_build_without_records_or_of_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no records there"):
        warehouse.build(tmp_path)
    with pytest.raises(InputError, match="no build there"):
        warehouse.current(tmp_path)


def test_an_opened_build_can_neither_be_written_nor_reach_files_or_extensions(
    practice: Path,
) -> None:
    found, _ = warehouse.build(practice)
    with warehouse.opened(found.path) as connection:
        for sql in (
            "create table main.x (a integer)",
            "select * from read_csv('/etc/hostname')",
            "install spatial",
            "set enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(sql)


def test_as_many_builds_are_kept_as_the_settings_say(practice: Path) -> None:
    (practice / "definitions").mkdir()
    made = []
    for gap in range(40, 45):
        (practice / "definitions" / "settings.csv").write_text(
            "setting,value,unit,means,source\n"
            f"course_gap_days,{gap},days,Gap,us\nbuilds_kept,3,builds,Kept,us\n"
        )
        made.append(warehouse.build(practice)[0].path)
    assert set((practice / "builds").glob("*.duckdb")) == set(made[-3:])
    assert load().setting("builds_kept") == 12


def test_every_table_is_made_after_its_parents() -> None:
    seen: set[str] = set()
    for table in order.tables():
        parents = {name for name in table.parents if name.split(".")[0] in order.STAGES}
        assert parents <= seen, table.name
        seen.add(table.name)


def test_only_staging_reads_records() -> None:
    readers = [t.name for t in order.tables() if any(p.startswith("records.") for p in t.parents)]
    assert readers
    assert all(name.startswith("staging.") for name in readers)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"core/a": "-- One row per x.\nselect x from core.b", "core/b": "-- One row per x.\nselect x from core.a"},
         "tables need each other in a circle: core.a, core.b, core.a"),
        ({"core/a": "-- One row per x.\nselect x from core.courzes", "core/courses": "-- One row per x.\nselect 1 as x"},
         "core.a.sql: table core.courzes is not known; did you mean 'core.courses'?"),
        ({"core/a": "select 1 as x"}, "core.a.sql: its first line is not"),
        ({"core/a": "-- One row per x.\nselect x from somewhere"}, "core.a.sql: table somewhere has no schema"),
        ({"core/a": "-- One row per x.\nselect x frm core.b"}, "core.a.sql: "),
    ],
)  # fmt: skip
def test_wrong_sql_is_refused_before_anything_is_made(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    for name, sql in files.items():
        file = tmp_path / f"{name}.sql"
        file.parent.mkdir(exist_ok=True)
        file.write_text(sql)
    with pytest.raises(InputError) as caught:
        order.tables(tmp_path)
    assert caught.value.messages[0].startswith(message)


def test_a_table_that_breaks_its_grain_fails_the_build(
    practice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def doubled() -> list[order.SqlTable]:
        found = order.tables()
        return [
            order.SqlTable(t.name, f"{t.sql} union all {t.sql}", t.grain, t.parents)
            if t.name == "staging.patients" else t
            for t in found
        ]  # fmt: skip

    monkeypatch.setattr(warehouse, "tables", doubled)
    with pytest.raises(InputError) as caught:
        warehouse.build(practice)
    assert "staging.patients: 4 rows, but 2 by patient_key" in caught.value.messages


def test_a_killed_build_leaves_the_old_or_the_new_one_current_and_the_next_succeeds(
    practice: Path, warehouse_settings: Callable[[int], None]
) -> None:
    warehouse_settings(40)
    warehouse.build(practice)
    command = [
        sys.executable,
        "-c",
        "from pipelines.cli import main; main()",
        "build",
        str(practice),
    ]
    started = time.monotonic()
    warehouse_settings(41)
    subprocess.run(command, check=True, capture_output=True)
    whole = time.monotonic() - started
    ids = {warehouse.current(practice).id}
    draw = random.Random(7)
    for round_number in range(int(os.environ.get("ABATE_KILLS", "8"))):
        warehouse_settings(50 + round_number)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(draw.uniform(0.2, 1.0) * whole)
        process.send_signal(signal.SIGKILL)
        process.wait()
        readable = open_practice(practice)
        assert readable.response().frame.height == 2
        ids.add(readable.build.id)
    found, _ = warehouse.build(practice)
    assert warehouse.current(practice).id == found.id
    assert not list((practice / "builds").glob(".draft*"))


@pytest.fixture
def warehouse_settings(practice: Path) -> Callable[[int], None]:
    """Return a function that changes a definition, so that the next build is another."""

    def change(gap: int) -> None:
        (practice / "definitions").mkdir(exist_ok=True)
        (practice / "definitions" / "settings.csv").write_text(
            f"setting,value,unit,means,source\ncourse_gap_days,{gap},days,Gap,us\n"
        )

    return change


def test_a_practice_that_is_open_keeps_its_build_when_a_new_one_is_published(
    practice: Path, warehouse_settings: Callable[[int], None]
) -> None:
    warehouse.build(practice)
    old = open_practice(practice)
    warehouse_settings(41)
    warehouse.build(practice)
    new = open_practice(practice)
    assert new.build.id != old.build.id
    assert old.response().provenance.build == old.build.id
    assert new.response().provenance.build == new.build.id


def test_a_build_of_another_version_is_refused_with_what_to_do(
    small_practice: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "practice"
    shutil.copytree(small_practice, copy)
    path = warehouse.current(copy).path
    for change in (
        "alter table marts.response_courses drop column severity",
        "drop table definitions.loss_of_response",
    ):
        with duckdb.connect(str(path)) as connection:
            connection.execute(change)
        with pytest.raises(InputError, match="made by another version of Abate; make it again"):
            open_practice(copy)
