"""Scores as sums of the answers of a questionnaire."""

from pathlib import Path

from tests.intake.fhir.drawn import (
    LOINC,
    Resource,
    encounter,
    infusion,
    made,
    observation,
    patient,
    reference,
)

PHQ_9 = [
    "44250-9",
    "44255-8",
    "44259-0",
    "44254-1",
    "44251-7",
    "44258-2",
    "44252-5",
    "44253-3",
    "44260-8",
]
GAD_7 = ["69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"]
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


def asked(link: str, answer: object) -> Resource:
    return {"linkId": link, "text": "not read", "answer": [answer]}


def response(items: list[Resource], **fields: object) -> Resource:
    return {
        "resourceType": "QuestionnaireResponse", "id": "q", "status": "completed",
        "subject": reference("Patient/p"), "authored": "2025-03-01T09:10:00-05:00", "item": items,
        **fields,
    }  # fmt: skip


def answers(links: list[str], points: int = 2) -> list[Resource]:
    return [asked(link, {"valueInteger": points}) for link in links]


def test_a_score_is_the_sum_of_the_answers(tmp_path: Path) -> None:
    two: list[Resource] = [
        {"valueInteger": 2},
        {"valueDecimal": 2.0},
        {"valueQuantity": {"value": 2}},
        {"valueCoding": {"system": LOINC, "code": "LA6570-1", "display": "not read"}},
        {"valueCoding": {"code": "x", "extension": [{"url": ORDINAL, "valueDecimal": 2}]}},
        {"valueCoding": {"system": "urn:abate:answer", "code": "2"}},
    ]
    drawn = [
        response([asked(link, answer) for link in PHQ_9], id=str(number))
        for number, answer in enumerate(two)
    ]
    with made(tmp_path, patient(), encounter(), infusion(), *drawn) as found:
        assert (
            found.rows("scores", "patient_key", "instrument", "assessed_on", "timing", "score")
            == [("p", "phq_9", "2025-03-01", "before_infusion", "18.00")] * 6
        )


def test_loinc_answers_have_their_points(tmp_path: Path) -> None:
    drawn = [
        response(
            [asked(link, {"valueCoding": {"system": LOINC, "code": code}}) for link in GAD_7],
            id=code,
        )
        for code in ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")
    ]
    with made(tmp_path, patient(), *drawn) as found:
        assert found.rows("scores", "score") == [("0.00",), ("7.00",), ("14.00",), ("21.00",)]


def test_items_are_known_by_the_end_of_their_links(tmp_path: Path) -> None:
    forms = [
        [f"/44249-1/{link}" for link in PHQ_9],
        [f"phq_9_{n}" for n in range(1, 10)],
        [f"gad_7_{n}" for n in range(1, 8)],
        [f"epds_{n}" for n in range(1, 11)],
        [*PHQ_9, "69722-7", "44261-6"],
    ]
    drawn = [response(answers(links), id=links[0]) for links in forms]
    with made(tmp_path, patient(), *drawn) as found:
        assert found.rows("scores", "instrument", "score") == [
            ("phq_9", "18.00"), ("phq_9", "18.00"), ("gad_7", "14.00"), ("epds", "20.00"),
            ("phq_9", "18.00"),
        ]  # fmt: skip


def test_questions_may_lie_in_groups(tmp_path: Path) -> None:
    group: Resource = {
        "linkId": "g",
        "item": [*answers(PHQ_9[:4]), {"linkId": "h", "item": answers(PHQ_9[4:])}],
    }
    with made(tmp_path, patient(), response([group])) as found:
        assert found.rows("scores", "score") == [("18.00",)]


def test_a_questionnaire_without_all_of_its_answers_is_refused(tmp_path: Path) -> None:
    last = PHQ_9[8]
    unanswered: list[list[Resource]] = [
        [],
        [{"linkId": last}],
        [asked(last, {"valueString": "often"})],
        [asked(last, {"valueCoding": {"system": LOINC, "code": "LA9999-9"}})],
        [{"linkId": last, "answer": [{"valueInteger": 1}, {"valueInteger": 2}]}],
    ]
    drawn = [
        response([*answers(PHQ_9[:8]), *rest], id=str(number))
        for number, rest in enumerate(unanswered)
    ]
    with made(tmp_path, patient(), *drawn) as found:
        assert found.rows("scores", "score") == []
        assert sorted(found.refused) == [
            ("QuestionnaireResponse", "QuestionnaireResponse.ndjson", row, "items_missing")
            for row in (1, 2, 3, 4, 5)
        ]


def test_of_two_questionnaires_in_one_the_complete_one_is_a_score(tmp_path: Path) -> None:
    with made(tmp_path, patient(), response(answers(PHQ_9) + answers(GAD_7[:6]))) as found:
        assert sorted(found.rows("scores", "instrument", "rule", "rule_column")) == [
            ("gad_7", "items_missing", "score"), ("phq_9", None, None),
        ]  # fmt: skip
        assert found.refused == []


def test_a_short_form_is_not_an_incomplete_long_one(tmp_path: Path) -> None:
    forms = [response(answers(PHQ_9[:2]), id="q1"), response(answers(GAD_7[:2]), id="q2")]
    with made(tmp_path, patient(), *forms, response(answers(PHQ_9[:2] + GAD_7))) as found:
        assert found.left_out == {
            ("QuestionnaireResponse", "phq_2: not used"): 1,
            ("QuestionnaireResponse", "gad_2: not used"): 1,
        }
        assert found.rows("scores", "instrument", "score") == [("gad_7", "14.00")]


def test_what_is_no_score_is_left_out(tmp_path: Path) -> None:
    statuses = ("in-progress", "entered-in-error", "stopped", "Anna Example")
    drawn = [response(answers(PHQ_9), id=status, status=status) for status in statuses]
    drawn += [response(answers(["a", "b"])), response([], id="r"), response([], id="s", item=None)]
    with made(tmp_path, patient(), *drawn) as found:
        assert found.rows("scores", "score") == []
        assert found.left_out == {
            ("QuestionnaireResponse", "status in-progress"): 1,
            ("QuestionnaireResponse", "status entered-in-error"): 1,
            ("QuestionnaireResponse", "status stopped"): 1,
            ("QuestionnaireResponse", "status not known"): 1,
            ("QuestionnaireResponse", "questionnaire not used"): 3,
        }


def test_a_response_that_an_observation_scores_is_counted_once(tmp_path: Path) -> None:
    total = observation(value=18, derivedFrom=[reference("QuestionnaireResponse/q")])
    with made(tmp_path, patient(), response(answers(PHQ_9)), total) as found:
        assert found.rows("scores", "unit", "score") == [("Observation", "18")]
        assert found.left_out == {("QuestionnaireResponse", "scored by its Observation"): 1}


def test_an_observation_that_is_not_final_does_not_stand_for_its_response(tmp_path: Path) -> None:
    total = observation(status="preliminary", derivedFrom=[reference("QuestionnaireResponse/q")])
    with made(tmp_path, patient(), response(answers(PHQ_9)), total) as found:
        assert found.rows("scores", "unit", "score") == [("QuestionnaireResponse", "18.00")]
