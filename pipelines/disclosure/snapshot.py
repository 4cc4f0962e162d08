"""What was let out anew on one build."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pipelines.disclosure.moving import family
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
    def families(self) -> Mapping[str, Mapping[str, Mapping[Row, Unit]]]:
        """Return the units by family of rungs, rung and row; see `family`."""
        found: dict[str, dict[str, dict[Row, Unit]]] = {}
        for (rung, row), unit in self.units.items():
            found.setdefault(family(rung, unit), {}).setdefault(rung, {})[row] = unit
        return found
