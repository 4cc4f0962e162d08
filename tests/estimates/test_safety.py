from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from pipelines.definitions import Definitions
from pipelines.disclosure import safety_tables as tables
from pipelines.disclosure.control_words import widened
from pipelines.disclosure.safety import SafetyFinding, disclose_safety
from pipelines.disclosure.safety_words import answer, cautions, serious, stopped, watched, why_so
from pipelines.estimates.result import Provenance, Question
from pipelines.estimates.safety import Infusions, Safety, safety
from pipelines.intake.annotations import NOTHING

MADE = Provenance("b", "dates", date(2024, 1, 1), date(2025, 12, 31))
EVENTS = {"visit_key": pl.String, "term": pl.String, "grade": pl.Int32, "serious": pl.Boolean,
          "onset_minute": pl.Int32, "resolved_minute": pl.Int32, "events": pl.Int64}  # fmt: skip
Event = tuple[int, str, int, bool, int, int | None]


def infusions(
    months: int, each: int, events: list[Event] | None = None, clinics: int = 1
) -> Infusions:
    """Return so many infusions in each month from January 2024, five per patient, and events by their number."""
    events = events or []
    frame = pl.DataFrame(
        [
            {
                "visit_key": f"v{n}", "patient_key": f"p{n // 5}", "clinic_key": f"c{n % clinics}",
                "category": "depression", "infusion_number": 1 + n % 5, "observed": True,
                "visit_date": date(2024 + n // each // 12, 1 + n // each % 12, 1 + n % each % 28),
                "month": date(2024 + n // each // 12, 1 + n // each % 12, 1),
                "dose_mg_per_kg": 0.5, "stopped_early": n % 50 == 0,
                "stop_reason": "blood_pressure" if n % 100 == 0 else None,
                "events": sum(event[0] == n for event in events),
                "serious": sum(event[0] == n and event[3] for event in events),
            }
            for n in range(months * each)
        ]
    ).with_columns(pl.col("dose_mg_per_kg").cast(pl.Decimal(12, 4)))  # fmt: skip
    told = [(f"v{event[0]}", *event[1:], 1) for event in events]
    rows = pl.DataFrame(told, schema=EVENTS, orient="row")
    signs = pl.DataFrame(
        {
            "visit_key": ["v0", "v1", "v2", "v3"],
            "minute": [0, 0, 40, 40],
            "sign": ["systolic"] * 4,
            "value": [110.0, 130.0, 150.0, 160.0],
        }
    )
    excursions = pl.DataFrame(
        {
            "visit_key": ["v0", "v1", "v5"],
            "excursion": ["systolic_critical"] * 3,
            "beyond": [True, False, False],
        }
    )
    watched = pl.DataFrame(
        {
            "patient_key": ["p0", "p1", "p2", "p2"],
            "category": ["depression"] * 4,
            "subtype": ["bipolar"] * 4,
            "instrument": ["ymrs"] * 4,
            "flagged": [True, False, False, None],
        }
    )
    return Infusions(frame, rows, signs, excursions, watched)


def of(found: Infusions, definitions: Definitions) -> Safety:
    return safety(found, Question(), NOTHING, definitions, MADE)


def shown(found: Safety) -> SafetyFinding:
    finding = disclose_safety(found, "internal")
    assert isinstance(finding, SafetyFinding)
    return finding


FEW: list[Event] = [
    (0, "nausea", 1, False, 20, 50),
    (0, "nausea", 2, False, 30, None),
    (7, "nausea", 1, False, 40, 100),
    (9, "syncope", 4, True, 60, 70),
]


def test_events_are_counted_over_infusions_with_limits_that_allow_for_patients(
    definitions: Definitions,
) -> None:
    found = of(infusions(1, 50, FEW), definitions)
    total = found.totals.row(0, named=True)
    assert (total["infusions"], total["patients"], total["events"], total["serious"]) == (
        50,
        10,
        4,
        1,
    )
    assert total["with_events"] == 3
    # Two of ten patients had two events each: 2.368 times the variance of a Poisson count, by hand,
    # and Garwood's limits of 4 / 2.368 by scipy.
    assert [total[name] for name in ("per_100", "low", "high")] == pytest.approx(
        [8, 0.7262, 31.8553], abs=1e-3
    )
    nausea = found.terms.row(0, named=True)
    assert nausea["term"] == "nausea"
    assert (nausea["events"], nausea["infusions"], nausea["patients"], nausea["unresolved"]) == (
        3,
        2,
        2,
        1,
    )
    assert (nausea["grade_1"], nausea["grade_2"], nausea["onset"], nausea["lasting"]) == (
        2,
        1,
        30,
        45,
    )


def test_early_stops_doses_and_excursions(definitions: Definitions) -> None:
    found = of(infusions(2, 100, FEW), definitions)
    assert found.stopped.select("stopped", "told", "share").row(0) == (4, 200, 0.02)
    assert found.stops.rows() == [("blood_pressure", 2), (None, 2)]
    doses = {row[0]: row[1:] for row in found.doses.select("band", "infusions", "events").rows()}
    assert doses == {"low": (0, 0), "usual": (200, 4), "raised": (0, 0), "high": (0, 0)}
    first = found.excursions.row(0, named=True)
    assert (first["excursion"], first["beyond"], first["read"]) == ("systolic_critical", 1, 3)
    assert found.excursions.filter(pl.col("excursion") == "spo2_low")["share"].to_list() == [None]
    assert found.signs.rows() == [
        ("systolic", 0, 2, 112.0, 120.0, 128.0),
        ("systolic", 40, 2, 151.0, 155.0, 159.0),
    ]


def test_serious_and_watched_events_are_listed_for_review_by_keys(definitions: Definitions) -> None:
    found = of(infusions(1, 50, FEW), definitions)
    assert found.review.select("term", "serious", "visit_key", "patient_key").rows() == [
        ("syncope", True, "v9", "p1")
    ]
    mild: list[Event] = [(3, "hypomania", 1, False, 900, None), (4, "nausea", 3, False, 10, 20)]
    assert of(infusions(1, 50, mild), definitions).review["term"].to_list() == ["hypomania"]


def test_infusions_since_the_last_serious_event_are_told_and_are_no_gap(
    definitions: Definitions,
) -> None:
    grave: list[Event] = [(n, "syncope", 4, True, 60, 70) for n in (10, 40, 50)]
    found = shown(of(infusions(10, 20, grave), definitions))
    assert found.between.points["value"].to_list() == [29.0, 9.0]
    assert serious(found) == (
        "3 serious events, with 19 infusions between one and the next in the middle, and 149 infusions"
        " since the last: that gap is still open, so it will be at least as long."
    )
    one = shown(of(infusions(10, 20, grave[-1:]), definitions))
    assert serious(one).startswith("1 serious event, and 149 infusions since the last: ")
    assert serious(shown(of(infusions(1, 20), definitions))) == "No serious event is recorded."


def test_serious_events_recorded_alike_are_counted_each(definitions: Definitions) -> None:
    twice = infusions(1, 20, [(18, "syncope", 4, True, 60, 70)] * 2)
    alike = twice.events.unique().with_columns(events=pl.lit(2, pl.Int64))
    found = shown(of(replace(twice, events=alike), definitions))
    assert serious(found).startswith("2 serious events, and 1 infusion since the last: ")
    assert found.review["events"].to_list() == [2]
    assert answer(found).startswith(
        "In 20 infusions 2 adverse events were recorded, 2 of them serious"
    )


def test_scales_that_are_watched_count_the_scored_courses(definitions: Definitions) -> None:
    found = of(infusions(1, 50, FEW), definitions)
    assert found.watched.select("courses", "scored", "flagged").row(0) == (4, 3, 1)
    assert watched(shown(found)) == [
        "Syncope: 1, 2.0 (0.1–11.1) per 100 infusions.",
        "YMRS in bipolar: 1 of 3 scored courses flagged, 33.3 % (1.1–95.6); 1 were never scored.",
    ]


def test_courses_of_one_patient_that_agree_count_once_in_limits_of_watched_scales(
    definitions: Definitions,
) -> None:
    """30 patients with two courses each, 6 of them flagged in both: the limits of 6 of 30, not 12 of 60."""
    courses = pl.DataFrame(
        {
            "patient_key": [f"p{n // 2}" for n in range(60)],
            "category": ["depression"] * 60,
            "subtype": [None] * 60,
            "instrument": ["ymrs"] * 60,
            "flagged": [n < 12 for n in range(60)],
        }
    ).cast({"subtype": pl.String})
    found = of(replace(infusions(1, 50), watched=courses), definitions).watched
    row = found.row(0, named=True)
    assert (row["courses"], row["scored"], row["flagged"], row["share"]) == (60, 60, 12, 0.2)
    # Wilson's limits of 6 of 30 are 0.095 and 0.373; fewer patients than courses widen them a little.
    assert (row["low"], row["high"]) == pytest.approx((0.09085, 0.38478), abs=1e-4)


def test_what_hangs_on_infusions_that_are_not_asked_is_left_out(definitions: Definitions) -> None:
    whole = infusions(1, 50, FEW)
    some = Infusions(
        whole.infusions.filter(pl.col("patient_key") == "p1"), *list(vars(whole).values())[1:]
    )
    found = of(some, definitions)
    assert found.totals.select("infusions", "events").row(0) == (5, 2)
    assert found.terms["term"].to_list() == ["nausea", "syncope"]
    assert found.signs.is_empty()


def spread(each_month: list[int], term: str = "nausea") -> list[Event]:
    """Return so many events in each month of 100 infusions."""
    return [
        (100 * month + n, term, 1, False, 20, 50)
        for month, count in enumerate(each_month)
        for n in range(count)
    ]


def test_a_month_with_many_events_is_outside_and_worse(definitions: Definitions) -> None:
    steady = [9, 11, 10, 8, 12, 10, 9, 30, 10, 11, 9, 12, 10, 8]
    found = shown(of(infusions(14, 100, spread(steady)), definitions))
    everything = found.over_time[0]
    assert (everything.label, everything.rare, everything.shown.width) == (
        "All events",
        False,
        "month",
    )
    assert everything.shown.chart.signals.select("sign", "way", "first_month").rows() == [
        ("outside", 1, date(2024, 8, 1))
    ]
    assert everything.shown.points["colour"][7] == "concern"


def test_events_that_come_together_widen_the_limits_and_it_is_said(
    definitions: Definitions,
) -> None:
    """Months of 4 and 16 events in turn are no news where they always go up and down so."""
    found = shown(of(infusions(14, 100, spread([4, 16] * 7)), definitions))
    chart = found.over_time[0].shown.chart
    assert chart.phases.select("kind", "wider").row(0) == ("up", pytest.approx(3.364, abs=1e-3))
    assert not chart.points["rule"].str.contains("outside").any()
    assert widened(found.over_time[0].shown) == [
        "from Jan 2024 to Feb 2025 the points vary 3.36 times as much as chance alone would make them, so"
        " their limits are wider by as much (Laney's u': events of one patient, or of one day, come"
        " together)."
    ]


def test_few_events_widen_the_chart_and_fewer_turn_it_to_infusions_between(
    definitions: Definitions,
) -> None:
    found = shown(of(infusions(24, 100, spread([2] * 24)), definitions))
    assert (found.over_time[0].shown.width, found.over_time[0].rare) == ("quarter", False)
    assert why_so(found.over_time[0], found) == (
        "Drawn by quarter, because narrower periods hold fewer than 5 events on average."
    )
    rare = shown(of(infusions(24, 100, spread([1, 0, 0, 0] * 6)), definitions))
    assert rare.over_time[0].rare
    # From one event to the next: 400 infusions later, so 399 between.
    assert rare.over_time[0].shown.points["value"].to_list() == [399.0] * 5
    # The last one is the first infusion of the 21st of 24 months.
    told = why_so(rare.over_time[0], rare)
    assert told is not None
    assert told.endswith(
        " 399 infusions since the last event: that gap is still open, so it will be at least as long, and"
        " it is no point."
    )


def test_each_term_and_each_of_several_clinics_has_its_chart(definitions: Definitions) -> None:
    found = shown(of(infusions(6, 100, FEW, clinics=2), definitions))
    assert [(one.label, one.of) for one in found.over_time] == [
        ("All events", "all"), ("Nausea", "term"), ("Syncope", "term"), ("c0", "clinic"), ("c1", "clinic"),
    ]  # fmt: skip


def test_a_month_that_is_not_over_is_kept_out(definitions: Definitions) -> None:
    made = Provenance("b", "dates", date(2024, 1, 1), date(2024, 6, 29))
    found = safety(infusions(6, 100, spread([10] * 6)), Question(), NOTHING, definitions, made)
    assert found.over_time[0].charted.chart.points["why_out"].to_list() == [None] * 5 + [
        "unfinished"
    ]


def test_what_is_said(definitions: Definitions) -> None:
    found = shown(of(infusions(2, 100, FEW), definitions))
    assert answer(found) == (
        "In 200 infusions 4 adverse events were recorded, 1 of them serious: 2.0 (0.2–7.4) per 100"
        " infusions; 2 % of infusions were stopped early."
    )
    assert stopped(found) == "4 of 200 infusions were stopped early: 2.0 % (0.8–5.2)."
    silent = shown(of(infusions(2, 100), definitions))
    assert cautions(silent) == [
        "No event at all is recorded: it may be that nobody wrote them down."
    ]


def test_the_tables_tell_rates_with_their_counts(definitions: Definitions) -> None:
    found = shown(of(infusions(2, 100, FEW), definitions))
    assert tables.terms(found).rows()[0] == (
        "Nausea", "1.5 (0.1–5.9)", "3", "2", "0", "2 · 1 · 0 · 0 · 0", "30", "45", "1",
    )  # fmt: skip
    assert tables.stops(found).rows() == [("Blood pressure", "2"), ("Not recorded", "2")]
    assert tables.excursions(found).rows()[0][2:] == ("1", "3", "critical")
    assert tables.review(found).rows() == [
        ("Syncope", "1", "Jan 2024", "4", "yes", "c0", "Depression", "5", "60", "v9", "p1")
    ]
    assert tables.signs(found, "systolic").rows()[0] == ("0", "120", "112–128", "2")


def test_no_infusion_gives_no_rate(definitions: Definitions) -> None:
    whole = infusions(1, 10)
    none = Infusions(*[frame.clear() for frame in vars(whole).values()])
    found = shown(of(none, definitions))
    assert found.totals["per_100"].to_list() == [None]
    assert answer(found) == "No infusion of a course is in these records."


def test_a_protecting_policy_shows_the_reason_only(definitions: Definitions) -> None:
    told = disclose_safety(of(infusions(1, 10, FEW), definitions), "cms11")
    assert isinstance(told, str)
    assert "shown inside the practice only" in told
