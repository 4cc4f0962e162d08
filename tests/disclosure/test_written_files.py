"""Every file and line that leaves a practice, searched for hidden counts."""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines import disclose, ledger, open_practice
from pipelines.charts import counted
from pipelines.charts.picture import png
from pipelines.charts.response import chart
from pipelines.pages import downloads
from tests.privacy.commands import abate

COUNTS = ("started", "due", "assessed", "responded")
SHARES = ("known", "rate", "low", "high", "highest", "follow_up", "unstable")
VIEWS = (
    ("--by", "category,subtype"),
    ("--by", "clinic_key"),
    ("--by", "category,subtype", "--measure", "remission"),
    ("--by", "category,subtype", "--window", "week_8"),
    ("--by", "category,subtype", "--where", "sex=female"),
)


@pytest.fixture(scope="module")
def practice(small_practice: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _unreleased(small_practice, tmp_path_factory.mktemp("leaving"))


def _unreleased(practice: Path, into: Path) -> Path:
    """Return a copy of a practice that nothing has left yet."""
    lost = shutil.ignore_patterns(ledger.NAME, ledger.MARKER)
    return Path(shutil.copytree(practice, into / "practice", ignore=lost))


def _small(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 11


@pytest.mark.parametrize("view", VIEWS, ids=" ".join)
def test_no_format_of_the_command_holds_a_small_count_or_a_share_of_hidden_ones(
    practice: Path, view: tuple[str, ...]
) -> None:
    code, plain = abate("rates", str(practice), *view, "--format", "json")
    assert code == 0
    rows = json.loads(plain)["rows"]
    hidden = [row for row in rows if row["hidden"]]
    assert hidden
    assert not any(_small(row[name]) for row in rows for name in COUNTS)
    assert all(row[name] is None for row in hidden for name in ("rate", "low", "high", "follow_up"))
    _, written = abate("rates", str(practice), *view, "--format", "csv")
    for row, line in zip(rows, csv.DictReader(io.StringIO(written)), strict=True):
        assert [line[name] == "" for name in COUNTS] == [row[name] is None for name in COUNTS]
    _, table = abate("rates", str(practice), *view)
    for printed in table.splitlines():
        if printed.count("hidden") >= 8:
            assert not re.search(r"\d", printed.split("│", 1)[1]), printed


def _numbers(spec: object, row: str) -> Iterator[object]:
    """Yield the numbers other than places that stand with a row's label in the data of a chart."""
    assert isinstance(spec, dict)
    for rows in spec["datasets"].values():
        for cells in rows:
            if row in cells.values():
                yield from (cells[name] for name in (*COUNTS, *SHARES) if name in cells)


def test_the_data_of_charts_holds_nothing_of_hidden_rows(practice: Path) -> None:
    opened = open_practice(practice)
    finding = disclose(opened.response(by=["category", "subtype"]))
    beside = [disclose(opened.response(by=["category", "subtype"], measure="remission"))]
    text = downloads.text(finding)
    nothing = [
        line["row"]
        for line in csv.DictReader(io.StringIO(text))
        if all(line[name] == "" for name in COUNTS)
    ]
    assert nothing
    spec = chart(finding, beside).to_dict()
    for label in nothing:
        assert set(_numbers(spec, label)) <= {None, "hidden", "–"}
    bars = counted.chart(finding).to_dict()["datasets"].values()
    assert not any(_small(row["courses"]) for rows in bars for row in rows)
    picture = png(finding, beside)
    assert b"tEXt" not in picture  # no text is kept beside the pixels
    assert b"iTXt" not in picture


def test_the_ledger_holds_only_blocks_that_were_let_out(practice: Path) -> None:
    ledger.let_out(open_practice(practice), "cms11", "all of it")
    (*_, last) = ledger.read(practice).snapshots
    counts = [count for unit in last.units.values() for count in unit.counts.values()]
    assert counts
    assert min(counts) >= 11
    assert "p1" not in (practice / ledger.NAME).read_text("utf8")


@pytest.mark.parametrize("format_", ["table", "json", "html"])
def test_the_account_of_quality_holds_no_number_of_records(practice: Path, format_: str) -> None:
    _, at_work = abate("check", str(practice), "--format", "json", "--policy", "internal")
    known = json.loads(at_work)
    numbers = {
        row[name] for row in known["rules"] + known["clinics"] for name in ("failing", "counted")
    }
    large = {number for number in numbers if number and number > 366}  # not among days and percents
    assert len(large) > 5
    _, shown = abate("check", str(practice), "--format", format_)
    words = re.sub(r"<style.*?</style>|<[^>]*>", " ", shown, flags=re.DOTALL)
    written = {int(found.replace(",", "")) for found in re.findall(r"\d[\d,]*", words)}
    assert written
    assert not written & large


@pytest.mark.parametrize("policy", ["nhs5", "opensafely"])
def test_rounding_policies_write_rounded_counts_and_no_share(
    small_practice: Path, tmp_path: Path, policy: str
) -> None:
    folder = _unreleased(small_practice, tmp_path)
    for view in VIEWS[:2]:
        code, plain = abate("rates", str(folder), *view, "--policy", policy, "--format", "json")
        assert code == 0
        rows = json.loads(plain)["rows"]
        counts = [row[name] for row in rows for name in COUNTS if row[name] is not None]
        assert counts
        assert not any(number % 5 for number in counts)
        assert all(row[name] is None for row in rows for name in SHARES)
