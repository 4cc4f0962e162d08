"""How long it takes to protect one view of 200 cells: 25 rows of 8 blocks, under their parents.

`python -m tests.benchmarks.protection_speed` prints the median over random practices by number of
courses, and beside it how long counting the same cells takes, as a measure of the machine.
"""

import statistics
import time

import numpy as np

from pipelines.disclosure.ladder import NOBODY, Ints, Level, Members, climb

ROWS, PARENTS, BLOCKS = 25, 8, 8
PRACTICES = 60


def view(chance: np.random.Generator, courses: int) -> tuple[Members, list[Ints]]:
    """Return drawn courses in 25 rows under 8 under one, and three rungs of 1, 3 and 8 blocks."""
    row = chance.choice(ROWS, courses, p=chance.dirichlet(np.full(ROWS, 0.5)))
    block = chance.choice(BLOCKS, courses, p=chance.dirichlet(np.full(BLOCKS, 1.0)))
    parent = np.arange(ROWS) % PARENTS
    levels = [
        Level(np.zeros(courses, np.int64), np.array([NOBODY])),
        Level(parent[row], np.zeros(PARENTS, np.int64)),
        Level(row, parent),
    ]
    rungs = [np.zeros(courses, np.int64), np.minimum(block, 2), block]
    person = np.arange(courses)
    person[: courses // 20] = person[courses // 2 :][
        : courses // 20
    ]  # one in ten is a course of two
    return Members(person, levels, 11), rungs


def main() -> None:
    """Print a table: courses, milliseconds of protection, and of counting the cells."""
    chance = np.random.default_rng(1)
    print("courses  protected (ms)  counted (ms)")
    for courses in (500, 1_000, 2_000, 5_000, 20_000):
        protected, counted = [], []
        for _ in range(PRACTICES):
            members, rungs = view(chance, courses)
            start = time.perf_counter()
            climb(members, rungs)
            middle = time.perf_counter()
            np.bincount(members.levels[2].row * BLOCKS + rungs[2], minlength=ROWS * BLOCKS)
            protected.append(1e3 * (middle - start))
            counted.append(1e3 * (time.perf_counter() - middle))
        print(
            f"{courses:7,}  {statistics.median(protected):14.2f}  {statistics.median(counted):12.3f}"
        )


if __name__ == "__main__":
    main()
