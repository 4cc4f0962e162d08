"""Any damage to an export ends in an exact account or a refusal in plain lines, and nothing between.

ABATE_EXAMPLES says how many damaged exports are tried in all (300 unless told), ABATE_SEED which.
"""

import csv
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from pipelines.definitions import InputError
from pipelines.intake.importing import Imported, import_export
from pipelines.intake.profile import SHIPPED
from tests.robustness.exports import (
    WRITERS,
    csv_records,
    identifying,
    ndjson_records,
    small_practice,
)
from tests.robustness.mutation import MARK, Mutation
from tests.robustness.mutations import damage, mutations
from tests.robustness.soundness import listing, refuse_halves, refuse_leftovers, source_keys

EXAMPLES = int(os.environ.get("ABATE_EXAMPLES", "300"))
SEED = int(os.environ.get("ABATE_SEED", "1"))
LONGEST_MESSAGE = 1000
AS_IN_A_NEW_PROCESS = 131_072
SINCE = date(2024, 6, 1)


@dataclass(frozen=True)
class Ground:
    """What every damaged export starts from: a whole export, and a practice that has it already."""

    name: str
    profile: str
    place: Path

    @property
    def anonymized(self) -> bool:
        """Return whether the records are said to hold no identifiers."""
        return self.name == "anonymized"

    def copied(self, to: Path, begun: bool) -> tuple[Path, Path, Path | None]:
        """Return copies of the export, the practice and the crosswalk; new ones are not there yet."""
        (to / "outside").mkdir()
        shutil.copytree(self.place / "export", to / "export")
        if begun:
            shutil.copytree(self.place / "practice", to / "practice")
            if not self.anonymized:
                shutil.copytree(self.place / "crosswalk", to / "crosswalk")
        return to / "export", to / "practice", None if self.anonymized else to / "crosswalk"


def _ground(name: str, place: Path) -> Ground:
    profile = name
    if name in ("canonical", "anonymized"):
        text = (SHIPPED / "canonical.toml").read_text("utf8")
        for table in small_practice().tables:
            text = text.replace(f'"{table}.csv"', f'"{table}.csv", "{table}.csv.gz"')
        (place / "canonical.toml").write_text(text)
        profile = str(place / "canonical.toml")
    WRITERS[name](place / "export", small_practice())
    crosswalk = None if name == "anonymized" else place / "crosswalk"
    done = import_export(place / "export", profile, place / "practice", crosswalk)
    assert done.manifest.accounts
    assert sum(account.quarantined for account in done.manifest.accounts) == 0
    assert sum(account.accepted for account in done.manifest.accounts) > 10
    return Ground(name, profile, place)


@pytest.fixture(scope="module")
def canonical(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return _ground("canonical", tmp_path_factory.mktemp("canonical"))


@pytest.fixture(scope="module")
def anonymized(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return _ground("anonymized", tmp_path_factory.mktemp("anonymized"))


@pytest.fixture(scope="module")
def fhir(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return _ground("fhir", tmp_path_factory.mktemp("fhir"))


@pytest.fixture(scope="module")
def omop(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return _ground("omop", tmp_path_factory.mktemp("omop"))


Test = Callable[..., None]


def tried(share: float, tables: bool) -> Callable[[Test], Test]:
    """Return a decorator that tries a test on its share of all examples, the same ones every time."""
    damages = mutations(tables=tables)

    def decorated(test: Test) -> Test:
        whole = given(
            damages=damages, begun=st.booleans(), since=st.sampled_from([None] * 4 + [SINCE])
        )
        checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
        limits = settings(
            max_examples=max(1, int(share * EXAMPLES)), deadline=None, database=None,
            phases=[Phase.explicit, Phase.generate], suppress_health_check=checks,
            report_multiple_bugs=False,
        )  # fmt: skip
        return seed(SEED)(limits(whole(test)))

    return decorated


@tried(0.45, tables=True)
def test_damaged_canonical_tables_with_identities_end_well(
    canonical: Ground, damages: list[Mutation], begun: bool, since: date | None
) -> None:
    _end_well(canonical, damages, begun, since)


@tried(0.2, tables=True)
def test_damaged_canonical_tables_without_identities_end_well(
    anonymized: Ground, damages: list[Mutation], begun: bool, since: date | None
) -> None:
    _end_well(anonymized, damages, begun, since)


@tried(0.15, tables=False)
def test_damaged_fhir_exports_end_well(
    fhir: Ground, damages: list[Mutation], begun: bool, since: date | None
) -> None:
    _end_well(fhir, damages, begun, since)


@tried(0.2, tables=True)
def test_damaged_omop_exports_end_well(
    omop: Ground, damages: list[Mutation], begun: bool, since: date | None
) -> None:
    _end_well(omop, damages, begun, since)


def _end_well(ground: Ground, damages: list[Mutation], begun: bool, since: date | None) -> None:
    """Assert that a damaged export is imported with an exact account, or refused with nothing changed."""
    with tempfile.TemporaryDirectory(dir=ground.place) as name:
        export, practice, crosswalk = ground.copied(Path(name), begun)
        for mutation in damages:
            damage(export, Path(name) / "outside", mutation)
        before, known = listing(practice), source_keys(crosswalk) if crosswalk else {}
        csv.field_size_limit(AS_IN_A_NEW_PROCESS)
        try:
            done = import_export(export, ground.profile, practice, crosswalk, since=since)
        except InputError as error:
            note(str(error)[:LONGEST_MESSAGE])
            _refused_plainly(error, ground.anonymized)
            assert listing(practice) == before
            assert begun or not practice.exists()
            assert not crosswalk or source_keys(crosswalk) == known
        else:
            _kept_whole(practice, done, before)
            _counted_right(ground.name, export, done)
            if crosswalk:
                assert known.items() <= source_keys(crosswalk).items()
        refuse_leftovers(practice, crosswalk)


def _refused_plainly(error: InputError, anonymized: bool) -> None:
    """Assert that messages are short lines without a cell; an instrument of anonymized rows is named."""
    for message in error.messages:
        assert message.isprintable(), "not one plain line"
        assert len(message) < LONGEST_MESSAGE
        named = anonymized and message.startswith("scores: instrument is ")
        held = [] if named else [text for text in (MARK, *identifying()) if text in message]
        assert not held, message


def _kept_whole(practice: Path, done: Imported, before: dict[str, bytes]) -> None:
    """Assert that the batch is whole, tells no cell, and that all that was there is as it was."""
    after = listing(practice)
    assert before.items() <= after.items()
    new = [name for name in after.keys() - before.keys() if done.manifest.folder not in name]
    assert not new if before else new == ["records/practice_id"] or not new
    assert bool(after.keys() - before.keys()) == done.new
    refuse_halves(practice)
    quarantine = after[f"quarantine/{done.manifest.folder}.csv"].decode("utf8")
    manifest = after[f"records/{done.manifest.folder}/manifest.json"].decode("utf8")
    told = (MARK, *(text for text in identifying() if not text.startswith("20")))
    assert not [text for text in told if text in quarantine or text in manifest]


def _counted_right(name: str, export: Path, done: Imported) -> None:
    """Assert that the account counts the records that are in the files, where that is well defined."""
    rows_in = {account.unit: account.rows_in for account in done.manifest.accounts}
    if name == "fhir":
        files = [path for path in export.rglob("*") if path.name.lower().endswith(".ndjson")]
        counts = [ndjson_records(path.read_bytes()) for path in files if path.is_file()]
        whole = not any(path.suffix == ".gz" for path in export.iterdir())
        if whole and None not in counts:
            assert sum(rows_in.values()) == sum(count or 0 for count in counts)
        return
    for path in export.glob("*.csv"):
        packed = path.with_name(f"{path.name}.gz").exists()
        if path.is_file() and not packed:
            count = csv_records(path.read_bytes(), blank_ones=name == "omop")
            assert count is None or rows_in.get(path.stem, 0) == count, path.name
