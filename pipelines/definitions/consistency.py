"""What must hold between the cells of a definition row, and between rows of different files."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TypedDict

import polars as pl

LADDER = Path(__file__).with_name("release_ladder.csv")
THRESHOLDS = {
    "fall_percent": "min_fall_percent",
    "final_score": "max_final_score",
    "fall_points": "min_fall_points",
    "rise_points": "min_rise_points",
}


class Range(TypedDict):
    """Lowest and highest score and direction of an instrument."""

    low: Decimal
    high: Decimal
    better: str
    family: str
    recall_days: int


def inconsistencies(
    typed: Mapping[str, pl.DataFrame], text: Mapping[str, pl.DataFrame]
) -> list[str]:
    """Return one message per row that contradicts itself or another file.

    `typed` holds the parsed frames, `text` the same rows as text with their `place` and `row`.
    """
    placed = {
        name: frame.with_columns(text[name]["place"], text[name]["row"])
        for name, frame in typed.items()
    }
    ranges = _ranges(typed["instruments"])
    return [
        *_instruments(placed["instruments"]),
        *_measures(placed["measures"], ranges),
        *_bands(placed["severity_bands"], ranges),
        *_windows(placed["windows"]),
        *_recall(placed["windows"], placed["headlines"], ranges),
        *_recall(placed["windows"], placed["own_instruments"], ranges),
        *_headlines(placed["headlines"], typed),
        *_own_instruments(placed["own_instruments"], typed),
        *_diagnoses(placed["diagnoses"], typed),
        *_refinements(placed["refinements"]),
        *_policies(placed["policies"]),
        *_ladders(placed["release_ladder"]),
        *_limits(placed["quality_limits"]),
        *_grades(placed["quality_grades"]),
        *_labels(placed["labels"]),
        *_losses(placed["loss_of_response"], ranges),
        *_benchmarks(placed["benchmarks"]),
        *_subtypes_known(placed["benchmarks"], typed),
    ]


def _ranges(instruments: pl.DataFrame) -> dict[str, Range]:
    return {
        row["instrument"]: Range(
            low=row["minimum"],
            high=row["maximum"],
            better=row["better"],
            family=row["family"],
            recall_days=row["recall_days"],
        )
        for row in instruments.iter_rows(named=True)
    }


def _at(row: Mapping[str, object]) -> str:
    return f"{row['place']}, row {row['row']}: "


def _instruments(frame: pl.DataFrame) -> Iterator[str]:
    for row in frame.iter_rows(named=True):
        if row["minimum"] >= row["maximum"]:
            yield f"{_at(row)}minimum is {row['minimum']}; expected less than maximum {row['maximum']}"


def _measures(frame: pl.DataFrame, ranges: Mapping[str, Range]) -> Iterator[str]:
    for row in frame.iter_rows(named=True):
        needed = THRESHOLDS[row["rule"]]
        given = [name for name in THRESHOLDS.values() if row[name] is not None]
        if given != [needed]:
            found = " and ".join(given) or "no threshold"
            yield f"{_at(row)}rule is {row['rule']} with {found}; expected {needed} alone"
            continue
        scale = ranges[row["instrument"]]
        if row["rule"] == "fall_percent" and not row["floor"]:
            yield f"{_at(row)}floor is empty or 0; fall_percent needs one, since 0 can't fall"
        if row["measure"] == "response":
            yield f"{_at(row)}measure is response; that name belongs to headlines.csv"
        if scale["better"] != "lower":
            yield f"{_at(row)}instrument is {row['instrument']}, where higher is better; measures count falls"
        width = scale["high"] - scale["low"]
        limits = {"max_final_score": (scale["low"], scale["high"]), "floor": (scale["low"], scale["high"]),
                  "min_fall_points": (Decimal(0), width), "min_rise_points": (Decimal(0), width)}  # fmt: skip
        for name, (low, high) in limits.items():
            if row[name] is not None and not low <= row[name] <= high:
                yield f"{_at(row)}{name} is {row[name]}; expected {low} to {high} for {row['instrument']}"


def _bands(frame: pl.DataFrame, ranges: Mapping[str, Range]) -> Iterator[str]:
    for row in frame.iter_rows(named=True):
        scale = ranges[row["instrument"]]
        if not scale["low"] <= row["lowest_score"] <= row["highest_score"] <= scale["high"]:
            yield (
                f"{_at(row)}band {row['band']} is {row['lowest_score']} to {row['highest_score']};"
                f" expected lowest first, within {scale['low']} to {scale['high']}"
            )
    ordered = frame.sort("instrument", "lowest_score")
    overlapping = ordered.filter(
        pl.col("lowest_score") <= pl.col("highest_score").shift().over("instrument")
    )
    for row in overlapping.iter_rows(named=True):
        found = f"{_at(row)}band {row['band']} starts at {row['lowest_score']}"
        yield f"{found}, inside another band of {row['instrument']}"


def _windows(frame: pl.DataFrame) -> Iterator[str]:
    for row in frame.iter_rows(named=True):
        if not row["first_day"] <= row["target_day"] <= row["last_day"]:
            yield (
                f"{_at(row)}target_day is {row['target_day']};"
                f" expected first_day {row['first_day']} to last_day {row['last_day']}"
            )


def _recall(
    windows: pl.DataFrame, headlines: pl.DataFrame, ranges: Mapping[str, Range]
) -> Iterator[str]:
    """A question that looks back past the last infusion mixes treatment with what came before."""
    for row in windows.iter_rows(named=True):
        for name in sorted(set(headlines["instrument"].to_list())):
            scale = ranges[name]
            if scale["family"] != row["family"]:
                continue
            usable = row["last_day"] - max(row["first_day"], scale["recall_days"]) + 1
            if usable < row["min_usable_days"]:
                yield (
                    f"{_at(row)}window {row['window']} leaves {max(usable, 0)} usable days for {name},"
                    f" which looks back {scale['recall_days']} days; expected {row['min_usable_days']} or more"
                )


def _headlines(frame: pl.DataFrame, typed: Mapping[str, pl.DataFrame]) -> Iterator[str]:
    measured = set(typed["measures"].select("measure", "instrument").iter_rows())
    subtypes = set(typed["subtypes"].select("category", "subtype").iter_rows())
    for row in frame.iter_rows(named=True):
        if (row["measure"], row["instrument"]) not in measured:
            yield f"{_at(row)}measure is {row['measure']} on {row['instrument']}; expected a pair in measures.csv"
        if row["subtype"] is not None and (row["category"], row["subtype"]) not in subtypes:
            yield f"{_at(row)}subtype is {row['subtype']}; expected one of {row['category']} in subtypes.csv"
    places = frame.filter(pl.struct("category", "subtype", "preference").is_duplicated())
    for row in places.iter_rows(named=True):
        yield f"{_at(row)}preference is {row['preference']}, as in another row of {row['category']}; expected each once"


def _own_instruments(frame: pl.DataFrame, typed: Mapping[str, pl.DataFrame]) -> Iterator[str]:
    """A measure on the scale that speaks for a condition would be judged twice."""
    measured = set(typed["measures"].select("measure", "instrument").iter_rows())
    speaking = set(typed["headlines"].select("category", "instrument").iter_rows())
    for row in frame.iter_rows(named=True):
        if (row["measure"], row["instrument"]) not in measured:
            yield f"{_at(row)}measure is {row['measure']} on {row['instrument']}; expected a pair in measures.csv"
        if (row["category"], row["instrument"]) in speaking:
            yield (
                f"{_at(row)}instrument is {row['instrument']}, which speaks for {row['category']} in"
                " headlines.csv; expected another"
            )


def _diagnoses(frame: pl.DataFrame, typed: Mapping[str, pl.DataFrame]) -> Iterator[str]:
    subtypes = set(typed["subtypes"].select("category", "subtype").iter_rows())
    for row in frame.iter_rows(named=True):
        for name in ("category", "family"):
            if row["indicates"] and row[name] is None:
                yield f"{_at(row)}{name} is empty; expected one, or indicates = no"
        if row["subtype"] is not None and (row["category"], row["subtype"]) not in subtypes:
            yield f"{_at(row)}subtype is {row['subtype']}; expected one of {row['category']} in subtypes.csv"


STRICT = {"cms11": (11, 1), "nhs5": (8, 5), "opensafely": (8, 5)}  # smallest count, rounding
SMALLEST_PROTECTED = 8


def _policies(frame: pl.DataFrame) -> Iterator[str]:
    """A practice can make a protecting policy stricter, never looser; only internal shows all."""
    for row in frame.iter_rows(named=True):
        name = row["policy"]
        if not row["protects"]:
            if name != "internal":
                yield f"{_at(row)}protects is no; only internal does not protect"
            continue
        smallest, rounds = STRICT.get(name, (SMALLEST_PROTECTED, 1))
        if row["smallest_count"] < smallest:
            yield (
                f"{_at(row)}smallest_count is {row['smallest_count']};"
                f" expected {smallest} or more for {name}, a policy that protects"
            )
        if row["round_to"] < rounds:
            yield f"{_at(row)}round_to is {row['round_to']}; expected {rounds} or more for {name}"


def _ladders(frame: pl.DataFrame) -> Iterator[str]:
    """A practice can leave rungs out or add some, but what shipped rungs stand on is what protects."""
    shipped = pl.read_csv(LADDER, infer_schema=False).rows_by_key("rung", named=True, unique=True)
    for row in frame.iter_rows(named=True):
        meant = shipped.get(row["rung"], {})
        for name in ("ladder", "stands_on", "sort_order", "splits", "measure", "window"):
            found = None if row[name] is None else str(row[name])
            if meant and found != meant[name]:
                yield (
                    f"{_at(row)}{name} is {found}; expected {meant[name]}, as a shipped rung can be left"
                    " out (active = no) and not be changed: small groups would get out"
                )


def _limits(frame: pl.DataFrame) -> Iterator[str]:
    for row in frame.iter_rows(named=True):
        if row["low"] is None and row["high"] is None:
            yield f"{_at(row)}low and high are empty; expected one of them"
        elif None not in (row["low"], row["high"]) and row["low"] > row["high"]:
            yield f"{_at(row)}low is {row['low']}; expected at most high, {row['high']}"


def _grades(frame: pl.DataFrame) -> Iterator[str]:
    """A worse grade that tolerates less than a better one would never be given."""
    for name in ("max_fatal", "max_major", "max_minor"):
        ordered = frame.sort("sort_order")
        wrong = ordered.filter(pl.col(name) < pl.col(name).shift().cum_max())
        for row in wrong.iter_rows(named=True):
            yield f"{_at(row)}{name} is {row[name]}; expected at least that of the grades before"


def _labels(frame: pl.DataFrame) -> Iterator[str]:
    """Groups of one name could not be told apart on a page."""
    for row in frame.filter(~pl.struct("list", "label").is_first_distinct()).iter_rows(named=True):
        yield f"{_at(row)}label is {row['label']}, as of another {row['list']}; expected one of its own"


def _refinements(frame: pl.DataFrame) -> Iterator[str]:
    needed = {
        "trials_at_least": ("treatment", "min_trials"),
        "baseline_below": ("instrument", "below_score"),
    }
    for row in frame.iter_rows(named=True):
        for name in needed[row["rule"]]:
            if row[name] is None:
                yield f"{_at(row)}{name} is empty; rule {row['rule']} needs it"


def _losses(frame: pl.DataFrame, ranges: Mapping[str, Range]) -> Iterator[str]:
    """A confirming score that must come before it may come would confirm nothing."""
    for row in frame.iter_rows(named=True):
        first, last, score = row["confirm_first_day"], row["confirm_last_day"], row["min_score"]
        scale = ranges[row["instrument"]]
        if last is not None and last < first:
            yield f"{_at(row)}confirm_last_day is {last}; expected at least confirm_first_day, {first}"
        if score is not None and not scale["low"] <= score <= scale["high"]:
            yield f"{_at(row)}min_score is {score}; expected {scale['low']} to {scale['high']}"


def _benchmarks(frame: pl.DataFrame) -> Iterator[str]:
    for row in frame.iter_rows(named=True):
        if row["responders"] is not None and row["responders"] > row["n"]:
            yield f"{_at(row)}responders is {row['responders']}; expected at most n, {row['n']}"
        if row["responders"] is None and row["percent"] is None:
            yield f"{_at(row)}responders and percent are empty; expected one of them"
        days = (row["first_day"], row["last_day"])
        if None not in days and days[0] > days[1]:
            yield f"{_at(row)}first_day is {days[0]}; expected at most last_day, {days[1]}"


def _subtypes_known(frame: pl.DataFrame, typed: Mapping[str, pl.DataFrame]) -> Iterator[str]:
    subtypes = set(typed["subtypes"].select("category", "subtype").iter_rows())
    measures = set(typed["measures"]["measure"].to_list())
    instruments = set(typed["instruments"]["instrument"].to_list())
    for row in frame.iter_rows(named=True):
        if row["subtype"] is not None and (row["category"], row["subtype"]) not in subtypes:
            yield f"{_at(row)}subtype is {row['subtype']}; expected one of {row['category']} in subtypes.csv"
        if row["measure"] is not None and row["measure"] not in measures:
            yield f"{_at(row)}measure is {row['measure']}; expected one in measures.csv, or empty"
        if row["instrument"] is not None and row["instrument"] not in instruments:
            yield f"{_at(row)}instrument is {row['instrument']}; expected one in instruments.csv, or empty"
