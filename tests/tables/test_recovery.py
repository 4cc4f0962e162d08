"""Recovery and reliable change by PHQ-9 and GAD-7 together, on drawn courses."""

from collections.abc import Callable

from tests.drawn import Built

Make = Callable[..., Built]

# Baseline and end on PHQ-9 and GAD-7; caseness from 10 and 8, reliable from 6 and 4 points.
PEOPLE = {
    "both_well": ((10, 9), (8, 7)),
    "one_still_a_case": ((20, 9), (12, 8)),
    "reliable": ((16, 9), (7, 7)),
    "worse_on_one": ((16, 9), (3, 7)),
    "worse": ((12, 18), (10, 10)),
    "no_case": ((9, 3), (7, 7)),
    "one_scale": ((16, 9), None),
    "lost_at_end": ((16, 9), (10, None)),
}


def drawn(warehouse: Make, category: str = "depression", **more: int) -> Built:
    rows = []
    for person, scales in PEOPLE.items():
        for instrument, pair in zip(("phq_9", "gad_7"), scales, strict=True):
            for day, score in zip((-1, 22), pair or (), strict=False):
                if score is not None:
                    rows.append(f"{person} | {instrument} | {day} | {score}")
    people = "\n".join(f"{person} | 0 | {category}" for person in PEOPLE)
    return warehouse(
        infusions=f"patient | day | category\n{people}",
        scores="patient | instrument | day | score\n" + "\n".join(rows),
        **more,
    )


def test_each_outcome_has_those_who_meet_it_by_both_scales(warehouse: Make) -> None:
    found = drawn(warehouse).practice.condition("depression").recovery
    counted = found.select(
        "outcome", "no_baseline", "below_floor", "not_assessed", "assessed", "responded"
    )
    assert counted.rows() == [
        # both_well, reliable, worse_on_one recovered: 9 and 7 are below caseness.
        ("recovery", 1, 1, 1, 5, 3),
        # both_well moved by 1 point, worse_on_one rose by 4 on GAD-7.
        ("reliable_recovery", 1, 1, 1, 5, 1),
        # one_still_a_case, reliable, no_case; not worse_on_one.
        ("reliable_improvement", 1, 0, 1, 6, 3),
        ("reliable_deterioration", 1, 0, 1, 6, 1),
    ]
    row = found.row(0, named=True)
    assert (row["known"], row["rate"], row["highest"]) == (0.5, 0.6, 4 / 6)


def test_courses_not_yet_due_are_apart_from_missing_ones(warehouse: Make) -> None:
    found = drawn(warehouse, through=40).practice.condition("depression").recovery
    assert found["not_yet_due"].to_list() == [6, 6, 7, 7]
    assert found["due"].to_list() == [0, 0, 0, 0]
    assert found["rate"].null_count() == 4


def test_a_condition_that_neither_scale_speaks_for_has_no_recovery(warehouse: Make) -> None:
    assert drawn(warehouse, category="tmj").practice.condition("tmj").recovery.is_empty()
