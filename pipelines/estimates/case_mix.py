"""Response of groups against what their patients would lead to expect."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.calibration import Calibration, calibration
from pipelines.estimates.exact import observed_over_expected
from pipelines.estimates.expected import TERMS, Expected, fit, known_at_start, load
from pipelines.estimates.levels import Key, counts, groups
from pipelines.estimates.refusals import Refusal, refused
from pipelines.estimates.result import Population, Provenance, Question
from pipelines.estimates.shares import with_shares
from pipelines.estimates.weighting import DUE

ASSESSED = ("responded", "not_responded")
NUMBERS = ("expected", "ratio", "ratio_low", "ratio_high", "variance", "variance_left")


@dataclass(frozen=True)
class CaseMix:
    """Observed over expected responses of groups, as counted: not for display.

    `frame` has one row per group: counts and shares as in `response`, expected (number of responses
    that the model expects among those assessed), ratio (responded / expected), ratio_low and
    ratio_high, variance (of responded, were the chances known for sure) and variance_left (of responded
    less expected, see `Expected.variances`). `refused` has the group's columns, estimate (ratio,
    interval) and reason for each number that is not given. `terms`: the model, see `Expected`; empty
    without one. `calibration` is a reason where there is none.
    """

    question: Question
    frame: pl.DataFrame
    refused: pl.DataFrame
    terms: pl.DataFrame
    calibration: Calibration | str
    definitions: Definitions = field(repr=False)
    provenance: Provenance


def case_mix(
    courses: pl.DataFrame,
    treatments: pl.DataFrame,
    question: Question,
    definitions: Definitions,
    provenance: Provenance,
    terms: pl.DataFrame | None = None,
) -> CaseMix:
    """Return observed over expected responses by `question.by`, of headline conditions together.

    `courses` has one row per course and measure of the question's window, already filtered;
    `treatments` are staging.prior_treatments. The model is fitted to all assessed courses (see
    `fit`), or given by `terms` (see `load`). Limits of the ratio are exact for the expected
    chances (see `observed_over_expected`), which are taken as known. A group with too little
    follow-up has no ratio, because missing outcomes could make it.
    """
    measured = courses.filter(
        (pl.col("measure") == question.measure)
        & pl.col("status").is_in(DUE)
        & pl.col("category").is_in(definitions.headline)
    )
    due = known_at_start(measured, treatments)
    by = list(question.by)
    assessed = due.filter(pl.col("status").is_in(ASSESSED))
    model = _model(assessed, due, by, definitions, terms)
    rows = _counted(due, question, definitions)
    if isinstance(model, str):
        frame = rows.with_columns(pl.lit(None, pl.Float64).alias(name) for name in NUMBERS)
        reasons = [Refusal(_key(row, by), "ratio", model) for row in rows.iter_rows(named=True)]
    else:
        frame, reasons = _with_ratios(rows, assessed, model, by, question.population)
    return CaseMix(
        question,
        frame,
        refused(reasons, by, due, definitions),
        pl.DataFrame(schema=TERMS) if isinstance(model, str) else model.terms,
        model if isinstance(model, str) else calibration(assessed, model),
        definitions,
        provenance,
    )


def _model(
    assessed: pl.DataFrame,
    due: pl.DataFrame,
    by: Sequence[str],
    definitions: Definitions,
    terms: pl.DataFrame | None,
) -> Expected | str:
    if assessed.is_empty():
        return "nobody_assessed"
    if due.select(by).n_unique() < 2:
        return "one_group"
    return fit(assessed, by, definitions) if terms is None else load(terms, assessed, by)


def _counted(due: pl.DataFrame, question: Question, definitions: Definitions) -> pl.DataFrame:
    by = list(question.by)
    counted = counts(due, by, "status", DUE).with_columns(
        due=pl.sum_horizontal(DUE), assessed=pl.col("responded") + pl.col("not_responded")
    )
    return with_shares(counted, due, by, question, definitions)


def _with_ratios(
    rows: pl.DataFrame,
    assessed: pl.DataFrame,
    model: Expected,
    by: Sequence[str],
    population: Population,
) -> tuple[pl.DataFrame, list[Refusal]]:
    told = assessed.with_columns(chance=pl.Series(model.chances)).with_row_index("place")
    chances = {tuple(key.values()): group for key, group in groups(told, by)}
    found: list[dict[str, float | None]] = []
    reasons: list[Refusal] = []
    for row in rows.iter_rows(named=True):
        key = _key(row, by)
        group = chances.get(tuple(key.values()))
        reason = _reason(row, group)
        if reason or group is None:
            found.append(dict.fromkeys(NUMBERS))
            reasons.append(Refusal(key, "ratio", reason or "nobody_assessed"))
            continue
        values = _ratio(int(row["responded"]), group, model)
        if population == "all_courses":
            values |= {"ratio_low": None, "ratio_high": None}
            reasons.append(Refusal(key, "interval", "several_courses_ratio"))
        found.append(values)
    return rows.hstack(pl.DataFrame(found, schema=dict.fromkeys(NUMBERS, pl.Float64))), reasons


def _reason(row: Key, group: pl.DataFrame | None) -> str | None:
    if group is None:
        return "nobody_assessed"
    if not row["enough_follow_up"]:
        return "group_followed_too_little"
    return "one_patient" if group["patient_key"].n_unique() < 2 else None


def _ratio(observed: int, group: pl.DataFrame, model: Expected) -> dict[str, float | None]:
    chances = group["chance"].to_numpy()
    expected = float(chances.sum())
    limits = observed_over_expected(observed, chances)
    variances = model.variances(group["place"].to_numpy())
    return dict(zip(NUMBERS, (expected, observed / expected, *limits, *variances), strict=True))


def _key(row: Key, by: Sequence[str]) -> Key:
    return {name: row[name] for name in by}
