"""An attacker who reads every page: bounds each hidden count by all that is published.

What is published are the pages of rates by condition, clinic, sex and age, of several measures. The
attacker knows which ways a course can go, that counts are whole and not below 0, and nothing of any
course. Practices are drawn, so that the truth is known.

`python -m tests.disclosure.attacker PRACTICES` runs it on so many and prints what it found.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, linprog, milp

from pipelines.definitions import Definitions, load
from pipelines.disclosure.disclose import disclose
from pipelines.estimates.response import STATUSES, response
from pipelines.estimates.result import Provenance, Question

Floats = NDArray[np.float64]
MEASURES = ("response", "response_50", "remission", "improvement", "worsening")
FLOORLESS = ("improvement", "worsening")
PAGES = (("category", "subtype"), ("clinic_key",), ("sex",), ("age_band",))
SMALLEST = 11
SUMS: dict[str, tuple[str, ...]] = {
    "started": STATUSES,
    "due": ("not_assessed", "responded", "not_responded"),
    "assessed": ("responded", "not_responded"),
    "baseline": STATUSES[2:],
    "eligible": STATUSES[3:],
    **{status: (status,) for status in STATUSES},
}
Release = Callable[[pl.DataFrame, str, tuple[str, ...], Definitions], Sequence[pl.DataFrame]]


@dataclass(frozen=True)
class Way:
    """A way that a course can go: its status for each measure."""

    status: dict[str, str]


def ways() -> list[Way]:
    """Return every way a course can go: half or more is a response too, nobody improves and worsens."""
    found = [
        Way(dict.fromkeys(MEASURES, early)) for early in ("started_before_data", "no_baseline")
    ]
    for low, later in product((False, True), ("not_yet_due", "not_assessed")):
        found.append(_with_floor(dict.fromkeys(MEASURES, later), low))
    for low in (False, True):
        for met in product((False, True), repeat=len(MEASURES)):
            flags = dict(zip(MEASURES, met, strict=True))
            impossible = (flags["response_50"] and not flags["response"]) or (
                flags["improvement"] and flags["worsening"]
            )
            if impossible or (low and any(flags[name] for name in MEASURES[:3])):
                continue
            told = {name: "responded" if flags[name] else "not_responded" for name in MEASURES}
            found.append(_with_floor(told, low))
    return found


def _with_floor(status: dict[str, str], low: bool) -> Way:
    floored = {name: "below_floor" for name in MEASURES if low and name not in FLOORLESS}
    return Way(status | floored)


WAYS = ways()


def practice(chance: np.random.Generator, courses: int, definitions: Definitions) -> pl.DataFrame:
    """Return drawn courses, one row per course and measure: conditions and clinics uneven, some rare."""
    headline = definitions["categories"].filter("headline")["category"].to_list()
    conditions = (
        definitions["subtypes"]
        .filter(pl.col("category").is_in(headline))
        .select("category", "subtype")
        .rows()
    )
    condition = chance.choice(len(conditions), courses, p=_uneven(chance, len(conditions)))
    going = chance.choice(len(WAYS), courses, p=_uneven(chance, len(WAYS)))
    columns = {
        "clinic_key": chance.choice(6, courses, p=_uneven(chance, 6)),
        "sex": chance.choice(3, courses, p=_uneven(chance, 3)),
        "age_band": chance.choice(7, courses, p=_uneven(chance, 7)),
    }
    frame = pl.DataFrame(
        {
            "course_key": [str(n) for n in range(courses)],
            "patient_key": [str(n) for n in range(courses)],
            "category": [conditions[n][0] for n in condition],
            "subtype": [conditions[n][1] for n in condition],
            **{name: [f"{name}_{value}" for value in values] for name, values in columns.items()},
            "way": going,
        }
    )
    return pl.concat(
        [
            frame.drop("way").with_columns(
                measure=pl.lit(name), status=pl.Series([WAYS[way].status[name] for way in going]),
                baseline=pl.lit(None, pl.Float64), final=pl.lit(None, pl.Float64),
                severity=pl.lit(0.5), is_first_course=pl.lit(True), region=pl.lit(None, pl.String),
                instrument=pl.lit("phq_9"), course_number=pl.lit(1), start_year=pl.lit(2025),
                start_month=pl.lit(None, pl.Date),
            )
            for name in MEASURES
        ]
    )  # fmt: skip


def _uneven(chance: np.random.Generator, number: int) -> Floats:
    shares: Floats = chance.dirichlet(np.full(number, 0.5))
    return shares


def released(
    courses: pl.DataFrame, measure: str, by: tuple[str, ...], definitions: Definitions
) -> Sequence[pl.DataFrame]:
    """Return a page as cms11 publishes it: one frame per level, hidden numbers null."""
    question = Question(measure=measure, by=by)
    result = response(courses, question, definitions, Provenance("b", "dates", None, None))
    return disclose(result, "cms11").levels


def cell_by_cell(
    courses: pl.DataFrame, measure: str, by: tuple[str, ...], definitions: Definitions
) -> Sequence[pl.DataFrame]:
    """Return a page that hides each small count by itself, as most dashboards do: the control."""
    question = Question(measure=measure, by=by)
    result = response(courses, question, definitions, Provenance("b", "dates", None, None))
    small = [
        pl.when(pl.col(name).is_between(1, SMALLEST - 1)).then(None).otherwise(name).alias(name)
        for name in SUMS
    ]
    return [level.with_columns(small) for level in result.levels]


def leaks(
    courses: pl.DataFrame, definitions: Definitions, release: Release = released
) -> Iterator[str]:
    """Yield each hidden count of 1 to 10 that the pages together bound below 11."""
    for by in PAGES:
        pages = {name: release(courses, name, by, definitions) for name in MEASURES}
        truth = {name: _unprotected(courses, name, by, definitions) for name in MEASURES}
        yield from _of_page(by, pages, truth)


def _unprotected(
    courses: pl.DataFrame, measure: str, by: tuple[str, ...], definitions: Definitions
) -> Sequence[pl.DataFrame]:
    question = Question(measure=measure, by=by)
    made = Provenance("b", "dates", None, None)
    return response(courses, question, definitions, made).levels


def _of_page(
    by: tuple[str, ...],
    pages: dict[str, Sequence[pl.DataFrame]],
    truth: dict[str, Sequence[pl.DataFrame]],
) -> Iterator[str]:
    leaves = truth["response"][-1].select(by).rows()
    known_rows, known, hidden = [], [], []
    for measure, levels in pages.items():
        for depth, (shown, true) in enumerate(zip(levels, truth[measure], strict=True)):
            for seen, real in zip(
                shown.iter_rows(named=True), true.iter_rows(named=True), strict=True
            ):
                key = tuple(real[name] for name in by[:depth])
                inside = np.array([leaf[:depth] == key for leaf in leaves], dtype=np.float64)
                for name, statuses in SUMS.items():
                    going = np.array([way.status[measure] in statuses for way in WAYS], np.float64)
                    row = np.outer(inside, going).ravel()
                    if seen[name] is not None:
                        known_rows.append(row)
                        known.append(float(seen[name]))
                    elif 0 < real[name] < SMALLEST:
                        hidden.append((row, f"{measure} {key} {name} = {real[name]}"))
    if not hidden:
        return
    told, places = np.unique(np.array(known_rows), axis=0, return_index=True)
    values = np.array(known)[places]
    done: dict[bytes, bool] = {}
    for row, name in hidden:
        if row.tobytes() not in done:
            done[row.tobytes()] = _bounded(row, told, values)
        if done[row.tobytes()]:
            yield name


def _bounded(row: Floats, told: Floats, values: Floats) -> bool:
    """Return whether no way of filling in the hidden counts makes this one 11 or more."""
    found = linprog(-row, A_eq=told, b_eq=values, bounds=(0, None), method="highs")
    if found.status == 3:  # unbounded
        return False
    assert found.status == 0, found.message
    most = -found.fun
    if most >= SMALLEST + 1 or most < SMALLEST - 1e-6:
        return bool(most < SMALLEST)
    whole = milp(
        -row, constraints=LinearConstraint(told, values, values), integrality=np.ones_like(row)
    )
    return bool(-whole.fun < SMALLEST - 1e-6)


def main(practices: int) -> None:
    """Run the attacker and its control on drawn practices of 200 to 5,000 courses."""
    definitions = load()
    chance = np.random.default_rng(20_261_126)
    broken = {"cms11": 0, "cell by cell": 0}
    for number in range(practices):
        courses = practice(chance, int(chance.integers(200, 5_001)), definitions)
        found = list(leaks(courses, definitions))
        broken["cms11"] += bool(found)
        if found:
            print(number, found[:5], flush=True)
        broken["cell by cell"] += next(leaks(courses, definitions, cell_by_cell), None) is not None
    print(f"{practices} practices; broken: {broken}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
