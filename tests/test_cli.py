"""The command line: exit codes, one line per problem, and no traceback."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.drawn import write

INFUSIONS = "patient | day | category\n1 | 0 | depression\n2 | 0 | tmj"


def abate(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from pipelines.cli import main; main()", *words],
        capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "160"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["rates", "nowhere"], 1, "abate: practice 'nowhere': no such folder\n"),
        (["build", "nowhere"], 1, "abate: nowhere: no records there;"),
        (["import", "nowhere", "--profile", "canonical", "--into", "x"], 1,
         "abate: crosswalk: none is named; expected --crosswalk DIR"),
        (["import", "nowhere", "--profile", "canonical", "--into", "x", "--anonymized"], 1,
         "abate: source 'nowhere': no such file or folder\n"),
        (["ratse"], 2, "Usage: "),
        (["rates", "--format", "xml"], 2, "Usage: "),
        (["simulate", "x", "--patients", "0"], 2, "Usage: "),
    ],
)  # fmt: skip
def test_wrong_input_ends_with_1_and_a_wrong_command_with_2_in_a_line_and_no_traceback(
    words: list[str], code: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = abate(*words)
    assert done.returncode == code
    assert done.stderr.startswith(message)
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())
    if code == 1:
        assert len(done.stderr.splitlines()) == 1


def test_build_and_rates_print_the_object_that_is_documented(tmp_path: Path) -> None:
    write(tmp_path / "p", {"infusions": INFUSIONS})
    assert abate("build", str(tmp_path / "p")).returncode == 0
    done = abate("rates", str(tmp_path / "p"), "--policy", "internal", "--format", "json")
    found = json.loads(done.stdout)
    assert list(found) == ["build", "policy", "measure", "window", "population", "rows"]
    assert found["rows"][0] == {
        "category": "depression", "started": 1, "baseline": 0, "eligible": 0, "due": 0,
        "assessed": 0, "responded": 0, "known": None, "rate": None, "low": None, "high": None,
        "highest": None, "follow_up": None, "unstable": True, "hidden": False,
        "enough_follow_up": False,
        "as_of": None,
    }  # fmt: skip
    assert done.stderr == ""


def test_who_stops_serve_leaves_nothing_on_the_port(tmp_path: Path) -> None:
    write(tmp_path / "p", {"infusions": INFUSIONS})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["serve", str(tmp_path / "p"), "--port", str(port)]
    served = subprocess.Popen(
        [sys.executable, "-c", "from pipelines.cli import main; main()", *words],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def listens() -> bool:
        with socket.socket() as asked:
            return asked.connect_ex(("127.0.0.1", port)) == 0

    try:
        until = time.monotonic() + 60
        while not listens() and time.monotonic() < until:
            time.sleep(0.2)
        assert listens()
        served.terminate()
        served.wait(20)
        assert not listens()
    finally:
        served.kill()
        served.wait(20)


def test_rates_can_be_filtered_and_grouped(tmp_path: Path) -> None:
    infusions = (
        "patient | day | category | clinic_key\n1 | 0 | tmj | a\n2 | 31 | tmj | b\n3 | 31 | tmj | b"
    )
    labels = "list,code,label,sort_order,source,new\nclinic_key,a,Lindenhof,1,us,yes\n"
    write(tmp_path / "p", {"infusions": infusions}, through=200, definitions={"labels": labels})
    abate("build", str(tmp_path / "p"))

    def started(*words: str) -> dict[object, int]:
        done = abate(
            "rates", str(tmp_path / "p"), "--policy", "internal", "--format", "json", *words
        )
        assert done.returncode == 0, done.stderr
        by = words[1]
        return {row[by]: row["started"] for row in json.loads(done.stdout)["rows"]}

    assert started("--by", "clinic_key") == {"a": 1, "b": 2}
    assert started("--by", "clinic_key", "--where", "clinic_key=b") == {"b": 2}
    assert started("--by", "clinic_key", "--where", "clinic_key=Lindenhof,b") == {"a": 1, "b": 2}
    assert started("--by", "sex", "--where", "category=TMJ disorder") == {"unknown": 3}
    assert started("--by", "start_month", "--from", "2025-02") == {"2025-02-01": 2}
    assert started("--by", "start_month", "--to", "2025-01") == {"2025-01-01": 1}
