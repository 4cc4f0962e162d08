"""Visits and events as others may see them, from the blocks that are let out: words and tables.

Under a policy that rounds, counts are rounded and nothing is divided by them.
"""

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure import flow_tables, safety_words
from pipelines.disclosure.groups import code_labels
from pipelines.disclosure.policies import policy_row, rounding
from pipelines.disclosure.release import Kept, Release
from pipelines.disclosure.table import number
from pipelines.disclosure.units import Row
from pipelines.disclosure.words import HIDDEN, NONE, percent
from pipelines.estimates.event_rates import PER
from pipelines.estimates.flow import KEPT
from pipelines.estimates.shares import with_limits

STATUSES = ("no_show", "late_cancelled", "cancelled")
VISITS, EVENTS = ("visits",), ("adverse_events",)
NO_VISIT, NO_INFUSION = (
    "No visit is in these records.",
    "No infusion of a course is in these records.",
)


def visits_table(release: Release, definitions: Definitions, policy: str) -> pl.DataFrame:
    """Return what became of visits by kind, as text, as `flow_tables.missed`; `hidden` is not told."""
    step = _step(definitions, policy)
    kinds = [(*VISITS, kind) for kind in code_labels("visit_kind", definitions)]
    found = [{"visit_kind": kind[-1], **_visits(release, kind)} for kind in kinds]
    whole = dict.fromkeys(("held", *STATUSES), pl.Int64)
    counted = pl.DataFrame(found, schema={"visit_kind": pl.String, **whole})
    for name in ("no_show", "late_cancelled"):
        counted = with_limits(counted, name, "held", f"{name}_")
        if step > 1:
            ends = [f"{name}_{end}" for end in ("share", "low", "high")]
            counted = counted.with_columns(pl.lit(None, pl.Float64).alias(end) for end in ends)
    counted = counted.with_columns(
        pl.col(*whole).map_elements(lambda n: _rounded(n, step), pl.Int64)
    )
    shown = flow_tables.missed(counted, "visit_kind", "Visits", definitions)
    return _as_of(shown, [_held(release, kind) for kind in kinds], release)


def visits_sentence(release: Release, definitions: Definitions, policy: str) -> str:
    """Return how many visits were missed, of all that held a place."""
    step = _step(definitions, policy)
    visits = _visits(release, VISITS)
    held, missed = visits["held"], visits["no_show"]
    if held is None or missed is None:
        return "Too few visits to tell of them without telling of a person."
    if not held:
        return NO_VISIT
    of = f"Of {_rounded(held, step):,} visits that held a place"
    if step > 1:
        return f"{of}, {_rounded(missed, step):,} were missed; both are rounded to {step}."
    return f"{of}, {percent(missed / held)} were missed.{_old(_held(release, VISITS), release)}"


def _held(release: Release, row: Row) -> Kept | None:
    """Return where a row's visits stand, as finely as they are told."""
    return release.kept("visits kept", row) or release.kept("visits held", row)


def _visits(release: Release, row: Row) -> dict[str, int | None]:
    """Return visits of a row that held a place, and those that were not kept; None is not told."""
    found: dict[str, int | None] = dict.fromkeys(("held", *STATUSES))
    kept, held = release.kept("visits kept", row), release.kept("visits held", row)
    if kept is not None:
        counts = {name: kept.unit.having({"visits kept": name}) for name in {*KEPT, *STATUSES}}
        found["held"] = sum(counts[name] for name in KEPT)
        found |= {name: counts[name] for name in STATUSES}
    elif held is not None:
        found["held"] = held.unit.having({"visits held": "yes"})
        found["cancelled"] = held.unit.having({"visits held": "no"})
    return found


def events_sentence(release: Release, definitions: Definitions, policy: str) -> str:
    """Return how often adverse events were recorded, and how many infusions were stopped early."""
    step = _step(definitions, policy)
    events = _events(release, EVENTS)
    infusions = None if events is None else _infusions(release, events.build)
    if infusions is None or events is None:
        return "Too few infusions or events to tell of them without telling of a person."
    if not infusions:
        return NO_INFUSION
    said = (
        f"In {_rounded(infusions, step):,} infusions {_rounded(events.unit.courses, step):,}"
        " adverse events were recorded"
    )
    if step > 1:
        return f"{said}; both are rounded to {step}."
    said += f": {_rate(events.unit.courses, infusions)} per 100 infusions"
    stops = release.kept("visits stopped", (*VISITS, "infusion"), events.build)
    if stops is not None:
        stopped, went_on = (stops.unit.having({"visits stopped": flag}) for flag in ("yes", "no"))
        if stopped + went_on:
            said += f"; {percent(stopped / (stopped + went_on))} of infusions were stopped early"
    return f"{said}.{_old(events, release)}"


def events_table(
    release: Release, terms: dict[str, str], definitions: Definitions, policy: str
) -> pl.DataFrame:
    """Return events by term and per 100 infusions, as text.

    `terms` has the label of each term; what is not told is `hidden`. Events are divided by the
    infusions of the same build, the last one that told both; and not at all where none did. A rate has no interval
    here: one that allows for several events of a patient needs numbers that are not let out, and
    one of independent events would be too narrow.
    """
    step = _step(definitions, policy)
    kept = [_events(release, (*EVENTS, term)) for term in terms]
    events = [None if one is None else one.unit.courses for one in kept]
    infusions = [None if one is None else _infusions(release, one.build) for one in kept]
    rows = [
        {
            "Event": label,
            "Events": number(_rounded(count, step)),
            "Per 100 infusions": _per_100(count, of, step),
        }
        for label, count, of in zip(terms.values(), events, infusions, strict=True)
    ]
    return _as_of(pl.DataFrame(rows), kept, release)


def _per_100(events: int | None, infusions: int | None, step: int) -> str:
    if events is None or (infusions is None and step == 1):
        return HIDDEN
    return NONE if step > 1 or not infusions else _rate(events, infusions)


def _rate(events: int, infusions: int) -> str:
    rate = PER * events / infusions
    return f"{rate:.{safety_words.digits(rate)}f}"


def _events(release: Release, row: Row) -> Kept | None:
    """Return the events of a row as last let out with the infusions of the same build, else as last
    let out.
    """
    times = release.units.get(("adverse_events events", row), ())
    with_infusions = [one for one in times if _infusions(release, one.build) is not None]
    return next(reversed(with_infusions or times), None)


def _infusions(release: Release, build: str) -> int | None:
    kept = release.kept("visits course", (*VISITS, "infusion"), build)
    return None if kept is None else kept.unit.having({"visits course": "yes"})


def _step(definitions: Definitions, policy: str) -> int:
    return rounding(policy_row(definitions, policy))


def _rounded(count: int | None, step: int) -> int | None:
    return None if count is None else (count + step // 2) // step * step


def _as_of(shown: pl.DataFrame, kept: list[Kept | None], release: Release) -> pl.DataFrame:
    """Return a table with the day of the data of its rows, if any keeps numbers of an earlier release."""
    days = [one.through or NONE if one and one.build != release.build else "now" for one in kept]
    if set(days) <= {"now"}:
        return shown
    told = ["" if one is None else day for one, day in zip(kept, days, strict=True)]
    return shown.with_columns(pl.Series("As of", told))


def _old(kept: Kept | None, release: Release) -> str:
    if kept is None or kept.build == release.build or kept.through is None:
        return ""
    return f" As let out with data through {kept.through}: too few persons changed since."
