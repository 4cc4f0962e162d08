"""The Clinics page, without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pipelines import InputError, warehouse
from tests.drawn import built, write

APP = Path(__file__).parents[2] / "app.py"
PAGE = "pipelines/pages/clinics.py"


@pytest.fixture
def app(small_practice: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("ABATE_PRACTICE", str(small_practice))
    return AppTest.from_file(str(APP), default_timeout=120).run().switch_page(PAGE).run()


def test_the_page_answers_for_clinics(app: AppTest) -> None:
    assert not app.exception
    assert [title.value for title in app.title] == ["How do clinics compare?"]
    assert [heading.value for heading in app.header] == [
        "Beyond chance alone", "Two groups beside each other", "Small groups, drawn towards the mean", "What changed since the year before",
        "How far expected numbers can be trusted", "The fine print",
    ]  # fmt: skip
    assert any("groups with enough follow-up can the number" in text.value for text in app.markdown)
    assert any("difference of" in text.value for text in app.markdown)


def test_every_kind_of_group_has_its_page(app: AppTest) -> None:
    for label in app.segmented_control(key="groups").options:
        app.segmented_control(key="groups").select(label).run()
        assert not app.exception, label


def test_all_courses_another_measure_and_one_clinic_give_a_page_with_reasons(app: AppTest) -> None:
    app.segmented_control(key="courses").select("all_courses").run()
    assert any("Several courses of one patient" in text.value for text in app.markdown)
    app.selectbox(key="measure").select("Reliable worsening").run()
    clinics = app.multiselect(key="clinic")
    clinics.select(clinics.options[0]).run()
    assert not app.exception
    assert any("There is one group only" in text.value for text in app.markdown)


def test_clinicians_are_offered_where_the_practice_turns_them_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    infusions = "patient | day | category | clinician_key\n" + "\n".join(
        f"{n} | 0 | tmj | {'dr_b' if n % 2 else 'dr_a'}" for n in range(40)
    )
    scores = "patient | instrument | day | score\n" + "\n".join(
        f"{n} | nrs_average_7d | -1 | 8\n{n} | nrs_average_7d | 22 | {2 if n % 3 else 8}"
        for n in range(40)
    )
    folder = tmp_path / "practice"
    tables = {"infusions": infusions, "scores": scores}
    on = "setting,value,unit,means,source\nclinicians_compared,1,yes,Agreed,us\n"
    write(folder, tables, 200, definitions={"settings": on})
    warehouse.build(folder)
    write(tmp_path / "off", tables, 200)
    off = built(tmp_path / "off").practice
    with pytest.raises(InputError, match="clinicians are not compared"):
        off.comparison(by=["clinician_key"])
    monkeypatch.setenv("ABATE_PRACTICE", str(folder))
    app = AppTest.from_file(str(APP), default_timeout=120).run().switch_page(PAGE).run()
    app.segmented_control(key="groups").select("Clinicians").run()
    assert not app.exception
    assert any("that would rank them" in text.value for text in app.markdown)
    assert list(app.selectbox(key="first").options) == ["dr_a", "dr_b"]
