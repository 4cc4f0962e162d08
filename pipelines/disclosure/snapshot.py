"""What was let out anew on one build."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pipelines.disclosure.moving import kind_of
from pipelines.disclosure.units import Key, Row, Unit


@dataclass(frozen=True)
class Snapshot:
    """What was let out anew on one build: the units whose numbers are of that build.

    `listed` are the rows and values that its pages listed; None where that was not written down.
    """

    build: str
    through: str | None
    units: Mapping[tuple[str, Row], Unit]
    listed: frozenset[Key] | None = None

    @cached_property
    def by_kind(self) -> Mapping[str, Mapping[str, Mapping[Row, Unit]]]:
        """Return the units by kind of rung, rung and row; see `kind_of`."""
        found: dict[str, dict[str, dict[Row, Unit]]] = {}
        for (rung, row), unit in self.units.items():
            found.setdefault(kind_of(rung, unit), {}).setdefault(rung, {})[row] = unit
        return found
