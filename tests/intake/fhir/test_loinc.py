"""Check digits of LOINC codes."""

import pytest

from pipelines.definitions import load
from pipelines.intake.fhir.loinc import check_digit, well_formed


@pytest.mark.parametrize(
    ("number", "digit"),
    [
        ("44261", 6),
        ("70274", 6),
        ("72514", 3),
        ("8480", 6),
        ("2708", 6),
        ("99046", 5),
        ("71354", 5),
    ],
)
def test_the_check_digit_is_the_one_that_was_published(number: str, digit: int) -> None:
    assert check_digit(number) == digit


@pytest.mark.parametrize("code", ["71961-0", "71958-6", "71965-1", "44261-7", "44216-6"])
def test_a_mistyped_code_has_a_wrong_check_digit(code: str) -> None:
    assert not well_formed(code)


@pytest.mark.parametrize("code", ["", "44261", "44261-", "-6", "LA6568-5", "44261-6 ", "١٢٣-٤"])
def test_other_texts_are_no_loinc_codes(code: str) -> None:
    assert not well_formed(code)


def test_every_loinc_code_of_the_definitions_is_well_formed() -> None:
    definitions = load()
    codes = definitions["instruments"]["loinc"].drop_nulls().to_list()
    listed = definitions["fhir_codes"].filter(system="loinc").filter(use="answer")
    others = definitions["fhir_codes"].filter(system="loinc").join(listed, on="code", how="anti")
    items = definitions["questionnaire_items"]["item"].to_list()
    codes += others["code"].to_list() + [item for item in items if "-" in item]
    assert [code for code in codes if not well_formed(code)] == []
