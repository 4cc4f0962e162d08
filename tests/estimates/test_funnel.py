from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.definitions import Definitions
from pipelines.estimates.case_mix import CaseMix
from pipelines.estimates.funnel import Funnel, Kind, dispersion, funnel, winsorised
from pipelines.estimates.funnel_limits import could_show, limits_within
from pipelines.estimates.result import Population, Provenance, Question

IN_R = pl.read_csv(Path(__file__).parents[1] / "reference" / "funnel_r.csv", infer_schema=False)


def plotted(found: CaseMix, kind: Kind) -> Funnel:
    """Return the funnel of the groups of a comparison."""
    return funnel(found.frame, found.question, kind, found.definitions)


@pytest.mark.parametrize("data", ["cbpp", "yusuf1985"])
def test_dispersion_of_published_data_is_that_of_metafor(data: str) -> None:
    rows = IN_R.filter(pl.col("data") == data)
    numbers = rows.select(pl.exclude("data").cast(pl.Float64))
    size, target = numbers["size"].to_numpy(), numbers["target"].to_numpy()
    free = 1 - size / size.sum()
    error = np.sqrt(free * target * (1 - target) / size)
    z = (numbers["y"].to_numpy() / size - target) / error
    phi, tau = dispersion(z, error, free)
    assert (phi, tau) == pytest.approx((numbers["phi"][0], numbers["tau"][0]), abs=1e-9)
    assert (winsorised(z) ** 2).mean() == pytest.approx(numbers["phi_winsorised"][0], abs=1e-9)


@pytest.mark.parametrize("kind", ["rate", "ratio"])
def test_groups_that_do_alike_lie_outside_as_often_as_the_page_says(
    definitions: Definitions, kind: Kind
) -> None:
    chance = np.random.default_rng(4)
    sizes = [40, 60, 80, 100, 120, 400]
    outside = []
    for _ in range(120):
        met = chance.binomial(sizes, 0.5)
        whole = met.sum() / sum(sizes)
        found = plotted(
            compared(definitions, list(zip(met.tolist(), sizes, strict=True)), expected=whole), kind
        ).frame
        value = found["value"]
        outside.append(((value > found["high_95"]) | (value < found["low_95"])).to_list())
    assert np.mean(outside) == pytest.approx(0.05, abs=0.02)
    # The clinic that half of all attend, too.
    assert np.mean(outside, axis=0)[-1] == pytest.approx(0.05, abs=0.035)


def compared(
    definitions: Definitions,
    groups: list[tuple[int, int]],
    population: Population = "first_courses",
    followed: tuple[bool, ...] = (),
    expected: float = 0.5,
) -> CaseMix:
    """Return a comparison of groups with so many responses of so many assessed.

    `expected` is the share that the model expects, which has learned it from all groups.
    """
    whole = sum(number for _, number in groups)
    alone = expected * (1 - expected)
    rows = [
        {
            "clinic_key": f"c{place}", "responded": met, "assessed": number, "rate": met / number,
            "expected": number * expected, "ratio": met / number / expected, "follow_up": 0.8,
            "enough_follow_up": followed[place] if followed else True,
            "variance": number * alone, "variance_left": number * alone * (1 - number / whole),
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
    low, high = limits_within(np.array([40.0]), 120, 200, 0.05)
    assert found.frame.select("size", "value", "low_95", "high_95").row(0) == pytest.approx(
        (40, 0.5, low[0], high[0])
    )


def test_many_groups_that_vary_more_than_chance_have_wider_limits(definitions: Definitions) -> None:
    groups = [(10 + 3 * place, 60) for place in range(12)]
    found = plotted(compared(definitions, groups), "rate")
    assert found.widened
    assert found.phi is not None
    assert found.phi > 1
    low, high = limits_within(np.array([60.0]), 318, 720, 0.002)
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


def test_limits_of_rates_are_drawn_where_they_decide(definitions: Definitions) -> None:
    for groups in ([(20, 40), (90, 100), (10, 60)], [(10 + 3 * n, 60 + n) for n in range(12)]):
        found = plotted(compared(definitions, groups), "rate")
        both = found.frame.join(found.curve, on="size", suffix="_drawn")
        assert both.height == len(groups)
        for name in ("low_95", "high_95", "low_998", "high_998"):
            assert both[name].to_list() == pytest.approx(both[f"{name}_drawn"].to_list())


def test_no_line_is_drawn_for_ratios_whose_limits_hang_on_more_than_their_size(
    definitions: Definitions,
) -> None:
    found = plotted(compared(definitions, [(20, 40), (90, 100)]), "ratio")
    assert found.curve.height == 0
    assert found.frame["seen_above"].null_count() == 2


def test_a_group_whose_ratio_the_model_tells_exactly_is_left_out(definitions: Definitions) -> None:
    case_mix = compared(definitions, [(20, 40), (50, 100), (30, 50)])
    first = pl.col("clinic_key") == "c0"
    told = case_mix.frame.with_columns(
        variance_left=pl.when(first).then(0.0).otherwise("variance_left")
    )
    found = funnel(told, case_mix.question, "ratio", definitions)
    assert found.frame["clinic_key"].to_list() == ["c1", "c2"]


def test_groups_that_differ_by_more_than_chance_hide_what_a_group_could_show(
    definitions: Definitions,
) -> None:
    found = plotted(compared(definitions, [(10 + 3 * place, 60) for place in range(12)]), "rate")
    low, high = limits_within(np.array([60.0]), 318, 720, 0.05)
    alone, _ = could_show(60, 318, 720, low[0], high[0])
    assert alone is not None
    assert found.frame["seen_above"][0] > alone + 0.15


def test_a_big_part_of_the_whole_draws_it_along_where_groups_differ(
    definitions: Definitions,
) -> None:
    groups = [(10 + 3 * place, 60) for place in range(12)]
    found = plotted(compared(definitions, [*groups, (400, 800)]), "rate").frame
    width = (found["high_95"] - found["low_95"]).to_list()
    assert width[-1] < 0.6 * width[0]


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
