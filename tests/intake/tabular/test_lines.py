"""CSV files that are not clean: one bad line costs one line and no more."""

import csv
from pathlib import Path

import pytest

from pipelines.intake.tabular import lines


def mended(
    tmp_path: Path, content: bytes, encoding: str = "utf8"
) -> tuple[list[list[str]], list[int]]:
    """Return the good records with their numbers, and the numbers of the others, of three columns."""
    (tmp_path / "in.csv").write_bytes(content)
    bad = lines.mend(tmp_path / "in.csv", tmp_path / "out.csv", ",", encoding, 3)
    with (tmp_path / "out.csv").open(newline="", encoding="utf8") as out:
        return list(csv.reader(out))[1:], bad


@pytest.mark.parametrize(
    ("content", "good", "bad"),
    [
        (b"a,b,c\n1,2,3\n4,5\n7,8,9\n", [["1", "2", "3", "1"], ["7", "8", "9", "3"]], [2]),
        (b"a,b,c\n1,2,3,4\n\n7,8,9\n", [["7", "8", "9", "2"]], [1]),
        (b"a,b,c\n1,2,3\n4,5,6", [["1", "2", "3", "1"], ["4", "5", "6", "2"]], []),
        (b'a,b,c\n1,"x\ny",3\n4,5,6\n', [["1", "x\ny", "3", "1"], ["4", "5", "6", "2"]], []),
        (b'a,b,c\n1,"2,3\n4,5,6\n7,8,9\n', [["4", "5", "6", "2"], ["7", "8", "9", "3"]], [1]),
        (b'a,b,c\n1,5" pipe,3\n4,5,6\n', [["1", '5" pipe', "3", "1"], ["4", "5", "6", "2"]], []),
        (b"a,b,c\r\n1,2,3\n4,5,6\r\n7,8,9\r", [["1", "2", "3", "1"], ["4", "5", "6", "2"], ["7", "8", "9", "3"]], []),
        (b"\xef\xbb\xbfa,b,c\n1,\x00,3\n", [["1", "\ufffd", "3", "1"]], []),
        (b"a,b,c\n1,\xff,3\n", [["1", "\ufffd", "3", "1"]], []),
    ],
)  # fmt: skip
def test_each_line_that_is_no_record_is_named_by_its_number_and_the_others_stay(
    tmp_path: Path, content: bytes, good: list[list[str]], bad: list[int]
) -> None:
    assert mended(tmp_path, content) == (good, bad)


def test_other_encodings_are_read(tmp_path: Path) -> None:
    content = "a,b,c\n1,é,3\n"
    assert mended(tmp_path, content.encode("utf-16"), "utf-16") == ([["1", "é", "3", "1"]], [])
    assert mended(tmp_path, content.encode("latin-1"), "latin-1") == ([["1", "é", "3", "1"]], [])


def test_a_cell_of_ten_million_characters_is_read(tmp_path: Path) -> None:
    good, bad = mended(tmp_path, b"a,b,c\n1," + b"x" * 10_000_000 + b",3\n4,5,6\n")
    assert (len(good[0][1]), good[1], bad) == (10_000_000, ["4", "5", "6", "2"], [])
