"""What is hidden changes nothing that others see: not a number, an order, an axis, a word or a pixel.

Two practices differ in hidden numbers only: two patients of hidden conditions have exchanged what became
of them. Whatever others get of one must be what they get of the other, to the byte.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType

import numpy as np
import polars as pl
import pytest

import pipelines
from pipelines.charts import counted
from pipelines.charts.picture import png
from pipelines.charts.response import alone
from pipelines.definitions import Definitions
from pipelines.disclosure import Finding, disclose, why_refused
from pipelines.disclosure.for_others import measures_table
from pipelines.disclosure.plan import plan
from pipelines.estimates import Question, Result, response
from pipelines.estimates.basis import GROUPS, Basis
from pipelines.pages import downloads
from tests.disclosure.attacker import MADE
from tests.disclosure.drawn_practices import COLUMNS, Drawn, practice

Twins = tuple[Drawn, Drawn]
OURS = str(Path(pipelines.__file__).parent)


def _alike(drawn: Drawn, one: int, other: int) -> Twins:
    """Return a practice in which two courses are of the same groups, and its twin in which they have
    exchanged what became of them.
    """
    places = np.arange(drawn.basis.frame.height)
    shared = places.copy()
    shared[other] = one
    exchanged = places.copy()
    exchanged[[one, other]] = other, one
    first = drawn.basis.frame.with_columns(drawn.basis.frame[shared].select(*GROUPS, "start_month"))
    second = first.with_columns(first[exchanged].select(COLUMNS))
    return _with(drawn, first), _with(drawn, second)


def _with(drawn: Drawn, frame: pl.DataFrame) -> Drawn:
    return replace(drawn, basis=replace(drawn.basis, load=frame.clone))


def _pairs(drawn: Drawn) -> Iterator[tuple[int, int]]:
    """Yield courses of two subtypes of a category, one that responded and one that did not."""
    frame = drawn.basis.frame.with_row_index("place").select(
        "place", "category", "subtype", status=COLUMNS[0]
    )
    met, unmet = (
        frame.filter(pl.col("status") == status) for status in ("responded", "not_responded")
    )
    pairs = met.join(unmet, on="category").filter(pl.col("subtype") != pl.col("subtype_right"))
    one_each = pairs.unique(["subtype", "subtype_right"], keep="first", maintain_order=True)
    yield from one_each.select("place", "place_right").rows()


@pytest.fixture(scope="module")
def twins(definitions: Definitions) -> Twins:
    """Return two practices that differ, and of which the same is let out."""
    drawn = practice(np.random.default_rng(4), 1_500, definitions)
    for one, other in _pairs(drawn):
        first, second = _alike(drawn, one, other)
        if plan(first.basis, 11).units == plan(second.basis, 11).units:
            return first, second
    raise AssertionError("no two courses are hidden together")


def _counted(drawn: Drawn, question: Question) -> Result:
    definitions = drawn.basis.definitions
    return response(drawn.courses(question), question, definitions, MADE, drawn.basis)


def _questions(basis: Basis) -> list[Question]:
    found = [Question(by=("category", "subtype")), *(Question(by=(name,)) for name in GROUPS)]
    found += [
        Question(by=("category", "subtype"), measure=name) for name in ("remission", "worsening")
    ]
    found += [Question(by=("category", "subtype"), window=name) for name in ("early", "week_8")]
    for name in GROUPS:
        value = basis.frame[name].mode().sort()[0]
        found.append(Question(by=("category", "subtype"), where={name: (value,)}))
    return [question for question in found if why_refused(question, basis) is None]


def test_the_practices_differ(twins: Twins) -> None:
    question = Question(by=("category", "subtype"))
    one, other = (disclose(_counted(drawn, question), "internal") for drawn in twins)
    assert not one.frame.equals(other.frame)
    assert alone(one).to_json() != alone(other).to_json()


def test_others_get_the_same_of_both_to_the_byte(twins: Twins) -> None:
    questions = _questions(twins[0].basis)
    assert len(questions) > 10
    for question in questions:
        told = [_everything(disclose(_counted(drawn, question))) for drawn in twins]
        assert told[0] == told[1], question


def test_the_picture_is_the_same(twins: Twins) -> None:
    question = Question(by=("category", "subtype"))
    one, other = (png(disclose(_counted(drawn, question))) for drawn in twins)
    assert one == other


def _everything(finding: Finding) -> list[object]:
    said: list[object] = [
        finding.sentence, finding.footnote, finding.tipping, finding.weighted, finding.earlier,
        finding.waterfall.rows(), finding.missing.rows(), finding.table().rows(),
        [level.rows() for level in (*finding.levels, *finding.together)],
        alone(finding).to_json(), counted.chart(finding).to_json(), downloads.text(finding), repr(finding),
    ]  # fmt: skip
    if finding.question.by[0] == "category":
        category = finding.levels[1]["category"].drop_nulls()[0]
        said.append(measures_table([finding], category).rows())
    return said


def test_the_work_and_the_log_are_the_same(twins: Twins, caplog: pytest.LogCaptureFixture) -> None:
    """Calls of functions stand for the time that a page takes, which no test can hold still."""
    question = Question(by=("category", "subtype"))
    _work(twins[0], question)  # what is imported and cached at the first call is no difference
    caplog.set_level(0)
    calls, logs = [], []
    for drawn in twins:
        caplog.clear()
        calls.append(_work(drawn, question))
        logs.append([record.getMessage() for record in caplog.records])
    assert logs[0] == logs[1]
    differing = {
        key: (calls[0][key], calls[1][key])
        for key in calls[0] | calls[1]
        if calls[0][key] != calls[1][key]
    }
    assert not differing
    assert calls[0].total() > 1000


def _work(drawn: Drawn, question: Question) -> Counter[tuple[str, str]]:
    """Return how often each of our functions was called until others have all of a page."""
    calls: Counter[tuple[str, str]] = Counter()

    def counting(frame: FrameType, event: str, arg: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(OURS):
            calls[frame.f_code.co_filename, frame.f_code.co_qualname] += 1

    sys.setprofile(counting)
    try:
        _everything(disclose(_counted(drawn, question)))
    finally:
        sys.setprofile(None)
    return calls
