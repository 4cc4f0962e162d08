"""Practices drawn at random, whose courses go every way that a course can go."""

from dataclasses import dataclass
from datetime import date
from itertools import product

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.definitions import Definitions
from pipelines.estimates.basis import GROUPS, Basis, status_column
from pipelines.estimates.result import Question

Floats = NDArray[np.float64]
WINDOW = "post_induction"
MEASURES = ("response", "response_50", "remission", "improvement", "worsening")
FLOORLESS = ("improvement", "worsening")
LATER = ("week_8", "week_12")
COLUMNS = (
    *(status_column(name, WINDOW) for name in MEASURES),
    *(status_column("response", window) for window in ("early", *LATER)),
)
MONTHS = 30
NOT_DUE, MISSED, MET, UNMET = "not_yet_due", "not_assessed", "responded", "not_responded"


def _headline_ways() -> list[dict[str, str]]:
    """Return each way that the measures of the headline window can go.

    Half or more is a response too, and is an improvement; who is better is not worse; remission is a
    response, and so are only scores above the floor.
    """
    found = [dict.fromkeys(MEASURES, early) for early in ("started_before_data", "no_baseline")]
    for low, later in product((False, True), (NOT_DUE, MISSED)):
        found.append(_with_floor(dict.fromkeys(MEASURES, later), low))
    for low in (False, True):
        for met in product((False, True), repeat=len(MEASURES)):
            flags = dict(zip(MEASURES, met, strict=True))
            better = flags["response"] or flags["improvement"]
            impossible = (
                (flags["response_50"] and not (flags["response"] and flags["improvement"]))
                or (flags["remission"] and not flags["response"])
                or (better and flags["worsening"])
            )
            if impossible or (low and any(flags[name] for name in MEASURES[:3])):
                continue
            told = {name: MET if flags[name] else UNMET for name in MEASURES}
            found.append(_with_floor(told, low))
    return found


def _with_floor(status: dict[str, str], low: bool) -> dict[str, str]:
    return status | {name: "below_floor" for name in MEASURES if low and name not in FLOORLESS}


def _with_windows(way: dict[str, str]) -> list[tuple[str, ...]]:
    """Return a way of the headline window with each way that response in the other windows can go."""
    status = way["response"]
    own = tuple(way[name] for name in MEASURES)
    judged = (MISSED, MET, UNMET)
    if status in ("started_before_data", "no_baseline", "below_floor"):
        return [(*own, status, status, status)]
    if status == NOT_DUE:
        return [(*own, early, NOT_DUE, NOT_DUE) for early in (NOT_DUE, *judged)]
    eighth = [(NOT_DUE, NOT_DUE), *product(judged, (NOT_DUE, *judged))]
    return [(*own, early, *later) for early in judged for later in eighth]


WAYS = tuple(way for headline in _headline_ways() for way in _with_windows(headline))


@dataclass(frozen=True)
class Drawn:
    """A drawn practice: its basis, and for each course the number of its way."""

    basis: Basis
    way: NDArray[np.int64]

    def courses(self, question: Question) -> pl.DataFrame:
        """Return the courses of a question: one row per course and measure of its window."""
        frame = self.basis.frame
        for name, values in question.where.items():
            frame = frame.filter(pl.col(name).is_in(list(values)))
        if question.start_from:
            frame = frame.filter(pl.col("start_month") >= question.start_from)
        if question.start_to:
            frame = frame.filter(pl.col("start_month") <= question.start_to)
        return frame.with_columns(
            measure=pl.lit(question.measure),
            status=status_column(question.measure, question.window),
            baseline=pl.lit(None, pl.Float64),
            severity=pl.lit(0.5),
            is_first_course=pl.lit(value=True),
            instrument=pl.lit("phq_9"),
            course_number=pl.lit(1),
            start_year=pl.lit(2025),
        )


def practice(chance: np.random.Generator, courses: int, definitions: Definitions) -> Drawn:
    """Return drawn courses: conditions, groups and ways uneven, some rare; months go up and down."""
    headline = definitions["categories"].filter("headline")["category"].to_list()
    conditions = (
        definitions["subtypes"]
        .filter(pl.col("category").is_in(headline))
        .select("category", "subtype")
        .rows()
    )
    condition = chance.choice(len(conditions), courses, p=_uneven(chance, len(conditions)))
    way = _ways(chance, courses)
    number = dict(zip(GROUPS, (6, 3, 7, 3), strict=True))
    groups = {
        name: [f"{name} {value}" for value in chance.choice(many, courses, p=_uneven(chance, many))]
        for name, many in number.items()
    }
    month = np.sort(chance.choice(MONTHS, courses, p=chance.dirichlet(np.full(MONTHS, 5.0))))
    through = date(2025, 12, 31)
    frame = pl.DataFrame(
        {
            "course_key": [str(n) for n in range(courses)],
            "patient_key": [str(n) for n in range(courses)],
            "category": [conditions[n][0] for n in condition],
            "subtype": [conditions[n][1] for n in condition],
            **groups,
            "start_month": [date(2023 + n // 12, 1 + n % 12, 1) for n in month.tolist()],
            **{
                column: [WAYS[n][place] for n in way.tolist()]
                for place, column in enumerate(COLUMNS)
            },
        }
    )
    return Drawn(Basis(lambda: frame, tuple, WINDOW, through, definitions), way)


def _ways(chance: np.random.Generator, courses: int) -> NDArray[np.int64]:
    """Return ways: first that of the headline window, then that of the others, each unevenly."""
    own: dict[tuple[str, ...], list[int]] = {}
    for number, way in enumerate(WAYS):
        own.setdefault(way[: len(MEASURES)], []).append(number)
    groups = list(own.values())
    picked = chance.choice(len(groups), courses, p=_uneven(chance, len(groups)))
    within = [_uneven(chance, len(group)) for group in groups]
    return np.array([chance.choice(groups[n], p=within[n]) for n in picked.tolist()])


def _uneven(chance: np.random.Generator, number: int) -> Floats:
    shares: Floats = chance.dirichlet(np.full(number, 0.5))
    return shares
