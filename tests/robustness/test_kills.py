"""Imports that are killed, and commands that meet: no half batch is read, nothing is lost.

ABATE_KILLS says how many imports are killed at random moments (8 unless told), ABATE_STEPS at how
many of their steps on the disk they are killed (6 unless told).
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines import InputError, open_practice
from pipelines.intake import batches
from pipelines.intake.importing import import_export
from tests.formats.canonical import write_canonical
from tests.formats.fhir import write_fhir
from tests.formats.truth import true_practice
from tests.robustness.exports import WRITERS, small_practice
from tests.robustness.soundness import listing, refuse_halves, refuse_leftovers, source_keys

KILLS = int(os.environ.get("ABATE_KILLS", "8"))
STEPS = int(os.environ.get("ABATE_STEPS", "6"))
FORMATS = ("canonical", "fhir")
COMMAND = "from pipelines.cli import main; print('ready', flush=True); main()"
# Counts what a command changes on the disk, from Python; at the step named it kills itself.
STEPPED = """
import os, signal, sys
last, steps = int(sys.argv.pop(1)), 0
def step(event, given):
    global steps
    writes = event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR)
    if writes or event in ("os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.chmod"):
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)
        steps += 1
from pipelines.cli import main
sys.dont_write_bytecode = True
sys.addaudithook(step)
try:
    main()
finally:
    print(steps)
"""


@dataclass
class Place:
    """An export that changes from import to import, its practice, its crosswalk."""

    format: str
    export: Path
    practice: Path
    crosswalk: Path

    def changed(self) -> None:
        """Give the export one more record, so that it is another."""
        name = "patients.csv" if self.format == "canonical" else "Patient.ndjson"
        lines = (self.export / name).read_text().splitlines(keepends=True)
        number = len(lines) + 9_000_000
        if self.format == "canonical":
            lines.append(f"{number},female,1980-05-05,\n")
        else:
            lines.append(
                f'{{"resourceType": "Patient", "id": "{number}", "gender": "female",'
                ' "birthDate": "1980-05-05"}\n'
            )
        (self.export / name).write_text("".join(lines))

    def words(self) -> list[str]:
        """Return the words of the command that imports the export."""
        return [
            "import", str(self.export), "--profile", self.format, "--into", str(self.practice),
            "--crosswalk", str(self.crosswalk),
        ]  # fmt: skip

    def start(self) -> subprocess.Popen[str]:
        """Start the import in a process of its own; it is under way when this returns."""
        return started(*self.words())

    def brought(self) -> int:
        """Import the export here and return the number of its batch."""
        done = import_export(self.export, self.format, self.practice, self.crosswalk)
        return done.manifest.batch


def started(*words: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return an export of 300 patients in each format."""
    place = tmp_path_factory.mktemp("exports")
    truth = true_practice(place / "simulated")
    write_canonical(place / "canonical", truth)
    write_fhir(place / "fhir", truth)
    return {name: place / name for name in FORMATS}


@pytest.fixture
def placed(exports: dict[str, Path], tmp_path: Path) -> Callable[[str], Place]:
    """Return a function that lays out a practice into which the export was brought once."""

    def lay_out(name: str) -> Place:
        shutil.copytree(exports[name], tmp_path / f"{name}-export")
        place = Place(name, tmp_path / f"{name}-export", tmp_path / "practice", tmp_path / "walk")
        place.brought()
        return place

    return lay_out


@pytest.mark.parametrize("name", FORMATS)
def test_an_import_killed_at_any_moment_leaves_nothing_half_done_and_the_next_succeeds(
    placed: Callable[[str], Place], name: str
) -> None:
    place = placed(name)
    place.changed()
    process = place.start()
    begun = time.monotonic()
    process.communicate()
    whole = time.monotonic() - begun
    draw = random.Random(11)
    for _ in range(KILLS // len(FORMATS)):
        place.changed()
        before = listing(place.practice)
        known = source_keys(place.crosswalk)
        process = place.start()
        time.sleep(draw.uniform(0, whole))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        _still_sound(place, before, known)


def _still_sound(place: Place, before: dict[str, bytes], known: dict[tuple[str, str], str]) -> None:
    """Assert that what was there is whole and as it was, and that the next import succeeds."""
    refuse_halves(place.practice)
    assert before.items() <= listing(place.practice).items()
    assert known.items() <= source_keys(place.crosswalk).items()
    half = source_keys(place.crosswalk)
    batch = place.brought()
    assert batch == refuse_halves(place.practice)[-1].batch
    refuse_leftovers(place.practice, place.crosswalk)
    assert half.items() <= source_keys(place.crosswalk).items()
    assert before.items() <= listing(place.practice).items()


def _stepped(place: Place, last: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", STEPPED, str(last), *place.words()],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("begun", [True, False], ids=["a later batch", "the first batch"])
def test_an_import_killed_at_any_step_on_the_disk_leaves_nothing_half_done(
    tmp_path: Path, begun: bool
) -> None:
    WRITERS["canonical"](tmp_path / "export", small_practice())
    place = Place("canonical", tmp_path / "export", tmp_path / "practice", tmp_path / "walk")
    trial = Place("canonical", tmp_path / "export", tmp_path / "practice-0", tmp_path / "walk-0")
    if begun:
        place.brought()
        trial.brought()
        place.changed()
    told = _stepped(trial, -1)
    assert told.returncode == 0, told.stderr
    steps = int(told.stdout.splitlines()[-1])
    assert steps > 20
    for last in sorted(random.Random(5).sample(range(steps), min(STEPS // 2, steps))):
        if begun:
            place.changed()
        else:
            shutil.rmtree(place.practice, ignore_errors=True)
            shutil.rmtree(place.crosswalk, ignore_errors=True)
        before, known = listing(place.practice), source_keys(place.crosswalk)
        assert _stepped(place, last).returncode == -signal.SIGKILL
        _still_sound(place, before, known)


def test_held_back_rows_of_a_killed_import_go_when_the_next_is_of_another_source(
    tmp_path: Path, exports: dict[str, Path]
) -> None:
    WRITERS["canonical"](tmp_path / "export", small_practice())
    place = Place("canonical", tmp_path / "export", tmp_path / "practice", tmp_path / "walk")
    other = Place("fhir", exports["fhir"], tmp_path / "practice", tmp_path / "walk")
    place.brought()
    (held,) = place.crosswalk.glob("held/*/0001-canonical")
    shutil.copytree(held, held.with_name("0002-canonical"))
    assert other.brought() == 2
    refuse_leftovers(place.practice, place.crosswalk)


def test_of_two_imports_at_once_none_is_lost(placed: Callable[[str], Place]) -> None:
    place = placed("canonical")
    other = Place("fhir", place.export.parent / "fhir-export", place.practice, place.crosswalk)
    WRITERS["fhir"](other.export, small_practice())
    place.changed()
    processes = [place.start(), other.start()]
    ended = [(process.communicate()[1], process.returncode) for process in processes]
    codes = sorted(code for _, code in ended)
    assert codes in ([0, 0], [0, 1])
    for told, code in ended:
        if code:
            assert told.count("\n") == 1
            assert "another import into this folder is running" in told or (
                "another command is using it" in told
            )
    assert len(refuse_halves(place.practice)) == 1 + codes.count(0)
    place.brought()
    other.brought()
    assert len(refuse_halves(place.practice)) == 3
    refuse_leftovers(place.practice, place.crosswalk)


def test_the_same_export_twice_at_once_is_one_batch(placed: Callable[[str], Place]) -> None:
    place = placed("canonical")
    place.changed()
    processes = [place.start(), place.start()]
    codes = sorted((process.communicate(), process.returncode)[1] for process in processes)
    assert codes in ([0, 0], [0, 1])
    assert [batch.batch for batch in refuse_halves(place.practice)] == [1, 2]
    refuse_leftovers(place.practice, place.crosswalk)


def test_an_import_during_a_build_disturbs_neither(placed: Callable[[str], Place]) -> None:
    place = placed("canonical")
    place.changed()
    building = started("build", str(place.practice))
    importing = place.start()
    for process in (building, importing):
        told = process.communicate()[1]
        assert process.returncode == 0, told
    assert open_practice(place.practice).response().frame.height > 0
    assert len(refuse_halves(place.practice)) == 2
    refuse_leftovers(place.practice, place.crosswalk)


def test_a_batch_taken_back_during_an_import_waits_for_its_end_in_a_plain_line(
    placed: Callable[[str], Place],
) -> None:
    place = placed("canonical")
    place.changed()
    importing = place.start()
    locked = place.practice / "records"
    while importing.poll() is None and not list(locked.glob(".draft-*")):
        time.sleep(0.01)
    undoing = started("batches", "undo", "1", str(place.practice))
    told, undone = undoing.communicate()[1], batches.undone(place.practice)
    importing.communicate()
    assert importing.returncode == 0
    if undoing.returncode:
        assert told.endswith("another import into this folder is running\n")
        assert told.count("\n") == 1
        assert undone == set()
    assert [batch.batch for batch in refuse_halves(place.practice)] == [1, 2]
    refuse_leftovers(place.practice, place.crosswalk)


def test_of_a_practice_that_is_not_there_nothing_is_taken_back_and_none_is_made(
    tmp_path: Path,
) -> None:
    with pytest.raises(InputError, match="no such folder"):
        batches.undo(tmp_path / "nowhere", 1)
    assert not (tmp_path / "nowhere").exists()
