"""A release: the units that others may see, each as of the build in which it was last let out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.disclosure.moving import family, moved
from pipelines.disclosure.plan import Plan
from pipelines.disclosure.reader import Reader, rows_beneath
from pipelines.disclosure.snapshot import Snapshot
from pipelines.disclosure.units import LATER, UNKNOWN, Row, Unit


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

    def periods(self, row: Row) -> tuple[str, Kept, pl.DataFrame] | None:
        """Return the narrowest width in which a row is told over time, with first_month, due, assessed
        and responded by period; None where it is not.
        """
        for width in ("month", "quarter", "half_year"):
            kept = self.kept(width, row)
            if kept is not None:
                return width, kept, _by_period(kept.unit, width)
        return None


def _by_period(unit: Unit, width: str) -> pl.DataFrame:
    parts = [part for part in unit.parts if part != UNKNOWN and not part.startswith(LATER)]
    rows = []
    for part in parts:
        met, unmet, missing = (
            unit.having({"missing": status, width: part})
            for status in ("responded", "not_responded", "not_assessed")
        )
        rows.append((date.fromisoformat(f"{part}-01"), met + unmet + missing, met + unmet, met))
    schema = {"first_month": pl.Date, "due": pl.Int64, "assessed": pl.Int64, "responded": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def next_release(
    made: Plan, earlier: Sequence[Snapshot], build: str, through: str | None, smallest: int
) -> tuple[Release, Snapshot]:
    """Return the release of a build after `earlier` ones, oldest first, and what is new in it.

    A row's numbers on a rung are replaced only together with those that they refine and those of its
    parent; where each block, and each sum of blocks that both times tell, moved by nobody or by enough
    persons since each time it was let out, on this rung or on another that tells the same values or
    periods; where what is left of the parent, without the rows replaced at both times, moved so too;
    and where nobody or enough began between any two days by which it is known how many had begun.
    Else it keeps those of the last time. Nothing is said of definitions that changed between: who
    knows how, knows more.
    """
    new = Snapshot(build, through, dict(_fresh(made, earlier, through, smallest)), made.listed)
    return standing_release(made, (*earlier, new)), new


def standing_release(made: Plan, snapshots: Sequence[Snapshot]) -> Release:
    """Return what others see after snapshots, oldest first, the last of the build of the plan."""
    units: dict[tuple[str, Row], tuple[Kept, ...]] = {}
    for snapshot in snapshots:
        for key, unit in snapshot.units.items():
            units[key] = (*units.get(key, ()), Kept(unit, snapshot.build, snapshot.through))
    return Release(snapshots[-1].build, units, made.apart)


def _fresh(
    made: Plan, earlier: Sequence[Snapshot], through: str | None, smallest: int
) -> Iterator[tuple[tuple[str, Row], Unit]]:
    """Yield the units that may be let out anew, rung by rung, each row after its parent."""
    fresh: dict[str, dict[Row, Unit]] = {}
    parents = {child: row for row, rows in made.children.items() for child in rows}
    beneath = rows_beneath(made, earlier)
    reader = Reader(made, earlier, through, smallest)
    for rung in made.rungs:
        standing = {row: unit for (name, row), unit in made.units.items() if name == rung.name}
        told = [rows for one in earlier for rows in _told(one, rung.name, standing)]
        ready = {
            row: unit
            for row, unit in standing.items()
            if all(row in fresh[name] for name in rung.below)
            and _may_move(unit, [seen.get(row) for seen in told], smallest)
            and all(_more_than_listed(made, one, rung.name, row, smallest) for one in earlier)
        }
        taken = {
            row: unit
            for row, unit in ready.items()
            if row not in parents and reader.hear(rung.name, [row]) is None
        }
        for row in sorted(made.children, key=len):
            if row not in taken:
                continue
            below = {child: ready[child] for child in made.children[row] if child in ready}
            children = beneath[row]
            before = [
                (seen[row], {child: seen[child] for child in children if child in seen})
                for seen in told
                if row in seen
            ]
            related = _Family(rung.name, taken[row], children, before, smallest)
            taken |= related.kept(below, reader)
        fresh[rung.name] = taken
        yield from (((rung.name, row), unit) for row, unit in taken.items())


def _told(one: Snapshot, rung: str, standing: Mapping[Row, Unit]) -> Iterable[Mapping[Row, Unit]]:
    """Return what a snapshot told on each rung of the family of a rung, by row."""
    kind = next((family(rung, unit) for unit in standing.values()), rung)
    return one.families.get(kind, {}).values()


def _may_move(unit: Unit, before: Sequence[Unit | None], smallest: int) -> bool:
    return all(_enough(one, unit, smallest) for one in before if one is not None)


def _more_than_listed(made: Plan, one: Snapshot, rung: str, row: Row, smallest: int) -> bool:
    """Return whether so many have started since a snapshot that each row and value listed anew, of which
    it is known that it holds somebody, can hold enough.
    """
    before = one.units.get((rung, row))
    if rung != "started" or before is None or made.listed is None or one.listed is None:
        return True
    anew = made.listed - one.listed
    leaves = sum(
        key[: len(row)] == row and key not in made.children for key, value in anew if not value
    )
    columns = Counter(value.partition("=")[0] for _, value in anew if value and not row)
    most = max([leaves, *columns.values()])
    return most < 2 or made.units[rung, row].courses - before.courses >= smallest + most - 1


def _enough(before: Unit, after: Unit, smallest: int) -> bool:
    """Return whether what moved is of nobody or of enough persons, however many of it each has."""
    least = smallest * max(before.most, after.most)
    return all(number == 0 or abs(number) >= least for number in moved(before, after))


@dataclass(frozen=True)
class _Family:
    """A row on a rung with its children: the blocks of now, and those of each time before."""

    rung: str
    parent: Unit
    children: Sequence[Row]
    before: Sequence[tuple[Unit, Mapping[Row, Unit]]]
    smallest: int

    def kept(self, children: Mapping[Row, Unit], reader: Reader) -> dict[Row, Unit]:
        """Return the children that may be let out too, and let the reader hear them.

        Held back first are those of which few would show, then the smallest.
        """
        kept = dict(children)
        while kept:
            smallest = min(kept, key=lambda row: (kept[row].courses, str(row)))
            if all(self._apart(kept, was, seen) for was, seen in self.before):
                few = reader.hear(self.rung, kept)
                if few is None:
                    break
                smallest = next((row for row in kept if few[0][: len(row)] == row), smallest)
            del kept[smallest]
        return kept

    def _apart(self, kept: Mapping[Row, Unit], was: Unit, seen: Mapping[Row, Unit]) -> bool:
        """Return whether no small number of persons shows between an earlier time and now.

        Three sums are known at both times: what is left without the rows seen at both; and, where the
        rows seen at one time are all that the other leaves over, those.
        """
        both = [row for row in kept if row in seen]
        if not self._enough(_left(was, seen, both), _left(self.parent, kept, both)):
            return False
        over_now = [row for row in self.children if row not in kept]
        if over_now and all(row in seen for row in over_now):
            shown = _sum(was, seen, over_now)
            if not self._enough(shown, _left(self.parent, kept, list(kept))):
                return False
        over_then = [row for row in self.children if row not in seen]
        if over_then and all(row in kept for row in over_then):
            shown = _sum(self.parent, kept, over_then)
            return self._enough(_left(was, seen, list(seen)), shown)
        return True

    def _enough(self, before: Unit, after: Unit) -> bool:
        return _enough(before, after, self.smallest)


def _left(parent: Unit, rows: Mapping[Row, Unit], without: Sequence[Row]) -> Unit:
    for row in without:
        parent = parent.plus(rows[row], -1)
    return parent


def _sum(like: Unit, rows: Mapping[Row, Unit], chosen: Sequence[Row]) -> Unit:
    found = Unit({}, like.parts)
    for row in chosen:
        found = found.plus(rows[row])
    return found
