"""Administrations of ketamine: agent, route, dose, times, plan and visit."""

from pathlib import Path

from tests.intake.fhir.drawn import (
    LOINC,
    RXNORM,
    SNOMED,
    Resource,
    concept,
    encounter,
    infusion,
    made,
    observation,
    patient,
    reference,
)

ROUTES = "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration"


def weight(value: float, day: str, unit: str = "kg") -> Resource:
    return observation(
        "29463-7", None, id=f"w{day}", effectiveDateTime=day,
        valueQuantity={"value": value, "unit": "kilos", "code": unit},
    )  # fmt: skip


def test_an_infusion_has_its_dose_and_times(tmp_path: Path) -> None:
    with made(tmp_path, patient(), encounter(), infusion()) as found:
        assert found.rows(
            "infusions", "visit_key", "agent", "route", "dose_mg", "dose_mg_per_kg",
            "infusion_minutes", "recovery_minutes", "stopped_early", "stop_reason", "planned_sessions",
        ) == [("p|e", "ketamine", "iv", "35.0", None, "40", "50", "no", None, None)]  # fmt: skip


def test_the_agent_is_told_by_code_and_esketamine_is_never_ketamine(tmp_path: Path) -> None:
    codes = [
        (RXNORM, "6130"), ("urn:oid:2.16.840.1.113883.6.88", "6130"), (SNOMED, "373464007"),
        (RXNORM, "2119365"), (RXNORM, "8782"), (SNOMED, "6130"), (LOINC, "6130"),
    ]  # fmt: skip
    drawn = [
        infusion(str(number), medicationCodeableConcept=concept(*code))
        for number, code in enumerate(codes)
    ]
    with made(tmp_path, patient(), encounter(), *drawn) as found:
        assert found.rows("infusions", "agent") == [
            ("ketamine",), ("ketamine",), ("ketamine",), ("esketamine",),
        ]  # fmt: skip
        assert found.left_out == {
            ("MedicationAdministration", "no infusion of ketamine or esketamine"): 3
        }


def test_the_medication_may_be_a_resource_of_its_own_or_contained(tmp_path: Path) -> None:
    medication = {"resourceType": "Medication", "id": "m", "code": concept(RXNORM, "6130")}
    given = [
        infusion("i1", medicationCodeableConcept=None, medicationReference=reference("Medication/m")),
        infusion(
            "i2", "2025-03-04", context=None, medicationCodeableConcept=None,
            medicationReference=reference("#x"),
            contained=[
                {"resourceType": "Device", "id": "d", "code": "text"},
                {"resourceType": "Medication", "id": "x", "code": concept(RXNORM, "2119365")},
            ],
        ),
    ]  # fmt: skip
    with made(tmp_path, patient(), encounter(), medication, *given) as found:
        assert found.rows("infusions", "agent") == [("ketamine",), ("esketamine",)]
        assert found.left_out == {("Medication", "read for its code only"): 1}


def test_the_route_is_told_by_code(tmp_path: Path) -> None:
    routes = [
        concept(SNOMED, "78421000"), concept(ROUTES, "NASINHLC"), concept(ROUTES, "PO"),
        concept(SNOMED, "37839007"), {"text": "iv"}, None,
    ]  # fmt: skip
    drawn = [infusion(str(n), dosage={"route": route}) for n, route in enumerate(routes)]
    with made(tmp_path, patient(), encounter(), *drawn) as found:
        assert found.rows("infusions", "route") == [
            ("im",), ("intranasal",), ("oral",), ("other",), (None,), (None,),
        ]  # fmt: skip


def test_the_dose_is_in_mg_and_by_weight(tmp_path: Path) -> None:
    doses = [
        {"value": 35.5, "code": "mg", "unit": "milligram"},
        {"value": 0.04, "unit": "g"},
        {"value": 0.5, "code": "mg/kg"},
        {"value": 500, "code": "ug/kg"},
        {"value": 35, "unit": "drops"},
        {"value": "much", "unit": "mg"},
        None,
    ]
    drawn = [infusion(str(n), dosage={"dose": dose}) for n, dose in enumerate(doses)]
    with made(tmp_path, patient(), encounter(), *drawn, weight(70, "2025-03-01")) as found:
        assert found.rows("infusions", "dose_mg", "dose_mg_per_kg") == [
            ("35.5", "0.5071"), ("40.0", "0.5714"), (None, "0.5"), (None, "0.5"), (None, None),
            ("much", None), (None, None),
        ]  # fmt: skip


def test_the_weight_is_the_last_one_up_to_the_day(tmp_path: Path) -> None:
    weights = [
        weight(90, "2024-03-01"), weight(154.323584, "2025-02-01T08:00:00Z", "[lb_av]"),
        weight(50, "2025-03-02"),
    ]  # fmt: skip
    with made(tmp_path, patient(), encounter(), infusion(), *weights) as found:
        assert found.rows("infusions", "dose_mg_per_kg") == [("0.5",)]
        assert found.left_out == {("Observation", "read for the dose per kg"): 3}


def test_a_stopped_infusion_says_why_only_by_a_known_code(tmp_path: Path) -> None:
    reason = [concept("urn:abate:stop-reason", "blood_pressure")]
    given = [
        infusion("i1", status="stopped", statusReason=reason),
        infusion("i2", "2025-03-04", context=None, status="stopped",
                 statusReason=[concept("urn:abate:stop-reason", "Anna Example asked")]),
    ]  # fmt: skip
    with made(tmp_path, patient(), encounter(), *given) as found:
        assert found.rows("infusions", "stopped_early", "stop_reason") == [
            ("yes", "blood_pressure"), ("yes", None),
        ]  # fmt: skip


def test_an_infusion_that_was_not_given_is_left_out(tmp_path: Path) -> None:
    statuses = ("not-done", "entered-in-error", "in-progress", "on-hold", "Anna Example")
    drawn = [infusion(status, status=status) for status in statuses]
    with made(tmp_path, patient(), encounter(), *drawn) as found:
        assert found.rows("infusions", "visit_key") == []
        assert found.left_out == {
            ("MedicationAdministration", "status not-done"): 1,
            ("MedicationAdministration", "status entered-in-error"): 1,
            ("MedicationAdministration", "status in-progress"): 1,
            ("MedicationAdministration", "status on-hold"): 1,
            ("MedicationAdministration", "status not known"): 1,
        }
        assert found.rows("visits", "visit_kind") == [("consultation",)]


def test_an_infusion_without_an_encounter_belongs_to_the_visit_of_its_day(tmp_path: Path) -> None:
    with made(tmp_path, patient(), encounter(), infusion(context=None)) as found:
        assert found.rows("infusions", "visit_key") == [("p|e",)]
        assert found.rows("visits", "visit_kind") == [("infusion",)]


def test_an_infusion_without_any_visit_gets_one(tmp_path: Path) -> None:
    given = [infusion("i1", context=None), infusion("i2", "2025-03-04")]
    with made(tmp_path, patient(), encounter("x", "2025-03-09"), *given) as found:
        assert found.rows(
            "visits", "unit", "visit_key", "clinic_key", "visit_date", "visit_kind", "visit_status"
        ) == [
            ("Encounter", "p|x", "north", "2025-03-09", "follow_up", "completed"),
            ("MedicationAdministration", "p|infusion|2025-03-01", "north", "2025-03-01", "infusion", "completed"),
            ("MedicationAdministration", "p|infusion|2025-03-04", "north", "2025-03-04", "infusion", "completed"),
        ]  # fmt: skip
        assert found.rows("infusions", "visit_key") == [
            ("p|infusion|2025-03-01",), ("p|infusion|2025-03-04",),
        ]  # fmt: skip


def test_an_infusion_of_an_encounter_that_is_left_out_gets_a_visit(tmp_path: Path) -> None:
    with made(tmp_path, patient(), encounter(status="in-progress"), infusion()) as found:
        assert found.rows("visits", "visit_key") == [("p|infusion|2025-03-01",)]


def test_planned_sessions_come_from_the_order_that_infusion_or_encounter_names(
    tmp_path: Path,
) -> None:
    subject = reference("Patient/p")
    orders: list[Resource] = [
        {"resourceType": "ServiceRequest", "id": "a", "occurrenceTiming": {"repeat": {"count": 6}}},
        {"resourceType": "ServiceRequest", "id": "b", "quantityQuantity": {"value": 3}},
        {"resourceType": "ServiceRequest", "id": "unused"},
        {"resourceType": "MedicationRequest", "id": "c", "dosageInstruction": [{"timing": {"repeat": {"count": 4}}}]},
        {"resourceType": "MedicationRequest", "id": "unused"},
    ]  # fmt: skip
    given = [
        infusion("1", request=reference("ServiceRequest/a")),
        infusion("2", context=reference("Encounter/b")),
        infusion("3", request=reference("MedicationRequest/c")),
        infusion("4"),
    ]
    visits = [encounter(), encounter("b", basedOn=[reference("ServiceRequest/b")])]
    drawn = [order | {"subject": subject} for order in orders]
    with made(tmp_path, patient(), *visits, *given, *drawn) as found:
        assert found.rows("infusions", "planned_sessions") == [("6",), ("3",), ("4",), (None,)]
        assert found.left_out == {
            ("ServiceRequest", "read with its infusions"): 2,
            ("ServiceRequest", "no order of an infusion"): 1,
            ("MedicationRequest", "read with its infusions"): 1,
            ("MedicationRequest", "no order of an infusion"): 1,
        }


def test_an_infusion_procedure_marks_its_visit(tmp_path: Path) -> None:
    procedure = {
        "resourceType": "Procedure", "id": "x", "status": "completed", "subject": reference("Patient/p"),
        "encounter": reference("Encounter/e"), "code": concept(SNOMED, "14152002"),
    }  # fmt: skip
    other = procedure | {"id": "y", "code": concept(SNOMED, "80146002")}
    undone = procedure | {"id": "z", "status": "not-done"}
    with made(tmp_path, patient(), encounter(), procedure, other, undone) as found:
        assert found.rows("visits", "visit_kind") == [("infusion",)]
        assert found.left_out == {
            ("Procedure", "marks its visit as an infusion"): 1,
            ("Procedure", "code not used"): 1,
            ("Procedure", "status not-done"): 1,
        }


def test_times_with_different_offsets_are_compared_as_instants(tmp_path: Path) -> None:
    given = infusion(
        effectivePeriod={"start": "2025-03-01T09:30:00-05:00", "end": "2025-03-01T15:10:00Z"}
    )
    with made(tmp_path, patient(), encounter(), given) as found:
        assert found.rows("infusions", "infusion_minutes", "recovery_minutes") == [("40", "50")]
