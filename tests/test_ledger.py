"""What has left a practice is remembered, and nothing leaves where that is lost."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines import InputError, disclose, disclose_trend, ledger, open_practice
from pipelines.disclosure import disclose as disclose_with
from pipelines.disclosure.plan import plan
from pipelines.estimates import Question
from pipelines.warehouse import build
from tests.privacy.commands import abate


@pytest.fixture
def practice(small_practice: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "practice"
    lost = shutil.ignore_patterns(ledger.NAME, ledger.MARKER)  # what other tests have let out of it
    shutil.copytree(small_practice, folder, ignore=lost)
    return folder


def test_a_release_is_written_down_with_who_when_what_and_which_build(practice: Path) -> None:
    opened = open_practice(practice)
    assert ledger.read(practice) == ledger.EMPTY
    release = ledger.let_out(opened, "cms11", "rates by category")
    again = ledger.let_out(opened, "cms11", "rates by sex")
    (first, second) = ledger.read(practice).entries
    assert (first.what, first.policy, first.build) == (
        "rates by category",
        "cms11",
        opened.build.id,
    )
    assert first.by
    assert first.at.endswith("Z")
    assert first.renewed > 0
    assert (second.what, second.renewed) == ("rates by sex", 0)
    assert again.units == release.units
    (snapshot,) = ledger.read(practice).snapshots
    assert snapshot.units == {key: times[-1].unit for key, times in release.units.items()}
    assert snapshot.listed == plan(opened.basis, 11).listed
    shown = disclose_with(opened.response(), "cms11", again)
    assert shown.frame["as_of"].null_count() == shown.frame.height
    assert shown.levels[0].equals(disclose(opened.response(), "cms11").levels[0])


def test_the_command_writes_down_what_it_prints_and_lists_it(practice: Path) -> None:
    assert abate("releases", str(practice)) == (0, "Nothing has left this practice yet.\n")
    assert abate("rates", str(practice), "--policy", "internal")[0] == 0
    assert ledger.read(practice).entries == ()
    assert (
        abate("rates", str(practice), "--where", "sex=female", "--where", "age_band=25-34")[0] == 1
    )
    assert ledger.read(practice).entries == ()
    assert abate("rates", str(practice), "--format", "json")[0] == 0
    (entry,) = json.loads(abate("releases", str(practice), "--format", "json")[1])
    assert entry["what"] == "rates by category, response, post_induction"
    assert abate("rates", str(practice), "--where", "sex=female")[0] == 0
    assert ledger.read(practice).entries[-1].what.endswith("post_induction, sex=female")
    assert "rates by category" in abate("releases", str(practice))[1]


def test_questions_that_differ_are_written_down_differently() -> None:
    question = Question(
        by=("category", "subtype"), population="all_courses",
        where={"sex": ("female",), "clinic_key": ("lake", "north")},
        start_from=date(2024, 1, 1), start_to=date(2025, 6, 30),
    )  # fmt: skip
    assert ledger.question_asked("table (CSV)", question) == (
        "table (CSV) by category,subtype, response, post_induction, all_courses,"
        " clinic_key=lake,north, sex=female, from 2024-01, to 2025-06"
    )


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda file: file.unlink(), "it is gone, but numbers have left this practice"),
        (lambda file: file.write_text("{}\n", "utf8"), "line 1 can't be read"),
        (
            lambda file: file.write_text("", "utf8"),
            "its last lines are not those that were written",
        ),
        (
            lambda file: file.write_text(file.read_text("utf8").splitlines()[1] + "\n", "utf8"),
            "line 1 does not follow the one before it",
        ),
        (
            lambda file: file.write_text(
                file.read_text("utf8").replace("rates by sex", "x"), "utf8"
            ),
            "its last lines are not those that were written",
        ),
        (
            lambda file: file.write_text(
                file.read_text("utf8").replace("by category", "x"), "utf8"
            ),
            "line 2 does not follow the one before it",
        ),
    ],
)
def test_nothing_leaves_where_the_ledger_is_lost_or_changed(
    practice: Path, harm: Callable[[Path], object], said: str
) -> None:
    for by in ("category", "sex"):
        assert abate("rates", str(practice), "--by", by)[0] == 0
    harm(practice / ledger.NAME)
    code, said_so = abate("rates", str(practice))
    assert code == 1
    assert said_so.startswith(f"abate: releases.ndjson: {said}; nothing is let out")
    assert "abate releases --begin-anew" in said_so
    assert abate("rates", str(practice), "--policy", "internal")[0] == 0
    assert abate("releases", str(practice), "--begin-anew")[0] == 0
    assert abate("rates", str(practice))[0] == 0


def test_two_policies_are_not_let_out_of_one_practice(practice: Path) -> None:
    assert abate("rates", str(practice), "--policy", "opensafely")[0] == 0
    code, said = abate("rates", str(practice), "--policy", "cms11")
    assert code == 1
    assert "policy cms11: earlier releases of this practice followed opensafely" in said
    assert abate("rates", str(practice))[0] == 0


def test_a_notebook_is_held_against_what_has_left(practice: Path) -> None:
    """Nothing is written down, but a lost ledger and an older build are refused there too."""
    opened = open_practice(practice)
    ledger.let_out(opened, "cms11", "rates")
    lines = (practice / ledger.NAME).read_text("utf8")
    assert disclose(opened.response(), "cms11").earlier == []
    assert (practice / ledger.NAME).read_text("utf8") == lines
    (practice / ledger.NAME).unlink()
    with pytest.raises(InputError, match="it is gone, but numbers have left this practice"):
        disclose(opened.response(), "cms11")
    with pytest.raises(InputError, match="it is gone, but numbers have left this practice"):
        disclose_trend(opened.trend(), "cms11")
    assert disclose(opened.response(), "internal").frame.height


def test_a_ledger_whose_last_line_nobody_names_is_not_believed(practice: Path) -> None:
    ledger.let_out(open_practice(practice), "cms11", "rates")
    (practice / "records" / ledger.MARKER).unlink()
    with pytest.raises(InputError, match="its last lines are not those that were written"):
        ledger.read(practice)


def test_throwing_all_builds_away_does_not_begin_anew(practice: Path) -> None:
    ledger.let_out(open_practice(practice), "cms11", "rates")
    shutil.rmtree(practice / "builds")
    (practice / ledger.NAME).unlink()
    build(practice)
    with pytest.raises(InputError, match="it is gone, but numbers have left this practice"):
        ledger.let_out(open_practice(practice), "cms11", "rates")


def test_what_can_not_be_written_down_does_not_leave(
    practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"can't be written \(No space left on device\)"):
        ledger.let_out(open_practice(practice), "cms11", "rates")


def test_rounded_counts_have_no_rate_in_any_format(practice: Path) -> None:
    rows = json.loads(abate("rates", str(practice), "--policy", "nhs5", "--format", "json")[1])[
        "rows"
    ]
    counts = [row[name] for row in rows for name in ("started", "due", "assessed", "responded")]
    told = [count for count in counts if count is not None]
    assert told
    assert all(count % 5 == 0 for count in told)
    assert {
        row[name]
        for row in rows
        for name in ("rate", "low", "high", "known", "highest", "unstable")
    } == {None}
    printed = abate("rates", str(practice), "--policy", "nhs5")[1]
    assert "from rounded counts no rate can be told" in printed


def test_data_quality_is_told_without_numbers_under_any_policy(practice: Path) -> None:
    for policy in ("cms11", "nhs5", "opensafely"):
        rules = json.loads(
            abate("check", str(practice), "--policy", policy, "--format", "json")[1]
        )["rules"]
        assert {rule[name] for rule in rules for name in ("failing", "counted", "share")} == {None}
        assert {"passed", "failed"} <= {rule["status"] for rule in rules}


def test_the_app_lets_out_under_the_policy_of_earlier_releases(practice: Path) -> None:
    assert ledger.leaving(practice) == "cms11"
    ledger.let_out(open_practice(practice), "nhs5", "rates")
    assert ledger.leaving(practice) == "nhs5"
    (practice / ledger.NAME).unlink()
    assert ledger.leaving(practice) == "cms11"
