"""What cms11 shows of a whole practice: no small count, in a row or left by subtraction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines import InputError, Practice, disclose, open_practice
from pipelines.definitions import Definitions
from pipelines.disclosure import why_refused
from pipelines.estimates import Question, Result, response
from pipelines.estimates.basis import GROUPS
from tests.disclosure.attacker import MADE
from tests.disclosure.drawn_practices import COLUMNS, Drawn, practice

COUNTS = ("started", "due", "assessed", "responded", "not_assessed", "not_responded")
STEPS = ("started", "baseline", "eligible", "due", "assessed", "responded")
VIEWS = [("category",), ("category", "subtype"), *[(name,) for name in GROUPS]]


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
            result = practice.response(by=by, measure=measure, window=window)
            if why_refused(result.question, practice.basis):
                continue
            levels = disclose(result).levels
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


def test_under_one_filter_rows_of_large_groups_keep_their_rates(small_practice: Path) -> None:
    practice = open_practice(small_practice)
    largest = practice.response(by=["clinic_key"]).frame.sort("due").row(-1, named=True)
    where = {"clinic_key": [largest["clinic_key"]]}
    counted = practice.response(by=["category", "subtype"], where=where)
    shown = disclose(counted)
    assert shown.total["rate"] == largest["rate"]
    assert shown.total["started"] is None  # under a filter only those due are told apart
    both = shown.frame.join(counted.frame, on=["category", "subtype"], how="left", nulls_equal=True)
    told = both.filter(~pl.col("hidden") & (pl.col("due") > 0))
    assert told["responded"].to_list() == told["responded_right"].to_list()


def test_a_filter_lists_every_row_of_the_practice_and_so_tells_of_nobody(
    small_practice: Path,
) -> None:
    practice = open_practice(small_practice)
    whole = practice.response(by=["category", "subtype"])
    region = practice.values("region")[-1]
    shown = disclose(practice.response(by=["category", "subtype"], where={"region": [region]}))
    assert shown.frame.select("category", "subtype").equals(
        whole.frame.select("category", "subtype")
    )


def _two_filters(practice: Practice) -> Result:
    where = {name: practice.values(name)[:1] for name in ("sex", "region")}
    return practice.response(where=where)


def _group_and_filter(practice: Practice) -> Result:
    return practice.response(by=["sex"], where={"region": practice.values("region")[:1]})


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        (_two_filters, "only one filter or group at a time is released, .* asked are sex, region"),
        (
            _group_and_filter,
            "only one filter or group at a time is released, .* asked are sex, region",
        ),
        (lambda practice: practice.response(by=["sex", "region"]), "no release by several columns"),
        (lambda practice: practice.response(by=["start_month"]), "no release by start_month"),
        (
            lambda practice: practice.response(where={"category": ["depression"]}),
            "no release by category",
        ),
        (
            lambda practice: practice.response(by=[], where={"category": ["depression", "tmj"]}),
            "no release by several columns or conditions",
        ),
        (
            lambda practice: practice.response(by=["sex"], measure="remission"),
            "only response in the headline window",
        ),
        (lambda practice: practice.response(population="all_courses"), "only first courses"),
        (
            lambda practice: practice.response(measure="remission", window="week_8"),
            "stands on no ladder",
        ),
    ],
)
def test_what_could_be_subtracted_is_refused_with_the_reason(
    small_practice: Path, ask: Callable[[Practice], Result], why: str
) -> None:
    result = ask(open_practice(small_practice))
    with pytest.raises(InputError, match=why):
        disclose(result)
    assert disclose(result, "internal").frame.height


def test_a_condition_alone_stands_where_its_row_stands(small_practice: Path) -> None:
    practice = open_practice(small_practice)
    row = disclose(practice.response()).frame.filter(category="depression").row(0, named=True)
    alone = disclose(practice.response(by=[], where={"category": ["depression"]})).total
    assert (alone["due"], alone["rate"]) == (row["due"], row["rate"])
    assert alone["rate"] is not None


def test_a_period_is_shown_only_where_it_is_made_of_periods_that_are(small_practice: Path) -> None:
    practice = open_practice(small_practice)
    first, last = practice.months()[0], practice.months()[-1]
    halves = [
        (date(year, month, 1), date(year, month + 5, 1))
        for year in range(first.year, last.year + 1)
        for month in (1, 7)
    ]
    found = [disclose(practice.response(by=[], start_from=a, start_to=b)) for a, b in halves]
    told = [one.total["due"] for one in found]
    known = [number for number in told if isinstance(number, int)]
    assert len(known) >= 2
    assert not any(small(number) for number in known)
    whole = disclose(practice.response(by=[])).total["due"]
    assert isinstance(whole, int)
    assert not small(whole - sum(known))
    odd = disclose(practice.response(by=[], start_from=date(first.year + 1, 2, 1)))
    assert odd.total["due"] is None


def test_an_unknown_policy_is_refused(small_practice: Path) -> None:
    with pytest.raises(InputError, match="policy: 'cms' is not known; did you mean 'cms11'"):
        disclose(open_practice(small_practice).response(), "cms")


def test_values_are_told_apart_whatever_they_are_called(definitions: Definitions) -> None:
    """A clinic may be named like the words and signs that blocks are written with."""
    names = ["a|b=c", "%others", "-", "others", "100 %", "unknown"]
    drawn = practice(np.random.default_rng(3), 4_000, definitions)
    clinics = pl.Series("clinic_key", [names[n % 6] for n in range(4_000)])
    statuses = ["responded", "not_responded", "not_assessed"]
    status = pl.Series(COLUMNS[0], [statuses[n // 6 % 3] for n in range(4_000)])
    frame = drawn.basis.frame.with_columns(
        clinics, status, region=pl.when(clinics != "-").then(clinics)
    )
    named = Drawn(replace(drawn.basis, load=lambda: frame), drawn.way)
    for column in ("clinic_key", "region"):
        question = Question(by=(column,))
        counted = response(named.courses(question), question, definitions, MADE, named.basis)
        shown = disclose(counted).frame
        assert not shown["hidden"].any()
        assert shown["due"].to_list() == counted.frame["due"].to_list()
