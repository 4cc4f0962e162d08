"""A release: the units that others may see, each as of the build in which it was last let out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.disclosure.plan import Plan
from pipelines.disclosure.renewal import Renewal
from pipelines.disclosure.snapshot import Snapshot
from pipelines.disclosure.units import DUE, LATER, UNKNOWN, WIDTH_MONTHS, Row, Unit


@dataclass(frozen=True)
class Kept:
    """A unit as it was let out: of which build, with data through which day (None: relative days)."""

    unit: Unit
    build: str
    through: str | None


@dataclass(frozen=True)
class Release:
    """What others may see on a build: the blocks of rows on rungs, each time they were let out, the last
    one last; see `Plan`.
    """

    build: str
    units: Mapping[tuple[str, Row], tuple[Kept, ...]]
    apart: Mapping[tuple[str, str], str]

    def kept(self, rung: str, row: Row, build: str | None = None) -> Kept | None:
        """Return a row's blocks on a rung as last let out, or as let out on a build; None where not."""
        times = self.units.get((rung, row), ())
        if build is not None:
            times = tuple(kept for kept in times if kept.build == build)
        return times[-1] if times else None

    def widths(self, row: Row) -> list[tuple[str, Kept]]:
        """Return the widths of periods in which a row is told over time: the newest first, and of those
        of one day the narrowest.
        """
        told = [(width, self.kept(width, row)) for width in reversed(WIDTH_MONTHS)]
        found = [(width, kept) for width, kept in told if kept is not None]
        return sorted(found, key=lambda one: one[1].through or "", reverse=True)

    def periods(self, row: Row) -> tuple[str, Kept, pl.DataFrame] | None:
        """Return the first of its widths in which a row is told over time, with first_month, due,
        assessed and responded by period; None where there is none.
        """
        for width, kept in self.widths(row):
            return width, kept, _by_period(kept.unit, width)
        return None


def _by_period(unit: Unit, width: str) -> pl.DataFrame:
    parts = [part for part in unit.parts if part != UNKNOWN and not part.startswith(LATER)]
    rows = []
    for part in parts:
        met, unmet, missing = (unit.having({"missing": status, width: part}) for status in DUE)
        rows.append((date.fromisoformat(f"{part}-01"), met + unmet + missing, met + unmet, met))
    schema = {"first_month": pl.Date, "due": pl.Int64, "assessed": pl.Int64, "responded": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def next_release(
    made: Plan, earlier: Sequence[Snapshot], build: str, through: str | None, smallest: int
) -> tuple[Release, Snapshot]:
    """Return the release of a build after `earlier` ones, oldest first, and what is new in it.

    A row's numbers on a rung are replaced only together with those that they refine, with those of its
    parent, and with its rate, where it has one. And only if nobody or enough persons are found by who
    holds the new numbers against all earlier ones:

    - each block, and each sum of blocks that both times tell, on this rung or another that tells the same
      values or periods;
    - what is left of the parent, without the rows known at both times;
    - who began between two days, however it is known how many had begun by them; see `Reader`.

    Else the row keeps those of the last time. Nothing is said of definitions or records that changed
    between: who knows how, knows more.
    """
    units = Renewal(made, earlier, through, smallest).units()
    new = Snapshot(build, through, units, made.listed)
    return standing_release(made, (*earlier, new)), new


def standing_release(made: Plan, snapshots: Sequence[Snapshot]) -> Release:
    """Return what others see after snapshots, oldest first, the last of the build of the plan."""
    units: dict[tuple[str, Row], tuple[Kept, ...]] = {}
    for snapshot in snapshots:
        for key, unit in snapshot.units.items():
            units[key] = (*units.get(key, ()), Kept(unit, snapshot.build, snapshot.through))
    return Release(snapshots[-1].build, units, made.apart)
