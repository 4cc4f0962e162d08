"""What the measure looks for: criteria, numbers and lists of definitions, value sets filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipelines.cms159.kinds import Evidence
from pipelines.cms159.resources import Code
from pipelines.cms159.valuesets import value_sets
from pipelines.definitions import Definitions, load

Codes = Mapping[str, frozenset[Code]]


@dataclass(frozen=True)
class Criterion:
    """One kind of resource: its codes, and which statuses, intents and answers count."""

    name: str
    part: str
    resource: str
    codes: frozenset[Code]
    statuses: frozenset[Code]
    also: frozenset[Code] | None
    answers: frozenset[Code] | None
    timing: str | None
    label: str

    def is_met_by(self, evidence: Evidence) -> bool:
        """Return whether a resource of the right type is of this kind, whatever its time."""
        return (
            not self.codes.isdisjoint(evidence.codes)
            and not self.statuses.isdisjoint(evidence.statuses)
            and (self.also is None or not self.also.isdisjoint(evidence.also))
            and (self.answers is None or not self.answers.isdisjoint(evidence.answers))
            and not evidence.negated
        )


@dataclass(frozen=True)
class Stratum:
    """A range of ages at the index assessment, both ends included."""

    name: str
    first_age: int
    last_age: int | None

    def holds(self, age: int) -> bool:
        """Return whether an age lies in it."""
        return self.first_age <= age and (self.last_age is None or age <= self.last_age)


@dataclass(frozen=True)
class Rules:
    """The measure as data: criteria in the order they are asked, numbers by name, strata."""

    criteria: tuple[Criterion, ...]
    limits: Mapping[str, int]
    strata: tuple[Stratum, ...]
    definitions: Definitions

    def of(self, *parts: str) -> list[Criterion]:
        """Return the criteria of some parts, in order."""
        return [criterion for criterion in self.criteria if criterion.part in parts]

    @cached_property
    def by_resource(self) -> Mapping[str, list[Criterion]]:
        """Return the criteria by the type of resource that they are about."""
        kinds = {criterion.resource for criterion in self.criteria}
        return {kind: [one for one in self.criteria if one.resource == kind] for kind in kinds}

    def code(self, code_list: str) -> tuple[str, str]:
        """Return system and code of a list that has one."""
        rows = self.definitions["cms159_codes"].filter(code_list=code_list)
        return str(rows["system"].item()), str(rows["code"].item())


def rules(valuesets: Path) -> Rules:
    """Return the measure with the value sets of a folder.

    Raises InputError for value sets that are missing there.
    """
    definitions = load()
    sets = value_sets(valuesets, definitions)
    lists = _lists(definitions)
    rows = definitions["cms159_criteria"].sort("sort_order").to_dicts()
    limits = definitions["cms159_limits"].select("limit", "value").rows()
    strata = definitions["cms159_strata"].select("stratum", "first_age", "last_age").rows()
    return Rules(
        tuple(_criterion(row, sets, lists) for row in rows),
        dict(limits),
        tuple(Stratum(*row) for row in strata),
        definitions,
    )


def _criterion(row: Mapping[str, str | None], sets: Codes, lists: Codes) -> Criterion:
    value_set, code_list = row["value_set"], row["code_list"]
    also, answers = row["also_list"], row["answer_list"]
    return Criterion(
        name=str(row["criterion"]),
        part=str(row["part"]),
        resource=str(row["resource"]),
        codes=sets[value_set] if value_set else lists[str(code_list)],
        statuses=lists[str(row["status_list"])],
        also=lists[also] if also else None,
        answers=lists[answers] if answers else None,
        timing=row["timing"],
        label=str(row["label"]),
    )


def _lists(definitions: Definitions) -> dict[str, frozenset[Code]]:
    found: dict[str, set[Code]] = {}
    for code_list, system, code in (
        definitions["cms159_codes"].select("code_list", "system", "code").rows()
    ):
        found.setdefault(code_list, set()).add((system, code))
    return {name: frozenset(codes) for name, codes in found.items()}
