"""What each CDM table becomes."""

from pathlib import Path

from tests.intake.omop.exports import draw_export, read_export

INFUSION = "person | concept | date       | time  | end   | route_concept_id | visit\n"
KETAMINE = INFUSION + "1 | 785649 | 2024-01-02 | 09:30 | 10:10 | 4171047 | 10"
VISIT = "visit | person | date | time | end\n10 | 1 | 2024-01-02 | 09:00 | 11:30"


def test_a_birth_date_is_kept_as_far_as_it_is_known(tmp_path: Path) -> None:
    found = read_export(draw_export(tmp_path, persons="""
        person | gender_concept_id | year_of_birth | month_of_birth | day_of_birth | person_source_value
        1      | 8507              | 1970          | 3              | 9            | MRN 1
        2      | 8532              | 1970          | 3              |              |
        3      | 8551              | 1970.0        |                | 9            |
        4      | 0                 |               | 3              |              |
        5      | 44814653          | 1970          |                |              |
    """))  # fmt: skip
    assert found.rows("patients", "patient_key", "sex", "age_band") == [
        ("1", "male", "1970-03-09"),
        ("2", "female", "1970-03"),
        ("3", "unknown", "1970"),
        ("4", "unknown", "unknown"),
        ("5", "other", "1970"),
    ]
    assert found.rows("patient_numbers", "patient_key", "number") == [("1", "MRN 1")]


def test_a_region_is_read_only_where_it_is_asked_for(tmp_path: Path) -> None:
    export = draw_export(
        tmp_path,
        persons="person | location_id\n1 | 7\n2 | 8\n3 | 9",
        location="location_id | state | zip\n7 | ca | 94110-1234\n8 | California | 2139\n9 | TX | ?",
    )
    none, state, zip3 = (read_export(export, region) for region in ("none", "state", "zip3"))
    assert none.rows("patients", "region") == [(None,), (None,), (None,)]
    assert none.left_out() == {"location: table not used": 3}
    assert state.rows("patients", "region") == [("CA",), (None,), ("TX",)]
    assert zip3.rows("patients", "region") == [("941",), ("021",), (None,)]
    assert zip3.left_out() == {"location: kept for the region": 3}


def test_a_visit_with_an_infusion_is_one_and_the_first_other_is_the_consultation(
    tmp_path: Path,
) -> None:
    found = read_export(draw_export(
        tmp_path,
        visits="""
            visit | person | date       | time  | end   | care_site_id | visit_concept_id
            9     | 1      | 2023-12-20 |       |       | 5            | 9202
            10    | 1      | 2024-01-02 | 09:00 | 11:30 | 5            | 9202
            11    | 1      | 2024-01-16 | 00:00 | 11:30 |              | 0
            12    | 1      | 2024-01-09 |       |       | 5            | 2061300006
            13    | 1      | 2024-01-23 |       |       | 5            | 2061300011
        """,
        drugs=KETAMINE,
    ))  # fmt: skip
    assert found.rows(
        "visits", "visit_key", "clinic_key", "visit_date", "visit_kind", "visit_status", "chair_minutes"
    ) == [
        ("1|9", "5", "2023-12-20", "consultation", "completed", None),
        ("1|10", "5", "2024-01-02", "infusion", "completed", "150"),
        ("1|11", "unknown", "2024-01-16", "follow_up", "completed", None),
        ("1|12", "5", "2024-01-09", "infusion", "no_show", None),
        ("1|13", "5", "2024-01-23", "follow_up", "late_cancelled", None),
    ]  # fmt: skip


def test_esketamine_and_ketamine_by_the_nose_are_never_ketamine(tmp_path: Path) -> None:
    found = read_export(draw_export(tmp_path, drugs="""
        person | concept | date       | route_concept_id | quantity | dose_unit_source_value | drug_type_concept_id
        1      | 785649  | 2024-01-02 | 4171047          | 40       | mg                     | 32818
        1      | 785649  | 2024-01-03 | 4262914          | 84       |                        |
        1      | 1366610 | 2024-01-04 | 4262914          | 84       | Mg                     |
        1      | 785649  | 2024-01-05 | 0                | 2        | vial                   |
        1      | 785649  | 2024-01-06 | 4302612          |          |                        |
        1      | 785649  | 2024-01-07 | 4171047          | 40       | mg                     | 32838
        1      | 19135961 | 2024-01-08 | 4171047         | 40       | mg                     |
    """))  # fmt: skip
    assert found.rows("infusions", "agent", "route", "dose_mg") == [
        ("ketamine", "iv", "40.0000"),
        ("other", "intranasal", "84.0000"),
        ("esketamine", "intranasal", "84.0000"),
        ("ketamine", "other", None),
        ("ketamine", "im", None),
    ]
    assert found.left_out() == {
        "drug_exposure: concept not used": 1,
        "drug_exposure: ordered, not given": 1,
    }


def test_products_of_an_agent_are_found_by_the_vocabulary_of_the_export(tmp_path: Path) -> None:
    found = read_export(draw_export(
        tmp_path,
        drugs="person | concept | date\n1 | 19135961 | 2024-01-02\n1 | 37499001 | 2024-01-03",
        concept_ancestor="""
            ancestor_concept_id | descendant_concept_id
            785649              | 19135961
            785649              | 37499001
            1366610             | 37499001
            21600001            | 19135961
        """,
    ))  # fmt: skip
    assert found.rows("infusions", "agent") == [("ketamine",), ("esketamine",)]
    assert found.left_out() == {"concept_ancestor: vocabulary": 4}


def test_an_infusion_has_its_minutes_plan_and_dose_per_kg(tmp_path: Path) -> None:
    found = read_export(draw_export(
        tmp_path,
        visits=VISIT + "\n11 | 1 | 2024-01-04 | 09:00 | 11:00",
        drugs="""
            person | concept | date       | time  | end   | route_concept_id | quantity | visit | stop_reason
            1      | 785649  | 2024-01-02 | 09:30 | 10:10 | 4171047          | 40       | 10    |
            1      | 785649  | 2024-01-04 | 09:30 | 09:45 | 4171047          | 40       | 11    | Blood_Pressure
            1      | 785649  | 2024-01-06 | 00:00 | 00:00 | 4171047          | 40       |       | felt unwell
        """,
        observations="""
            person | concept    | date       | value | visit
            1      | 2061300701 | 2024-01-02 | 6     | 10
            1      | 2061300702 | 2024-01-02 | 0.6   | 10
        """,
        measurements="""
            person | concept | date       | value | unit_concept_id
            1      | 3025315 | 2023-12-01 | 90    |
            1      | 3025315 | 2024-01-03 | 220   | 8739
            1      | 3025315 | 2024-01-05 | 12    | 8582
        """,
    ))  # fmt: skip
    assert found.rows(
        "infusions", "planned_sessions", "dose_mg_per_kg", "infusion_minutes", "recovery_minutes",
        "stopped_early", "stop_reason",
    ) == [
        ("6", "0.6", "40", "80", "no", None),
        (None, "0.4008", "15", "75", "yes", "blood_pressure"),
        (None, "0.4008", None, None, "yes", None),
    ]  # fmt: skip
    assert found.left_out() == {
        "measurement: kept for the dose per kg": 3,
        "observation: kept with its infusion": 2,
    }


def test_an_old_weight_gives_no_dose_per_kg(tmp_path: Path) -> None:
    found = read_export(draw_export(
        tmp_path,
        drugs="person | concept | date | quantity\n1 | 785649 | 2024-01-02 | 40\n2 | 785649 | 2024-01-02 | 40",
        measurements="""
            person | concept | date       | value
            1      | 3025315 | 2023-01-02 | 80
            2      | 3025315 | 2023-01-03 | 80
        """,
    ))  # fmt: skip
    assert found.rows("infusions", "dose_mg_per_kg") == [(None,), ("0.5",)]


def test_an_infusion_belongs_to_its_visit_else_to_one_of_its_day_else_to_one_made(
    tmp_path: Path,
) -> None:
    found = read_export(draw_export(
        tmp_path,
        visits="""
            visit | person | date       | visit_concept_id
            10    | 1      | 2024-01-02 |
            11    | 1      | 2024-01-03 | 2061300006
            12    | 1      | 2024-01-03 |
        """,
        drugs="""
            person | concept | date       | route_concept_id | visit
            1      | 785649  | 2024-01-05 | 4171047          | 10.0
            1      | 785649  | 2024-01-03 | 4171047          |
            1      | 785649  | 2024-01-09 | 4171047          | 99
        """,
    ))  # fmt: skip
    assert found.rows("infusions", "visit_key") == [
        ("1|10",), ("1|12",), ("1|exposure|2024-01-09",)
    ]  # fmt: skip
    assert found.rows("visits", "visit_key", "clinic_key", "visit_kind", "unit", "item") == [
        ("1|10", "unknown", "infusion", "visit_occurrence", 1),
        ("1|11", "unknown", "infusion", "visit_occurrence", 2),
        ("1|12", "unknown", "infusion", "visit_occurrence", 3),
        ("1|exposure|2024-01-09", "unknown", "infusion", "drug_exposure", 3),
    ]
    assert found.account()["drug_exposure"] == (3, 3)


def test_exposures_of_one_visit_are_one_infusion_with_their_dose(tmp_path: Path) -> None:
    found = read_export(draw_export(
        tmp_path,
        visits=VISIT,
        drugs="""
            person | concept | date       | time  | end   | route_concept_id | quantity | visit
            1      | 785649  | 2024-01-02 | 08:00 | 08:01 | 4302612          | 99       | 10
            1      | 785649  | 2024-01-02 | 09:35 | 10:10 | 4171047          | 35       | 10
            1      | 785649  | 2024-01-02 | 09:30 | 09:35 | 4171047          | 5        | 10
            1      | 785649  | 2024-01-02 | 09:30 | 09:35 | 4171047          | 5        | 10
        """,
    ))  # fmt: skip
    assert found.rows("infusions", "route", "dose_mg", "infusion_minutes", "item") == [
        ("iv", "40.0000", "40", 3)
    ]
    assert found.left_out() == {"drug_exposure: part of another exposure's infusion": 3}


def test_a_diagnosis_has_the_recorded_code_else_that_of_its_concept(tmp_path: Path) -> None:
    found = read_export(draw_export(
        tmp_path,
        conditions="""
            person | concept | date       | condition_source_value | condition_source_concept_id | visit | condition_type_concept_id | condition_status_concept_id
            1      | 440383  | 2024-01-02 | f33.2                  |        | 10 |            |
            1      | 440383  | 2024-01-02 | depressed since spring |        |    |            |
            1      | 0       | 2024-01-02 | Jane Doe 555-0100      | 4711   | 10 | 32840      |
            1      | 4316217 | 2024-01-02 | M79.7                  |        | 10 | 2061300201 |
            1      | 434613  | 2024-01-02 |                        |        | 10 | 32827      | 2061300201
            1      | 4103999 | 2024-01-02 | 386033004              |        | 10 |            |
            1      | 0       | 2024-01-02 | F332                   |        | 10 |            |
            1      | 440383  | 2024-01-02 | A1                     | 4712   | 10 |            |
        """,
        concept="""
            concept_id | concept_code | vocabulary_id
            4711       | G90.511      | ICD10CM
            4712       | G90.511      | ICD10
        """,
    ))  # fmt: skip
    assert found.rows("diagnoses", "icd10cm", "role") == [
        ("F332", "encounter"),
        ("F32A", "problem_list"),
        ("G90511", "problem_list"),
        ("M797", "infusion_order"),
        ("F411", "infusion_order"),
        ("F32A", "encounter"),
    ]
    assert found.left_out() == {
        "concept: vocabulary": 2,
        "condition_occurrence: no ICD-10-CM code or mapped concept": 1,
        "condition_occurrence: repeated": 1,
    }
