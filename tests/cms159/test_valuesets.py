"""Value sets: found by canonical address, with their codes at any depth."""

import json
from pathlib import Path

import pytest

from pipelines.cms159.valuesets import value_sets
from pipelines.definitions import InputError, load
from tests.cms159 import drawing


def test_a_value_set_is_found_by_its_address_whatever_the_file_is_called(tmp_path: Path) -> None:
    folder = drawing.value_sets(tmp_path)
    url = "http://cts.nlm.nih.gov/fhir/ValueSet/2.16.840.1.113883.3.67.1.101.1.254"
    deeper = {
        "contains": [{"contains": [{"system": "s", "code": "2"}], "system": "s", "code": "1"}]
    }
    (folder / "dysthymia.json").unlink()
    (folder / "x.json").write_text(json.dumps(
        {"resourceType": "Bundle", "entry": [{"resource":
         {"resourceType": "ValueSet", "url": f"{url}|20220219", "expansion": deeper}}]}
    ))  # fmt: skip
    assert value_sets(folder, load())["dysthymia"] == {("s", "1"), ("s", "2")}


def test_each_missing_or_empty_value_set_is_named_with_title_address_and_oid(
    tmp_path: Path,
) -> None:
    folder = drawing.value_sets(tmp_path)
    (folder / "dysthymia.json").unlink()
    written = json.loads((folder / "hospice_encounter.json").read_text())
    del written["expansion"]
    (folder / "hospice_encounter.json").write_text(json.dumps(written))
    with pytest.raises(InputError) as caught:
        value_sets(folder, load())
    assert [message.split("; ")[0] for message in caught.value.messages] == [
        "value set 'Dysthymia'"
        " (http://cts.nlm.nih.gov/fhir/ValueSet/2.16.840.1.113883.3.67.1.101.1.254,"
        f" OID 2.16.840.1.113883.3.67.1.101.1.254): it is not in folder '{folder}'",
        "value set 'Hospice Encounter'"
        " (http://cts.nlm.nih.gov/fhir/ValueSet/2.16.840.1.113883.3.464.1003.1003,"
        f" OID 2.16.840.1.113883.3.464.1003.1003): it has no expansion in folder '{folder}'",
    ]


def test_a_folder_that_is_not_there_or_a_broken_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        value_sets(tmp_path / "nowhere", load())
    (tmp_path / "vsac_1.json").write_text("{")
    with pytest.raises(InputError, match=r"vsac_1\.json: it is not JSON"):
        value_sets(tmp_path, load())
