"""Names of centre lines on control charts."""

import polars as pl

from pipelines.charts import control


def test_a_centre_line_is_not_named_where_its_name_would_hide_a_point() -> None:
    """Points 5 pixels off the line are hidden by a name on either side; points 40 pixels off are not."""
    places = list(range(36))
    for off, named in ((5, False), (40, True)):
        values = [50.0 + (off if place % 2 else -off) for place in places]
        content = pl.DataFrame({"place": places, "value": values})
        assert bool(control._room(content, places, 50.0, 1.0, narrow=True)) is named
