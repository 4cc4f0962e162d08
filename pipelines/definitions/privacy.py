"""The definition files of `abate check --privacy`: claims, what settings allow, and limits."""

from pipelines.definitions.columns import LABEL, SOURCE, code
from pipelines.definitions.schema import Column, Table

SETTINGS = ("month", "quarter", "year", "not_slid", "relative", "region_unclear")

PRIVACY_CLAIMS = Table(
    "privacy_claims",
    "One row per claim that may be made of de-identified records.",
    ("claim",),
    (
        code("claim", "Code."),
        Column("sort_order", "integer", "Place in lists.", low=1),
        LABEL,
        Column("rule", "text", "What the rule asks, in our words."),
        SOURCE,
    ),
)
PRIVACY_VERDICTS = Table(
    "privacy_verdicts",
    "One row per claim and setting: whether records that were made so can carry the claim.",
    ("claim", "setting"),
    (
        Column("claim", "text", "Claim.", refers_to=("privacy_claims", "claim")),
        Column("setting", "text", "month, quarter, year: how the calendar was slid. not_slid: anonymized before "
               "Abate. relative: no calendar. region_unclear: some regions are not states or first three digits "
               "of ZIP codes that may stay; comes before the calendar's.", one_of=SETTINGS),
        Column("verdict", "text", "yes, no, needs: something more than records can give. unknown: the records "
               "can't tell.", one_of=("yes", "no", "needs", "unknown")),
        Column("because", "text", "The verdict in plain words."),
        SOURCE,
    ),
)  # fmt: skip
PRIVACY_LIMITS = Table(
    "privacy_limits",
    "One row per size of group below which patients count as easily found.",
    ("limit",),
    (
        code("limit", "Code."),
        Column("smallest_group", "integer", "Fewest patients alike.", low=2),
        Column("highest_risk", "decimal", "Largest accepted chance of picking the right one, 0 to 1.", low=0, high=1,
               decimals=2),
        Column("used_for", "text", "Where the limit is used."),
        SOURCE,
    ),
)  # fmt: skip

TABLES: tuple[Table, ...] = (PRIVACY_CLAIMS, PRIVACY_VERDICTS, PRIVACY_LIMITS)
