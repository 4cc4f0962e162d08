"""A reader who kept every release: what is known of who had begun by a day, by row and value."""

from collections.abc import Mapping
from datetime import date

from pipelines.disclosure.begun import points
from pipelines.disclosure.curves import NOW, Told, few_show
from pipelines.disclosure.plan import Plan
from pipelines.disclosure.units import Row, Unit, told

Key = tuple[Row, str]  # a row, and a value of a column in it; "" for all of the row
APART = 100_000.0  # days between builds of which nobody knows the day


class Reader:
    """What is known after some releases of the rows of a plan, and what would be with more of it."""

    def __init__(self, made: Plan, smallest: int) -> None:
        """Begin knowing nothing; `made` is the plan of the build to come."""
        self._made, self._smallest = made, smallest
        self._build = -1
        self._today = 0.0
        self._told: dict[Key, Told] = {}
        self._families: dict[Key, dict[Key, None]] = {}
        for row, children in made.children.items():
            self._families[row, ""] = dict.fromkeys((child, "") for child in children)
        for row in {row for _, row in made.units}:
            for column, value in made.apart:
                self._families.setdefault((row, column), {})[row, told(column, value)] = None

    def turn_to(self, through: str | None) -> None:
        """Turn to the next build, with data through a day; None where there is no calendar."""
        self._build += 1
        self._today = date.fromisoformat(through).toordinal() if through else APART * self._build

    def hear(self, units: Mapping[tuple[str, Row], Unit], when: int = NOW) -> None:
        """Take in units that the build lets out."""
        for (rung, row), unit in units.items():
            for key, one in self._with(rung, row, unit, when).items():
                self._told[key] = one
                if key != ((), ""):
                    self._families.setdefault(_family(key), {}).setdefault(key)

    def few_show(self, rung: str, row: Row, unit: Unit) -> bool:
        """Return whether some but too few persons of a row show if a unit of it is let out too."""
        new = self._with(rung, row, unit)
        if any(few_show(one, (), self._smallest) for one in new.values()):
            return True
        touched = {_family(key) for key in new if key[1]}
        if (row, "") in new:
            touched |= {family for family in self._families if family[0] == row}
        return any(self._few_show_in(family, new) for family in touched)

    def few_show_among(self, rung: str, row: Row, children: Mapping[Row, Unit]) -> bool:
        """Return whether some but too few persons show if units of children of a row are let out too."""
        new: dict[Key, Told] = {}
        for child, unit in children.items():
            new |= self._with(rung, child, unit)
        return bool(new) and self._few_show_in((row, ""), new)

    def _few_show_in(self, family: Key, new: Mapping[Key, Told]) -> bool:
        whole = family[0], ""
        members = [*self._families.get(family, ())]
        members += [
            key for key in new if key not in members and key != whole and _family(key) == family
        ]
        parts = [new.get(key, self._of(key)) for key in members]
        if not any(part.at for part in parts):  # then the whole is held against itself only
            return False
        return few_show(new.get(whole, self._of(whole)), parts, self._smallest)

    def _with(self, rung: str, row: Row, unit: Unit, when: int = NOW) -> dict[Key, Told]:
        """Return what is known of a row and of its values with a unit of it."""
        return {
            (row, value): self._of((row, value)).with_points(found, unit.most, self._build, when)
            for value, found in points(rung, unit, self._day_of).items()
        }

    def _day_of(self, rung: str) -> float:
        """Return the last day on which a course that a rung of the build counts can have begun."""
        return self._today - self._made.lags.get(rung, 0)

    def _of(self, key: Key) -> Told:
        """Return what is known of a row or value; that nobody had begun before it opened, at least."""
        if key not in self._told:
            row, value = key
            opened = self._made.opened.get(((), value) if value else (row, ""))
            self._told[key] = Told(None if opened is None else opened.toordinal())
        return self._told[key]


def _family(key: Key) -> Key:
    """Return the row that a row or value is a part of, with the column of the value."""
    row, value = key
    return (row, value.partition("=")[0]) if value else (row[:-1], "")
