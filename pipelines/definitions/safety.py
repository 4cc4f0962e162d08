"""The definition files of safety: excursions of vital signs, doses."""

from pipelines.definitions.columns import LABEL, SOURCE, code, of
from pipelines.definitions.schema import Column, Table

EXCURSIONS = Table(
    "excursions",
    "One row per excursion: a reading during or after an infusion beyond a threshold.",
    ("excursion",),
    (
        code("excursion", "Code."),
        LABEL,
        Column(
            "sign",
            "text",
            "Which reading.",
            one_of=(
                "systolic",
                "diastolic",
                "heart_rate",
                "spo2",
                "respiratory_rate",
                "moaas",
                "cadss",
            ),
        ),
        Column(
            "rule",
            "text",
            "What is beyond. rise_points, rise_percent: against the last reading before the "
            "infusion.",
            one_of=("at_least", "above", "below", "at_most", "rise_points", "rise_percent"),
        ),
        Column("threshold", "decimal", "In the unit of the sign, or percent.", decimals=2),
        Column("severity", "text", "How it is told.", one_of=("critical", "warning", "expected")),
        Column("sort_order", "integer", "Place in lists.", low=1),
        SOURCE,
    ),
)
DOSE_BANDS = Table(
    "dose_bands",
    "One row per band of dose by which safety is told.",
    ("band",),
    (
        code("band", "Code."),
        LABEL,
        Column("from_mg_per_kg", "decimal", "Lowest dose of the band.", low=0, decimals=2),
        Column(
            "below_mg_per_kg",
            "decimal",
            "Doses from here on are of a higher band; empty: none is.",
            False,
            low=0,
            decimals=2,
        ),
        SOURCE,
    ),
)
WATCHED_TERMS = Table(
    "watched_terms",
    "One row per adverse event that is listed for review whatever its grade.",
    ("term",),
    (code("term", "Term as adverse events name it."), SOURCE),
)
WATCHED_SCORES = Table(
    "watched_scores",
    "One row per condition and scale that is watched for harm during a course.",
    ("category", "subtype", "instrument"),
    (
        of("categories", "category", "Category."),
        code("subtype", "Subtype; empty: all of the category.", False),
        of("instruments", "instrument", "Scale; higher is worse."),
        Column("from_score", "decimal", "Flagged from this score on.", decimals=2),
        Column(
            "rise_points",
            "decimal",
            "Or risen by so many points since the baseline.",
            low=0.01,
            decimals=2,
        ),
        Column(
            "after_days",
            "integer",
            "Scores count until so many days after the last infusion.",
            low=0,
            high=365,
        ),
        SOURCE,
    ),
)

TABLES: tuple[Table, ...] = (EXCURSIONS, DOSE_BANDS, WATCHED_TERMS, WATCHED_SCORES)
