"""Older builds asked again, and counted again from the records that they were made of."""

import json
from pathlib import Path

import polars as pl
import pytest

from pipelines import InputError, open_practice, warehouse
from pipelines.intake import batches
from tests.drawn import write
from tests.restatement.arriving import INFUSIONS, LATE, SCORES, arrive
from tests.restatement.test_proposing import STRICTER, contents, propose
from tests.test_cli import abate

KEY = ["course_key", "measure", "window"]


def kept(practice: Path, build: str) -> pl.DataFrame:
    """Return the courses as they lie in a build."""
    path = practice / "builds" / f"{build}.duckdb"
    return warehouse.whole_table(path, "marts.response_courses").sort(KEY)


def test_an_old_build_is_counted_again_from_its_records_whatever_came_since(practice: Path) -> None:
    first = open_practice(practice)
    propose(practice / "definitions", STRICTER)
    arrive(practice, {"infusions": f"{INFUSIONS}\n5 | 0 | tmj", "scores": LATE})
    second, _ = warehouse.build(practice)
    batches.undo(practice, 2)
    arrive(practice, {"infusions": INFUSIONS, "scores": SCORES})
    (practice / "definitions" / "measures.csv").unlink()
    warehouse.build(practice)
    before = contents(practice)
    again = first.recomputed().sort(KEY)
    assert again.equals(kept(practice, first.build.id))
    # The second was made of a batch that was taken back, with definitions that are gone.
    undone = open_practice(practice, build=second.id).recomputed().sort(KEY)
    assert undone.equals(kept(practice, second.id))
    said = {
        name: dict(
            frame.filter(measure="response", window="post_induction", category="tmj")
            .select("patient_key", "status").rows()
        )
        for name, frame in (("first", again), ("second", undone))
    }  # fmt: skip
    assert said == {
        "first": {"1": "responded", "2": "not_responded", "3": "not_assessed"},
        "second": {"1": "not_responded", "2": "not_responded", "3": "not_responded", "5": "no_baseline"},
    }  # fmt: skip
    assert contents(practice) == before


def test_batches_that_add_to_each_other_are_counted_again_together(tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    write(folder, {"infusions": INFUSIONS, "scores": SCORES}, 100)
    more = {"scores": "patient | instrument | day | score\n3 | nrs_average_7d | 22 | 1"}
    write(folder, more, 100, batch=2)
    manifest = folder / "records" / "0002-drawn" / "manifest.json"
    manifest.write_text(manifest.read_text("utf8").replace('"full"', '"since"'), "utf8")
    both, _ = warehouse.build(folder)
    batches.undo(folder, 2)
    warehouse.build(folder)
    again = open_practice(folder, build=both.id).recomputed().sort(KEY)
    assert again.equals(kept(folder, both.id))
    third = again.filter(patient_key="3", measure="response", window="post_induction")
    assert third["status"].to_list() == ["responded"]


def test_records_that_are_no_longer_those_of_the_build_are_refused(practice: Path) -> None:
    found = open_practice(practice)
    folder = practice / "records" / "0001-drawn"
    file = next(folder.glob("scores-*.parquet"))
    pl.read_parquet(file).head(3).write_parquet(file)
    with pytest.raises(
        InputError, match="records of its batches, or how they are read, have chang"
    ):
        found.recomputed()
    manifest = folder / "manifest.json"
    whole = manifest.read_text("utf8")
    manifest.write_text(whole.replace('"content_hash": "1"', '"content_hash": "2"'), "utf8")
    with pytest.raises(InputError, match="batch 0001-drawn is not there any more as it was"):
        found.recomputed()


def test_an_old_build_answers_by_its_own_definitions(practice: Path) -> None:
    first = open_practice(practice)
    published = first.response().frame
    propose(practice / "definitions", STRICTER)
    arrive(practice, {"infusions": INFUSIONS, "scores": LATE})
    warehouse.build(practice)
    assert open_practice(practice).response().frame.rows() != published.rows()
    again = open_practice(practice, build=first.build.id)
    assert again.response().frame.rows() == published.rows()
    assert again.definitions.overrides.is_empty()
    asked = ("rates", str(practice), "--build", first.build.id, "--format", "json")
    refused = abate(*asked)
    assert refused.returncode == 1
    assert "could be subtracted from the current one" in refused.stderr
    printed = abate(*asked, "--policy", "internal")
    assert json.loads(printed.stdout)["build"] == first.build.id


def test_a_build_that_is_not_kept_is_refused_with_those_that_are(practice: Path) -> None:
    there = open_practice(practice).build.id
    (practice / "builds" / ".draft-half.duckdb").touch()
    with pytest.raises(InputError, match=f"no build 'nine' is kept; expected one of {there}$"):
        open_practice(practice, build="nine")
