"""The definition files of what is asked beside the headline: other instruments, recovery."""

from pipelines.definitions.columns import SOURCE, of
from pipelines.definitions.schema import Column, Table

OWN_INSTRUMENTS = Table(
    "own_instruments",
    "One row per measure that a condition is also asked on an instrument of its own, whatever speaks for it.",
    ("measure", "category"),
    (
        of(
            "measure_labels",
            "measure",
            "Measure; its rule on the instrument stands in measures.csv.",
        ),
        of("categories", "category", "Category."),
        of("instruments", "instrument", "Instrument at baseline and end."),
        SOURCE,
    ),
)

RECOVERY = Table(
    "recovery",
    "One row per instrument that recovery is told by; a course needs all of them at start and end.",
    ("instrument",),
    (
        of("instruments", "instrument", "Instrument; lower is better."),
        Column("caseness_score", "decimal", "At caseness from that score on.", decimals=2),
        Column(
            "reliable_points",
            "decimal",
            "A change by so many points or more is reliable.",
            low=0.01,
            decimals=2,
        ),
        SOURCE,
    ),
)

TABLES: tuple[Table, ...] = (OWN_INSTRUMENTS, RECOVERY)
