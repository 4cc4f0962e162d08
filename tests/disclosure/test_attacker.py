"""The pages of rates against one who reads them all; attacker.py runs it on as many practices as wanted."""

from dataclasses import replace

import numpy as np
import pytest

from pipelines.definitions import Definitions
from pipelines.disclosure import disclose
from pipelines.estimates import Question, response
from tests.disclosure.attacker import MADE, cell_by_cell, leaks
from tests.disclosure.drawn_practices import MEASURES, WAYS, Drawn, practice


@pytest.mark.parametrize("courses", [200, 700, 2_400])
def test_no_hidden_small_count_can_be_bounded_below_11(
    definitions: Definitions, courses: int
) -> None:
    """Over all measures and windows by condition, and all pages of one filter, group or period."""
    drawn = practice(np.random.default_rng(courses), courses, definitions)
    assert list(leaks(drawn)) == []


@pytest.mark.parametrize("courses", [200, 2_400])
def test_the_same_attacker_breaks_a_guard_that_hides_cell_by_cell(
    definitions: Definitions, courses: int
) -> None:
    drawn = practice(np.random.default_rng(courses), courses, definitions)
    assert next(leaks(drawn, cell_by_cell, "measures"), None) is not None


def test_a_course_can_go_18_ways_for_the_measures_each_with_its_ways_for_the_windows() -> None:
    # Two that are never judged; not due and not followed up, with the floor met or not; of those
    # assessed and above the floor, half or more, with or without remission, a third with or without
    # remission and improvement (4), no response but better, worse or neither (3); below it 3.
    assert len({way[: len(MEASURES)] for way in WAYS}) == 2 + 4 + 2 + 4 + 3 + 3
    # The 7 that the headline window does not count go one way in the others, who is not due 4 ways
    # (early only); those that are due 3 early and 1 + 3 * 4 later.
    assert len(WAYS) == 7 + 4 + 10 * 3 * 13


def test_a_practice_without_courses_shows_none(definitions: Definitions) -> None:
    drawn = practice(np.random.default_rng(1), 50, definitions)
    nobody = replace(drawn.basis, load=drawn.basis.frame.clear)
    question = Question(by=("category",))
    result = response(
        Drawn(nobody, drawn.way).courses(question), question, definitions, MADE, nobody
    )
    assert disclose(result).total["started"] == 0
    assert disclose(result).sentence == "No course to count."
