"""Places on a chart in pixels, and layers put together."""

import altair as alt

Layer = alt.Chart | alt.LayerChart


def at(pixels: float) -> alt.XValue:
    """Return a place so far right of the left edge of the bands."""
    return alt.XValue(pixels)  # type: ignore[no-untyped-call]


def right_of_bands(pixels: float) -> alt.XValue:
    """Return a place so far right of the right edge of the bands, however wide they are."""
    return alt.XValue(alt.ExprRef(f"width + {pixels}"))  # type: ignore[no-untyped-call]


def up_to(pixels: float) -> alt.X2Value:
    """Return an end so far right of the left edge of the bands."""
    return alt.X2Value(pixels)  # type: ignore[no-untyped-call]


def up_to_right_of_bands(pixels: float) -> alt.X2Value:
    """Return an end so far right of the right edge of the bands."""
    return alt.X2Value(alt.ExprRef(f"width + {pixels}"))  # type: ignore[no-untyped-call]


def below_top(pixels: float) -> alt.YValue:
    """Return a place so far below the top of the first row; negative is above."""
    return alt.YValue(pixels)  # type: ignore[no-untyped-call]


def below_rows(pixels: float) -> alt.YValue:
    """Return a place so far below the last row."""
    return alt.YValue(alt.ExprRef(f"height + {pixels}"))  # type: ignore[no-untyped-call]


def row() -> alt.Y:
    """Return the place of a row: pixels from the top, as laid out."""
    return alt.Y("y:Q", axis=None, scale=None)


def together(*layers: Layer) -> alt.LayerChart:
    """Return layers as one chart, the first at the back."""
    drawn = alt.layer(*layers)
    assert isinstance(drawn, alt.LayerChart)
    return drawn
