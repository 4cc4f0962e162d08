"""A chart says for whose eyes it is: in its title, its data, and the name it is saved under."""

import altair as alt
import pytest

from pipelines.charts.marked import INTERNAL, marked
from pipelines.definitions import Definitions


def _chart(**about: object) -> alt.LayerChart:
    drawn = alt.layer(alt.Chart(alt.InlineData(values=[{}])).mark_point()).properties(**about)
    assert isinstance(drawn, alt.LayerChart)
    return drawn


@pytest.mark.parametrize(
    ("title", "before"),
    [
        (
            alt.TitleParams(["Half responded"], subtitle=["Response", "week 8"]),
            ["Response", "week 8"],
        ),
        (alt.TitleParams("Half responded", subtitle="Response"), ["Response"]),
        (alt.TitleParams("Half responded"), []),
        ("Half responded", []),
    ],
)
def test_the_mark_stands_under_what_the_title_says(
    title: object, before: list[str], definitions: Definitions
) -> None:
    chart = _chart(title=title, usermeta={"embedOptions": {"renderer": "svg"}})
    spec = marked(chart, "internal", "rates", definitions).to_dict()
    assert spec["title"]["text"] in ("Half responded", ["Half responded"])
    assert spec["title"]["subtitle"] == [*before, INTERNAL]
    assert spec["usermeta"] == {
        "policy": "internal",
        "embedOptions": {"renderer": "svg", "downloadFileName": "abate-rates-internal"},
    }
    assert "policy" not in chart.to_dict()["usermeta"]


def test_a_chart_for_others_names_its_policy(definitions: Definitions) -> None:
    spec = marked(_chart(), "cms11", "rates", definitions).to_dict()
    assert spec["title"]["subtitle"] == ["Small counts hidden (policy cms11)"]
