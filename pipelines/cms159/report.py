"""The outcomes as FHIR R4: a Bundle of one summary and one individual MeasureReport per patient."""

from collections.abc import Mapping, Sequence
from uuid import NAMESPACE_URL, uuid5

from pipelines.cms159.populations import Outcome
from pipelines.cms159.rules import Rules
from pipelines.cms159.summary import Counted, summary

Json = dict[str, object]


def bundle(outcomes: Sequence[Outcome], rules: Rules, year: int) -> Json:
    """Return a Bundle of type collection; a patient is named by a reference to the id only.

    The same outcomes give the same Bundle: ids are derived from measure, year and patient.
    """
    reports = [_summary(summary(outcomes, rules), rules, year)]
    reports += [_individual(outcome, rules, year) for outcome in outcomes]
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in reports]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _summary(counted: Sequence[Counted], rules: Rules, year: int) -> Json:
    whole, *strata = counted
    group = _group(whole.counts, rules) | _score(whole)
    group["stratifier"] = [
        {
            "stratum": [
                {"value": {"text": one.stratum}} | _group(one.counts, rules) | _score(one)
                for one in strata
            ]
        }
    ]
    return _report("summary", rules, year, "") | {"group": [group]}


def _individual(outcome: Outcome, rules: Rules, year: int) -> Json:
    counts = {name: int(getattr(outcome, name)) for name in _populations(rules)}
    group = _group(counts, rules)
    if outcome.stratum:
        stratum = {"value": {"text": outcome.stratum}} | _group(counts, rules)
        group["stratifier"] = [{"stratum": [stratum]}]
    subject = {"subject": {"reference": f"Patient/{outcome.patient}"}}
    return _report("individual", rules, year, outcome.patient) | subject | {"group": [group]}


def _report(kind: str, rules: Rules, year: int, patient: str) -> Json:
    url, version = rules.code("measure")
    system, code = rules.code("improvement")
    return {
        "resourceType": "MeasureReport",
        "id": str(uuid5(NAMESPACE_URL, f"{url}|{version}/{year}/{patient}")),
        "status": "complete",
        "type": kind,
        "measure": f"{url}|{version}",
        "period": {"start": f"{year}-01-01", "end": f"{year}-12-31"},
        "improvementNotation": {"coding": [{"system": system, "code": code}]},
    }


def _group(counts: Mapping[str, int], rules: Rules) -> Json:
    return {
        "population": [
            {
                "code": {"coding": [{"system": system, "code": code, "display": label}]},
                "count": counts[name],
            }
            for name, (system, code, label) in _populations(rules).items()
        ]
    }


def _score(counted: Counted) -> Json:
    return {} if counted.rate is None else {"measureScore": {"value": round(counted.rate, 6)}}


def _populations(rules: Rules) -> dict[str, tuple[str, str, str]]:
    rows = rules.definitions["cms159_populations"].sort("sort_order")
    return {
        name: (system, code, label)
        for name, system, code, label in rows.select(
            "population", "system", "code", "label"
        ).iter_rows()
    }
