"""Encounters and appointments as visits."""

from pathlib import Path

from tests.intake.fhir.drawn import (
    CPT,
    SNOMED,
    Resource,
    concept,
    encounter,
    infusion,
    made,
    patient,
    reference,
)

KIND, STATUS = "urn:abate:visit-kind", "urn:abate:visit-status"


def appointment(key: str = "a", status: str = "noshow", /, **fields: object) -> Resource:
    return {
        "resourceType": "Appointment", "id": key, "status": status, "start": "2025-03-08T09:00:00-05:00",
        "participant": [
            {"actor": reference("Practitioner/d")},
            {"actor": reference("Patient/p")},
            {"actor": reference("Location/south")},
        ],
        **fields,
    }  # fmt: skip


def test_an_encounter_is_a_visit_with_chair_time(tmp_path: Path) -> None:
    with made(tmp_path, patient(), encounter()) as found:
        assert found.rows(
            "visits", "visit_key", "patient_key", "clinic_key", "clinician_key", "visit_date",
            "visit_kind", "visit_status", "chair_minutes",
        ) == [("p|e", "p", "north", None, "2025-03-01", "consultation", "completed", "120")]  # fmt: skip


def test_the_first_visit_is_a_consultation_and_later_ones_are_follow_ups(tmp_path: Path) -> None:
    visits = [
        encounter("e2", "2025-03-09"), encounter("e1", "2025-03-01"),
        encounter("e3", "2025-04-01", type=[concept(KIND, "consultation")]),
        encounter("e4", "2025-05-01", type=[concept(CPT, "99213")]),
        encounter("e5", "2025-06-01", type=[concept(SNOMED, "14152002")]),
    ]  # fmt: skip
    with made(tmp_path, patient(), *visits, infusion(context=reference("Encounter/e5"))) as found:
        assert found.rows("visits", "visit_key", "visit_kind") == [
            ("p|e2", "follow_up"), ("p|e1", "consultation"), ("p|e3", "consultation"),
            ("p|e4", "follow_up"), ("p|e5", "infusion"),
        ]  # fmt: skip


def test_what_becomes_of_an_encounter_is_decided_by_its_status(tmp_path: Path) -> None:
    statuses = (
        "finished", "cancelled", "planned", "in-progress", "entered-in-error", "unknown",
        "Anna Example", None,
    )  # fmt: skip
    drawn = [encounter(str(status), status=status) for status in statuses]
    with made(tmp_path, patient(), *drawn) as found:
        assert found.rows("visits", "visit_status") == [("completed",), ("cancelled",)]
        assert found.left_out == {
            ("Encounter", "still to come"): 1,
            ("Encounter", "status in-progress"): 1,
            ("Encounter", "status entered-in-error"): 1,
            ("Encounter", "status unknown"): 1,
            ("Encounter", "status not known"): 2,
        }


def test_two_patients_may_have_encounters_of_one_id(tmp_path: Path) -> None:
    other = encounter("e", subject=reference("Patient/q"))
    with made(tmp_path, patient(), patient("q"), encounter("e"), other, encounter("e")) as found:
        assert found.rows("visits", "visit_key") == [("p|e",), ("q|e",)]
        assert found.left_out == {("Encounter", "repeated"): 1}


def test_the_clinic_is_the_provider_else_the_location_else_the_patients_else_the_only_one(
    tmp_path: Path,
) -> None:
    visits = [
        encounter("e1", location=[{"location": reference("Location/room")}]),
        encounter("e2", serviceProvider=None, location=[{"location": reference("Location/room")}]),
        encounter("e3", serviceProvider=None),
        encounter("e4", serviceProvider=None, subject=reference("Patient/q")),
    ]
    people = [patient(managingOrganization=reference("Organization/home")), patient("q")]
    with made(tmp_path, *people, *visits) as found:
        assert found.rows("visits", "clinic_key") == [("north",), ("room",), ("home",), (None,)]
    with made(tmp_path, patient("q"), visits[0], visits[3]) as found:
        assert found.rows("visits", "clinic_key") == [("north",), ("north",)]
    with made(tmp_path, patient("q"), visits[3]) as found:
        assert found.rows("visits", "clinic_key") == [("clinic",)]


def test_a_stay_of_days_or_without_times_has_no_chair_time(tmp_path: Path) -> None:
    visits = [
        encounter("e1", period={"start": "2025-03-01T09:00:00Z", "end": "2025-03-05T09:00:00Z"}),
        encounter("e2", period={"start": "2025-03-01", "end": "2025-03-01"}),
        encounter(
            "e3", period={"start": "2025-03-01T23:30:00-05:00", "end": "2025-03-02T06:00:00Z"}
        ),
    ]
    with made(tmp_path, patient(), *visits) as found:
        assert found.rows("visits", "visit_date", "chair_minutes") == [
            ("2025-03-01", None), ("2025-03-01", None), ("2025-03-01", "90"),
        ]  # fmt: skip


def test_an_appointment_is_a_visit_if_it_was_missed_or_called_off(tmp_path: Path) -> None:
    late = concept(STATUS, "late_cancelled")
    drawn = [
        appointment("a"),
        appointment("b", "cancelled"),
        appointment(
            "c", "cancelled", cancelationReason=late, appointmentType=concept(KIND, "infusion")
        ),
        *(
            appointment(status, status)
            for status in ("fulfilled", "booked", "entered-in-error", "maybe")
        ),
    ]
    with made(tmp_path, patient(), *drawn) as found:
        assert found.rows(
            "visits",
            "visit_key",
            "patient_key",
            "clinic_key",
            "visit_date",
            "visit_kind",
            "visit_status",
        ) == [
            ("p|appointment|a", "p", "south", "2025-03-08", "follow_up", "no_show"),
            ("p|appointment|b", "p", "south", "2025-03-08", "follow_up", "cancelled"),
            ("p|appointment|c", "p", "south", "2025-03-08", "infusion", "late_cancelled"),
        ]
        assert found.left_out == {
            ("Appointment", "its encounter is the visit"): 1,
            ("Appointment", "still to come"): 1,
            ("Appointment", "status entered-in-error"): 1,
            ("Appointment", "status not known"): 1,
        }


def test_an_appointment_with_an_encounter_is_one_visit(tmp_path: Path) -> None:
    visit = encounter(status="cancelled", appointment=[reference("Appointment/a")])
    with made(tmp_path, patient(), visit, appointment()) as found:
        assert found.rows("visits", "visit_key", "visit_status") == [("p|e", "no_show")]
        assert found.left_out == {("Appointment", "its encounter is the visit"): 1}
