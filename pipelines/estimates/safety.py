"""How safely infusions went: adverse events, early stops, vital signs during the infusion."""

from dataclasses import dataclass, field, replace

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.control_chart import ControlChart, control_chart
from pipelines.estimates.event_rates import event_divisors, of_each_term, with_rates
from pipelines.estimates.intervals import design_effects, wilson
from pipelines.estimates.judging_points import RuleSet, rules_of
from pipelines.estimates.noted import Charted, charted
from pipelines.estimates.periods import WIDTHS, as_points, start_of
from pipelines.estimates.result import Provenance, Question
from pipelines.intake.annotations import ADVERSE_EVENTS, DOSE, Annotations

GRADES = range(1, 6)
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9


@dataclass(frozen=True)
class Infusions:
    """Infusions of courses and what was recorded of them: rows of the marts infusion_*.

    `watched` are rows of marts.watched_courses.
    """

    infusions: pl.DataFrame
    events: pl.DataFrame
    signs: pl.DataFrame
    excursions: pl.DataFrame
    watched: pl.DataFrame


@dataclass(frozen=True)
class OverTime:
    """Events over time: of all, of one term or of one clinic.

    `charted` holds events over infusions by period of `width`, or, where events are too `rare` for
    that, infusions from one with an event to the next; `since` are then those since the last one so
    far, which is a gap still open, at least so long, and no point. None where there is no last one.
    """

    term: str | None
    clinic_key: str | None
    charted: Charted = field(repr=False)
    width: str
    rare: bool
    since: int | None


@dataclass(frozen=True)
class Safety:
    """Safety of infusions, as counted: not for display.

    `totals`: one row of all infusions: infusions, patients, observed, events, serious, with_events,
    per_100 with low and high. `terms`: one row per term, the commonest first: events, infusions and
    patients with it, serious, unresolved, grade_1 to grade_5, per_100, low, high, median minutes of
    onset and of lasting. `doses`: infusions, events, stopped, per_100, low, high by dose band. `stops`:
    infusions stopped early by reason, of all that say whether they were. `stopped`: stopped, told, share,
    low, high. `excursions`: read, beyond, share, low, high by excursion. `signs`: median, low (10 %)
    and high (90 %) by sign and minute with the number read. `over_time`: all events first, then each
    term, then each clinic where there are several; `between`: infusions between serious events,
    `since_serious` those since the last one so far, a gap still open, None without a serious event.
    `dose_over_time`: mean dose per kg of infusions that were not stopped early, by month and category.
    `watched`: by category, subtype and scale that is watched for harm, courses, scored, flagged of
    these, share, low, high. `review`: one row per `events` recorded alike that are serious or of watched_terms:
    keys, no identity. Limits of shares (Wilson) and of rates (exact Poisson) are those of effective numbers,
    which allow for several infusions, events or courses of one patient.
    """

    question: Question
    totals: pl.DataFrame
    terms: pl.DataFrame
    doses: pl.DataFrame
    stopped: pl.DataFrame
    stops: pl.DataFrame
    excursions: pl.DataFrame
    signs: pl.DataFrame
    over_time: tuple[OverTime, ...]
    dose_over_time: dict[str, Charted]
    between: ControlChart
    since_serious: int | None
    watched: pl.DataFrame
    review: pl.DataFrame = field(repr=False)
    definitions: Definitions = field(repr=False)
    provenance: Provenance


def safety(
    found: Infusions,
    question: Question,
    noted: Annotations,
    definitions: Definitions,
    provenance: Provenance,
    rules: RuleSet = "anhoej",
) -> Safety:
    """Return the safety of infusions, already filtered; what hangs on others is left out.

    A rate counts recorded events; where nothing is recorded, nothing happened or nobody wrote it down.
    Periods of charts are as narrow as leaves trend_point_events events to each on average.
    """
    infusions = found.infusions
    events, signs, excursions = (
        frame.join(infusions.select("visit_key", "patient_key"), on="visit_key")
        for frame in (found.events, found.signs, found.excursions)
    )
    terms = _terms(events, infusions)
    clinics = infusions["clinic_key"].unique().sort().to_list()
    parts = [
        (None, None, infusions),
        *((term, None, _of_term(infusions, events, term)) for term in terms["term"].to_list()),
        *(
            (None, clinic, infusions.filter(pl.col("clinic_key") == clinic))
            for clinic in (clinics if len(clinics) > 1 else [])
        ),
    ]
    made = (definitions, rules, provenance)
    return Safety(
        question,
        _totals(infusions),
        terms,
        _doses(infusions, definitions),
        _stopped(infusions),
        _stops(infusions),
        _excursions(excursions, definitions),
        _bands(signs),
        tuple(
            OverTime(term, clinic, *_over_time(part, _about(question, term, clinic), noted, *made))
            for term, clinic, part in parts
        ),
        _dose_over_time(infusions, question, noted, *made),
        _between(infusions, "serious", definitions),
        _since(infusions, "serious"),
        _watched(found.watched),
        _review(events, infusions, definitions),
        definitions,
        provenance,
    )


def _totals(infusions: pl.DataFrame) -> pl.DataFrame:
    counted = infusions.select(
        infusions=pl.len().cast(pl.Int64),
        patients=pl.col("patient_key").n_unique().cast(pl.Int64),
        observed=pl.col("observed").sum().cast(pl.Int64),
        events=pl.col("events").sum(),
        serious=pl.col("serious").sum(),
        with_events=(pl.col("events") > 0).sum().cast(pl.Int64),
    )
    own = infusions.select("patient_key", "events", infusions=pl.lit(1))
    return with_rates(counted.hstack(event_divisors(own)), pl.col("infusions"))


def _terms(events: pl.DataFrame, infusions: pl.DataFrame) -> pl.DataFrame:
    number = pl.col("events").sum().cast(pl.Int64)
    lasting = pl.col("resolved_minute") - pl.col("onset_minute")
    grades = [
        pl.col("events")
        .filter(pl.col("grade") == grade)
        .sum()
        .cast(pl.Int64)
        .alias(f"grade_{grade}")
        for grade in GRADES
    ]
    counted = events.group_by("term").agg(
        number,
        *grades,
        infusions=pl.col("visit_key").n_unique().cast(pl.Int64),
        patients=pl.col("patient_key").n_unique().cast(pl.Int64),
        serious=pl.col("events").filter("serious").sum().cast(pl.Int64),
        unresolved=pl.col("events")
        .filter(pl.col("resolved_minute").is_null())
        .sum()
        .cast(pl.Int64),
        onset=pl.col("onset_minute").median(),
        lasting=lasting.median(),
    )
    divisors = event_divisors(of_each_term(infusions, events), ["term"])
    joined = counted.join(divisors, on="term", how="left", maintain_order="left")
    rates = with_rates(joined, pl.lit(infusions.height))
    return rates.sort(pl.col("events"), "term", descending=[True, False])


def _doses(infusions: pl.DataFrame, definitions: Definitions) -> pl.DataFrame:
    bands = (
        definitions["dose_bands"]
        .sort("from_mg_per_kg")
        .select("band", "label", "from_mg_per_kg", "below_mg_per_kg")
    )
    dosed = infusions.filter(pl.col("dose_mg_per_kg").is_not_null()).sort("dose_mg_per_kg")
    placed = dosed.join_where(
        bands,
        pl.col("dose_mg_per_kg") >= pl.col("from_mg_per_kg"),
        pl.col("dose_mg_per_kg") < pl.col("below_mg_per_kg").fill_null(pl.lit(10_000)),
    )
    counted = placed.group_by("band").agg(
        infusions=pl.len().cast(pl.Int64),
        events=pl.col("events").sum(),
        stopped=pl.col("stopped_early").fill_null(False).sum().cast(pl.Int64),
    )
    own = placed.select("band", "patient_key", "events", infusions=pl.lit(1))
    every = bands.select("band", "label")
    for found in (counted, event_divisors(own, ["band"])):
        every = every.join(found, on="band", how="left", maintain_order="left")
    filled = every.with_columns(pl.col("infusions", "events", "stopped").fill_null(0))
    return with_rates(filled, pl.col("infusions"))


def _stopped(infusions: pl.DataFrame) -> pl.DataFrame:
    told = infusions.filter(pl.col("stopped_early").is_not_null())
    rows = told.select("patient_key", met="stopped_early", all=pl.lit("all"))
    return _shares(rows, ["all"]).select(
        stopped="met", told="n", share="share", low="low", high="high"
    )


def _stops(infusions: pl.DataFrame) -> pl.DataFrame:
    stopped = infusions.filter(pl.col("stopped_early").fill_null(False))
    return (
        stopped.group_by(reason="stop_reason")
        .agg(infusions=pl.len().cast(pl.Int64))
        .sort(pl.col("infusions"), "reason", descending=[True, False], nulls_last=True)
    )


def _excursions(read: pl.DataFrame, definitions: Definitions) -> pl.DataFrame:
    rows = _shares(read.select("patient_key", "excursion", met="beyond"), ["excursion"])
    known = definitions["excursions"].sort("sort_order").select("excursion", "label", "severity")
    joined = known.join(rows, on="excursion", how="left", maintain_order="left")
    return joined.with_columns(pl.col("n", "met").fill_null(0)).rename(
        {"n": "read", "met": "beyond"}
    )


def _shares(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return met, n and their share with limits for each group of rows that met something or not.

    `rows` has the `by` columns, patient_key and met; limits allow for several rows of one patient.
    """
    effects = design_effects(rows.rename({"met": "responded"}), by)
    counted = rows.group_by(by).agg(
        met=pl.col("met").sum().cast(pl.Int64), n=pl.len().cast(pl.Int64)
    )
    told = counted.join(effects, on=by, how="left", nulls_equal=True, maintain_order="left")
    divisor = told["divisor"].to_numpy()
    low, high = wilson(told["met"].to_numpy() / divisor, told["n"].to_numpy() / divisor)
    return told.select(
        *by, "met", "n", share=pl.col("met") / pl.col("n"), low=pl.Series(low), high=pl.Series(high)
    )


def _bands(signs: pl.DataFrame) -> pl.DataFrame:
    value = pl.col("value")
    return (
        signs.group_by("sign", "minute")
        .agg(
            read=pl.len().cast(pl.Int64),
            low=value.quantile(LOW, "linear"),
            median=value.quantile(MIDDLE, "linear"),
            high=value.quantile(HIGH, "linear"),
        )
        .sort("sign", "minute")
    )


def _of_term(infusions: pl.DataFrame, events: pl.DataFrame, term: str) -> pl.DataFrame:
    """Return the infusions with the number of events of one term."""
    own = events.filter(pl.col("term") == term).group_by("visit_key").agg(pl.col("events").sum())
    joined = infusions.drop("events").join(own, on="visit_key", how="left", maintain_order="left")
    return joined.with_columns(pl.col("events").fill_null(0))


def _about(question: Question, term: str | None, clinic: str | None) -> tuple[Question, str]:
    """Return the question that a chart answers, and what events call the chart."""
    if clinic is not None:
        question = replace(question, where={**question.where, "clinic_key": (clinic,)})
    return question, ADVERSE_EVENTS if term is None else f"{ADVERSE_EVENTS}/{term}"


def _over_time(
    infusions: pl.DataFrame,
    about: tuple[Question, str],
    noted: Annotations,
    definitions: Definitions,
    rules: RuleSet,
    provenance: Provenance,
) -> tuple[Charted, str, bool, int | None]:
    """Return the chart of events over time, its width, whether it is one of gaps, and the open gap."""
    question, code = about
    least = definitions.setting("trend_point_events")
    months = _points(infusions, "month", provenance)
    for width in WIDTHS:
        points = _points(infusions, width, provenance)
        if points.is_empty() or points["numerator"].sum() >= least * points.height:
            judged_by = rules_of(rules, definitions)
            found = charted(points, "u", judged_by, code, question, noted, width, months)
            return found, width, False, None
    rare = _between(infusions, "events", definitions)
    since = _since(infusions, "events")
    return Charted(rare, noted.targets.clear(), ()), "month", True, since


def _points(infusions: pl.DataFrame, width: str, provenance: Provenance) -> pl.DataFrame:
    """Return events and infusions by period; one that is not over is kept out."""
    dated = infusions.filter(pl.col("month").is_not_null())
    counted = dated.group_by(first_month=start_of("month", width)).agg(
        numerator=pl.col("events").sum(), denominator=pl.len().cast(pl.Int64)
    )
    return as_points(counted, width, provenance.data_through)


def _dose_over_time(
    infusions: pl.DataFrame,
    question: Question,
    noted: Annotations,
    definitions: Definitions,
    rules: RuleSet,
    provenance: Provenance,
) -> dict[str, Charted]:
    """Return the mean dose by month of each category; months with few infusions are kept out."""
    given = infusions.filter(
        ~pl.col("stopped_early").fill_null(False),
        pl.col("dose_mg_per_kg").is_not_null(),
        pl.col("month").is_not_null(),
    )
    few = pl.col("denominator") < definitions.setting("trend_point_events")
    found = {}
    for (category,), rows in given.sort("category").group_by("category", maintain_order=True):
        counted = rows.group_by(first_month="month").agg(
            numerator=pl.col("dose_mg_per_kg").cast(pl.Float64).mean(),
            denominator=pl.len().cast(pl.Int64),
        )
        points = as_points(counted, "month", provenance.data_through)
        kept = points.with_columns(why_out=pl.when(few).then(pl.lit("few")).otherwise("why_out"))
        about = replace(question, where={**question.where, "category": (str(category),)})
        judged_by = rules_of(rules, definitions)
        found[str(category)] = charted(kept, "i", judged_by, DOSE, about, noted, unnamed=True)
    return found


def _between(infusions: pl.DataFrame, column: str, definitions: Definitions) -> ControlChart:
    """Return the number of infusions between one with such an event and the next."""
    ordered = _in_order(infusions)
    had = ordered.filter(pl.col(column) > 0).with_columns(
        gap=pl.col("number").cast(pl.Int64).diff() - 1
    )
    gaps = had.filter(pl.col("gap").is_not_null() & pl.col("month").is_not_null())
    points = gaps.with_row_index("place").select(
        "place",
        first_month="month",
        numerator="gap",
        denominator=pl.lit(1),
        why_out=pl.lit(None, pl.String),
    )
    return control_chart(points, "g", rules_of("anhoej", definitions))


def _since(infusions: pl.DataFrame, column: str) -> int | None:
    """Return the number of infusions since the last with such an event; None where there is none.

    None too where no month is known, since the order of infusions is then not known.
    """
    ordered = _in_order(infusions.filter(pl.col("month").is_not_null()))
    last = ordered.filter(pl.col(column) > 0)["number"].max()
    return None if last is None else ordered.height - 1 - int(str(last))


def _in_order(infusions: pl.DataFrame) -> pl.DataFrame:
    return infusions.sort("visit_date", "visit_key").with_row_index("number")


def _watched(courses: pl.DataFrame) -> pl.DataFrame:
    by = ["category", "subtype", "instrument"]
    counted = courses.group_by(by).agg(courses=pl.len().cast(pl.Int64))
    scored = courses.filter(pl.col("flagged").is_not_null())
    shares = _shares(scored.select(*by, "patient_key", met="flagged"), by)
    joined = counted.join(shares, on=by, how="left", nulls_equal=True)
    told = joined.rename({"n": "scored", "met": "flagged"})
    return told.with_columns(pl.col("scored", "flagged").fill_null(0)).sort(by)


def _review(
    events: pl.DataFrame, infusions: pl.DataFrame, definitions: Definitions
) -> pl.DataFrame:
    where = infusions.select("visit_key", "clinic_key", "category", "month", "infusion_number")
    watched = pl.col("term").is_in(definitions["watched_terms"]["term"].implode())
    return (
        events.filter(pl.col("serious") | watched)
        .join(where, on="visit_key")
        .select("month", "clinic_key", "category", "infusion_number", "term", "grade", "serious",
                "events", "onset_minute", "resolved_minute", "visit_key", "patient_key")
        .sort("month", "visit_key", "term", descending=[True, False, False])
    )  # fmt: skip
