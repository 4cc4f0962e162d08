"""What missing outcomes could do: bounds and tipping points, against brute force on random tables."""

import random
from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from pipelines import disclose
from pipelines.definitions import Definitions
from pipelines.estimates.response import response
from pipelines.estimates.result import Provenance, Question
from tests.drawn import Built


def counted(
    definitions: Definitions, responded: int, failed: int, missing: int
) -> dict[str, object]:
    statuses = ["responded"] * responded + ["not_responded"] * failed + ["not_assessed"] * missing
    courses = pl.DataFrame({"status": statuses}, schema={"status": pl.String}).with_columns(
        course_key=pl.int_range(pl.len()), patient_key=pl.int_range(pl.len()),
        measure=pl.lit("response"), category=pl.lit("tmj"), sex=pl.lit("female"),
        age_band=pl.lit("35-44"), clinic_key=pl.lit("a"), is_first_course=pl.lit(True),
        severity=pl.lit(0.8),
    )  # fmt: skip
    made = Provenance("build", "dates", date(2025, 1, 1), date(2026, 1, 1))
    found = response(courses, Question(by=()), definitions, made)
    return found.frame.row(0, named=True)


def brute_force(responded: int, due: int, missing: int) -> int | None:
    """Return how many missing must have failed for the rate to be under one half, by trying all."""
    under = [2 * (responded + missing - failed) < due for failed in range(missing + 1)]
    if all(under) or not any(under):
        return None
    return under.index(True)


def test_the_tipping_point_is_the_one_found_by_trying_all_on_200_random_tables(
    definitions: Definitions,
) -> None:
    chance = random.Random(11)
    for _ in range(200):
        responded, failed, missing = (chance.randrange(30) for _ in range(3))
        row = counted(definitions, responded, failed, missing)
        assert row["tipping"] == brute_force(responded, responded + failed + missing, missing)


def test_known_is_never_above_the_rate_and_the_rate_never_above_the_highest(
    definitions: Definitions,
) -> None:
    chance = random.Random(12)
    for _ in range(200):
        row = counted(definitions, *[chance.randrange(30) for _ in range(3)])
        if row["assessed"]:
            assert row["known"] <= row["rate"] <= row["highest"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("people", "said", "short"),
    [
        (
            (8, 6, 6),
            "5 of the 6 missing would have to have failed for the rate to fall below 50 %.",
            "5 of 6",
        ),
        ((12, 6, 2), "Even if all 2 missing had failed, 50 % or more responded.", "never"),
        (
            (2, 12, 6),
            "Even if all 6 missing had responded, the rate would be below 50 %.",
            "is below",
        ),
        ((12, 8, 0), None, "–"),
    ],
)
def test_the_sentence_says_what_the_missing_would_have_to_have_done(
    warehouse: Callable[..., Built], people: tuple[int, int, int], said: str | None, short: str
) -> None:
    keys = [f"{kind}{n}" for kind, count in zip("rfm", people, strict=True) for n in range(count)]
    ends = {"r": 1, "f": 8}
    scores = [f"{key} | nrs_average_7d | -1 | 8" for key in keys]
    scores += [f"{key} | nrs_average_7d | 22 | {ends[key[0]]}" for key in keys if key[0] in ends]
    practice = warehouse(
        infusions="patient | day | category\n" + "\n".join(f"{key} | 0 | tmj" for key in keys),
        scores="patient | instrument | day | score\n" + "\n".join(scores),
    ).practice
    found = disclose(practice.response(), "internal")
    assert found.tipping == said
    assert found.missing["To fall below 50 %"].to_list() == [short, short]
