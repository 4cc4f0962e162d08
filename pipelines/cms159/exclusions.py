"""Why a patient of the denominator is excluded."""

from pipelines.cms159.moments import Span, day_not_after, overlap_by_day
from pipelines.cms159.periods import ends_within
from pipelines.cms159.prevalence import span
from pipelines.cms159.reading import History
from pipelines.cms159.rules import Criterion, Rules


def exclusion(history: History, rules: Rules, identification: Span, assessment: Span) -> str | None:
    """Return the first reason to exclude, or None: hospice, palliative care, death, diagnoses.

    A death counts by its date; a mere yes without one excludes nobody, as in the CQL.
    """
    watched = Span(identification.start, assessment.end)
    died = history.patient.deceased_date_time
    care = _first(history, rules.of("hospice", "palliative"), watched)
    if care or not (died and day_not_after(died, watched.end)):
        return care or _first(history, rules.of("mental_health"), watched)
    return "died"


def _first(history: History, criteria: list[Criterion], watched: Span) -> str | None:
    birth = history.patient.birth_date
    for criterion in criteria:
        for evidence in history.of([criterion]):
            if _in_time(criterion.timing, span(evidence, birth), watched):
                return criterion.label
    return None


def _in_time(timing: str | None, when: Span, watched: Span) -> bool:
    if timing == "overlaps":
        return overlap_by_day(when, watched)
    if timing == "ends_within":
        return ends_within(when, watched)
    assert timing == "starts_by", timing
    return day_not_after(when.start, watched.end)
