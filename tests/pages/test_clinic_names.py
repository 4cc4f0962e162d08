"""Clinics that a practice names are named everywhere, without a browser."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from pipelines import disclose, ledger, open_practice, warehouse

APP = Path(__file__).parents[2] / "app.py"
LABELS = """
list,code,label,sort_order,source,new
clinic_key,lake,Lindenhof,1,Our own name,yes
clinic_key,north,Am Markt,2,Our own name,yes
""".lstrip()
NAMED_ON = ("clinics", "data_quality", "safety")


@pytest.fixture(scope="module")
def named(small_practice: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small practice, two of its clinics named."""
    folder = tmp_path_factory.mktemp("named") / "practice"
    shutil.copytree(small_practice, folder)
    ledger.begin_anew(folder)
    (folder / "definitions").mkdir()
    (folder / "definitions" / "labels.csv").write_text(LABELS)
    warehouse.build(folder)
    return folder


@pytest.mark.parametrize("policy", ["internal", "cms11", "nhs5"])
def test_rates_by_clinic_are_told_by_name_and_asked_by_key(named: Path, policy: str) -> None:
    practice = open_practice(named)
    finding = disclose(practice.response(by=["clinic_key"]), policy)
    assert finding.table()["Clinic"].to_list()[:2] == ["Lindenhof", "Am Markt"]
    one = practice.response(by=["clinic_key"], where={"clinic_key": ["lake"]})
    assert disclose(one, "internal").table()["Clinic"].to_list() == ["Lindenhof"]


@pytest.mark.parametrize("others", [False, True])
def test_every_page_names_them(named: Path, others: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABATE_PRACTICE", str(named))
    app = AppTest.from_file(str(APP), default_timeout=240).run()
    app.toggle(key="others").set_value(others).run()
    for page in sorted((APP.parent / "pipelines" / "pages").glob("[a-z]*.py")):
        if "st.title" not in page.read_text():
            continue
        app.switch_page(str(page.relative_to(APP.parent))).run()
        assert not app.exception, page.stem
        assert app.multiselect(key="clinic").options[:2] == ["Lindenhof", "Am Markt"]
        said = _said(app.main)
        assert others or page.stem not in NAMED_ON or "Lindenhof" in said, page.stem
        assert "Lake" not in said, page.stem


def _said(block: Block) -> str:
    """Return all that a page sends to the browser, charts and tables too."""
    own = str(getattr(block, "proto", ""))
    return own + "".join(_said(child) for child in getattr(block, "children", {}).values())


def test_the_ledger_keeps_to_keys(named: Path) -> None:
    ledger.let_out(open_practice(named), "cms11", "rates by clinic_key")
    written = (named / ledger.NAME).read_text()
    assert "lake" in written
    assert "Lindenhof" not in written
