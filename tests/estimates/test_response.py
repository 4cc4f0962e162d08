"""Response by groups: counts, bounds and flags on tables drawn by hand."""

from collections.abc import Callable
from datetime import date

import pytest

from pipelines import InputError, disclose
from tests.drawn import Built

Make = Callable[..., Built]


def practice(warehouse: Make, responded: int, failed: int, missing: int, **more: str) -> Built:
    people = [f"r{n}" for n in range(responded)] + [f"f{n}" for n in range(failed)]
    people += [f"m{n}" for n in range(missing)]
    ends = {"r": 1, "f": 8}
    scores = [f"{key} | nrs_average_7d | -1 | 8" for key in people]
    scores += [f"{key} | nrs_average_7d | 22 | {ends[key[0]]}" for key in people if key[0] in ends]
    return warehouse(
        infusions="patient | day | category\n" + "\n".join(f"{key} | 0 | tmj" for key in people),
        scores="patient | instrument | day | score\n" + "\n".join(scores),
        **more,
    )


def test_counts_bounds_follow_up_rate_and_interval(warehouse: Make) -> None:
    row = practice(warehouse, 6, 3, 1).practice.response().frame.row(0, named=True)
    assert {name: row[name] for name in ("started", "baseline", "eligible", "due", "assessed", "responded")} == {
        "started": 10, "baseline": 10, "eligible": 10, "due": 10, "assessed": 9, "responded": 6,
    }  # fmt: skip
    assert (row["known"], row["highest"], row["follow_up"]) == (0.6, 0.7, 0.9)
    assert row["rate"] == pytest.approx(6 / 9)
    assert (row["low"], row["high"]) == pytest.approx((0.3542, 0.8794), abs=5e-5)
    assert (row["unstable"], row["enough_follow_up"]) == (True, True)


def test_nobody_assessed_gives_null_and_never_0_or_nan(warehouse: Make) -> None:
    row = practice(warehouse, 0, 0, 3).practice.response().frame.row(0, named=True)
    assert (row["rate"], row["low"], row["high"]) == (None, None, None)
    assert (row["known"], row["highest"], row["enough_follow_up"]) == (0.0, 1.0, False)


def test_exactly_70_percent_followed_up_is_enough(warehouse: Make) -> None:
    row = practice(warehouse, 4, 3, 3).practice.response().frame.row(0, named=True)
    assert row["enough_follow_up"]


def test_the_sentence_says_what_is_known_and_what_is_possible(warehouse: Make) -> None:
    found = disclose(practice(warehouse, 6, 3, 1).practice.response(), "internal")
    assert found.sentence == (
        "At least 60 %, at most 70 % responded; of the 90 % who were followed up, 67 % (35–88 %) did."
    )


def test_under_70_percent_follow_up_the_sentence_gives_no_rate(warehouse: Make) -> None:
    found = disclose(practice(warehouse, 4, 2, 4).practice.response(), "internal")
    assert found.sentence == (
        "At least 40 %, at most 80 % responded; only 60 % were followed up, too few to say more."
    )


def test_a_second_course_counts_among_all_courses_with_a_wider_interval(warehouse: Make) -> None:
    days = [0, 100]
    people = [f"{'r' if n % 2 else 'f'}{n}" for n in range(20)]
    built = warehouse(
        infusions="patient | day | category\n"
        + "\n".join(f"{key} | {day} | tmj" for key in people for day in days),
        scores="patient | instrument | day | score\n"
        + "\n".join(
            f"{key} | nrs_average_7d | {day + offset} | {score}"
            for key in people
            for day in days
            for offset, score in ((-1, 8), (22, 1 if key[0] == "r" else 8))
        ),
    )
    first = built.practice.response().frame.row(0, named=True)
    every = built.practice.response(population="all_courses").frame.row(0, named=True)
    assert (first["started"], every["started"]) == (20, 40)
    assert (first["rate"], every["rate"]) == (0.5, 0.5)
    # By R: Wilson on 40 / (2 * 20 / 19 * (qt(.975, 19) / qnorm(.975))^2) = 16.66 courses.
    assert (every["low"], every["high"]) == pytest.approx((0.2835712218, 0.7164287782), abs=1e-8)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"measure": "respons"}, "measure: 'respons' is not known; did you mean 'response'?"),
        ({"window": "week8"}, "window: 'week8' is not known; did you mean 'week_8'?"),
        ({"by": ["categroy"]}, "group: 'categroy' is not known; did you mean 'category'?"),
        ({"where": {"clinic_key": ["b"]}}, "clinic_key: 'b' is not known; expected one of a"),
        ({"where": {"clinic": ["a"]}}, "filter: 'clinic' is not known; did you mean 'clinic_key'?"),
        (
            {"start_from": date(2025, 1, 1)},
            "period: this study is in relative days and has no calendar",
        ),
    ],
)
def test_what_a_practice_does_not_have_is_refused(
    warehouse: Make, asked: dict[str, object], message: str
) -> None:
    built = practice(warehouse, 1, 1, 0)
    with pytest.raises(InputError) as caught:
        built.practice.response(**asked)  # type: ignore[arg-type]
    assert caught.value.messages[0].startswith(message)


def test_the_total_holds_headline_conditions_only(warehouse: Make) -> None:
    built = warehouse(infusions="patient | day | category\n1 | 0 | tmj\n2 | 0 | other\n3 | 0 |")
    result = built.practice.response()
    assert result.levels[0]["started"].item() == 1
    assert dict(result.frame.select("category", "started").rows()) == {
        "other": 1, "tmj": 1, "unassigned": 1,
    }  # fmt: skip


def test_subtypes_of_two_categories_that_share_a_code_are_never_put_together(
    warehouse: Make,
) -> None:
    built = warehouse(
        infusions="patient | day | category | subtype\n1 | 0 | neuropathic_pain | other\n2 | 0 | headache | other"
    )
    for asked in ({"by": ["subtype"]}, {"where": {"subtype": ["other"]}}):
        with pytest.raises(InputError, match="because categories share codes"):
            built.practice.response(**asked)
    table = disclose(built.practice.response(by=["category", "subtype"]), "internal").table()
    assert table.select("Category", "Subtype").rows() == [
        ("Neuropathic pain", "Other neuropathic"),
        ("Headache", "Other headache"),
    ]


def test_a_measure_that_nobody_could_be_asked_says_why(warehouse: Make) -> None:
    result = practice(warehouse, 1, 0, 0).practice.response(measure="response_50", window="early")
    assert disclose(result, "internal").sentence == (
        "No course has a baseline from which this measure could be told."
    )
