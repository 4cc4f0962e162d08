"""The definition files of durability: when a response is lost, at which weeks it is told, and why not."""

from pipelines.definitions.columns import SOURCE, code, of
from pipelines.definitions.schema import Column, Table

LOSS_OF_RESPONSE = Table(
    "loss_of_response",
    "One row per instrument: the scores by which a responder has lost the response.",
    ("instrument",),
    (
        of("instruments", "instrument", "Instrument; a course judged by one without a row is not followed for loss."),
        Column("below_fall_percent", "integer", "Lost when improved by less than that share of the baseline.",
               low=1, high=100),
        Column("min_score", "decimal", "And at that score or above; empty: at any score.", False, decimals=2),
        Column("confirm_first_day", "integer",
               "Days after it: the first score from then on must be a lost one too.", low=1, high=365),
        Column("confirm_last_day", "integer",
               "That score comes within so many days; empty: whenever it comes.", False, low=1, high=3650),
        Column("new_course", "text", "What another course for the same category is. loss: it was needed, so the "
               "response is lost on its first day, if it follows a score within confirm_last_day. "
               "censored: what follows it is not counted.",
               one_of=("loss", "censored")),
        SOURCE,
    ),
)  # fmt: skip
DURABILITY_WEEKS = Table(
    "durability_weeks",
    "One row per week after first response at which the share still responding is told.",
    ("weeks",),
    (Column("weeks", "integer", "Weeks after the first response.", low=1, high=520), SOURCE),
)
ESTIMATE_REFUSALS = Table(
    "estimate_refusals",
    "One row per reason for which an estimate is not given for a group.",
    ("reason",),
    (code("reason", "Code."), Column("sentence", "text", "What is said in its place."), SOURCE),
)

TABLES: tuple[Table, ...] = (LOSS_OF_RESPONSE, DURABILITY_WEEKS, ESTIMATE_REFUSALS)
