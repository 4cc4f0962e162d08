"""Who is counted, drawn."""

from pipelines.charts.counted import chart, title
from pipelines.charts.picture import png
from tests.charts.test_response import _finding


def test_each_step_has_a_bar_as_long_as_its_courses() -> None:
    finding = _finding()
    (data,) = chart(finding).to_dict()["datasets"].values()
    assert [row["courses"] for row in data] == finding.waterfall["courses"].to_list()
    assert data[4]["why"] == "Due, not assessed: 33"


def test_the_title_says_how_many_are_in_the_rate() -> None:
    assert title(_finding()) == "105 of the 138 courses that started were due and followed up"


def test_withheld_steps_say_hidden() -> None:
    few = """
        category | subtype | responded | not_responded | not_assessed
        headache | other   | 3         | 4             | 1
    """
    (data,) = chart(_finding("cms11", text=few)).to_dict()["datasets"].values()
    assert {row["text"] for row in data if row["courses"] is None} == {"hidden"}


def test_a_picture_is_a_png_with_its_footnote() -> None:
    assert png(_finding("cms11"))[:8] == b"\x89PNG\r\n\x1a\n"
