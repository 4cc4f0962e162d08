"""What cms11 shows of a whole practice: no small count, in a row or left by subtraction."""

from pathlib import Path

import polars as pl
import pytest

from pipelines import InputError, disclose, open_practice
from pipelines.disclosure.disclose import ALONE

COUNTS = ("started", "due", "assessed", "responded", "not_assessed", "not_responded")
STEPS = ("started", "baseline", "eligible", "due", "assessed", "responded")
VIEWS = [("category",), ("category", "subtype"), *[(name,) for name in ALONE]]


def small(count: int) -> bool:
    return 0 < count < 11


@pytest.mark.parametrize("by", VIEWS, ids=lambda by: " ".join(by))
def test_no_count_of_1_to_10_is_shown_or_left_by_subtraction(
    small_practice: Path, by: tuple[str, ...]
) -> None:
    practice = open_practice(small_practice)
    headline = practice.definitions["categories"].filter(pl.col("headline"))["category"].to_list()
    shown = 0
    for window in practice.windows:
        for measure in practice.measures:
            levels = disclose(practice.response(by=by, measure=measure, window=window)).levels
            for depth, level in enumerate(levels):
                for row in level.iter_rows(named=True):
                    numbers = [row[name] for name in COUNTS if row[name] is not None]
                    steps = [row[name] for name in STEPS if row[name] is not None]
                    shown += len(numbers)
                    assert not any(small(number) for number in numbers), (measure, window, row)
                    assert not any(small(a - b) for a in steps for b in steps), (measure, row)
                    if depth == len(by):
                        continue
                    children = (
                        levels[depth + 1].filter(
                            pl.col(name).eq_missing(row[name]) for name in by[:depth]
                        )
                        if depth
                        else levels[depth + 1]
                    )
                    if not depth and by[0] == "category":
                        children = children.filter(pl.col("category").is_in(headline))
                    for name in COUNTS:
                        if row[name] is not None and children[name].null_count():
                            left = row[name] - children[name].sum()
                            assert not small(left), (measure, window, name, row)
    assert shown


def test_a_measure_that_some_conditions_lack_is_not_shown_where_its_own_courses_are_few(
    small_practice: Path,
) -> None:
    """Counted by clinic, response_30 leaves depression out: what is left must be large itself."""
    practice = open_practice(small_practice)
    counted = practice.response(by=["age_band"], measure="response_30").frame
    shown = disclose(practice.response(by=["age_band"], measure="response_30")).frame
    few = counted.filter(pl.col("started").is_between(1, 10))["age_band"]
    assert few.len()
    assert (
        shown.filter(pl.col("age_band").is_in(few.implode()))["started"].null_count() == few.len()
    )


def test_an_unknown_policy_is_refused(small_practice: Path) -> None:
    with pytest.raises(InputError, match="policy: 'cms' is not known; did you mean 'cms11'"):
        disclose(open_practice(small_practice).response(), "cms")
