"""Renewal: which rows of a build may be let out anew, after all that was let out before."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations

from pipelines.disclosure.moving import kind_of, moved
from pipelines.disclosure.plan import Plan
from pipelines.disclosure.reader import Reader, rows_beneath
from pipelines.disclosure.snapshot import Snapshot
from pipelines.disclosure.units import COUNTS, Key, Row, Rung, Unit

Units = Mapping[tuple[str, Row], Unit]
Rows = Mapping[Row, Unit]  # of one rung
Time = tuple[Units, Rows]  # all units of a build, and those on one rung
Side = tuple[Unit, Rows]  # a row, and the rows beneath it that are known


@dataclass(frozen=True)
class _Then:
    """What was told of a rung before: by row; and for which rows that follows only from those of now.

    `anew` are the finest rows that pages list now and did not then, of the rung that counts all.
    """

    rows: Rows
    by_now: Set[Row]
    anew: Sequence[Row]


class Renewal:
    """The units of a plan that may be let out anew; see `next_release`."""

    def __init__(
        self, made: Plan, earlier: Sequence[Snapshot], through: str | None, smallest: int
    ) -> None:
        """Prepare to hold a plan against earlier releases, oldest first."""
        self._made, self._earlier = made, earlier
        self._through, self._smallest = through, smallest
        self._beneath = rows_beneath(made, earlier)
        self._parents = {child: row for row, rows in made.children.items() for child in rows}
        self._standing: dict[str, dict[Row, Unit]] = {rung.name: {} for rung in made.rungs}
        for (rung, row), unit in made.units.items():
            self._standing[rung][row] = unit
        self._anew = [
            [row for row, value in _listed_since(made, one) if not value] for one in earlier
        ]
        self._told = {rung.name: self._told_on(rung) for rung in made.rungs}
        self._shown: dict[Row, str] = {}  # the finest of COUNTS that was told of each row
        for rung in reversed(COUNTS):
            self._shown |= {row: rung for one in earlier for name, row in one.units if name == rung}

    def units(self) -> Units:
        """Return the units that may be let out anew."""
        still = self._with_all_beneath(row for row in self._shown if not self._may_all_move(row))
        rows = {row for _, row in self._made.units}
        reader: Reader | None = None
        while not rows <= still:
            reader = reader or Reader(self._made, self._earlier, self._through, self._smallest)
            fresh = self._fresh(reader.again(), still)
            halved = self._halved(fresh)
            if not halved:
                return {
                    (rung, row): unit
                    for rung, units in fresh.items()
                    for row, unit in units.items()
                }
            still |= self._with_all_beneath(halved)
        return {}

    def _may_all_move(self, row: Row) -> bool:
        """Return whether all counts that a page shows of a row may be replaced, as far as it is itself held
        against earlier ones.
        """
        rungs = COUNTS[COUNTS.index(self._shown[row]) :]
        return all(
            row in self._standing.get(rung, ()) and self._may_move(rung, row)
            for rung in rungs
            if rung in self._standing
        )

    def _with_all_beneath(self, rows: Iterable[Row]) -> set[Row]:
        found = set(rows)
        for row in sorted(self._parents, key=len):
            if self._parents[row] in found:
                found.add(row)
        return found

    def _halved(self, fresh: Mapping[str, Rows]) -> set[Row]:
        """Return the rows that would be replaced but for what a page shows of them: their rate, or what of
        its counts was told.
        """
        renewed = {row for rows in fresh.values() for row in rows}
        return {
            row
            for row in renewed
            if row in self._shown and row not in fresh.get(self._shown[row], {})
        }

    def _fresh(self, reader: Reader, still: Set[Row]) -> dict[str, dict[Row, Unit]]:
        """Return by rung the units that may be let out anew, but of rows that stand `still`; only those of
        COUNTS where some row would be without its rate.
        """
        fresh: dict[str, dict[Row, Unit]] = {}
        for rung in self._made.rungs:
            ready = {
                row: unit
                for row, unit in self._standing[rung.name].items()
                if row not in still
                and all(row in fresh[name] for name in rung.below)
                and self._may_move(rung.name, row)
            }
            taken = {
                row: unit
                for row, unit in ready.items()
                if row not in self._parents and reader.hear(rung.name, [row]) is None
            }
            for row in sorted(self._made.children, key=len):
                if row in taken:
                    below = {
                        child: ready[child] for child in self._made.children[row] if child in ready
                    }
                    taken |= self._branch(rung.name, row).kept(below, reader)
            fresh[rung.name] = taken
            if rung.name == COUNTS[0] and self._halved(fresh):
                break
        return fresh

    def _branch(self, rung: str, row: Row) -> "_Branch":
        children = self._beneath[row]
        before = [then for then in self._told[rung] if row in then.rows]
        sides = [
            (then.rows[row], {one: then.rows[one] for one in children if one in then.rows})
            for then in before
        ]
        now = self._standing[rung][row]
        return _Branch(rung, now, children, before, sides, self._smallest)

    def _may_move(self, rung: str, row: Row) -> bool:
        unit = self._standing[rung][row]
        before = [then.rows[row] for then in self._told[rung] if row in then.rows]
        return all(_enough(one, unit, self._smallest) for one in before) and all(
            _more_than_listed(self._made, one, rung, row, self._smallest)
            for one in (None, *self._earlier)
        )

    def _told_on(self, rung: Rung) -> list[_Then]:
        """Return what each earlier build told on each rung of the kind of a rung.

        Also what follows: a row with the same blocks on the rungs below at two times, of which one told
        the rung, had the same on it at the other.
        """
        standing = self._standing[rung.name]
        kind = next((kind_of(rung.name, unit) for unit in standing.values()), rung.name)
        below = {one.name: one.below for one in self._made.rungs}
        names = [name for one in self._earlier for name in one.by_kind.get(kind, {})]
        found: list[_Then] = []
        for name in dict.fromkeys([*names, rung.name]):
            times: list[Time] = [
                (one.units, one.by_kind.get(kind, {}).get(name, {})) for one in self._earlier
            ]
            ground = below.get(name, ())
            known = _followed(times, ground)
            now: list[Time] = [(self._made.units, standing)] if name == rung.name else []
            all_known = _followed([*times, *now], ground)[: len(times)]
            found += [
                _Then(rows, rows.keys() - before.keys(), anew if name == "started" else ())
                for rows, before, anew in zip(all_known, known, self._anew, strict=True)
                if rows
            ]
        return found


def _followed(times: Sequence[Time], below: Sequence[str]) -> list[Rows]:
    """Return by row what was told on a rung at each time, and what follows from other times."""
    if not below:
        return [rows for _, rows in times]
    known = {
        (row, ground): unit
        for units, rows in times
        for row, unit in rows.items()
        if (ground := _ground(units, row, below))
    }
    every = dict.fromkeys(row for row, _ in known)
    return [
        {row: known[row, ground] for row in every
         if (ground := _ground(units, row, below)) and (row, ground) in known} | dict(rows)
        for units, rows in times
    ]  # fmt: skip


def _ground(units: Units, row: Row, below: Sequence[str]) -> tuple[frozenset[tuple[str, int]], ...]:
    """Return what a row tells on the rungs below; nothing where it does not stand on all of them."""
    if not all((rung, row) in units for rung in below):
        return ()
    return tuple(units[rung, row].blocks for rung in below)


def _more_than_listed(made: Plan, one: Snapshot | None, rung: str, row: Row, smallest: int) -> bool:
    """Return whether so many have started since a snapshot, or at all, that each row and value listed
    anew, of which it is known that it holds somebody, can hold enough.
    """
    before = one.units.get((rung, row)) if one else None
    if rung != "started" or (one and before is None):
        return True
    anew = _listed_since(made, one)
    leaves = sum(key[: len(row)] == row for key, value in anew if not value)
    columns = Counter(value.partition("=")[0] for _, value in anew if value and not row)
    most = max([leaves if one else 0, *columns.values()], default=0)  # the ladder counts all leaves
    came = made.units[rung, row].courses - (before.courses if before else 0)
    return most < 2 or came >= smallest + most - 1


def _listed_since(made: Plan, one: Snapshot | None) -> list[Key]:
    """Return the finest rows, and the values, that pages list and did not on an earlier build, if any."""
    if made.listed is None or (one and one.listed is None):
        return []
    before = one.listed if one and one.listed else frozenset()
    return [
        (row, value) for row, value in made.listed - before if value or row not in made.children
    ]


def _enough(before: Unit, after: Unit, smallest: int) -> bool:
    """Return whether what moved is of nobody or of enough persons, whoever has several of it."""
    least = max(before.enough(smallest), after.enough(smallest))
    return all(number == 0 or abs(number) >= least for number in moved(before, after))


@dataclass(frozen=True)
class _Branch:
    """A row on a rung with its children: the blocks of now, and those of each time before."""

    rung: str
    parent: Unit
    children: Sequence[Row]
    before: Sequence[_Then]
    sides: Sequence[Side]
    smallest: int

    def kept(self, children: Rows, reader: Reader) -> dict[Row, Unit]:
        """Return the children that may be let out too, and let the reader hear them.

        Held back first are those of which few would show, then the smallest.
        """
        kept = dict(children)
        while kept:
            last = min(kept, key=lambda row: (kept[row].courses, str(row)))
            if self._may_show(kept):
                few = reader.hear(self.rung, kept)
                if few is None:
                    break
                last = next((row for row in kept if few[0][: len(row)] == row), last)
            del kept[last]
        return kept

    def _may_show(self, kept: Rows) -> bool:
        """Return whether no small number of persons shows between any two times, if children are kept."""
        sides: list[Side] = []
        told_by_now: list[bool] = []
        for then, (parent, rows) in zip(self.before, self.sides, strict=True):
            known = {
                row: unit for row, unit in rows.items() if row in kept or row not in then.by_now
            }
            sides.append((parent, known))
            told_by_now.append(not then.by_now.isdisjoint(known))
        now = self.parent, kept
        return (
            all(self._apart(now, side) for side in sides)
            and all(
                self._apart(sides[one], sides[other])
                for one, other in combinations(range(len(sides)), 2)
                if told_by_now[one] or told_by_now[other]
            )
            and all(
                self._more_than_listed(now, side, then.anew)
                for side, then in zip(sides, self.before, strict=True)
            )
        )

    def _more_than_listed(self, now: Side, then: Side, anew: Sequence[Row]) -> bool:
        """Return whether rows listed anew beneath what is left can hold enough each."""
        both = [row for row in now[1] if row in then[1]]
        hidden = [row for row in self.children if row not in both]
        within = sum(leaf[: len(row)] == row for leaf in anew for row in hidden)
        came = _left(now, both).courses - _left(then, both).courses
        return within < 2 or came >= self.smallest + within - 1

    def _apart(self, one: Side, other: Side) -> bool:
        """Return whether no small number of persons shows between two times.

        Three sums are known at both: what is left without the rows seen at both; and, where the rows seen
        at one time are all that the other leaves over, those.
        """
        both = [row for row in one[1] if row in other[1]]
        if not self._enough(_left(one, both), _left(other, both)):
            return False
        for side, opposite in ((one, other), (other, one)):
            over = [row for row in self.children if row not in side[1]]
            if over and all(row in opposite[1] for row in over):
                shown = _sum(opposite, over)
                if not self._enough(_left(side, list(side[1])), shown):
                    return False
        return True

    def _enough(self, before: Unit, after: Unit) -> bool:
        return _enough(before, after, self.smallest)


def _left(side: Side, without: Sequence[Row]) -> Unit:
    left, rows = side
    for row in without:
        left = left.plus(rows[row], -1)
    return left


def _sum(side: Side, chosen: Sequence[Row]) -> Unit:
    parent, rows = side
    found = Unit({}, parent.parts, again=0)
    for row in chosen:
        found = found.plus(rows[row])
    return found
