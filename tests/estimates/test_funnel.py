from pathlib import Path

import numpy as np
import polars as pl
import pytest
from statsmodels.stats.power import NormalIndPower

from pipelines.definitions import Definitions
from pipelines.estimates.case_mix import CaseMix
from pipelines.estimates.funnel import (
    Funnel,
    Kind,
    dispersion,
    exact_limits,
    funnel,
    winsorised,
)
from pipelines.estimates.result import Population, Provenance, Question

IN_R = pl.read_csv(Path(__file__).parents[1] / "reference" / "funnel_r.csv", infer_schema=False)


def plotted(found: CaseMix, kind: Kind) -> Funnel:
    """Return the funnel of the groups of a comparison."""
    return funnel(found.frame, found.question, kind, found.definitions)


@pytest.mark.parametrize("data", ["cbpp", "yusuf1985"])
def test_limits_and_dispersion_of_published_data_against_r(data: str) -> None:
    rows = IN_R.filter(pl.col("data") == data)
    numbers = rows.select(pl.exclude("data", "kind").cast(pl.Float64))
    size, target = numbers["size"].to_numpy(), numbers["target"].to_numpy()
    for name, alpha in (("95", 0.05), ("998", 0.002)):
        low, high = exact_limits(size, target, alpha)
        assert low == pytest.approx(numbers[f"low_{name}"].to_numpy(), abs=1e-9)
        assert high == pytest.approx(numbers[f"high_{name}"].to_numpy(), abs=1e-9)
    sigma = np.sqrt(target * (1 - target) / size)
    z = (numbers["y"].to_numpy() / size - target) / sigma
    phi, tau = dispersion(z, sigma)
    assert (phi, tau) == pytest.approx((numbers["phi"][0], numbers["tau"][0]), abs=1e-9)
    assert (winsorised(z) ** 2).mean() == pytest.approx(numbers["phi_winsorised"][0], abs=1e-9)


@pytest.mark.parametrize("kind", ["rate", "ratio"])
def test_groups_that_do_alike_lie_outside_as_often_as_the_page_says(
    definitions: Definitions, kind: Kind
) -> None:
    chance = np.random.default_rng(4)
    outside = []
    for _ in range(400):
        found = plotted(
            compared(definitions, [(int(n), 100) for n in chance.binomial(100, 0.5, 8)]), kind
        ).frame
        value = found["value"]
        outside += ((value > found["high_95"]) | (value < found["low_95"])).to_list()
    assert np.mean(outside) == pytest.approx(0.05, abs=0.015)


def compared(
    definitions: Definitions,
    groups: list[tuple[int, int]],
    population: Population = "first_courses",
    followed: tuple[bool, ...] = (),
) -> CaseMix:
    """Return a comparison of groups with so many responses of so many assessed, half expected."""
    rows = [
        {
            "clinic_key": f"c{place}", "responded": met, "assessed": number, "rate": met / number,
            "expected": number / 2, "ratio": 2 * met / number, "follow_up": 0.8,
            "enough_follow_up": followed[place] if followed else True,
        }
        for place, (met, number) in enumerate(groups)
    ]  # fmt: skip
    return CaseMix(
        Question(by=("clinic_key",), population=population), pl.DataFrame(rows), pl.DataFrame(),
        pl.DataFrame(), "one_group", definitions, Provenance("b", "dates", None, None),
    )  # fmt: skip


def test_few_groups_have_the_limits_of_chance_alone(definitions: Definitions) -> None:
    found = plotted(compared(definitions, [(20, 40), (90, 100), (10, 60)]), "rate")
    assert found.target == pytest.approx(0.6)
    assert (found.phi, found.tau, found.widened) == (None, None, False)
    apart = np.sqrt(1 - 40 / 200)
    low, high = (
        0.6 + (limit[0] - 0.6) * apart
        for limit in exact_limits(np.array([40.0]), np.array([0.6]), 0.05)
    )
    assert found.frame.select("size", "value", "low_95", "high_95").row(0) == pytest.approx(
        (40, 0.5, low, high)
    )


def test_limits_of_a_share_and_its_complement_are_mirror_images() -> None:
    number, chance = np.array([20.0, 57.0, 300.0]), np.array([0.2, 0.35, 0.9])
    low, high = exact_limits(number, chance, 0.05)
    mirrored_low, mirrored_high = exact_limits(number, 1 - chance, 0.05)
    assert low == pytest.approx(1 - mirrored_high)
    assert high == pytest.approx(1 - mirrored_low)


def test_a_group_that_is_most_of_the_whole_is_not_held_against_itself(
    definitions: Definitions,
) -> None:
    """Of two alike groups, nine tenths and one tenth of all, each lies outside as often."""
    chance = np.random.default_rng(5)
    outside = np.zeros(2)
    for _ in range(600):
        large, small = (int(chance.binomial(n, 0.5)) for n in (450, 50))
        found = plotted(compared(definitions, [(large, 450), (small, 50)]), "rate").frame
        outside += (
            (found["value"] > found["high_95"]) | (found["value"] < found["low_95"])
        ).to_numpy()
    assert outside / 600 == pytest.approx([0.05, 0.05], abs=0.025)


def test_many_groups_that_vary_more_than_chance_have_wider_limits(definitions: Definitions) -> None:
    groups = [(10 + 3 * place, 60) for place in range(12)]
    found = plotted(compared(definitions, groups), "rate")
    assert found.widened
    assert found.phi is not None
    assert found.phi > 1
    low, high = exact_limits(np.array([60.0]), np.array([float(found.target or 0)]), 0.002)
    assert found.frame["low_998"][0] < low[0]
    assert found.frame["high_998"][0] > high[0]


def test_many_groups_that_vary_as_chance_does_keep_its_limits(definitions: Definitions) -> None:
    found = plotted(compared(definitions, [(30 + place % 2, 60) for place in range(12)]), "rate")
    assert (found.tau, found.widened) == (0.0, False)


def test_a_group_with_too_little_follow_up_is_left_out(definitions: Definitions) -> None:
    groups = [(20, 40), (50, 100), (60, 60)]
    found = plotted(compared(definitions, groups, followed=(True, True, False)), "rate")
    assert found.frame["clinic_key"].to_list() == ["c0", "c1"]
    assert found.target == 0.5


def test_ratios_are_held_against_1(definitions: Definitions) -> None:
    found = plotted(compared(definitions, [(20, 40), (90, 100)]), "ratio")
    assert found.target == 1
    assert found.frame.select("size", "value").rows() == [(20, 1), (50, 1.8)]
    assert found.frame["high_998"][1] < 1.8


def test_what_a_group_could_show_has_the_power_that_is_said(definitions: Definitions) -> None:
    found = plotted(compared(definitions, [(20, 40), (50, 100)]), "rate")
    seen = found.frame["seen"][0]
    effect = 2 * (np.arcsin(np.sqrt(0.5 + seen)) - np.arcsin(np.sqrt(0.5)))
    power = NormalIndPower().power(effect, 40 / (1 - 40 / 140), 0.05, ratio=0)
    assert power == pytest.approx(0.8, abs=1e-4)
    assert seen == pytest.approx(0.182, abs=0.001)


def test_what_a_group_could_show_is_less_where_limits_are_widened(definitions: Definitions) -> None:
    varied = plotted(compared(definitions, [(10 + 3 * place, 60) for place in range(12)]), "rate")
    steady = plotted(compared(definitions, [(26 + place % 2, 60) for place in range(12)]), "rate")
    assert varied.widened
    assert float(varied.frame["seen"][0]) > 1.5 * float(steady.frame["seen"][0])
    assert all(seen <= 1 - (varied.target or 0) for seen in varied.frame["seen"])


@pytest.mark.parametrize(
    ("groups", "population", "reason"),
    [
        ([(20, 40), (50, 100)], "all_courses", "several_courses_funnel"),
        ([(20, 40)], "first_courses", "one_group_followed"),
        ([(40, 40), (60, 60)], "first_courses", "no_events_to_tell"),
    ],
)
def test_a_refusal_has_its_reason_and_no_number(
    definitions: Definitions,
    groups: list[tuple[int, int]],
    population: Population,
    reason: str,
) -> None:
    found = plotted(compared(definitions, groups, population), "rate")
    assert found.refused == reason
    assert (found.target, found.frame.height, found.curve.height) == (None, 0, 0)
