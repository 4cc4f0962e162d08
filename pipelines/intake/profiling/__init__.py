"""A first mapping profile for an unknown export, guessed from its columns and cells."""

import re
from pathlib import Path

from pipelines.definitions import InputError, load
from pipelines.intake.profiling.choices import choices
from pipelines.intake.profiling.opening import open_export
from pipelines.intake.profiling.survey import survey
from pipelines.intake.profiling.words import Hints, words
from pipelines.intake.profiling.writing import FirstProfile, first_profile_text

__all__ = ["FirstProfile", "first_profile"]

NAME = re.compile(r"^[a-z0-9_]+$")


def first_profile(export: Path, name: str | None = None) -> FirstProfile:
    """Return a commented profile for an export, a file or a folder.

    No value of a column that looks identifying, no date and no free text is written into it: of
    cells only codes that are known or short, of columns with few of them. Raises InputError where
    the export has no table of patients with scores, visits or a description.
    """
    stem = export.resolve().stem if export.is_file() else export.resolve().name
    name = name or "_".join(words(stem)) or "export"
    if not NAME.match(name):
        raise InputError(f"--name: '{name}' is no name; expected lower-case letters, digits and _")
    definitions = load()
    found = survey(open_export(export, Hints(definitions)), stem, definitions)
    if any({"person_id", "gender_concept_id"} <= set(t.sheet.frame.columns) for t in found.tables):
        raise InputError(
            f"export '{export.name}': it looks like OMOP; import it with --profile omop"
        )
    chosen = choices(found)
    if chosen.people is None and chosen.visits is None and not chosen.scores:
        raise InputError(
            f"export '{export.name}': no table of patients, visits or scores was recognized;"
            " expected columns of patient numbers with dates, sex, age or scores"
        )
    return first_profile_text(chosen, name, stem.replace("_", " "))
