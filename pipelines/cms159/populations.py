"""Where a patient is in the measure, and what decided it."""

from dataclasses import dataclass

from pipelines.cms159.assessments import depression_encounters, index_assessment, last_assessment
from pipelines.cms159.exclusions import exclusion
from pipelines.cms159.kinds import Encounter, Observation
from pipelines.cms159.moments import Moment
from pipelines.cms159.periods import assessment_period, identification_period
from pipelines.cms159.reading import History
from pipelines.cms159.rules import Rules


@dataclass(frozen=True)
class Outcome:
    """A patient's place: each population 0 or 1, the stratum, and the first thing that decided.

    The numerator is without those excluded. Who is not in the initial population has no stratum.
    """

    patient: str
    initial_population: int
    denominator: int
    denominator_exclusion: int
    numerator: int
    stratum: str | None
    reason: str


def assessed(history: History, rules: Rules, year: int) -> Outcome:
    """Return a patient's place in the measurement period of a calendar year.

    Source: CMS159FHIR v0.3.000; moments.py says how dates are compared.
    """
    encounters = depression_encounters(history, rules, year)
    index = index_assessment(history, rules, encounters)
    ages = _ages(history.patient.birth_date, index) if index else None
    reason = _not_in_population(rules, encounters, index, ages)
    if reason or index is None or ages is None:
        return Outcome(history.patient.id, 0, 0, 0, 0, None, reason)
    stratum = _stratum(rules, ages)
    period = assessment_period(rules, index)
    excluded = exclusion(history, rules, identification_period(rules, year), period)
    if excluded:
        return Outcome(history.patient.id, 1, 1, 1, 0, stratum, f"excluded: {excluded}")
    remitted, reason = last_assessment(history, rules, period)
    return Outcome(history.patient.id, 1, 1, 0, int(remitted), stratum, reason)


def _not_in_population(
    rules: Rules,
    encounters: list[Encounter],
    index: Observation | None,
    ages: tuple[int, int] | None,
) -> str:
    limits = rules.limits
    if not encounters:
        return "no depression encounter in the identification period"
    if index is None:
        return (
            f"no PHQ-9 above {limits['index_above']} between {limits['encounter_days_before']}"
            " days before a depression encounter and its end"
        )
    if ages is None:
        return "no date of birth"
    youngest = limits["youngest_years"]
    return "" if ages[0] >= youngest else f"younger than {youngest} at the index PHQ-9"


def _ages(birth: Moment | None, index: Observation) -> tuple[int, int] | None:
    """Return the least and greatest age at the index: they differ where only a year is known."""
    day = index.span.start.written
    if birth is None:
        return None
    youngest = (*birth.written, *(12, 31)[len(birth.written) - 1 :])
    oldest = (*birth.written, *(1, 1)[len(birth.written) - 1 :])
    least, most = (day[0] - born[0] - (day[1:] < born[1:]) for born in (youngest, oldest))
    return least, most


def _stratum(rules: Rules, ages: tuple[int, int]) -> str | None:
    return next((stratum.name for stratum in rules.strata if all(map(stratum.holds, ages))), None)
