"""The key of a rate chart: what band, dot, line and tick stand for."""

import altair as alt

from pipelines.charts import theme
from pipelines.charts.layout import Layout
from pipelines.charts.places import at, below_top, together, up_to
from pipelines.disclosure import Finding

GLYPH = 26
LINE = 20


def key(
    finding: Finding, layout: Layout, colours: tuple[str, str], figures: bool
) -> alt.LayerChart:
    """Return the key above the axis: in one line, or one under the other for a phone."""
    few = finding.definitions.setting("unstable_below_assessed")
    items = [
        (_band(colours), "at least – at most", 150),
        (_dot(colours, hollow=False), "rate (95 % interval)", 170),
        (_dot(colours, hollow=True), f"fewer than {few} followed up", 210),
    ]
    items += [(_tick(), "published figure", 0)] if figures else []
    layers: list[alt.Chart] = []
    x, y = -layout.label_width, layout.key_top - (LINE * (len(items) - 1) if layout.stacked else 0)
    for glyphs, words, room in items:
        layers += [glyph.encode(y=below_top(y)) for glyph in _moved(glyphs, x)]
        layers.append(_words(words).encode(x=at(x + GLYPH + 8), y=below_top(y)))
        x, y = (x, y + LINE) if layout.stacked else (x + room, y)
    return together(*layers)


Glyph = list[tuple[alt.Chart, float, float | None]]


def _one() -> alt.Chart:
    return alt.Chart(alt.InlineData(values=[{}]))


def _moved(glyphs: Glyph, x: float) -> list[alt.Chart]:
    """Return the parts of a glyph, each from its left to its right end, moved to x."""
    return [
        part.encode(x=at(x + left))
        if right is None
        else part.encode(x=at(x + left), x2=up_to(x + right))
        for part, left, right in glyphs
    ]


def _band(colours: tuple[str, str]) -> Glyph:
    return [(_one().mark_bar(color=colours[1], height=12, cornerRadius=2), 0, GLYPH)]


def _dot(colours: tuple[str, str], *, hollow: bool) -> Glyph:
    line = _one().mark_rule(color=colours[0], strokeWidth=1.25 if hollow else 2)
    dot = _one().mark_point(
        size=62, color=colours[0], opacity=1, strokeWidth=1.75,
        fill=theme.WHITE if hollow else colours[0],
    )  # fmt: skip
    return [(line, 0, GLYPH), (dot, GLYPH / 2, None)]


def _tick() -> Glyph:
    return [(theme.tick(_one()), GLYPH / 2, None)]


def _words(text: str) -> alt.Chart:
    words: alt.Chart = _one().mark_text(
        text=text, align="left", baseline="middle", color=theme.MUTED, fontSize=12
    )
    return words
