"""A source of FHIR resources becomes one history per patient."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from pipelines.cms159.files import Placed, resources
from pipelines.cms159.kinds import KINDS, Evidence
from pipelines.cms159.resources import Part, Patient
from pipelines.cms159.rules import Criterion, Rules
from pipelines.definitions import InputError
from pipelines.intake.fhir.files import File, found

MOST_MESSAGES = 20
Model = TypeVar("Model", bound=Part)
Found = dict[str, list[Evidence]]


@dataclass(frozen=True)
class History:
    """A patient and what was found for each criterion, whatever its time."""

    patient: Patient
    found: Mapping[str, list[Evidence]]

    def of(self, criteria: Iterable[Criterion]) -> list[Evidence]:
        """Return what meets any of some criteria."""
        return [one for criterion in criteria for one in self.found.get(criterion.name, [])]


@dataclass(frozen=True)
class Histories:
    """Histories in the order of the ids, and how many resources are about patients not there."""

    patients: list[History]
    strays: int


@dataclass
class _Reading:
    rules: Rules
    patients: dict[str, Patient] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    homes: dict[Path, set[str]] = field(default_factory=lambda: defaultdict(set))
    found: dict[tuple[str | None, Path], Found] = field(default_factory=lambda: defaultdict(dict))
    problems: list[str] = field(default_factory=list)

    def take(self, placed: Placed) -> None:
        """Keep a Patient, and what meets a criterion; pass over all other resources."""
        kind = str(placed.content["resourceType"])
        if kind == Patient.kind:
            self._patient(placed)
        elif kind in KINDS and (evidence := self._checked(placed, KINDS[kind])):
            for criterion in self.rules.by_resource[kind]:
                if criterion.is_met_by(evidence):
                    by_criterion = self.found[evidence.subject.id, placed.folder]
                    by_criterion.setdefault(criterion.name, []).append(evidence)

    def _patient(self, placed: Placed) -> None:
        patient = self._checked(placed, Patient)
        if patient is None:
            return
        if self.patients.setdefault(patient.id, patient) != patient:
            self.problems.append(
                f"{placed.place}: an earlier Patient has the same id and another birth or death;"
                " expected each patient once"
            )
        self.homes[placed.folder].add(patient.id)
        if placed.address:
            self.addresses[placed.address.replace(":", "/").rsplit("/", 1)[-1]] = patient.id

    def _checked(self, placed: Placed, model: type[Model]) -> Model | None:
        try:
            return model.model_validate(placed.content)
        except ValidationError as error:
            kind = placed.content["resourceType"]
            where = [".".join(str(part) for part in one["loc"]) for one in error.errors()]
            self.problems.append(f"{placed.place}: {kind}.{where[0]} is not as FHIR R4 has it")
            return None


def read(source: Path, rules: Rules) -> Histories:
    """Return the histories of all patients of a file or folder.

    A resource belongs to the patient whose id its subject ends in. A source with a single patient
    is that patient's record as a whole, as a Bundle of one patient is meant, whatever its
    references say; so is a folder with a single patient, for what names nobody of the source.
    Raises InputError with file and line for each broken place, at most 20 of them, and where there
    is no Patient. A file is named only if its name names nobody.
    """
    reading = _Reading(rules)
    for placed in resources(_files(source, rules)):
        if isinstance(placed, InputError):
            reading.problems += placed.messages
        else:
            reading.take(placed)
    if reading.problems:
        more = len(reading.problems) - MOST_MESSAGES
        rest = [f"{more} more places are wrong"] if more > 0 else []
        raise InputError(*reading.problems[:MOST_MESSAGES], *rest)
    if not reading.patients:
        raise InputError(f"source '{source}': it holds no Patient; expected one per patient")
    return _assembled(reading)


def _files(source: Path, rules: Rules) -> list[File]:
    if not source.exists():
        raise InputError(f"source '{source}': no such file or folder")
    return found(source, rules.definitions["fhir_resources"]["resource"].to_list())


def _assembled(reading: _Reading) -> Histories:
    only = next(iter(reading.patients)) if len(reading.patients) == 1 else None
    by_patient: dict[str, Found] = defaultdict(dict)
    strays = 0
    for (subject, folder), by_criterion in reading.found.items():
        known = subject if subject in reading.patients else reading.addresses.get(subject or "")
        patient = only or known or _at_home(reading, folder)
        if patient is None:
            strays += sum(len(evidence) for evidence in by_criterion.values())
            continue
        for name, evidence in by_criterion.items():
            by_patient[patient].setdefault(name, []).extend(evidence)
    ordered = sorted(reading.patients.items())
    return Histories([History(patient, by_patient[key]) for key, patient in ordered], strays)


def _at_home(reading: _Reading, folder: Path) -> str | None:
    """Return the patient of a folder that holds one patient only."""
    living = reading.homes.get(folder, set())
    return next(iter(living)) if len(living) == 1 else None
