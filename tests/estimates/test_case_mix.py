"""Observed over expected responses, against R, and what is refused."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from pipelines.definitions import Definitions, InputError
from pipelines.estimates.calibration import Calibration
from pipelines.estimates.case_mix import CaseMix, case_mix
from pipelines.estimates.expected import TERMS
from pipelines.estimates.model_file import model_terms
from pipelines.estimates.result import Population, Provenance, Question

REFERENCE = Path(__file__).parents[1] / "reference"
NOWHERE = Provenance("b", "relative", None, None)
NO_TREATMENTS = pl.DataFrame(
    schema={"patient_key": pl.String, "treatment": pl.String, "trials": pl.Int64}
)
RACE = {1: "depression", 2: "headache", 3: "tmj"}


def golden(what: str) -> dict[str, tuple[float, float, float]]:
    table = pl.read_csv(REFERENCE / "case_mix_r.csv", comment_prefix="#")
    return {
        name: (value, low, high)
        for _, name, value, low, high in table.filter(pl.col("what") == what).rows()
    }


@pytest.fixture
def births() -> pl.DataFrame:
    """Return the births of MASS as courses: low weight responds, clinics are visits."""
    table = pl.read_csv(REFERENCE / "case_mix_birthwt.csv")
    met = pl.when(pl.col("low") == 1).then(pl.lit("responded")).otherwise(pl.lit("not_responded"))
    return table.select(
        patient_key=pl.int_range(pl.len()).cast(pl.String),
        measure=pl.lit("response"),
        status=met,
        category=pl.col("race").replace_strict(RACE, return_dtype=pl.String),
        subtype=pl.lit(None, pl.String),
        sex=pl.when(pl.col("smoke") == 1).then(pl.lit("male")).otherwise(pl.lit("female")),
        age_band=pl.when(pl.col("younger") == 1).then(pl.lit("18-24")).otherwise(pl.lit("25-34")),
        is_first_course=pl.lit(True),
        severity="weight",
        clinic_key=pl.col("visits").cast(pl.String),
    )


def asked(
    courses: pl.DataFrame,
    definitions: Definitions,
    terms: pl.DataFrame | None = None,
    by: str = "clinic_key",
    population: Population = "first_courses",
) -> CaseMix:
    question = Question(by=(by,), population=population)
    return case_mix(courses, NO_TREATMENTS, question, definitions, NOWHERE, terms)


def test_the_model_and_the_ratios_are_those_of_r(
    births: pl.DataFrame, definitions: Definitions
) -> None:
    found = asked(births, definitions)
    named = ["constant", "weight", "tmj", "male", "18-24"]
    r = golden("coefficient")
    for name, row in zip(r, found.terms.rows(), strict=True):
        assert row[2:] == pytest.approx(r[name][:2], abs=1e-6), name
    assert found.terms["level"].to_list() == [None, None, *named[2:]]
    for clinic, (ratio, low, high) in golden("ratio").items():
        here = found.frame.filter(pl.col("clinic_key") == clinic)
        (numbers,) = here.select("ratio", "ratio_low", "ratio_high").rows()
        assert numbers == pytest.approx((ratio, low, high), abs=1e-6)
    assert found.frame["expected"].sum() == pytest.approx(59)


def test_what_is_left_of_the_variance_is_that_of_the_score_test_of_statsmodels(
    births: pl.DataFrame, definitions: Definitions
) -> None:
    found = asked(births, definitions)
    known = (births["category"] == "tmj", births["sex"] == "male", births["age_band"] == "18-24")
    design = np.column_stack([np.ones(births.height), births["severity"], *known]).astype(float)
    model = GLM((births["status"] == "responded").to_numpy().astype(float), design, Binomial())
    fitted = model.fit()
    for row in found.frame.iter_rows(named=True):
        here = (births["clinic_key"] == row["clinic_key"]).to_numpy().astype(float)
        score, _, _ = model.score_test(fitted.params, exog_extra=here[:, None])
        ours = (row["responded"] - row["expected"]) ** 2 / row["variance_left"]
        assert ours == pytest.approx(score.item(), rel=1e-6)
        assert row["variance_left"] < row["variance"]


def test_a_loaded_model_has_learned_nothing_from_the_groups(
    births: pl.DataFrame, definitions: Definitions
) -> None:
    half = pl.DataFrame([("constant", None, 0.0, None)], schema=TERMS, orient="row")
    found = asked(births, definitions, half).frame
    assert found["variance"].to_list() == found["variance_left"].to_list()
    assert found["variance"].to_list() == pytest.approx((found["assessed"] / 4).to_list())


def test_a_loaded_model_is_taken_as_it_is_and_its_calibration_is_that_of_r(
    births: pl.DataFrame, definitions: Definitions, tmp_path: Path
) -> None:
    file = tmp_path / "model.csv"
    file.write_text(
        "term,level,coefficient\nconstant,,0.4\nseverity,,-2\nsex,male,0.7\n", encoding="utf8"
    )
    found = asked(births, definitions, model_terms(file))
    assert isinstance(found.calibration, Calibration)
    assert found.calibration.slope == pytest.approx(golden("slope")["given"][0], abs=1e-6)
    assert found.calibration.concordance == pytest.approx(golden("concordance")["given"][0])
    assert found.calibration.fifths["courses"].to_list() == [38, 38, 38, 38, 37]
    assert found.calibration.fifths["responded"].sum() == 59


def test_a_model_of_nothing_is_a_coin(births: pl.DataFrame, definitions: Definitions) -> None:
    """Severity, sex and age of nobody in particular tell nothing of who responds."""
    chance, found = np.random.default_rng(1), []
    for _ in range(40):
        noise = births.with_columns(
            severity=chance.standard_normal(births.height), status=births["status"].sample(
                fraction=1, shuffle=True, seed=int(chance.integers(1_000_000))
            ),
        )  # fmt: skip
        calibration = asked(noise, definitions).calibration
        if isinstance(calibration, Calibration):
            found.append(calibration.concordance)
    assert len(found) > 30
    assert np.mean(found) == pytest.approx(0.5, abs=0.025)


def test_what_an_answer_writes_can_be_loaded_and_gives_the_same(
    births: pl.DataFrame, definitions: Definitions, tmp_path: Path
) -> None:
    first = asked(births, definitions)
    first.terms.write_csv(tmp_path / "model.csv")
    again = asked(births, definitions, model_terms(tmp_path / "model.csv"))
    assert again.frame["ratio"].to_list() == pytest.approx(first.frame["ratio"].to_list())


def test_the_model_does_not_know_what_the_groups_are_made_of(
    births: pl.DataFrame, definitions: Definitions
) -> None:
    found = asked(births, definitions, by="category")
    assert set(found.terms["term"]) == {"constant", "severity", "sex", "age_band"}
    assert found.frame.filter(pl.col("category") == "tmj")["ratio"].item() > 1


def reasons(found: CaseMix) -> set[str]:
    return set(found.refused["reason"])


def test_a_refusal_has_its_reason_and_no_number(
    births: pl.DataFrame, definitions: Definitions
) -> None:
    cases = {
        "one_group": births.with_columns(clinic_key=pl.lit("a")),
        "too_few_events": births.head(30),
        "nobody_assessed": births.with_columns(status=pl.lit("not_assessed")),
        "told_exactly": births.with_columns(
            severity=pl.when(pl.col("status") == "responded").then(1.0).otherwise(0.0)
        ),
    }
    for reason, courses in cases.items():
        found = asked(courses, definitions)
        assert reasons(found) == {reason}
        assert found.calibration == reason
        assert found.frame["ratio"].null_count() == found.frame.height


def test_a_loaded_model_that_knows_the_groups_or_is_certain_is_refused(
    births: pl.DataFrame, definitions: Definitions
) -> None:
    constant = ("constant", None, 0.0, None)
    knows = pl.DataFrame([constant, ("sex", "male", 1.0, None)], schema=TERMS, orient="row")
    assert reasons(asked(births, definitions, knows, by="sex")) == {"model_knows_groups"}
    certain = pl.DataFrame([("constant", None, 50.0, None)], schema=TERMS, orient="row")
    assert reasons(asked(births, definitions, certain)) == {"told_exactly"}
    alike = pl.DataFrame([constant], schema=TERMS, orient="row")
    assert asked(births, definitions, alike).calibration == "same_chance_for_all"


def test_a_group_with_too_little_follow_up_or_one_patient_has_no_ratio(
    births: pl.DataFrame, definitions: Definitions
) -> None:
    lost = births.head(40).with_columns(clinic_key=pl.lit("lost"), status=pl.lit("not_assessed"))
    half = births.head(40).with_columns(clinic_key=pl.lit("lost"))
    one = births.head(1).with_columns(clinic_key=pl.lit("one"))
    found = asked(pl.concat([births, lost, half, one]), definitions)
    assert found.refused.sort("clinic_key").rows() == [
        ("lost", "ratio", "group_followed_too_little"),
        ("one", "ratio", "one_patient"),
    ]


def test_of_all_courses_the_ratio_has_no_interval(
    births: pl.DataFrame, definitions: Definitions
) -> None:
    found = asked(births, definitions, population="all_courses")
    assert found.frame["ratio"].null_count() == 0
    assert found.frame["ratio_low"].null_count() == 3
    assert reasons(found) == {"several_courses_ratio"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("term,level\nconstant,\n", "no column coefficient"),
        (
            "term,level,coefficient\nweight,,1\n",
            "row 2: term is 'weight'; expected one of constant",
        ),
        ("term,level,coefficient\nsex,,1\n", "row 2: level of sex is empty; expected a level"),
        ("term,level,coefficient\nseverity,high,1\n", "row 2: level of severity is high"),
        ("term,level,coefficient\nconstant,,one\n", "row 2: coefficient is no number"),
        ("term,level,coefficient\nconstant,,1\nconstant,,1\n", "stands twice"),
    ],
)
def test_a_file_that_is_no_model_is_refused_in_a_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "model.csv"
    file.write_text(text, encoding="utf8")
    with pytest.raises(InputError, match=said):
        model_terms(file)
