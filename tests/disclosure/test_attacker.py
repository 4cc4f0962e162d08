"""The pages of rates against one who reads them all; attacker.py runs it on as many practices as wanted."""

import numpy as np
import pytest

from pipelines.definitions import Definitions
from tests.disclosure.attacker import WAYS, cell_by_cell, leaks, practice


@pytest.mark.parametrize("courses", [200, 700, 2_400])
def test_no_hidden_small_count_can_be_bounded_below_11(
    definitions: Definitions, courses: int
) -> None:
    drawn = practice(np.random.default_rng(courses), courses, definitions)
    assert list(leaks(drawn, definitions)) == []


@pytest.mark.parametrize("courses", [200, 2_400])
def test_the_same_attacker_breaks_a_guard_that_hides_cell_by_cell(
    definitions: Definitions, courses: int
) -> None:
    drawn = practice(np.random.default_rng(courses), courses, definitions)
    assert next(leaks(drawn, definitions, cell_by_cell), None) is not None


def test_a_course_can_go_27_ways_each_with_a_status_for_every_measure() -> None:
    # Two that are never judged; not due and not followed up, with the floor met or not; of those
    # assessed, 3 x 2 x 3 where it is met (response without half or with it, or none; remission;
    # better, worse or neither) and 3 where it is not.
    assert len(WAYS) == 2 + 4 + 18 + 3
    assert {len(way.status) for way in WAYS} == {5}
