"""Reliable and clinically significant change, against Jacobson and Truax 1991."""

import polars as pl
import pytest

from pipelines.definitions import InputError
from pipelines.estimates.reliable_change import Criterion, Group, reliable_change

CLINICAL, NORMAL = Group(40, 7.5), Group(60, 7.5)


def scores(*pairs: tuple[float | None, float | None]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema={"baseline": pl.Float64, "final": pl.Float64}, orient="row")


def test_the_worked_example_of_jacobson_and_truax_1991() -> None:
    found = reliable_change(scores((32.5, 47.5)), 0.80, CLINICAL, NORMAL, "c", "higher")
    assert found.standard_error == pytest.approx(4.74, abs=0.005)
    assert found.frame["index"].item() == pytest.approx(3.16, abs=0.005)
    assert found.cut_off == 50
    assert found.frame["change"].item() == "improved"  # reliable, but 47.5 is short of 50


@pytest.mark.parametrize(("criterion", "cut_off"), [("a", 55.0), ("b", 45.0), ("c", 50.0)])
def test_the_cut_offs_of_jacobson_and_truax_1991(criterion: Criterion, cut_off: float) -> None:
    found = reliable_change(scores((32.5, 47.5)), 0.80, CLINICAL, NORMAL, criterion, "higher")
    assert found.cut_off == cut_off


def test_by_hand_with_unequal_groups_and_lower_scores_better() -> None:
    # PHQ-9 like: clinical 16 (6), normal 4 (3): c = (6 * 4 + 3 * 16) / 9 = 8; error 6 * sqrt(.4).
    found = reliable_change(
        scores((20, 7), (20, 10), (20, 19), (12, 21), (7, 2), (15, None), (None, 3)),
        0.80, Group(16, 6), Group(4, 3),
    )  # fmt: skip
    assert found.cut_off == 8
    assert found.standard_error == pytest.approx(3.794733)
    assert found.frame["change"].to_list() == [
        "recovered", "improved", "unchanged", "deteriorated", "unchanged", None, None,
    ]  # fmt: skip
    assert found.frame["index"].to_list()[:2] == [
        pytest.approx(3.4258),
        pytest.approx(2.6352, abs=1e-4),
    ]


def test_who_was_past_the_cut_off_at_baseline_is_improved_and_not_recovered() -> None:
    found = reliable_change(scores((7, 1)), 0.95, Group(16, 6), Group(4, 3))
    assert found.frame["change"].item() == "improved"


@pytest.mark.parametrize(
    ("reliability", "clinical", "normal", "said"),
    [
        (1.2, CLINICAL, NORMAL, "reliability is 1.2; expected 0 to under 1"),
        (0.8, Group(40, 0), NORMAL, "sd of the clinical group is 0; expected above 0"),
        (0.8, CLINICAL, Group(60, -1), "sd of the normal group is -1; expected above 0"),
        (0.8, CLINICAL, None, "criterion c needs the mean and sd of a normal group"),
    ],
)
def test_what_can_not_be_is_refused_in_a_line(
    reliability: float, clinical: Group, normal: Group | None, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        reliable_change(scores((1, 2)), reliability, clinical, normal)


def test_a_frame_without_scores_is_refused() -> None:
    with pytest.raises(InputError, match="no column final; expected baseline and final"):
        reliable_change(pl.DataFrame({"baseline": [1.0]}), 0.8, CLINICAL, NORMAL)
