"""The definition file of measures on an instrument of their own, beside the headline."""

from pipelines.definitions.columns import SOURCE, of
from pipelines.definitions.schema import Table

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

TABLES: tuple[Table, ...] = (OWN_INSTRUMENTS,)
