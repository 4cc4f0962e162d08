"""Which PHQ-9 starts the year, and which one ends it."""

from decimal import Decimal

from pipelines.cms159.kinds import Encounter, Observation
from pipelines.cms159.moments import Span, days_after, overlap, within_days
from pipelines.cms159.periods import ends_within, identification_period
from pipelines.cms159.prevalence import span
from pipelines.cms159.reading import History
from pipelines.cms159.rules import Rules


def depression_encounters(history: History, rules: Rules, year: int) -> list[Encounter]:
    """Return the encounters of the identification period during which depression was prevalent."""
    birth = history.patient.birth_date
    held = [span(one, birth) for one in history.of(rules.of("depression"))]
    period = identification_period(rules, year)
    return [
        visit
        for visit in history.of(rules.of("encounter"))
        if isinstance(visit, Encounter)
        and ends_within(visit.span, period)
        and any(overlap(visit.span, prevalence) for prevalence in held)
    ]


def index_assessment(
    history: History, rules: Rules, encounters: list[Encounter]
) -> Observation | None:
    """Return the first PHQ-9 above the threshold from days before a depression encounter on."""
    before = rules.limits["encounter_days_before"]
    spans = [visit.span for visit in encounters]
    near = [Span(days_after(visit.start, -before), visit.end) for visit in spans]
    return next(
        (
            score
            for score in scores(history, rules)
            if score.score is not None
            and score.score > rules.limits["index_above"]
            and any(within_days(score.span, days) for days in near)
        ),
        None,
    )


def last_assessment(history: History, rules: Rules, period: Span) -> tuple[bool, str]:
    """Return whether the last PHQ-9 of the assessment period is remission, and what it is."""
    inside = [
        score
        for score in scores(history, rules)
        if within_days(Span(score.span.start, score.span.start), period)
    ]
    if not inside:
        return False, "no PHQ-9 in the assessment period"
    value = inside[-1].score
    if value is None:
        return False, "last PHQ-9 in the assessment period has no number"
    return value < rules.limits["remission_below"], (
        f"last PHQ-9 in the assessment period is {_plain(value)}"
    )


def scores(history: History, rules: Rules) -> list[Observation]:
    """Return the PHQ-9 in the order of time; those without a time are left out."""
    found = history.of(rules.of("assessment"))
    timed = [one for one in found if isinstance(one, Observation) and one.span.start.written]
    return sorted(timed, key=lambda score: score.span.start.sort_key)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
