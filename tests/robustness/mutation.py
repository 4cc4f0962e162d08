"""One damage to an export, told by a few numbers, so that it can be told again."""

from dataclasses import dataclass

MARK = "Zyxomma"
HUGE = 10_000_000


@dataclass(frozen=True)
class Mutation:
    """One damage: how, and where by shares of what there is: file, line or byte, column or place."""

    how: str
    file: float
    line: float
    place: float
    value: str

    def pick(self, share: float, count: int) -> int:
        """Return the number, from 0, that a share of a count stands for."""
        return min(int(share * count), count - 1)
