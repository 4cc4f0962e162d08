"""Scores of a course: a baseline, and end scores that meet the rule where the truth says so."""

from dataclasses import dataclass

import numpy as np

from pipelines.intake.simulation.arrays import Flags, Floats, Ints
from pipelines.intake.simulation.courses import Courses
from pipelines.intake.simulation.world import DAY_SCALE, EARLY, WINDOWS, World

WORSE = 0.13  # of those who do not respond
TOO_MILD = 0.08  # of ordered courses for anxiety that is not severe: below its floor


@dataclass(frozen=True)
class Outcomes:
    """One entry per course, in scale points; what is never recorded is there too.

    scale: the instrument by which the course is judged; day_scale: whether the 24-hour pain rating
    is kept beside it. end: course x window, `early` on the 24-hour rating. recorded: whether a
    baseline was taken. end_day: course x window, days since 1970-01-01.
    """

    scale: Ints
    day_scale: Flags
    baseline: Ints
    day_baseline: Ints
    recorded: Flags
    end: Ints
    end_day: Ints


def outcomes(rng: np.random.Generator, world: World, courses: Courses) -> Outcomes:
    """Return baselines and end scores of the courses."""
    scale = _scale(world, courses)
    baseline = _baseline(rng, world, courses, scale)
    day_baseline = _day_baseline(rng, world, scale, baseline)
    day = np.full(len(scale), world.scale_number(DAY_SCALE))
    unrecorded = rng.random(len(scale)) < world.clinic("baseline_missing")[courses.clinic]
    return Outcomes(
        scale=scale,
        day_scale=_day_scale(world, courses),
        baseline=baseline,
        day_baseline=day_baseline,
        recorded=~unrecorded | _must_be_recorded(world, courses),
        end=_ends(rng, world, courses, (day, day_baseline), (scale, baseline)),
        end_day=_end_days(rng, world, courses, scale, day),
    )


def _scale(world: World, courses: Courses) -> Ints:
    """Return the scale of each course: some clinics rate MADRS, some keep no headache diary."""
    usual = [world.scale_number(name) for name in world.conditions["instrument"].to_list()]
    scale = np.array(usual, dtype=np.int64)[courses.condition]
    rates = (world.clinics["depression_scale"] == "madrs").to_numpy()[courses.clinic]
    scale = np.where(
        (scale == world.scale_number("phq_9")) & rates, world.scale_number("madrs"), scale
    )
    no_diary = world.clinic("diary")[courses.clinic] == 0
    diary, rating = world.scale_number("headache_days_28d"), world.scale_number("nrs_average_7d")
    return np.where((scale == diary) & no_diary, rating, scale)


def _day_scale(world: World, courses: Courses) -> Flags:
    rated = world.clinic("day_rating")[courses.clinic] == 1
    return np.asarray(rated & ~np.isnan(world.chance[courses.condition, EARLY]), dtype=np.bool_)


def _day_baseline(rng: np.random.Generator, world: World, scale: Ints, baseline: Ints) -> Ints:
    """Return the 24-hour pain rating: near that of the week, or of its own beside a diary."""
    near = baseline + rng.normal(0, 0.7, len(scale))
    number = world.scale_number("nrs_average_7d")
    mean, spread = (world.scale(name)[number] for name in ("baseline", "baseline_sd"))
    rating = np.where(scale == number, near, rng.normal(mean, spread, len(scale)))
    return np.clip(np.round(rating), 0, 10).astype(np.int64)


def _baseline(rng: np.random.Generator, world: World, courses: Courses, scale: Ints) -> Ints:
    n = len(scale)
    place = world.condition("severity")[courses.condition] + rng.standard_normal(n)
    free = np.round(world.scale("baseline")[scale] + world.scale("baseline_sd")[scale] * place)
    low = world.condition("baseline_low")[courses.condition]
    high = world.condition("baseline_high")[courses.condition]
    inside = low + np.floor(rng.random(n) ** 1.4 * (high - low + 1))
    mild = courses.condition == world.condition_number("anxiety_not_severe")
    mild &= courses.ordered & (rng.random(n) < TOO_MILD)
    inside = np.where(mild, inside - 5, inside)
    score = np.where(np.isnan(low), np.clip(free, 0, world.maximum[scale]), inside)
    return score.astype(np.int64)


def _must_be_recorded(world: World, courses: Courses) -> Flags:
    """Return where codes alone would call the anxiety severe if there were no baseline."""
    mild = courses.condition == world.condition_number("anxiety_not_severe")
    return np.asarray(mild & ~courses.ordered, dtype=np.bool_)


def _ends(
    rng: np.random.Generator,
    world: World,
    courses: Courses,
    early: tuple[Ints, Ints],
    later: tuple[Ints, Ints],
) -> Ints:
    """Return course x window: scores that meet the rule where the course responded, else not."""
    n = len(courses.patient)
    own, worse, by = rng.random((2, n)), rng.random(n) < WORSE, rng.random(n)
    ends = []
    for window in range(len(WINDOWS)):
        scale, baseline = early if window == EARLY else later
        power = np.stack([1 / world.scale(f"{way}_depth")[scale] for way in ("met", "missed")])
        depth = (0.6 * own + 0.4 * rng.random((2, n))) ** power
        fall = world.fall_percent[courses.condition, scale]
        met = _met(depth[0], baseline, fall)
        missed = _missed(depth[1], baseline, fall, world, scale)
        rise = (
            baseline
            + world.scale("rise")[scale].astype(np.int64)
            + np.floor(3 * by).astype(np.int64)
        )
        missed = np.where(worse, np.minimum(rise, world.maximum[scale]), missed)
        ends.append(np.where(courses.responded[:, window], met, missed))
    return np.stack(ends, axis=1)


def _highest_response(baseline: Ints, fall_percent: Ints) -> Ints:
    """Return the highest whole score with 100 * (baseline - score) >= fall_percent * baseline."""
    return np.asarray(baseline * (100 - fall_percent) // 100, dtype=np.int64)


def _met(depth: Floats, baseline: Ints, fall_percent: Ints) -> Ints:
    return np.floor(depth * (_highest_response(baseline, fall_percent) + 1)).astype(np.int64)


def _missed(depth: Floats, baseline: Ints, fall_percent: Ints, world: World, scale: Ints) -> Ints:
    lowest = _highest_response(baseline, fall_percent) + 1
    slack = world.scale("slack")[scale].astype(np.int64)
    highest = np.maximum(np.minimum(baseline + slack, world.maximum[scale]), lowest)
    return np.asarray(lowest + np.floor(depth * (highest - lowest + 1)), dtype=np.int64)


def _end_days(
    rng: np.random.Generator, world: World, courses: Courses, scale: Ints, day_scale: Ints
) -> Ints:
    """Return course x window: days in the window of the scale's family, near its target."""
    days = world.days[scale].copy()
    days[:, EARLY] = world.days[day_scale, EARLY]
    first, last, target = days[:, :, 0], days[:, :, 1], days[:, :, 2]
    drawn = np.round(target + rng.standard_normal(first.shape) * (last - first) / 6)
    offset = np.nan_to_num(np.clip(drawn, first, last)).astype(np.int64)
    return courses.last_induction[:, None] + offset
