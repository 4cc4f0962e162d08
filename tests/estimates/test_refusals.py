"""Reasons why an estimate is not given: all that the code names are defined, and all defined are named."""

import re
from pathlib import Path

import polars as pl

SHIPPED = Path(__file__).parents[2] / "pipelines"


def test_the_reasons_that_estimates_give_are_those_of_the_definitions() -> None:
    known = set(pl.read_csv(SHIPPED / "definitions" / "estimate_refusals.csv")["reason"])
    rooms = [*(SHIPPED / "estimates").glob("*.py"), *(SHIPPED / "disclosure").glob("*.py")]
    named = {word for file in rooms for word in re.findall(r'"([a-z_]+)"', file.read_text())}
    assert known <= named
