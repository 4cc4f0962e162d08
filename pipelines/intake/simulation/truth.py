"""The truth beside the records: how probable response is, by condition and window."""

import numpy as np
import polars as pl

from pipelines.intake.simulation.courses import Courses
from pipelines.intake.simulation.outcomes import Outcomes
from pipelines.intake.simulation.people import People
from pipelines.intake.simulation.world import DAY_SCALE, EARLY, WINDOWS, World


def truth_frame(world: World, people: People, courses: Courses, outcomes: Outcomes) -> pl.DataFrame:
    """Return category, subtype, window, courses, probability_sum.

    Counted: first courses of a patient in a category, begun at least 57 days after the data, with a
    recorded baseline at the floor or above, due or not. Without the unassigned.
    """
    counted = courses.counted & people.assignable[courses.patient] & outcomes.recorded
    parts = []
    for window, name in enumerate(WINDOWS):
        early = window == EARLY
        scale = (
            np.full_like(outcomes.scale, world.scale_number(DAY_SCALE)) if early else outcomes.scale
        )
        baseline = outcomes.day_baseline if early else outcomes.baseline
        eligible = counted & (baseline >= world.floor[courses.condition, scale])
        eligible &= ~np.isnan(world.chance[courses.condition, window])
        eligible &= outcomes.day_scale | (not early)
        number = np.bincount(courses.condition[eligible], minlength=world.conditions.height)
        chance = np.nan_to_num(world.chance[:, window])
        part = world.conditions.select("category", "subtype").with_columns(
            pl.lit(name).alias("window"),
            pl.Series("courses", number, dtype=pl.Int64),
            pl.Series("probability_sum", number * chance, dtype=pl.Float64),
        )
        judged = ~np.isnan(world.floor).all(axis=1) & ~np.isnan(world.chance[:, window])
        parts.append(part.filter(pl.Series(judged)))
    return pl.concat(parts)
