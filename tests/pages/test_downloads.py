"""What may be taken along."""

import io
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipelines import disclose, open_practice
from pipelines.estimates import Question
from pipelines.pages import downloads


def test_a_table_leaves_what_is_hidden_empty(small_practice: Path) -> None:
    practice = open_practice(small_practice)
    finding = disclose(practice.response(by=["category", "subtype"]), "cms11")
    table = pl.read_csv(io.StringIO(downloads.text(finding)))
    hidden = table.filter(pl.col("hidden"))
    assert hidden.height > 0
    assert hidden["rate"].is_null().all()
    assert hidden["low"].is_null().all()
    assert set(table["policy"]) == {"cms11"}
    assert table["row"][0] == "All headline conditions"


def test_the_measures_beside_are_told_once() -> None:
    question = Question(measure="remission")
    assert downloads.beside(question, ["response", "remission", "worsening"]) == (
        question,
        replace(question, measure="worsening"),
    )
