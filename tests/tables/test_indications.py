"""What a course treats: the priority rule, each step on its own."""

from collections.abc import Callable

from tests.drawn import Built, drawn, rows

Make = Callable[..., Built]


def conditions(built: Built) -> dict[object, tuple[object, object, object]]:
    found = built.table("core.courses").select("patient_key", "category", "subtype", "indicated_by")
    return {row[0]: (row[1], row[2], row[3]) for row in rows(found, *found.columns)}


def test_an_order_beats_a_diagnosis_and_the_nearer_place_beats_the_farther(warehouse: Make) -> None:
    built = warehouse(
        infusions="""
            patient | day | category   | subtype
            1       |  0  | depression | bipolar
            2       |  0  |            |
            3       |  0  |            |
            4       |  0  |            |
        """,
        diagnoses="""
            patient | icd10cm | role           | day
            1       | G500    | infusion_order |  0
            2       | G500    | infusion_order |  0
            2       | F332    | encounter      |  0
            3       | F332    | encounter      |  0
            3       | M797    | problem_list   | -90
            4       | M797    | problem_list   | -90
            4       | G500    | problem_list   |  1
        """,
    )
    assert conditions(built) == {
        "1": ("depression", "bipolar", "infusion_record"),
        "2": ("neuropathic_pain", "trigeminal", "infusion_order"),
        "3": ("depression", "mdd", "encounter"),
        "4": ("musculoskeletal_pain", "fibromyalgia", "problem_list"),
    }


CODES = drawn("""
        codes               | category             | subtype
        G90511              | neuropathic_pain     | crps
        B0222               | neuropathic_pain     | postherpetic
        E1142               | neuropathic_pain     | diabetic
        E1143               | unassigned           |
        G546                | neuropathic_pain     | phantom_limb
        G547                | unassigned           |
        G890                | neuropathic_pain     | central
        M26621              | tmj                  |
        M7911               | tmj                  |
        M7910               | musculoskeletal_pain | joint_other
        G43709              | headache             | migraine
        G43A0               | unassigned           |
        G44209              | headache             | tension_type
        G4452               | headache             | new_daily_persistent
        M5450               | musculoskeletal_pain | back_neck
        F329                | depression           | mdd
        F53                 | unassigned           |
        F530                | depression           | postpartum
        O99345              | unassigned           |
        O99345 F322         | depression           | postpartum
        F314                | depression           | bipolar
        F314 F332           | depression           | bipolar
        F332 F530           | depression           | postpartum
        F411                | severe_anxiety       |
        F411 F332           | depression           | mdd
        F4310               | other                | ptsd
        G894                | other                | unspecified_pain
        G894 M26621 M797    | tmj                  |
        G500 M26621         | neuropathic_pain     | trigeminal
        G500 F332           | unassigned           |
    """)


def test_codes_of_a_problem_list_name_a_condition_by_precedence_within_one_family(
    warehouse: Make,
) -> None:
    patients = [str(number) for number in range(CODES.height)]
    told = [
        f"{patient} | {code}"
        for patient, codes in zip(patients, CODES["codes"], strict=True)
        for code in codes.split()
    ]
    built = warehouse(
        infusions="\n".join(["patient | day", *(f"{patient} | 0" for patient in patients)]),
        diagnoses="\n".join(["patient | icd10cm", *told]),
    )
    found = conditions(built)
    named = [
        (codes, *found[patient][:2])
        for patient, codes in zip(patients, CODES["codes"], strict=True)
    ]
    assert named == CODES.rows()


def test_two_failed_antidepressants_make_a_diagnosed_depression_treatment_resistant(
    warehouse: Make,
) -> None:
    built = warehouse(
        infusions="""
            patient | day | category   | subtype
            1       |  0  |            |
            2       |  0  |            |
            3       |  0  | depression | mdd
        """,
        diagnoses="patient | icd10cm\n1 | F332\n2 | F332\n3 | F332",
        prior_treatments="""
            patient | treatment      | trials
            1       | antidepressant | 2
            2       | antidepressant | 1
            3       | antidepressant | 4
        """,
    )
    assert [subtype for _, subtype, _ in conditions(built).values()] == [
        "treatment_resistant", "mdd", "mdd",
    ]  # fmt: skip


def test_a_diagnosed_anxiety_is_severe_unless_its_baseline_says_otherwise(warehouse: Make) -> None:
    built = warehouse(
        infusions="""
            patient | day | category
            1       |  0  |
            2       |  0  |
            3       |  0  |
            4       |  0  | severe_anxiety
        """,
        diagnoses="patient | icd10cm\n1 | F411\n2 | F411\n3 | F411",
        scores="""
            patient | instrument | day | score
            1       | gad_7      |  -1 | 15
            2       | gad_7      |  -1 | 14
            4       | gad_7      |  -1 | 14
        """,
    )
    assert {key: value[:2] for key, value in conditions(built).items()} == {
        "1": ("severe_anxiety", None),
        "2": ("other", "anxiety_not_severe"),
        "3": ("severe_anxiety", None),
        "4": ("severe_anxiety", None),
    }
    assert built.statuses()["4"] == "below_floor"
