"""What rows of observation, measurement and procedure_occurrence become, by their concepts."""

from pathlib import Path

from tests.intake.omop.exports import draw_export, read_export

INFUSION = "person | concept | date       | time  | end   | route_concept_id | visit\n"
KETAMINE = INFUSION + "1 | 785649 | 2024-01-02 | 09:30 | 10:10 | 4171047 | 10"
VISIT = "visit | person | date | time | end\n10 | 1 | 2024-01-02 | 09:00 | 11:30"


def test_scores_are_sought_in_both_tables_and_counted_once(tmp_path: Path) -> None:
    found = read_export(draw_export(
        tmp_path,
        observations="""
            person | concept  | date       | value | time
            1      | 3042932  | 2024-01-02 | 18    |
            1      | 42868746 | 2024-01-02 | 15    |
            1      | 46235652 | 2024-01-02 | 7     |
            1      | 3042932  | 2024-01-09 |       |
            1      | 40758879 | 2024-01-02 | 4     |
        """,
        measurements="""
            person | concept    | date       | value | time
            1      | 44804610   | 2024-01-02 | 18.0  |
            1      | 44804610   | 2024-01-02 | 17    |
            1      | 42868746   | 2024-01-02 | 15    | 09:00
            1      | 43055141   | 2024-01-02 | 8     |
            2      | 3042932    | 2024-01-02 | 18    |
            1      | 2061300308 | 2024-01-02 | 31    |
        """,
    ))  # fmt: skip
    assert found.rows("scores", "patient_key", "instrument", "score", "unit") == [
        ("1", "phq_9", "18", "observation"),
        ("1", "nrs_average_7d", "7", "observation"),
        ("1", "phq_9", "17", "measurement"),
        ("1", "gad_7", "15", "measurement"),
        ("1", "nrs_now", "8", "measurement"),
        ("2", "phq_9", "18", "measurement"),
        ("1", "madrs", "31", "measurement"),
    ]
    assert found.left_out() == {
        "measurement: repeated in the other table": 1,
        "observation: blank": 1,
        "observation: concept not used": 1,
        "observation: repeated in the other table": 1,
    }


def test_times_decide_what_came_before_and_after_the_infusion(tmp_path: Path) -> None:
    found = read_export(draw_export(
        tmp_path,
        visits=VISIT,
        drugs=KETAMINE,
        observations="""
            person | concept | date       | time  | value
            1      | 3042932 | 2024-01-02 | 09:29 | 1
            1      | 3042932 | 2024-01-02 | 09:30 | 2
            1      | 3042932 | 2024-01-02 | 10:10 | 3
            1      | 3042932 | 2024-01-02 | 10:11 | 4
            1      | 3042932 | 2024-01-02 | 00:00 | 5
            1      | 3042932 | 2024-01-02 |       | 6
            1      | 3042932 | 2024-01-03 | 09:00 | 7
            2      | 3042932 | 2024-01-02 | 09:00 | 8
        """,
    ))  # fmt: skip
    assert found.rows("scores", "score", "timing") == [
        ("1", "before_infusion"),
        ("2", "during_infusion"),
        ("3", "during_infusion"),
        ("4", "after_infusion"),
        ("5", "unspecified"),
        ("6", "unspecified"),
        ("7", "unspecified"),
        ("8", "unspecified"),
    ]


def test_times_are_taken_as_they_are_written(tmp_path: Path) -> None:
    export = draw_export(tmp_path, drugs=KETAMINE)
    (export / "observation.csv").write_text(
        "person_id,observation_concept_id,observation_date,observation_datetime,value_as_number\n"
        "1,3042932,20240102,2024-01-02T09:29-05:00,1\n"
        "1,3042932,,2024-01-02T09:31:00.000Z,2\n"
        "1,3042932,2024-01-02,2024-01-01 09:00:00,3\n"
        "1,3042932,2024-01-02,morning,4\n"
        "1,3042932,2 Jan 2024,,5\n"
    )
    assert read_export(export).rows("scores", "assessed_on", "score", "timing") == [
        ("2024-01-02", "1", "before_infusion"),
        ("2024-01-02", "2", "during_infusion"),
        ("2024-01-02", "3", "unspecified"),
        ("2024-01-02", "4", "unspecified"),
        ("2 Jan 2024", "5", "unspecified"),
    ]


def test_vital_signs_are_kept_at_infusions_only_by_the_minute(tmp_path: Path) -> None:
    found = read_export(draw_export(
        tmp_path,
        visits=VISIT + "\n11 | 1 | 2024-01-05 | 09:00 | 09:30",
        drugs=KETAMINE,
        measurements="""
            person | concept    | date       | time  | value | visit
            1      | 3004249    | 2024-01-02 | 09:20 | 131   | 10
            1      | 3012888    | 2024-01-02 | 09:50 | 80    |
            1      | 2061300402 | 2024-01-02 | 10:10 | 12    | 10
            1      | 3027018    | 2024-01-05 | 09:10 | 70    | 11
            1      | 40762499   | 2024-01-02 |       | 98    | 10
            1      | 3024171    | 2024-01-02 | 10:00 |       | 10
            1      | 3020891    | 2024-01-02 | 10:00 | 36.6  | 10
        """,
    ))  # fmt: skip
    assert found.rows("vital_signs", "visit_key", "minute", "sign", "value") == [
        ("1|10", "-10", "systolic", "131"),
        ("1|10", "20", "diastolic", "80"),
        ("1|10", "40", "cadss", "12"),
    ]
    assert found.left_out() == {
        "measurement: blank": 1,
        "measurement: concept not used": 1,
        "measurement: no time of the reading or of the infusion": 1,
        "measurement: not at an infusion": 1,
    }


def test_adverse_events_have_grade_seriousness_and_minutes(tmp_path: Path) -> None:
    found = read_export(draw_export(
        tmp_path,
        visits=VISIT,
        drugs=KETAMINE,
        observations="""
            observation_id | person | concept    | date       | time  | value | visit | qualifier_concept_id | observation_event_id
            1              | 1      | 2061300501 | 2024-01-02 | 09:50 | 2     | 10    | 2061300591           |
            2              | 1      | 2061300592 | 2024-01-02 |       | 55    | 10    |                      | 1
            3              | 1      | 2061300502 | 2024-01-02 |       | 1     |       | 0                    |
            4              | 2      | 2061300502 | 2024-01-02 |       | 1     |       |                      |
            5              | 1      | 2061300592 | 2024-01-02 |       | 55    | 10    |                      | 77
        """,
    ))  # fmt: skip
    assert found.rows(
        "adverse_events", "visit_key", "term", "grade", "serious", "onset_minute", "resolved_minute"
    ) == [
        ("1|10", "nausea", "2", "yes", "20", "55"),
        ("1|10", "dissociation", "1", "no", None, None),
        (None, "dissociation", "1", "no", None, None),
    ]
    assert found.left_out() == {
        "observation: kept with its adverse event": 1,
        "observation: no adverse event to keep it with": 1,
    }


def test_earlier_treatments_are_told_once_and_before_the_first_infusion(tmp_path: Path) -> None:
    ect = "2061300607"
    found = read_export(draw_export(
        tmp_path,
        drugs=KETAMINE,
        observations="""
            person | concept    | date       | value
            1      | 2061300601 | 2024-01-02 | 2
            1      | 2061300601 | 2024-01-09 | 4
            1      | 2061300605 | 2024-01-02 |
        """,
        procedures=f"""
            person | concept | date
            1      | {ect}   | 2023-01-02
            1      | {ect}   | 2023-01-04
            1      | {ect}   | 2024-01-02
            1      | 4030886 | 2024-01-02
        """,
    ))  # fmt: skip
    assert found.rows("prior_treatments", "treatment", "trials", "unit") == [
        ("antidepressant", "4", "observation"),
        ("psychotherapy", None, "observation"),
        ("ect", None, "procedure_occurrence"),
    ]
    assert found.left_out() == {
        "observation: treatment told by another row": 1,
        "procedure_occurrence: after the first infusion": 1,
        "procedure_occurrence: concept not used": 1,
        "procedure_occurrence: treatment told by another row": 1,
    }
