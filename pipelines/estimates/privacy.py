"""How well records hide persons: who is alike in what others may know, and what may be claimed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.result import Provenance

QUASI_IDENTIFIERS = ("sex", "age_band", "region", "category", "first_infusion", "clinic_key")
TOGETHER = 3
FINEST_FIRST = ("month", "quarter", "year")
PERIODS = {"month": "1mo", "quarter": "1q", "year": "1y", "not_slid": "1d"}
REGIONS = r"^([A-Z]{2}|[0-9]{3})$"
SETTING_UNCLEAR = "region_unclear"


@dataclass(frozen=True)
class PrivacyReport:
    """How many patients are alike, and which claims the settings allow: as counted, not for display.

    `setting`: how finely the calendar is kept {month, quarter, year, not_slid, relative}. `held`
    are the quasi-identifiers of which the records hold something. `whole` is one row over all of
    them, `combinations` one row per one, two and three of them, `without` one row over all but the
    one named in `left_out`; their numbers are those of `alike`. `claims` has claim, label, verdict,
    because, rule, source.
    """

    setting: str
    held: tuple[str, ...]
    whole: dict[str, object]
    combinations: pl.DataFrame = field(repr=False)
    without: pl.DataFrame = field(repr=False)
    claims: pl.DataFrame = field(repr=False)
    definitions: Definitions = field(repr=False)
    provenance: Provenance


def privacy(
    patients: pl.DataFrame,
    slides: Sequence[str | None],
    definitions: Definitions,
    provenance: Provenance,
) -> PrivacyReport:
    """Return what the records give away of whom.

    `patients` has the rows of marts.quasi_identifiers, one per patient. `slides` says for each
    batch in force how its calendar was slid, None where it came anonymized. The period of the first
    infusion is as fine as the calendar is kept: its month, quarter or year, or its day.
    """
    setting = setting_of(provenance.calendar, slides)
    frame = _with_period(patients, setting)
    limits = definitions["privacy_limits"]["smallest_group"].sort().to_list()
    held = tuple(name for name in QUASI_IDENTIFIERS if _holds(frame[name]))
    some = [names for size in range(1, TOGETHER + 1) for names in combinations(held, size)]
    rest = [(name, [other for other in held if other != name]) for name in held]
    return PrivacyReport(
        setting=setting,
        held=held,
        whole=alike(frame, held, limits),
        combinations=_frame(
            "columns", [(", ".join(names), alike(frame, names, limits)) for names in some], limits
        ),
        without=_frame(
            "left_out", [(name, alike(frame, names, limits)) for name, names in rest], limits
        ),
        claims=_claims(setting, _large_regions(frame["region"], definitions), definitions),
        definitions=definitions,
        provenance=provenance,
    )


def setting_of(calendar: str, slides: Sequence[str | None]) -> str:
    """Return how finely a calendar is kept: as the batch that keeps it finest."""
    if calendar == "relative":
        return "relative"
    kept = [name for name in FINEST_FIRST if name in slides]
    return "not_slid" if None in slides or not kept else kept[0]


def alike(frame: pl.DataFrame, columns: Sequence[str], limits: Sequence[int]) -> dict[str, object]:
    """Return how many rows share their values in some columns with how many others.

    patients; groups: different combinations of values; smallest_group: k of k-anonymity, null where
    there is no patient; unique: patients alone in their group; under_N: patients in groups smaller
    than N, for each limit; highest_risk: 1 / k; average_risk: mean over patients of 1 / size of
    their group, which is groups / patients. A missing value is a value. Sources: Sweeney 2002,
    k-anonymity, a model for protecting privacy (IJUFKS 10:557); for the risks, of a prosecutor who
    knows that the patient is there, El Emam 2013, Guide to the De-Identification of Personal
    Health Information.
    """
    sizes = frame.group_by(columns).len(name="size")["size"].cast(pl.Int64) if columns else None
    if sizes is None:
        sizes = pl.Series([frame.height] if frame.height else [], dtype=pl.Int64)
    smallest = sizes.min()
    assert smallest is None or isinstance(smallest, int)
    return {
        "patients": frame.height,
        "groups": sizes.len(),
        "smallest_group": smallest,
        "unique": int((sizes == 1).sum()),
        **{f"under_{limit}": int(sizes.filter(sizes < limit).sum()) for limit in limits},
        "highest_risk": 1 / smallest if smallest else None,
        "average_risk": sizes.len() / frame.height if frame.height else None,
    }


def _frame(
    name: str, rows: Sequence[tuple[str, dict[str, object]]], limits: Sequence[int]
) -> pl.DataFrame:
    counts = ["patients", "groups", "smallest_group", "unique", *(f"under_{n}" for n in limits)]
    shares = dict.fromkeys(("highest_risk", "average_risk"), pl.Float64())
    schema = {name: pl.String()} | dict.fromkeys(counts, pl.Int64()) | shares
    return pl.DataFrame([{name: text} | numbers for text, numbers in rows], schema=schema)


def _with_period(patients: pl.DataFrame, setting: str) -> pl.DataFrame:
    day = pl.col("first_day")
    period = day.dt.truncate(PERIODS[setting]) if setting in PERIODS else pl.lit(None, pl.Date)
    return patients.with_columns(first_infusion=period)


def _holds(values: pl.Series) -> bool:
    return bool((~values.drop_nulls().cast(pl.String).is_in(["unknown", "none"])).any())


def _large_regions(regions: pl.Series, definitions: Definitions) -> bool:
    """Return whether all regions are states, or first three digits of ZIP codes of many people."""
    known = regions.drop_nulls()
    restricted = known.is_in(definitions["restricted_zip3"]["zip3"].to_list())
    return bool((known.str.contains(REGIONS) & ~restricted).all())


def _claims(setting: str, clear: bool, definitions: Definitions) -> pl.DataFrame:
    """Return the verdict on each claim; regions that may be too small come before the calendar."""
    verdicts = definitions["privacy_verdicts"]
    asked = [setting] if clear else [SETTING_UNCLEAR, setting]
    order = pl.DataFrame({"setting": asked, "place": range(len(asked))})
    chosen = (
        verdicts.rename({"source": "verdict_source"})
        .join(order, on="setting")
        .sort("place")
        .unique("claim", keep="first", maintain_order=True)
    )
    claims = definitions["privacy_claims"].join(chosen, on="claim").sort("sort_order")
    return claims.select("claim", "label", "verdict", "because", "rule", "source", "verdict_source")
