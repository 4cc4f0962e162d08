"""`abate check`: failures first, nothing small in what leaves, exit codes."""

import json
from pathlib import Path

import pytest

from tests.test_cli import abate


def test_failures_come_first_and_do_not_make_the_command_fail(small_practice: Path) -> None:
    done = abate("check", str(small_practice))
    assert done.returncode == 0, done.stderr
    assert "is what limits these data" in done.stdout
    assert done.stdout.index(" fails ") < done.stdout.index(" nothing to count ")
    assert "What to do:" in done.stdout
    assert done.stderr == ""


def test_json_hides_numbers_of_clinics_and_small_ones_under_the_leaving_policy(
    small_practice: Path,
) -> None:
    found = json.loads(abate("check", str(small_practice), "--format", "json").stdout)
    assert list(found) == ["build", "policy", "sentence", "grades", "rules", "clinics"]
    assert found["policy"] == "cms11"
    assert {row["failing"] for row in found["clinics"]} == {None}
    for row in found["rules"]:
        assert row["what_to_do"]
        assert row["failing"] is None or row["failing"] == 0 or row["failing"] > 10
    at_work = json.loads(
        abate("check", str(small_practice), "--format", "json", "--policy", "internal").stdout
    )
    assert None not in {row["failing"] for row in at_work["rules"] if row["status"] != "error"}


def test_html_is_one_document(small_practice: Path) -> None:
    written = abate("check", str(small_practice), "--format", "html").stdout
    assert written.startswith("<!doctype html>")
    assert written.endswith("</html>\n")


@pytest.mark.parametrize(("severity", "code"), [("minor", 1), ("major", 1)])
def test_it_can_be_asked_to_fail(small_practice: Path, severity: str, code: int) -> None:
    assert abate("check", str(small_practice), "--fail-on", severity).returncode == code


def test_an_unknown_policy_is_said_in_a_line(small_practice: Path) -> None:
    done = abate("check", str(small_practice), "--policy", "cms10")
    assert done.returncode == 1
    assert done.stderr.startswith("abate: policy: 'cms10' is not known")
