"""What became of everything that an export holds: the sum is exact, always."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Account:
    """What became of the rows of one unit: a canonical table, a resource type, a CDM table.

    rows_in is the sum of the others. `left_out` counts, by reason, what becomes no record.
    `released` counts records of earlier imports that had been held back; they are no rows of this
    export and stand outside the sum.
    """

    unit: str
    rows_in: int
    accepted: int
    quarantined: int = 0
    held_back: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    released: int = 0

    @property
    def exact(self) -> bool:
        """Return whether every row is accounted for."""
        left = sum(self.left_out.values())
        return self.rows_in == self.accepted + self.quarantined + self.held_back + left

    @property
    def sentence(self) -> str:
        """Return the account in a line, as `scores: 5 rows in = 3 accepted + 1 ...`."""
        parts = [f"{self.accepted:,} accepted", f"{self.quarantined:,} quarantined"]
        if self.held_back:
            parts.append(f"{self.held_back:,} held back")
        left = sum(self.left_out.values())
        reasons = ", ".join(f"{count:,} {why}" for why, count in self.left_out.items())
        parts.append(f"{left:,} left out" + (f" ({reasons})" if reasons else ""))
        released = f"; {self.released:,} released that were held back" if self.released else ""
        return f"{self.unit}: {self.rows_in:,} rows in = {' + '.join(parts)}{released}"
