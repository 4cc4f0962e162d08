"""Where things stand in a rate chart, in pixels: wide with columns at the right, or narrow."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.charts.rows import Row


@dataclass(frozen=True)
class Layout:
    """Sizes of one layout. `label_width` is the room left of the bands, 0 where labels stand above.

    `columns` are the right edges of the text columns, from the right edge of the bands.
    """

    width: int
    label_width: int
    row_height: int
    group_gap: int
    band: int
    indent: int
    columns: tuple[int, ...]
    wrap: int
    key_top: int

    @property
    def stacked(self) -> bool:
        """Return whether labels stand above the bands."""
        return self.label_width == 0

    @property
    def above(self) -> float:
        """Return how far the middle of a band lies under the top of its row."""
        return self.row_height - self.band / 2 - 6 if self.stacked else self.row_height / 2

    @property
    def label_rise(self) -> float:
        """Return how far a label stands above the middle of its band."""
        return self.band / 2 + 11 if self.stacked else 0

    def places(self, rows: Sequence[Row]) -> tuple[list[float], int]:
        """Return the middle of each row's band, and the height of all rows."""
        places: list[float] = []
        top = 0.0
        for number, row in enumerate(rows):
            top += self.group_gap if number and row.opens else 0
            places.append(top + self.above)
            low = self.stacked and not row.draws
            top += self.label_rise + self.band if low else self.row_height
        return places, round(top) + 4


WIDE = Layout(
    width=900, label_width=198, row_height=24, group_gap=9, band=13, indent=14,
    columns=(58, 148, 226, 306), wrap=112, key_top=-62,
)  # fmt: skip
NARROW = Layout(
    width=380, label_width=0, row_height=42, group_gap=8, band=13, indent=0, columns=(0,), wrap=42,
    key_top=-60,
)  # fmt: skip
