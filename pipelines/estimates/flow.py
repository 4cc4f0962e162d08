"""How smoothly patients pass through: waits, visits that were not kept, inductions, time in the chair."""

from dataclasses import dataclass, field

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.judging_points import RuleSet, rules_of
from pipelines.estimates.noted import Charted, charted
from pipelines.estimates.periods import as_points
from pipelines.estimates.result import Provenance, Question
from pipelines.estimates.shares import with_limits
from pipelines.estimates.survival import at_days, kaplan_meier, median
from pipelines.intake.annotations import FLOW, Annotations

WAITS = (14, 28, 56)  # days at which the share that has begun is told
KEPT = ("completed", "no_show", "late_cancelled")  # visits that held a place: not cancelled in time
TIMES = ("chair_minutes", "infusion_minutes", "recovery_minutes")


@dataclass(frozen=True)
class Passing:
    """Visits, courses, waits and gaps: rows of the marts visit_flow, course_flow, waits, maintenance.

    `outcomes` are the courses of a measure and window, as `response` counts them.
    """

    visits: pl.DataFrame
    courses: pl.DataFrame
    waits: pl.DataFrame
    gaps: pl.DataFrame
    outcomes: pl.DataFrame


@dataclass(frozen=True)
class Flow:
    """Flow through a practice, as counted: not for display.

    `waiting`: day, at_risk, share that has begun with low and high (Kaplan-Meier), at WAITS days
    after the first consultation, and `wait`: begun, waiting, median days with low and high of the
    same curve, null where fewer than half have begun by its end.
    `kept`: one row per kind of visit: held (kept or missed a place), no_show and late_cancelled of
    these, cancelled in time, shares with low and high. `weekdays`: the same of all kinds by weekday, no
    row where days are slid. `completion`: complete of those old_enough with share, low and high, and
    share_km, the Kaplan-Meier share of all who began. `attrition`: by infusion number of the
    induction, courses that had it, went_on, finished (had as many as planned), stopped (left with the
    infusion stopped early), left, open (may still go on). `times`: of chair, infusion and recovery
    minutes n, median, p90, long (share over the setting, of recovery only). `chair_hours`: infusions
    per hour in the chair, null without. `capture`: captured, of, share, low, high of baseline and
    follow_up. `gaps`: n, median, p10, p90 days between maintenance infusions. `repeats`: patients,
    repeated, share, low, high. `over_time`: charts of shares by month: no_show, late_cancelled,
    complete, baseline. Limits are Wilson's; visits of one patient are taken as independent.
    """

    question: Question
    waiting: pl.DataFrame
    wait: pl.DataFrame
    kept: pl.DataFrame
    weekdays: pl.DataFrame
    completion: pl.DataFrame
    attrition: pl.DataFrame
    times: pl.DataFrame
    chair_hours: float | None
    capture: pl.DataFrame
    gaps: pl.DataFrame
    repeats: pl.DataFrame
    over_time: dict[str, Charted]
    definitions: Definitions = field(repr=False)
    provenance: Provenance


def flow(
    found: Passing,
    question: Question,
    noted: Annotations,
    definitions: Definitions,
    provenance: Provenance,
    rules: RuleSet = "anhoej",
) -> Flow:
    """Return how smoothly patients pass through, of visits, courses and waits already filtered."""
    visits, courses = found.visits, found.courses
    chair = visits.filter(pl.col("chair_minutes").is_not_null())["chair_minutes"]
    outcomes = found.outcomes.filter(pl.col("status") != "started_before_data")
    return Flow(
        question,
        _waiting(found.waits),
        _wait(found.waits),
        _kept(visits, "visit_kind"),
        _kept(visits.filter(pl.col("weekday").is_not_null()), "weekday"),
        _completion(courses, definitions),
        _attrition(courses),
        _times(visits, definitions),
        60 * chair.len() / int(chair.sum()) if chair.sum() else None,
        _capture(outcomes),
        _gaps(found.gaps.join(courses, on="course_key", how="semi")),
        _repeats(courses),
        _over_time(visits, courses, outcomes, question, noted, definitions, rules, provenance),
        definitions,
        provenance,
    )


def _waiting(waits: pl.DataFrame) -> pl.DataFrame:
    """Return the share that has begun, at given days after the first consultation."""
    if waits.is_empty():
        schema = {
            "day": pl.Int64,
            "at_risk": pl.Int64,
            **dict.fromkeys(("share", "low", "high"), pl.Float64),
        }
        return pl.DataFrame(schema=schema)
    return at_days(_still_waiting(waits), WAITS).select(
        "day", "at_risk", share=1 - pl.col("share"), low=1 - pl.col("high"), high=1 - pl.col("low")
    )


def _wait(waits: pl.DataFrame) -> pl.DataFrame:
    days = pl.col("wait_days")
    middle = median(_still_waiting(waits)) if waits.height else (None, None, None)
    named = dict(zip(("median", "low", "high"), middle, strict=True))
    return waits.select(
        begun=days.count().cast(pl.Int64), waiting=days.null_count().cast(pl.Int64)
    ).with_columns(pl.lit(value, pl.Int64).alias(name) for name, value in named.items())


def _still_waiting(waits: pl.DataFrame) -> pl.DataFrame:
    days = waits.select(pl.coalesce("wait_days", "followed_days").cast(pl.Int64)).to_series()
    return kaplan_meier(days.to_numpy(), waits["wait_days"].is_not_null().to_numpy())


def _kept(visits: pl.DataFrame, by: str) -> pl.DataFrame:
    status = pl.col("visit_status")
    counted = visits.group_by(by).agg(
        held=status.is_in(list(KEPT)).sum().cast(pl.Int64),
        **{
            name: (status == name).sum().cast(pl.Int64)
            for name in ("no_show", "late_cancelled", "cancelled")
        },
    )
    told = counted.sort(by)
    for name in ("no_show", "late_cancelled"):
        told = with_limits(told, name, "held", f"{name}_")
    return told


def _completion(courses: pl.DataFrame, definitions: Definitions) -> pl.DataFrame:
    """Return inductions that were completed, of courses old enough, and of all by Kaplan-Meier."""
    last = definitions.setting("induction_last_day")
    old = courses.filter(pl.col("followed_days").is_null() | (pl.col("followed_days") >= last))
    counted = old.select(
        complete=pl.col("complete_day").count().cast(pl.Int64), old_enough=pl.len().cast(pl.Int64)
    )
    share_km = None
    if courses.height:
        reached = courses["complete_day"].is_not_null()
        open_ = pl.col("followed_days").fill_null(last).clip(0, last)
        days = courses.select(pl.coalesce("complete_day", open_).cast(pl.Int64)).to_series()
        curve = kaplan_meier(days.to_numpy(), reached.to_numpy())
        left = at_days(curve, [last])["share"].item()
        share_km = None if left is None else 1 - left
    return with_limits(counted, "complete", "old_enough").with_columns(
        share_km=pl.lit(share_km, pl.Float64)
    )


def _attrition(courses: pl.DataFrame) -> pl.DataFrame:
    """Return by infusion number of the induction how many went on to the next one."""
    rows = []
    had = pl.col("in_induction")
    for number in range(1, (max(courses["in_induction"].to_list(), default=0)) + 1):
        here = courses.filter(had >= number)
        last = here.filter(had == number)
        ended = last.filter("ended")
        finished = ended.filter(pl.col("planned").fill_null(number + 1) <= number).height
        short = ended.filter(pl.col("planned").fill_null(number + 1) > number)
        stopped = short.filter(pl.col("last_stopped").fill_null(False)).height
        rows.append(
            {
                "infusion": number,
                "courses": here.height,
                "went_on": here.height - last.height,
                "finished": finished,
                "stopped": stopped,
                "left": short.height - stopped,
                "open": last.height - ended.height,
            }
        )
    names = ("infusion", "courses", "went_on", "finished", "stopped", "left", "open")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Int64))


def _times(visits: pl.DataFrame, definitions: Definitions) -> pl.DataFrame:
    long = definitions.setting("long_recovery_minutes")
    rows = []
    for name in TIMES:
        told = visits[name].drop_nulls().cast(pl.Float64)
        over = (told > long).mean() if name == "recovery_minutes" else None
        rows.append((name, told.len(), told.median(), told.quantile(0.9, "linear"), over))
    schema = {
        "time": pl.String,
        "n": pl.Int64,
        "median": pl.Float64,
        "p90": pl.Float64,
        "long": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _capture(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return how many courses have a baseline, and how many of those due were followed up."""
    status = pl.col("status")
    due = ("responded", "not_responded", "not_assessed")
    counts = {
        "baseline": (status != "no_baseline", pl.lit(True)),
        "follow_up": (status.is_in(due[:2]), status.is_in(list(due))),
    }
    rows = [
        outcomes.select(
            capture=pl.lit(name),
            captured=(met & of).sum().cast(pl.Int64),
            of=(of & status.is_not_null()).sum().cast(pl.Int64),
        )
        for name, (met, of) in counts.items()
    ]
    return with_limits(pl.concat(rows), "captured", "of")


def _gaps(gaps: pl.DataFrame) -> pl.DataFrame:
    days = pl.col("gap_days")
    return gaps.select(
        n=pl.len().cast(pl.Int64),
        median=days.median(),
        p10=days.quantile(0.1, "linear"),
        p90=days.quantile(0.9, "linear"),
    )


def _repeats(courses: pl.DataFrame) -> pl.DataFrame:
    patients = courses.group_by("patient_key").agg(courses=pl.len())
    counted = patients.select(
        patients=pl.len().cast(pl.Int64), repeated=(pl.col("courses") > 1).sum().cast(pl.Int64)
    )
    return with_limits(counted, "repeated", "patients")


def _over_time(
    visits: pl.DataFrame,
    courses: pl.DataFrame,
    outcomes: pl.DataFrame,
    question: Question,
    noted: Annotations,
    definitions: Definitions,
    rules: RuleSet,
    provenance: Provenance,
) -> dict[str, Charted]:
    held = visits.filter(pl.col("visit_status").is_in(list(KEPT)))
    last = definitions.setting("induction_last_day")
    begun = courses.rename({"start_month": "month"})
    not_old = pl.col("followed_days").is_not_null() & (pl.col("followed_days") < last)
    told = outcomes.rename({"start_month": "month"})
    rows = {
        "no_show": held.select("month", met=pl.col("visit_status") == "no_show"),
        "late_cancelled": held.select("month", met=pl.col("visit_status") == "late_cancelled"),
        "complete": begun.select("month", met=pl.col("complete_day").is_not_null(), open=not_old),
        "baseline": told.select("month", met=pl.col("status") != "no_baseline"),
    }
    judged_by = rules_of(rules, definitions)
    return {
        name: charted(_by_month(rows[name], provenance), "p", judged_by, name, question, noted)
        for name in FLOW
    }


def _by_month(rows: pl.DataFrame, provenance: Provenance) -> pl.DataFrame:
    """Return a yes or no by month as points; open months are kept out."""
    open_ = pl.col("open") if "open" in rows.columns else pl.lit(False)
    dated = rows.filter(pl.col("month").is_not_null())
    counted = dated.group_by(first_month="month").agg(
        numerator=pl.col("met").sum().cast(pl.Int64),
        denominator=pl.len().cast(pl.Int64),
        open=open_.any(),
    )
    return as_points(counted, "month", provenance.data_through)
