"""Days of infusions: an induction of up to six, and maintenance after some."""

import numpy as np

from pipelines.intake.simulation.arrays import THROUGH, Flags, Ints, calendar, next_workday

MOST_INDUCTION = 6
LONGER, DELAYED = 0.45, 0.08  # of gaps: three working days instead of two, and two more
LAST_WORKDAY = 19  # of an induction, at most 27 days after the first
MOST_MAINTENANCE = 8
SHORTEST_GAP, LONGEST_GAP = 15, 30  # working days, three to six weeks
ANOTHER = 0.72


def induction_days(rng: np.random.Generator, start: Ints, given: Ints) -> Ints:
    """Return the days of up to six infusions, mostly two or three working days apart.

    The last lies at most LAST_WORKDAY after the first. A place after the last one given is -1.
    """
    longer, delayed = rng.random((2, len(start), MOST_INDUCTION - 1))
    gaps = 2 + (longer < LONGER) + 2 * (delayed < DELAYED)
    latest = LAST_WORKDAY + 1 - np.arange(MOST_INDUCTION - 1, 0, -1)
    after = np.minimum(np.cumsum(gaps, axis=1), latest)
    place = np.concatenate([np.zeros((len(start), 1), dtype=np.int64), after], axis=1)
    return np.where(
        np.arange(MOST_INDUCTION) < given[:, None], calendar(start[:, None] + place), -1
    )


def maintenance_days(rng: np.random.Generator, last: Ints, kept: Flags) -> Ints:
    """Return the days of infusions three to six weeks apart, for some courses."""
    n = len(last)
    gaps = rng.integers(SHORTEST_GAP, LONGEST_GAP + 1, (n, MOST_MAINTENANCE))
    days = calendar(next_workday(last)[:, None] + np.cumsum(gaps, axis=1))
    more = rng.random((n, MOST_MAINTENANCE)) < ANOTHER
    more[:, 0] = kept
    return np.where(np.logical_and.accumulate(more, axis=1) & (days <= THROUGH), days, -1)
