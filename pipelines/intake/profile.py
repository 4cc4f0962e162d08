"""A mapping profile: which files and columns of an export are which canonical columns."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipelines.definitions import InputError
from pipelines.definitions.errors import did_you_mean, listed
from pipelines.intake import contract

SHIPPED = Path(__file__).parent / "profiles"
Scalar = str | int | float | bool


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _as_column(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


class Part(BaseModel):
    """Every part of a profile refuses keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class File(Part):
    """One file of the export; of several paths the first that exists.

    `names` are columns with names of persons: read only to see that none of them passes the door.
    """

    path: Annotated[list[str], BeforeValidator(_as_list)]
    format: Literal["csv", "tsv", "parquet", "xlsx"] | None = None
    delimiter: str | None = Field(default=None, max_length=1)
    encoding: str = "utf8"
    sheet: str | None = None
    missing: list[str] = []
    missing_in: dict[str, list[str]] = {}
    names: list[str] = []
    decimal: Literal[".", ","] = "."
    skip_lines: int = Field(default=0, ge=0, le=1000)
    optional: bool = False


class Value(Part):
    """How one canonical column is made: from a column, from several, or a constant."""

    column: str | None = None
    file: str | None = None
    constant: Scalar | None = None
    joined: list[str] | None = Field(default=None, min_length=2)
    mean_of: list[str] | None = Field(default=None, min_length=1)
    sum_of: list[str] | None = Field(default=None, min_length=1)
    at_least: int | None = Field(default=None, ge=1)
    values: dict[str, Scalar] | None = None
    not_used: list[str] = []
    otherwise: Scalar | None = None
    if_missing: Scalar | None = None
    scale: float | None = Field(default=None, gt=0, le=1e6, allow_inf_nan=False, strict=True)
    shift: float | None = Field(default=None, ge=-1e6, le=1e6, allow_inf_nan=False, strict=True)
    remove: str | None = None
    upper: bool = False
    date_format: Annotated[list[str], BeforeValidator(_as_list)] = []
    days_after: str | None = None
    days_after_file: str | None = None
    age_in_years: bool = False
    birth_date: bool = False
    zip_code: bool = False
    optional: bool = False


class Keep(Part):
    """Rows stay where a column has one of these values."""

    column: str
    values: list[str]
    file: str | None = None


class Join(Part):
    """Columns of another file, found by a column that both have; at most one row per value there."""

    file: str
    on: str
    on_other: str | None = None


Values = dict[str, Annotated[Value, BeforeValidator(_as_column)]]


class Source(Part):
    """What a canonical table is made from."""

    from_: str = Field(alias="from")
    join: Annotated[list[Join], BeforeValidator(_as_list)] = []
    keep: Annotated[list[Keep], BeforeValidator(_as_list)] = []
    columns: Values = {}
    each: list[Values] = []
    same_names: bool = False
    distinct: bool = False


class Treatment(Part):
    """A treatment visit made at the start for each patient of an export that has none."""

    from_: str = Field(alias="from")
    join: Annotated[list[Join], BeforeValidator(_as_list)] = []
    keep: Annotated[list[Keep], BeforeValidator(_as_list)] = []
    columns: Values


class Profile(Part):
    """A whole profile; `folder` is where its definition overrides lie, if it has any.

    `format` fhir and omop have fixed tables, so that `files`, `tables` and `treatment` are for
    tabular exports only, and `region`, which part of an address becomes the region, is for the
    other two.
    """

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str = ""
    format: Literal["tabular", "fhir", "omop"] = "tabular"
    calendar: Literal["dates", "relative"] = "dates"
    region: Literal["none", "state", "zip3"] = "none"
    files: dict[str, File] = {}
    tables: dict[str, Annotated[list[Source], BeforeValidator(_as_list)]] = {}
    treatment: Treatment | None = None
    folder: Path | None = Field(default=None, exclude=True)

    def sources(self) -> list[tuple[str, Source]]:
        """Return each canonical table with each of its sources, made treatments included."""
        found = [
            (name, _with_same_names(name, source))
            for name, sources in self.tables.items()
            for source in sources
        ]
        return found + (_made_visits(self.treatment) if self.treatment else [])


def _with_same_names(table: str, source: Source) -> Source:
    """Return the source with canonical columns taken under their own names, where it says so."""
    if not source.same_names:
        return source
    own: Values = {
        column.name: Value(column=column.name, optional=not column.required)
        for column in contract.BY_NAME[table].columns
    }
    return source.model_copy(update={"columns": own | source.columns})


def _made_visits(treatment: Treatment) -> list[tuple[str, Source]]:
    """Return the visit and the infusion that stand for a treatment, keyed by the patient."""
    given = dict(treatment.columns)
    patient = given.pop("patient_key")
    day = given.pop("visit_date", Value(constant=0))
    visit_names = [name for name in given if name in contract.VISITS.names]
    visit: Values = {
        "visit_key": patient,
        "patient_key": patient,
        "clinic_key": Value(constant="study"),
        "visit_date": day,
        "visit_kind": Value(constant="infusion"),
        "visit_status": Value(constant="completed"),
    } | {name: given[name] for name in visit_names}
    infusion: Values = {"visit_key": patient} | {
        name: value for name, value in given.items() if name not in visit_names
    }
    return [
        (table, Source(**{"from": treatment.from_}, join=treatment.join, keep=treatment.keep,
                       columns=columns, distinct=True))
        for table, columns in (("visits", visit), ("infusions", infusion))
    ]  # fmt: skip


def shipped() -> list[str]:
    """Return the names of the profiles that come with Abate."""
    return sorted(path.stem for path in SHIPPED.iterdir() if not path.name.startswith((".", "_")))


def find(name: str) -> Profile:
    """Return a shipped profile by name, or one from a TOML file or a folder with profile.toml."""
    place = next(
        (path for path in (SHIPPED / name, SHIPPED / f"{name}.toml") if path.exists()), Path(name)
    )
    file = place / "profile.toml" if place.is_dir() else place
    if not file.is_file():
        raise InputError(
            f"profile '{name}': no such file or folder with profile.toml{did_you_mean(name, shipped())};"
            f" shipped are {listed(shipped())}"
        )
    profile = _read(file)
    return profile.model_copy(update={"folder": place if place.is_dir() else None})


def _read(file: Path) -> Profile:
    try:
        content = tomllib.loads(file.read_text("utf8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file.name}: it can't be read as TOML: {error}") from None
    named = content.get("tables")
    problems = [
        f"{file.name}: table '{table}' is not known{did_you_mean(table, contract.BY_NAME)};"
        f" expected one of {listed(contract.BY_NAME)}"
        for table in (named if isinstance(named, dict) else {})
        if table not in contract.BY_NAME
    ]
    if problems:
        raise InputError(*problems)
    try:
        profile = Profile.model_validate(content)
    except ValidationError as error:
        raise InputError(*_messages(file.name, error)) from None
    problems = _wrong_names(file.name, profile)
    if problems:
        raise InputError(*problems)
    return profile


def _messages(file: str, error: ValidationError) -> list[str]:
    """Return one line per problem; unknown keys get the nearest known one."""
    messages = []
    for problem in error.errors():
        place = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            key = str(problem["loc"][-1])
            known = _keys_at(problem["loc"][:-1])
            messages.append(
                f"{file}: key '{place}' is not known{did_you_mean(key, known)}; expected one of {listed(known, 20)}"
            )
        elif problem["type"] == "missing":
            messages.append(f"{file}: key '{place}' is missing")
        else:
            messages.append(f"{file}: key '{place}' is {problem['input']!r}; {problem['msg']}")
    return messages


def _keys_at(place: tuple[str | int, ...]) -> list[str]:
    """Return the keys that a place in a profile may have."""
    words = [part for part in place if isinstance(part, str)]
    part: type[Part] = Profile
    if "columns" in words or "each" in words:
        part = Value
    elif words[:1] == ["treatment"] and len(words) == 1:
        part = Treatment
    elif "join" in words:
        part = Join
    elif "keep" in words:
        part = Keep
    elif words[:1] == ["files"]:
        part = File
    elif words[:1] == ["tables"]:
        part = Source
    return [field.alias or name for name, field in part.model_fields.items() if name != "folder"]


def _wrong_names(file: str, profile: Profile) -> list[str]:
    """Return what names a canonical table, a canonical column or a file that there is not."""
    if profile.format != "tabular":
        return []
    if profile.treatment and "patient_key" not in profile.treatment.columns:
        return [f"{file}: key 'treatment.columns.patient_key' is missing"]
    problems = []
    for name, source in profile.sources():
        problems += _wrong_source(file, profile, name, source)
    mapped = [name for name, _ in profile.sources()]
    of_visits = [name for name in mapped if "visit_key" in contract.BY_NAME[name].names]
    # Scores with dates may stand beside the visits of another source.
    alone = profile.calendar == "dates" and "scores" in mapped and not of_visits
    for needed in ("patients",) if alone else ("patients", "visits"):
        if needed not in mapped:
            problems.append(f"{file}: no table '{needed}'; map it, or for visits use [treatment]")
    return problems


def _wrong_source(file: str, profile: Profile, name: str, source: Source) -> list[str]:
    table = contract.BY_NAME[name]
    place = f"{file}: tables.{name}"
    used = [source.from_, *(join.file for join in source.join)]
    problems = [
        f"{place}: file '{used_file}' is not among [files]{did_you_mean(used_file, profile.files)}"
        for used_file in used
        if used_file not in profile.files
    ]
    problems += [
        f"{place}: keep: file '{keep.file}' is not joined; expected one of {listed(used)}"
        for keep in source.keep
        if keep.file is not None and keep.file not in used
    ]
    sets = [source.columns, *source.each]
    for column in {column for mapped in sets for column in mapped}:
        if column not in table.names:
            problems.append(
                f"{place}: column '{column}' is not known{did_you_mean(column, table.names)};"
                f" expected one of {listed(table.names, 20)}"
            )
    for mapped in source.each or [{}]:
        given = {**source.columns, **mapped}
        for canonical in table.columns:
            if canonical.required and canonical.name not in given:
                problems.append(f"{place}: no column '{canonical.name}', which every row needs")
    for mapped in sets:
        problems += [
            f"{place}.{column}: {message}"
            for column, value in mapped.items()
            if (message := _wrong_value(value, used))
        ]
    return sorted(set(problems))


def _wrong_value(value: Value, used: list[str]) -> str | None:
    kinds = [value.column, value.constant, value.joined, value.mean_of, value.sum_of]
    if sum(kind is not None for kind in kinds) != 1:
        return "expected exactly one of column, constant, joined, mean_of, sum_of"
    for file in (value.file, value.days_after_file):
        if file is not None and file not in used:
            return f"file '{file}' is not joined; expected one of {listed(used)}"
    return None
