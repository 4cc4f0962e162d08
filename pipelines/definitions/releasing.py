"""The definition files of what may be shown to whom: policies, and the ladder of releases."""

from pipelines.definitions.columns import LABEL, SOURCE, code, of
from pipelines.definitions.schema import Column, Table

POLICIES = Table(
    "policies",
    "One row per disclosure policy.",
    ("policy",),
    (
        code("policy", "Code."),
        LABEL,
        Column("protects", "flag", "Whether small counts are hidden."),
        Column(
            "smallest_count",
            "integer",
            "Smallest number of persons other than 0 that is shown.",
            low=1,
        ),
        Column("round_to", "integer", "What counts are rounded to; 1: not at all.", low=1),
        Column("sentence", "text", "What the policy promises, and what it does not."),
        SOURCE,
    ),
)
RELEASE_LADDER = Table(
    "release_ladder",
    "One row per rung: what a protecting policy releases next, coarse to fine. What two ladders that"
    " begin at the same rung tell must not follow from each other.",
    ("rung",),
    (
        code("ladder", "Which ladder."),
        Column(
            "stands_on",
            "text",
            "The rungs of other ladders, joined by spaces, on which the ladder stands; empty: the ground.",
            required=False,
        ),
        code("rung", "Code."),
        Column("sort_order", "integer", "Place; a ladder comes after what it stands on.", low=1),
        Column(
            "splits",
            "text",
            "What is told apart on this rung. started: nothing. due: due from not. met: those who meet"
            " the measure from the rest of those due. missing: the missing too. steps: why a course is"
            " not due. values, half_year, quarter, month: those due, by the values of one column of"
            " groups or by the period in which the course began.",
            one_of=(
                "started", "due", "met", "missing", "steps", "values", "half_year",
                "quarter", "month",
            ),
        ),
        of("measure_labels", "measure", "Of which measure."),
        Column("window", "text", "Of which window; empty: the headline one.", required=False),
        SOURCE,
    ),
)  # fmt: skip
TABLES = (POLICIES, RELEASE_LADDER)
