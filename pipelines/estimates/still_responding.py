"""Of those who responded in one window, how many still do in the later ones."""

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.followed import Followed
from pipelines.estimates.levels import counts, levels
from pipelines.estimates.result import Question
from pipelines.estimates.shares import with_shares

BANDS = ("not_comparable", "not_yet_due", "not_assessed", "responded", "not_responded")
SPLIT = ["window", "infused_between"]


def later_windows(window: str, definitions: Definitions) -> list[str]:
    """Return the windows after one, in their order."""
    ordered = definitions["windows"].sort("sort_order")["window"].unique(maintain_order=True)
    names = ordered.to_list()
    return names[names.index(window) + 1 :]


def responders_later(followed: Followed, window: str, definitions: Definitions) -> pl.DataFrame:
    """Return one row per course that responded in `window` and later window, with its status there.

    status: not_comparable (judged by another instrument or not at all), not_yet_due, not_assessed,
    responded, not_responded. infused_between: whether the course, or the patient's next one in the
    category, had an infusion from the day of the first score on and before that of the later one;
    without a later score, up to the middle of the window, so that those missing had about as long
    for an infusion as those scored. Of a window that is not yet due it is
    what is known so far.
    """
    then = followed.windows.filter(
        (pl.col("window") == window) & (pl.col("status") == "responded")
    ).select("course_key", then_instrument="instrument", then_day="final_day")
    middle = (pl.col("first_day") + pl.col("last_day")) // 2
    later = (
        followed.windows.filter(pl.col("window").is_in(later_windows(window, definitions)))
        .join(then, on="course_key")
        .with_columns(until=pl.coalesce("final_day", middle + 1))
    )
    infused = _infusions(followed).join(
        later.select("course_key", "window", "then_day", "until"), on="course_key"
    )
    between = pl.col("day").is_between("then_day", "until", closed="left")
    found = infused.filter(between).select("course_key", "window").unique()
    marked = later.join(
        found.with_columns(infused_between=True), on=["course_key", "window"], how="left"
    )
    return marked.select(
        "course_key", "window", pl.col("infused_between").fill_null(False), status=_status()
    ).join(followed.courses, on="course_key")


def still_responding(
    later: pl.DataFrame, question: Question, definitions: Definitions
) -> list[pl.DataFrame]:
    """Return by `question.by`, window and infused_between what became of earlier responders.

    `later` is of `responders_later`. Each level has responders (all), the statuses, due, assessed,
    known, rate, low, high, highest, follow_up and flags as in `response`. Responders who are not
    comparable count as due and not assessed: nothing is known of them on the same instrument.
    """
    found = []
    for by, rows in levels(later, question, definitions):
        split = [*by, *SPLIT]
        counted = counts(rows, split, "status", BANDS).with_columns(
            responders=pl.sum_horizontal(BANDS),
            assessed=pl.col("responded") + pl.col("not_responded"),
        )
        unknown = pl.col("not_assessed") + pl.col("not_comparable")
        due = counted.with_columns(due=pl.col("responders") - pl.col("not_yet_due"))
        shared = with_shares(
            due.with_columns(not_assessed=unknown), rows, split, question, definitions
        )
        found.append(_ordered(shared.with_columns(due["not_assessed"]), by, definitions))
    return found


def _ordered(shared: pl.DataFrame, by: list[str], definitions: Definitions) -> pl.DataFrame:
    places = definitions["windows"].group_by("window").agg(place=pl.min("sort_order"))
    ordered = shared.join(places, on="window", how="left").sort(
        *by, "place", "infused_between", nulls_last=False
    )
    return ordered.select(*by, *SPLIT, pl.exclude(*by, *SPLIT, "place"))


def _infusions(followed: Followed) -> pl.DataFrame:
    own = followed.infusions.select("course_key", "day")
    following = followed.courses.select("course_key", day="next_course_day").drop_nulls()
    return pl.concat([own, following])


def _status() -> pl.Expr:
    another = pl.col("instrument").ne_missing(pl.col("then_instrument"))
    told = pl.col("status").is_in(BANDS)
    open_ = (pl.col("status") == "not_yet_due").fill_null(False)
    return pl.when(~open_ & (another | ~told)).then(pl.lit("not_comparable")).otherwise("status")
