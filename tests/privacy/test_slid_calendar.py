"""The slid calendar on 10,000 patients: intervals stay, months are true, the day is gone."""

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipelines.intake.importing import import_export
from tests.privacy.attacker import Known, candidates, first_infusions, slid_rows
from tests.privacy.exports import (
    Chain,
    chained,
    clinic,
    cut,
    opened,
    true_scores,
    true_visits,
    written,
)

CUT = date(2026, 2, 10)
FIRST, LAST = date(2023, 7, 1), date(2026, 6, 30)
SCORE = ["patient_key", "instrument", "assessed_on", "timing", "score"]
VISIT = ["visit_key", "patient_key", "visit_date", "visit_kind", "visit_status"]


@dataclass(frozen=True)
class Practice:
    """The truth of a clinic, and what two imports made of it, the first of an export of CUT."""

    truth: dict[str, pl.DataFrame]
    chain: Chain


@pytest.fixture(scope="module")
def truth() -> dict[str, pl.DataFrame]:
    return clinic(10_000)


@pytest.fixture(scope="module")
def by_month(truth: dict[str, pl.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> Practice:
    folder = tmp_path_factory.mktemp("month")
    return Practice(truth, chained(folder, [(cut(truth, CUT), None), (truth, None)]))


@pytest.fixture(scope="module")
def by_quarter(
    truth: dict[str, pl.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> Practice:
    folder = tmp_path_factory.mktemp("quarter")
    return Practice(truth, chained(folder, [(cut(truth, CUT), None), (truth, None)], "quarter"))


@pytest.fixture(scope="module")
def by_year(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    small = clinic(1_500)
    folder = tmp_path_factory.mktemp("year")
    return Practice(small, chained(folder, [(cut(small, CUT), None), (small, None)], "year"))


@pytest.fixture(scope="module")
def increments(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    """Two exports, the second only of what came after the first, added by --since."""
    small = clinic(2_500)
    since = CUT + timedelta(days=1)
    folder = tmp_path_factory.mktemp("since")
    return Practice(
        small, chained(folder, [(cut(small, CUT), None), (_since(small, since), since)])
    )


def _since(tables: dict[str, pl.DataFrame], day: date) -> dict[str, pl.DataFrame]:
    """Return only what happened from a day on, with the patients whom it names."""
    visits = tables["visits"].filter(pl.col("visit_date") >= day)
    scores = tables["scores"].filter(pl.col("assessed_on") >= day)
    seen = pl.concat([visits.select("patient_key"), scores.select("patient_key")])
    return {
        "patients": tables["patients"].join(seen, on="patient_key", how="semi"),
        "visits": visits,
        "infusions": tables["infusions"].join(visits, on="visit_key", how="semi"),
        "scores": scores,
    }


def _moved(chain: Chain, batch: int) -> pl.DataFrame:
    """Return visit_key, source_key and by how many days the record's day is off the true one."""
    return (
        chain.records(batch, "visits")
        .join(chain.visit_keys, on="visit_key")
        .join(chain.walk, on="patient_key")
        .select("source_visit", "patient_key", "slide_days", "visit_date")
    )


def test_every_day_of_a_patient_moves_by_one_number_in_all_batches(by_month: Practice) -> None:
    true = by_month.truth["visits"].select(
        pl.col("visit_key").alias("source_visit"), pl.col("visit_date").alias("true_date")
    )
    both = pl.concat([_moved(by_month.chain, batch) for batch in (0, 1)])
    off = both.join(true, on="source_visit").with_columns(
        off=(pl.col("visit_date") - pl.col("true_date")).dt.total_days()
    )
    assert off.height == both.height > 130_000
    assert off.filter(pl.col("off") != pl.col("slide_days")).height == 0
    assert off.group_by("patient_key").agg(pl.col("off").n_unique())["off"].max() == 1


def test_intervals_between_any_two_scores_and_visits_of_a_patient_are_unchanged(
    by_month: Practice,
) -> None:
    found = true_scores(by_month.chain, by_month.chain.records(1, "scores"), slid=True)
    lost = found.join(by_month.truth["scores"], on=SCORE, how="anti")
    assert found.height > 40_000
    assert lost.height == 0


@pytest.mark.parametrize("which", ["by_month", "by_quarter"])
def test_the_month_or_quarter_of_the_first_infusion_is_true(
    which: str, request: pytest.FixtureRequest
) -> None:
    practice: Practice = request.getfixturevalue(which)
    given = practice.truth["infusions"].filter(agent="ketamine", route="iv")
    visits = practice.truth["visits"].filter(visit_status="completed")
    true = visits.join(given, on="visit_key", how="semi").group_by("patient_key").agg(
        pl.col("visit_date").min().alias("true_date")
    )  # fmt: skip
    found = first_infusions(practice.chain, 1).join(practice.chain.walk, on="patient_key")
    both = found.join(true, left_on="source_key", right_on="patient_key")
    period = "1mo" if which == "by_month" else "1q"
    same = pl.col("anchor").dt.truncate(period) == pl.col("true_date").dt.truncate(period)
    assert both.height == found.height > 8_000
    assert both.filter(~same).height == 0
    assert both["anchor"].dt.day().unique().to_list() == [16]
    months = {"by_month": 12, "by_quarter": 4}
    assert both["anchor"].dt.month().n_unique() == months[which]


@pytest.mark.parametrize("which", ["by_month", "by_quarter", "by_year"])
def test_nothing_in_a_practice_folder_narrows_the_day_of_a_first_infusion(
    which: str, request: pytest.FixtureRequest
) -> None:
    """The attacker has both batches, the rules, the calendar and the exports' true first and last day."""
    practice: Practice = request.getfixturevalue(which)
    slide = practice.chain.manifests[0].slide
    assert slide is not None
    left = candidates(practice.chain, [Known(FIRST, CUT), Known(FIRST, LAST)], slide)
    infused = {"by_month": 8_700, "by_quarter": 8_100, "by_year": 400}
    assert left.height >= infused[which]
    assert left.filter(pl.col("possible") != pl.col("all")).rows() == []
    days = {"by_month": [28, 29, 30, 31], "by_quarter": [90, 91, 92], "by_year": [365, 366]}
    assert set(left["all"]) <= set(days[which])


def test_who_is_named_in_an_early_batch_says_nothing_of_the_day(by_month: Practice) -> None:
    """Of the patients who began in the month in which an export ended, all wait or none."""
    later = first_infusions(by_month.chain, 1)
    named = pl.concat(
        [
            by_month.chain.records(0, table).select("patient_key")
            for table in ("patients", "visits", "diagnoses", "scores")
        ]
    )
    began = later.filter(pl.col("anchor").is_in([date(2026, 2, 16), date(2026, 3, 16)]))
    assert began.height > 400
    assert began.join(named, on="patient_key", how="semi").rows() == []
    complete = later.filter(pl.col("anchor") <= date(2025, 12, 16))
    assert complete.height > 7_000
    assert complete.join(named, on="patient_key", how="anti").rows() == []


def test_which_rows_stand_in_which_batch_follows_from_their_slid_days_alone(
    by_month: Practice,
) -> None:
    """An early batch is what a later one shows of the days that could be seen: no true day decides."""
    early, late = (slid_rows(by_month.chain, batch) for batch in (0, 1))
    anchors = first_infusions(by_month.chain, 1)
    seen = date.fromisoformat(str(by_month.chain.manifests[0].data_through))
    expected = late.join(anchors, on="patient_key").filter(
        pl.col("anchor") <= seen, pl.col("day") <= seen
    )
    infused = early.join(anchors, on="patient_key", how="semi")
    assert infused.height == expected.height > 90_000
    assert infused.join(expected, on=["patient_key", "row"], how="anti").height == 0


@pytest.mark.parametrize("which", ["by_month", "by_quarter"])
def test_what_one_full_export_shows_and_holds_back_is_the_truth_once(
    which: str, request: pytest.FixtureRequest
) -> None:
    practice: Practice = request.getfixturevalue(which)
    for batch, tables in enumerate((cut(practice.truth, CUT), practice.truth)):
        _assert_once(practice.chain, [batch], batch, tables)


def test_what_increments_show_and_still_hold_back_is_the_truth_once(increments: Practice) -> None:
    """What waited comes out once; nothing is lost and nothing comes twice."""
    _assert_once(increments.chain, [0, 1], 1, increments.truth)
    released = {found.unit: found.released for found in increments.chain.manifests[1].accounts}
    assert released["visits"] > 100
    assert released["patients"] > 20


def _assert_once(chain: Chain, shown: list[int], last: int, truth: dict[str, pl.DataFrame]) -> None:
    visits = [true_visits(chain, chain.records(batch, "visits"), slid=True) for batch in shown]
    visits.append(true_visits(chain, chain.held(last, "visits"), slid=False))
    found = pl.concat(visits)
    assert found.height == truth["visits"].height
    assert found.join(truth["visits"], on=VISIT, how="anti").height == 0
    scores = [true_scores(chain, chain.records(batch, "scores"), slid=True) for batch in shown]
    scores.append(true_scores(chain, chain.held(last, "scores"), slid=False))
    counted = pl.concat(scores).group_by(SCORE).len().sort(SCORE)
    true = _measurable(truth["scores"]).group_by(SCORE).len().sort(SCORE)
    assert counted.rows() == true.rows()
    patients = [chain.records(batch, "patients") for batch in shown] + [
        chain.held(last, "patients")
    ]
    keys = pl.concat(frame.select("patient_key") for frame in patients).unique()
    assert keys.height == truth["patients"].height


def _measurable(scores: pl.DataFrame) -> pl.DataFrame:
    """Return the scores within their scales: the simulation adds a few that are not."""
    return scores.filter(~(pl.col("instrument").str.starts_with("nrs") & (pl.col("score") > 10)))


def test_an_overlapping_increment_repeats_rows_by_their_slid_days_alone(tmp_path: Path) -> None:
    """Rows of 60 days come again; which, follows from slid days, so that none tells the slide."""
    small = clinic(1_200)
    since = CUT - timedelta(days=60)
    chain = chained(tmp_path, [(cut(small, CUT), None), (small, since)])
    shown, last = (date.fromisoformat(str(m.data_through)) for m in chain.manifests)
    surely = since + timedelta(days=15)
    early, late = (slid_rows(chain, batch) for batch in (0, 1))
    assert late.filter(pl.col("day") > last).height == 0
    assert late.filter(pl.col("day") <= shown, pl.col("day") < surely).join(
        early, on="patient_key", how="semi"
    ).rows() == []  # fmt: skip
    again = early.filter(pl.col("day") >= surely)
    assert again.height > 300
    assert again.join(late, on=["patient_key", "row"], how="anti").rows() == []


def test_an_increment_into_an_empty_folder_protects_its_first_day(tmp_path: Path) -> None:
    small = clinic(1_200)
    chain = chained(tmp_path, [(small, CUT)])
    rows = slid_rows(chain, 0)
    assert rows["day"].min() == date(2026, 2, 25)
    assert chain.manifests[0].data_from == "2026-02-25"


def test_by_year_all_first_infusions_fall_on_one_day_and_the_data_end_with_a_year(
    by_year: Practice,
) -> None:
    for batch, through in ((0, "2024-12-31"), (1, "2024-12-31")):
        anchors = first_infusions(by_year.chain, batch)
        assert anchors["anchor"].dt.strftime("%m-%d").unique().to_list() == ["07-01"]
        assert by_year.chain.manifests[batch].data_through == through
        assert slid_rows(by_year.chain, batch)["day"].max() <= date(2024, 12, 31)  # type: ignore[operator]


PEOPLE = [("mrn-1", "female", "35-44"), ("mrn-2", "male", "45-54")]
EARLIER = [("e1", "mrn-1", "2025-03-05", "infusion"), ("e2", "mrn-1", "2025-03-19", "infusion"),
           ("e3", "mrn-2", "2025-09-30", "infusion")]  # fmt: skip
LATER = [("e0", "mrn-1", "2025-01-28", "infusion"), ("e9", "mrn-1", "2025-02-27", "consultation")]


def _small(visits: list[tuple[str, str, str, str]]) -> dict[str, pl.DataFrame]:
    frame = pl.DataFrame(
        visits, schema=["visit_key", "patient_key", "visit_date", "visit_kind"], orient="row"
    ).with_columns(clinic_key=pl.lit("north"), visit_status=pl.lit("completed"))
    infusions = frame.filter(visit_kind="infusion").select(
        "visit_key", agent=pl.lit("ketamine"), route=pl.lit("iv")
    )
    patients = pl.DataFrame(PEOPLE, schema=["patient_key", "sex", "age_band"], orient="row")
    return {"patients": patients, "visits": frame, "infusions": infusions}


@pytest.mark.parametrize("since", [None, date(2025, 1, 1)])
def test_an_earlier_visit_that_arrives_later_lines_up_with_what_is_there(
    tmp_path: Path, since: date | None
) -> None:
    end = [("e8", "mrn-2", "2025-12-20", "follow_up")]
    chain = chained(tmp_path, [(_small(EARLIER), None), (_small(EARLIER + LATER + end), since)])
    key = chain.walk.filter(source_key="mrn-1")["patient_key"].item()
    days = [
        sorted(chain.records(batch, "visits").filter(patient_key=key)["visit_date"])
        for batch in (0, 1)
    ]
    assert days[0] == [date(2025, 3, 16), date(2025, 3, 30)]
    assert days[1] == [date(2025, 2, 8), date(2025, 3, 10), date(2025, 3, 16), date(2025, 3, 30)]
    assert chain.walk.filter(source_key="mrn-1")["slide_days"].item() == 11


def test_a_chain_that_goes_on_from_a_copy_gives_the_same_keys(
    increments: Practice, tmp_path: Path
) -> None:
    """The same source key has the same random key in a later run."""
    for part in ("practice", "walk"):
        shutil.copytree(increments.chain.folder / part, tmp_path / part)
    source = written(increments.truth, tmp_path / "full")
    import_export(source, "canonical", tmp_path / "practice", tmp_path / "walk")
    before = dict(increments.chain.walk.select("source_key", "patient_key").rows())
    after = dict(opened(tmp_path).walk.select("source_key", "patient_key").rows())
    assert before.items() <= after.items()
    slides = increments.chain.walk.filter(pl.col("slide_days").is_not_null())
    again = opened(tmp_path).walk
    assert (
        slides.join(again, on=["source_key", "patient_key", "slide_days"], how="anti").height == 0
    )
