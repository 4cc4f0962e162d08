"""Which keys and slides the rows of an import get, and which of their days may be seen."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import polars as pl

from pipelines.definitions import Definitions, InputError
from pipelines.intake import batches, keys
from pipelines.intake.batches import Slide
from pipelines.intake.crosswalk import Crosswalk, Span
from pipelines.intake.leaving import Door
from pipelines.intake.profile import Profile
from pipelines.intake.scratch import Scratch
from pipelines.intake.sliding import MARGINS, SQL, at_start, edges


@dataclass(frozen=True)
class Request:
    """What is asked for: an export, how it is read, where it goes, and how it is freed of identities.

    Without a crosswalk the records are said to hold no identifiers.
    """

    source: Path
    profile: Profile
    practice: Path
    crosswalk: Crosswalk | None
    slide: Slide | None
    since: date | None


@dataclass(frozen=True)
class Given:
    """The true first and last day, what decides who passes, and whose first infusion is told of."""

    first: date | None
    last: date | None
    door: Door
    starts: keys.Starts = keys.AS_BEFORE


def give_keys(work: Scratch, asked: Request, definitions: Definitions) -> Given:
    """Give keys and slides to all that passes, and teach the crosswalk.

    Raises InputError for days of which none can be slid, and for a --since that would leave rows
    out.
    """
    margin = MARGINS[asked.slide] if asked.slide else 0
    work.connection.execute("create table door.asked_margin as select ? as days", [margin])
    work.run(SQL / "span.sql")
    first, last, beginners = work.connection.table("door.span").fetchall()[0]
    walk = asked.crosswalk
    if walk is None:
        if asked.since:
            _refuse_gap(work, asked, asked.since)
        keys.keep_keys(work)
        return Given(first, last, Door(since=asked.since))
    give = partial(
        keys.replace_keys, work, walk, asked.profile.name, definitions, all_rows=not asked.since
    )
    if not asked.slide:
        return Given(first, last, Door(since=asked.since), give(None))
    crowded = beginners >= definitions.setting("crowded_start_patients")
    span, shown = _span(asked, walk, Span(first, last, crowded)), _shown(asked)
    place = (batches.practice_id(asked.practice), asked.profile.name)
    walk.note_span(*place, next_number(asked.practice), span)
    seen = edges(asked.slide, *span)
    starts = give((asked.slide, seen))
    surely = asked.since + timedelta(days=margin) if asked.since else None
    starts = starts._replace(at_start=at_start(work))
    return Given(span.first, span.last, Door(seen, asked.since, shown, surely), starts)


def _span(asked: Request, walk: Crosswalk, own: Span) -> Span:
    """Return the true days that the source covers with this export, and how its start looks."""
    name, in_force = batches.practice_id(asked.practice), batches.in_force(asked.practice)
    known = walk.spans(name, [batch.batch for batch in in_force])
    if own.last is None:
        # Diagnoses alone: they are of patients whom other sources show, or wait.
        if not known:
            raise InputError(
                f"profile {asked.profile.name}: no visit and no score has a day, so that no patient's"
                " calendar can be slid; expected them in the same export, or one that has them first"
            )
        spans = known.values()
        return Span(
            min(span.first for span in spans),
            max(span.last for span in spans),
            any(span.crowded for span in spans),
        )
    same = [known[b.batch] for b in in_force if b.source == asked.profile.name and b.batch in known]
    if asked.since and same:
        return Span(
            min(own.first, *[span.first for span in same]),
            max(own.last, *[span.last for span in same]),
            same[0].crowded,
        )
    return Span(min(asked.since, own.last), own.last, True) if asked.since else own


def _refuse_gap(work: Scratch, asked: Request, since: date) -> None:
    """Refuse to leave out rows between what earlier batches of the source hold and --since."""
    last = _shown(asked)
    if last is None:
        return
    asked_between = {"last_day": [last], "since": [since]}
    work.store("door.asked_between", pl.DataFrame(asked_between))
    work.run(SQL / "between.sql")
    skipped = work.connection.table("door.between").fetchall()[0][0]
    if skipped:
        raise InputError(
            f"--since: rows that lie before {since} and after all that earlier batches of"
            f" {asked.profile.name} hold would be left out ({skipped:,}); expected an earlier day"
        )


def next_number(practice: Path) -> int:
    """Return the number of the next batch."""
    return max((batch.batch for batch in batches.manifests(practice)), default=0) + 1


def _shown(asked: Request) -> date | None:
    """Return the last slid day that earlier batches of the source in force may show."""
    found = batches.in_force(asked.practice)
    days = [b.data_through for b in found if b.source == asked.profile.name and b.data_through]
    return date.fromisoformat(max(days)) if days else None
