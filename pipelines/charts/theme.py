"""Colours by role and the look that all charts share; nothing is loaded from other hosts."""

import altair as alt

INK = "#1F2933"
MUTED = "#66727F"
GRID = "#E6E9ED"
SURFACE = "#F7F8FA"
ACCENT = "#0F6E84"
IMPROVEMENT = "#2A78B5"
IMPROVEMENT_PALE = "#CFE1F0"
CONCERN = "#D9822B"
CONCERN_PALE = "#F7E1CC"
COMMON_CAUSE = "#8A949E"
MISSING = "#C9CFD6"
WHITE = "#FFFFFF"
PERCENT = "round(100 * datum.value) + ' %'"  # how an axis of shares writes its labels
PLOT = {False: 800, True: 300}  # pixels that a plot is wide, about; True: narrow
FONT = 'Helvetica Neue, Helvetica, Arial, "Liberation Sans", sans-serif'


@alt.theme.register("abate", enable=True)
def theme() -> alt.theme.ThemeConfig:
    """Return what all charts have in common."""
    return {
        "config": {
            "font": FONT,
            "background": WHITE,
            "padding": {"left": 2, "right": 8, "top": 6, "bottom": 6},
            "view": {"stroke": None},
            "title": {
                "anchor": "start",
                "color": INK,
                "fontSize": 16,
                "fontWeight": 600,
                "subtitleColor": MUTED,
                "subtitleFontSize": 12.5,
                "subtitlePadding": 6,
                "frame": "bounds",
                "offset": 14,
            },
            "axis": {
                "domain": False,
                "ticks": False,
                "gridColor": GRID,
                "labelColor": MUTED,
                "labelFontSize": 12,
                "labelPadding": 6,
                "titleColor": MUTED,
                "titleFontSize": 12,
                "titleFontWeight": "normal",
                "titlePadding": 8,
            },
            "text": {"color": INK, "fontSize": 12.5},
        }
    }


def tick(chart: alt.Chart) -> alt.Chart:
    """Return a chart marked with hollow ticks, as published figures are."""
    marked: alt.Chart = chart.mark_point(
        shape="M-0.35,-1.6H0.35V1.6H-0.35Z", size=49, color=INK, fill=WHITE, opacity=1,
        strokeWidth=1.25,
    )  # fmt: skip
    return marked
