"""Scores from Observations, and whether they were taken before or after an infusion."""

from pathlib import Path

from tests.intake.fhir.drawn import (
    LOINC,
    concept,
    encounter,
    infusion,
    made,
    observation,
    patient,
    reference,
)


def test_a_total_is_a_score_of_its_instrument(tmp_path: Path) -> None:
    totals = [
        ("phq_9", LOINC, "44261-6"),
        ("gad_7", LOINC, "70274-6"),
        ("epds", LOINC, "99046-5"),
        ("epds", LOINC, "71354-5"),
        ("nrs_now", LOINC, "72514-3"),
        ("nrs_average_7d", LOINC, "75893-8"),
        ("bdi_2", LOINC, "89209-1"),
        ("phq_9", "urn:oid:2.16.840.1.113883.6.1", "44261-6"),
        ("madrs", "urn:abate:instrument", "madrs"),
        ("headache_days_28d", "urn:abate:instrument", "headache_days_28d"),
    ]
    drawn = [observation(id=None, code=concept(system, code)) for _, system, code in totals]
    with made(tmp_path, patient(), *drawn) as found:
        assert found.rows(
            "scores", "patient_key", "instrument", "assessed_on", "score", "timing"
        ) == [("p", instrument, "2025-03-01", "12", "unspecified") for instrument, _, _ in totals]


def test_the_code_that_is_used_may_stand_behind_others(tmp_path: Path) -> None:
    coding = [
        {"system": "urn:local", "code": "PHQ"},
        {"code": "x"},
        {"system": LOINC, "code": "44261-6"},
    ]
    with made(tmp_path, patient(), observation(code={"coding": coding})) as found:
        assert found.rows("scores", "instrument") == [("phq_9",)]


def test_the_value_may_be_a_whole_number_a_quantity_or_a_decimal(tmp_path: Path) -> None:
    drawn = [
        observation(value=7, id="1"),
        observation(value=None, id="2", valueQuantity={"value": 62.13, "unit": "{score}"}),
        observation(value=None, id="3", valueDecimal=4.5),
    ]
    with made(tmp_path, patient(), *drawn) as found:
        assert found.rows("scores", "score") == [("7",), ("62.13",), ("4.5",)]


def test_final_and_corrected_scores_count(tmp_path: Path) -> None:
    statuses = ("final", "amended", "corrected")
    drawn = [observation(id=status, status=status) for status in statuses]
    with made(tmp_path, patient(), *drawn) as found:
        assert found.rows("scores", "score") == [("12",), ("12",), ("12",)]


def test_what_is_no_score_is_left_out_and_counted(tmp_path: Path) -> None:
    statuses = (
        "preliminary",
        "registered",
        "entered-in-error",
        "cancelled",
        "unknown",
        "Anna Example",
    )
    drawn = [observation(id=status, status=status) for status in statuses]
    drawn += [
        observation(id="no value", value=None),
        observation("55758-7"),
        observation("44250-9"),
        observation("1", code=concept("urn:local", "Anna Example")),
        observation("2", code={"text": "Anna Example"}),
        observation("3", code=None),
    ]
    with made(tmp_path, patient(), *drawn) as found:
        assert found.rows("scores", "score") == []
        assert found.left_out == {
            ("Observation", "status preliminary"): 1,
            ("Observation", "status registered"): 1,
            ("Observation", "status entered-in-error"): 1,
            ("Observation", "status cancelled"): 1,
            ("Observation", "status unknown"): 1,
            ("Observation", "status not known"): 1,
            ("Observation", "no value"): 1,
            ("Observation", "55758-7: not used"): 1,
            ("Observation", "44250-9: not used"): 1,
            ("Observation", "code not used"): 3,
        }


def test_a_loinc_code_with_a_wrong_check_digit_is_refused(tmp_path: Path) -> None:
    mistyped = [observation("44261-7"), observation("55758-7"), observation("123-45-6789")]
    with made(tmp_path, patient(), *mistyped, observation()) as found:
        assert found.refused == [
            ("Observation", "Observation.ndjson", 1, "wrong_loinc_check_digit"),
            ("Observation", "Observation.ndjson", 3, "wrong_loinc_check_digit"),
        ]
        assert found.left_out == {("Observation", "55758-7: not used"): 1}


def test_the_time_tells_before_from_after_an_infusion_of_the_day(tmp_path: Path) -> None:
    times = {
        "2025-03-01T09:29:59-05:00": "before_infusion",
        "2025-03-01T14:29:00Z": "before_infusion",
        "2025-03-01T09:30:00-05:00": "during_infusion",
        "2025-03-01T10:10:00-05:00": "during_infusion",
        "2025-03-01T15:10:01.5Z": "after_infusion",
        "2025-03-01": "unspecified",
        "2025-03-02T09:00:00-05:00": "unspecified",
    }
    drawn = [observation(id=time, effectiveDateTime=time) for time in times]
    with made(tmp_path, patient(), encounter(), infusion(), *drawn) as found:
        assert found.rows("scores", "assessed_on", "timing") == [
            (time[:10], timing) for time, timing in times.items()
        ]


def test_an_infusion_without_an_end_tells_only_what_was_before_it(tmp_path: Path) -> None:
    given = infusion(effectivePeriod=None, effectiveDateTime="2025-03-01T09:30:00-05:00")
    scores = [observation(), observation("70274-6", effectiveDateTime="2025-03-01T12:00:00-05:00")]
    with made(tmp_path, patient(), encounter(), given, *scores) as found:
        assert found.rows("scores", "timing") == [("before_infusion",), ("unspecified",)]


def test_an_infusion_of_another_patient_tells_nothing(tmp_path: Path) -> None:
    score = observation(subject=reference("Patient/q"))
    with made(tmp_path, patient(), patient("q"), encounter(), infusion(), score) as found:
        assert found.rows("scores", "timing") == [("unspecified",)]


def test_the_day_is_the_written_one(tmp_path: Path) -> None:
    times: list[dict[str, object]] = [
        {"effectiveDateTime": "2025-03-01T23:30:00-05:00"},
        {"effectiveDateTime": None, "effectivePeriod": {"start": "2025-03-02T00:10:00+09:00"}},
        {"effectiveDateTime": None, "effectiveInstant": "2025-03-03T00:10:00Z"},
        {"effectiveDateTime": None},
    ]
    scores = [observation(id=str(number), **time) for number, time in enumerate(times)]
    with made(tmp_path, patient(), *scores) as found:
        assert found.rows("scores", "assessed_on") == [
            ("2025-03-01",), ("2025-03-02",), ("2025-03-03",), (None,),
        ]  # fmt: skip


def test_an_observation_that_is_there_twice_is_taken_once(tmp_path: Path) -> None:
    other = observation(subject=reference("Patient/q"))
    without_id = observation(id=None)
    scores = [observation(), observation(value=3), other, without_id, without_id]
    with made(tmp_path, patient(), patient("q"), *scores) as found:
        assert found.rows("scores", "patient_key", "score") == [
            ("p", "12"), ("q", "12"), ("p", "12"), ("p", "12"),
        ]  # fmt: skip
        assert found.left_out == {("Observation", "repeated"): 1}
