"""The definition file of the restatement log: why a published rate moved, in words."""

from pipelines.definitions.columns import SOURCE, code
from pipelines.definitions.schema import Column, Table

RESTATEMENT_REASONS = Table(
    "restatement_reasons",
    "One row per reason for which a course counts otherwise in a headline rate than in the build before.",
    ("reason",),
    (
        code("reason", "Code."),
        Column("sort_order", "integer", "Order in which they are asked; a course has the first that holds.", low=1),
        Column("one", "text", "Words after the number one, as `late score`."),
        Column("many", "text", "Words after any other number, as `late scores`."),
        Column("growth", "flag", "Whether it is growth, told apart: the published rate is not corrected by it."),
        Column("means", "text", "When a course has this reason."),
        SOURCE,
    ),
)  # fmt: skip

TABLES: tuple[Table, ...] = (RESTATEMENT_REASONS,)
