"""Real studies, imported through their shipped profiles, give the counts of their own data."""

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines import disclose, open_practice
from pipelines.cli import app
from pipelines.disclosure import why_refused
from tests.drawn import drawn

FOLDERS = {
    "nimh_ketamine": "nimh_ketamine",
    "nimh_placebo": "nimh_ketamine",
    "amitriptyline": "amitriptyline_neuropathic_pain",
    "amitriptyline_placebo": "amitriptyline_neuropathic_pain",
    "neck_pain_laser": "neck_pain",
    "neck_pain_sham": "neck_pain",
}
EXPECTED = drawn("""
    profile               | measure     | window  | started | baseline | eligible | assessed | responded
    nimh_ketamine         | response_50 | day_2   |  36     |  35      |  35      |  29      |   6
    nimh_ketamine         | response_50 | day_10  |  36     |  35      |  35      |  26      |   3
    nimh_ketamine         | remission   | day_2   |  36     |  35      |  35      |  29      |   4
    nimh_ketamine         | remission   | day_10  |  36     |  35      |  35      |  26      |   2
    nimh_placebo          | response_50 | day_2   |  36     |  35      |  35      |  28      |   1
    nimh_placebo          | response_50 | day_10  |  36     |  35      |  35      |  28      |   0
    amitriptyline         | response_30 | week_6  | 122     | 122      | 105      | 105      |  62
    amitriptyline         | response_50 | week_6  | 122     | 122      | 105      | 105      |  47
    amitriptyline_placebo | response_30 | week_6  | 122     | 122      | 110      | 110      |  55
    amitriptyline_placebo | response_50 | week_6  | 122     | 122      | 110      | 110      |  42
    neck_pain_laser       | response_30 | week_7  |  45     |  45      |  33      |  31      |  22
    neck_pain_laser       | response_50 | week_7  |  45     |  45      |  33      |  31      |  20
    neck_pain_laser       | response_30 | week_12 |  45     |  45      |  33      |  33      |  25
    neck_pain_laser       | response_50 | week_12 |  45     |  45      |  33      |  33      |  14
    neck_pain_sham        | response_30 | week_7  |  45     |  45      |  21      |  19      |   5
    neck_pain_sham        | response_50 | week_7  |  45     |  45      |  21      |  19      |   1
    neck_pain_sham        | response_30 | week_12 |  45     |  45      |  21      |  21      |   6
    neck_pain_sham        | response_50 | week_12 |  45     |  45      |  21      |  21      |   2
""")
COUNTS = ["started", "baseline", "eligible", "assessed", "responded"]


def abate(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def practices(studies: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("practices")
    for profile, folder in FOLDERS.items():
        abate("import", str(studies / folder), "--profile", profile, "--into", str(home / profile),
              "--anonymized")  # fmt: skip
        abate("build", str(home / profile))
    return home


def rates(folder: Path, **options: str) -> list[dict[str, object]]:
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    found = json.loads(abate("rates", str(folder), "--format", "json", *words))
    assert found["policy"] == options.get("policy", "cms11")
    rows: list[dict[str, object]] = found["rows"]
    return rows


@pytest.mark.parametrize(
    "row", EXPECTED.to_dicts(), ids=lambda row: "-".join(list(row.values())[:3])
)
def test_a_study_gives_the_counts_of_its_own_data(practices: Path, row: dict[str, str]) -> None:
    found = rates(
        practices / row["profile"], measure=row["measure"], window=row["window"], policy="internal"
    )
    assert [{name: line[name] for name in COUNTS} for line in found] == [
        {name: int(row[name]) for name in COUNTS}
    ]


def test_the_amitriptyline_counts_are_those_of_the_authors_own_nnt_file(studies: Path) -> None:
    table = pl.read_csv(studies / "amitriptyline_neuropathic_pain" / "NNT.csv")
    counts = table.group_by("Treatment").agg(
        pl.len(), responders=(pl.col("PercentDelta") >= 50).sum()
    )
    assert sorted(counts.rows()) == [("A", 105, 47), ("P", 110, 42)]


def test_of_the_six_nimh_responders_of_day_2_two_are_still_at_half_of_baseline_on_day_10(
    practices: Path, studies: Path
) -> None:
    """MADRS at baseline, day 2 and day 10, read off the study's own table, beside the function."""
    typed = {
        "sub-MOA104": (41, 17, 23), "sub-MOA111": (30, 0, 6), "sub-MOA112": (35, 5, 9),
        "sub-MOA118": (33, 5, 34), "sub-MOA126": (24, 9, 19), "sub-MOA134": (35, 17, 29),
    }  # fmt: skip
    phenotype = pl.read_csv(
        studies / "nimh_ketamine" / "phenotype.tsv", separator="\t", null_values=["n/a"]
    )
    for patient, expected in typed.items():
        own = phenotype.filter(participant_id=patient)
        found = dict(own.select("session_id", "MADRS_Total").rows())
        assert tuple(found[f"ses-{name}"] for name in ("b0", "d2", "d10")) == expected
    half = sorted(key for key, (first, _, last) in typed.items() if 2 * last <= first)
    assert half == ["sub-MOA111", "sub-MOA112"]
    result = open_practice(practices / "nimh_ketamine").durability(by=[])
    assert result.later[0].select(
        "window", "infused_between", "responders", "assessed", "responded"
    ).rows() == [("day_10", False, 6, 6, 2)]
    assert sorted(result.courses_later.filter(status="responded")["patient_key"]) == half
    assert sorted(result.courses_later["patient_key"]) == sorted(typed)


def test_nimh_by_subtype_at_day_2(practices: Path) -> None:
    found = rates(practices / "nimh_ketamine", by="category,subtype", measure="response_50",
                  window="day_2", policy="internal")  # fmt: skip
    assert {row["subtype"]: (row["responded"], row["assessed"]) for row in found} == {
        "bipolar": (0, 2),
        "mdd": (6, 27),
    }


@pytest.mark.parametrize("profile", FOLDERS)
def test_under_cms11_no_small_count_is_printed_or_left_by_subtraction(
    practices: Path, profile: str
) -> None:
    """Every count, and what it leaves of the count above it, is 0 or at least 11."""
    practice = open_practice(practices / profile)
    windows = EXPECTED.filter(profile=profile)["window"].unique().to_list()
    measures = ["response", "response_30", "response_50", "remission", "improvement", "worsening"]
    shown: dict[object, set[int]] = {}
    for window in windows:
        for measure in measures:
            for by in ("category", "category,subtype", "sex", "age_band", "clinic_key"):
                asked = practice.response(by.split(","), measure, window)
                if why_refused(asked.question, practice.basis):
                    continue
                for row in disclose(asked, "cms11").frame.iter_rows(named=True):
                    counts = [row[name] for name in (*COUNTS, "due")]
                    group = (window, *[row.get(name) for name in by.split(",")])
                    numbers = shown.setdefault(group, set())
                    numbers |= {count for count in counts if isinstance(count, int)}
                    if isinstance(row["due"], int) and isinstance(row["assessed"], int):
                        numbers.add(row["due"] - row["assessed"])
                    if row["hidden"]:
                        assert row["rate"] is row["low"] is row["high"] is row["follow_up"] is None
    for key, numbers in shown.items():
        differences = {a - b for a in numbers for b in numbers if a > b} | numbers
        assert not {number for number in differences if 0 < number < 11}, (profile, key, numbers)


def test_cms11_hides_alike_in_every_format(practices: Path) -> None:
    folder = str(practices / "nimh_ketamine")
    words = (
        "rates",
        folder,
        "--by",
        "category,subtype",
    )
    table, csv, plain = (abate(*words, "--format", name) for name in ("table", "csv", "json"))
    rows = json.loads(plain)["rows"]
    assert all(row[name] is None for row in rows for name in (*COUNTS, "due", "rate"))
    assert csv.splitlines()[1:] == [
        "depression,bipolar,,,,,,,,,,,,,,true,,",
        "depression,mdd,,,,,,,,,,,,,,true,,",
    ]
    assert table.count("hidden") >= 16


@pytest.mark.parametrize(
    "words",
    [
        ("--where", "sex=female", "--where", "age_band=25-34"),
        ("--population", "all_courses"),
        ("--by", "category,sex"),
        ("--by", "start_month"),
    ],
)
def test_a_view_that_could_be_subtracted_is_not_released(
    practices: Path, words: tuple[str, ...]
) -> None:
    result = CliRunner().invoke(app, ["rates", str(practices / "nimh_ketamine"), *words])
    assert result.exit_code != 0
    assert result.stdout == ""
