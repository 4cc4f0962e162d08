"""Vital signs at infusions."""

from pathlib import Path

from tests.intake.fhir.drawn import (
    LOINC,
    Resource,
    concept,
    encounter,
    infusion,
    made,
    observation,
    patient,
    reference,
)

AT = "2025-03-01T09:50:00-05:00"


def sign(code: str, value: object, system: str = LOINC, **fields: object) -> Resource:
    return observation(
        code, None, code=concept(system, code), effectiveDateTime=AT,
        valueQuantity={"value": value, "unit": "x"}, **fields,
    )  # fmt: skip


def panel(*components: tuple[str, object], **fields: object) -> Resource:
    parts = [
        {"code": concept(LOINC, code), "valueQuantity": {"value": value}}
        for code, value in components
    ]
    return observation("85354-9", None, effectiveDateTime=AT, component=parts, **fields)


def test_a_blood_pressure_panel_is_two_signs_of_one_item(tmp_path: Path) -> None:
    drawn = panel(("8480-6", 142), ("8462-4", 91))
    with made(tmp_path, patient(), encounter(), infusion(), drawn) as found:
        assert sorted(found.rows("vital_signs", "visit_key", "minute", "sign", "value")) == [
            ("p|e", "20", "diastolic", "91"), ("p|e", "20", "systolic", "142"),
        ]  # fmt: skip
        assert found.accounts()["Observation"] == (1, 1, 0, 0)


def test_single_signs_are_known_by_their_codes(tmp_path: Path) -> None:
    codes = {
        "8480-6": "systolic", "8867-4": "heart_rate", "59408-5": "spo2", "2708-6": "spo2",
        "9279-1": "respiratory_rate",
    }  # fmt: skip
    drawn = [sign(code, 4.5) for code in codes]
    drawn += [sign(code, 4.5, "urn:abate:sign") for code in ("moaas", "cadss")]
    with made(tmp_path, patient(), encounter(), infusion(), *drawn) as found:
        assert found.rows("vital_signs", "sign", "value") == [
            (expected, "4.5") for expected in [*codes.values(), "moaas", "cadss"]
        ]


def test_minutes_count_from_the_start_of_the_infusion(tmp_path: Path) -> None:
    times = [
        "2025-03-01T09:20:00-05:00",
        "2025-03-01T09:30:20-05:00",
        "2025-03-01T15:40:00Z",
        "2025-03-01",
    ]
    signs = [
        sign("8867-4", 80, id=str(number)) | {"effectiveDateTime": time}
        for number, time in enumerate(times)
    ]
    with made(tmp_path, patient(), encounter(), infusion(), *signs) as found:
        assert found.rows("vital_signs", "minute") == [("-10",), ("0",), ("70",), (None,)]


def test_only_signs_of_an_infusion_are_kept(tmp_path: Path) -> None:
    signs = [
        sign("8867-4", 1, id="1", encounter=reference("Encounter/e")),
        sign("8867-4", 2, id="2", encounter=reference("Encounter/other")),
        sign("8867-4", 3, id="3") | {"effectiveDateTime": "2025-03-02T09:00:00-05:00"},
        sign("8867-4", 4, id="4", subject=reference("Patient/q")),
        panel(("8480-6", 5), id="5", subject=reference("Patient/q")),
    ]
    with made(tmp_path, patient(), patient("q"), encounter(), infusion(), *signs) as found:
        assert found.rows("vital_signs", "visit_key", "value") == [("p|e", "1"), ("p|e", "2")]
        assert found.left_out == {("Observation", "not at an infusion"): 3}


def test_a_sign_goes_to_the_infusion_of_its_encounter(tmp_path: Path) -> None:
    visits = [encounter("e1"), encounter("e2")]
    given = [
        infusion("i1", context=reference("Encounter/e1")),
        infusion("i2", context=reference("Encounter/e2")),
    ]
    drawn = sign("8867-4", 80, encounter=reference("Encounter/e2"))
    with made(tmp_path, patient(), *visits, *given, drawn) as found:
        assert found.rows("vital_signs", "visit_key") == [("p|e2",)]


def test_a_sign_without_a_value_is_left_out(tmp_path: Path) -> None:
    signs = [
        sign("8867-4", None),
        panel(),
        panel(("8480-6", None), id="b"),
        panel(("8867-5", 3), id="c"),
    ]
    with made(tmp_path, patient(), encounter(), infusion(), *signs) as found:
        assert found.rows("vital_signs", "value") == []
        assert found.left_out == {("Observation", "no value"): 4}


def test_half_a_panel_is_one_sign(tmp_path: Path) -> None:
    with made(tmp_path, patient(), encounter(), infusion(), panel(("8480-6", 142))) as found:
        assert found.rows("vital_signs", "sign") == [("systolic",)]
