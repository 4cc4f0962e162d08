"""The definition files: which there are, and what may stand in each column."""

from pipelines.definitions import (
    beside,
    cms159,
    fhir,
    hints,
    lasting,
    omop,
    privacy,
    quality,
    releasing,
    restating,
    safety,
    screening,
)
from pipelines.definitions.columns import LABEL, SOURCE, code, of
from pipelines.definitions.schema import Column, Table

INSTRUMENTS = Table(
    "instruments",
    "One row per instrument: a questionnaire or scale with its version and recall.",
    ("instrument",),
    (
        code("instrument", "Code; carries version and recall, as nrs_average_7d."),
        LABEL,
        code("construct", "What it measures, as pain_intensity or depression."),
        Column(
            "family",
            "text",
            "Which windows suit its recall.",
            one_of=("day", "week", "month", "none"),
        ),
        Column("minimum", "decimal", "Lowest possible score.", decimals=2),
        Column("maximum", "decimal", "Highest possible score.", decimals=2),
        Column("better", "text", "Which direction is improvement.", one_of=("lower", "higher")),
        Column("recall_days", "integer", "Days that the question looks back on.", low=0, high=3650),
        Column(
            "rated_by", "text", "Who gives the score.", one_of=("patient", "clinician", "diary")
        ),
        Column(
            "loinc",
            "text",
            "LOINC code of the total score, where verified.",
            False,
            pattern=r"^[0-9]{1,7}-[0-9]$",
            pattern_means="a LOINC code such as 44261-6",
        ),
        SOURCE,
    ),
)
SEVERITY_BANDS = Table(
    "severity_bands",
    "One row per instrument and band.",
    ("instrument", "band"),
    (
        of("instruments", "instrument", "Instrument."),
        code("band", "Code of the band."),
        LABEL,
        Column("lowest_score", "decimal", "Lowest score of the band.", decimals=2),
        Column("highest_score", "decimal", "Highest score of the band.", decimals=2),
        SOURCE,
    ),
)
CATEGORIES = Table(
    "categories",
    "One row per condition category.",
    ("category",),
    (
        code("category", "Code."),
        LABEL,
        Column("sort_order", "integer", "Place on the page.", low=1),
        Column("headline", "flag", "Whether it counts in the headline total."),
        SOURCE,
    ),
)
SUBTYPES = Table(
    "subtypes",
    "One row per category and subtype.",
    ("category", "subtype"),
    (
        of("categories", "category", "Category."),
        code("subtype", "Code."),
        LABEL,
        Column("sort_order", "integer", "Place within its category.", low=1),
        SOURCE,
    ),
)
DIAGNOSES = Table(
    "diagnoses",
    "One row per ICD-10-CM prefix and accompanying prefix; the longest prefix that fits wins.",
    ("icd10cm_prefix", "only_with_prefix"),
    (
        Column(
            "icd10cm_prefix",
            "text",
            "First characters of the code, upper-case without dots.",
            pattern=r"^[A-Z][0-9A-Z]{1,6}$",
            pattern_means="a code such as G905",
        ),
        Column(
            "only_with_prefix",
            "text",
            "Counts only beside a code with this prefix.",
            False,
            pattern=r"^[A-Z][0-9A-Z]{1,6}$",
            pattern_means="a code such as F32",
        ),
        Column("indicates", "flag", "no: codes with this prefix name no indication."),
        of("categories", "category", "Category.", required=False),
        code("subtype", "Subtype; none for a category without subtypes.", False),
        Column("precedence", "integer", "Among several in one place the lowest wins.", low=1),
        Column(
            "family",
            "text",
            "Diagnoses of two families in one place name no single indication.",
            False,
            one_of=("pain", "mental_health"),
        ),
        Column("title", "text", "What the prefix stands for."),
        SOURCE,
    ),
)
INDICATION_SOURCES = Table(
    "indication_sources",
    "One row per place in which an indication may be recorded; the first that names one wins.",
    ("role",),
    (
        Column(
            "role",
            "text",
            "Role of the diagnosis.",
            one_of=("infusion_order", "encounter", "problem_list"),
        ),
        Column(
            "rank",
            "integer",
            "Order in which the places are asked, after the infusion record itself.",
            low=1,
        ),
        Column(
            "first_day", "integer", "Earliest day that counts, from the first infusion.", low=-36500
        ),
        Column("last_day", "integer", "Latest day that counts, from the first infusion.", high=28),
        SOURCE,
    ),
)
REFINEMENTS = Table(
    "refinements",
    "One row per condition that a code can't name: what else in the record makes it another one.",
    ("category", "subtype", "rule"),
    (
        of("categories", "category", "Category as the diagnosis names it; an ordered one is kept."),
        code("subtype", "Subtype as the diagnosis names it.", False),
        Column(
            "rule",
            "text",
            "trials_at_least: so many earlier trials of the treatment. "
            "baseline_below: a baseline below the score.",
            one_of=("trials_at_least", "baseline_below"),
        ),
        code("treatment", "For trials_at_least: treatment in prior_treatments.", False),
        Column("min_trials", "integer", "For trials_at_least.", False, low=1),
        of("instruments", "instrument", "For baseline_below.", required=False),
        Column("below_score", "decimal", "For baseline_below.", False, decimals=2),
        of("categories", "category", "Category that it becomes.", "to_category"),
        code("to_subtype", "Subtype that it becomes.", False),
        SOURCE,
    ),
)
WINDOWS = Table(
    "windows",
    "One row per window and instrument family: when an end score must lie. It counts whatever was given"
    " until then, maintenance infusions or a next course: how long relief lasts without is told by time in"
    " response.",
    ("window", "family"),
    (
        code("window", "Code."),
        Column("family", "text", "Instrument family.", one_of=("day", "week", "month")),
        LABEL,
        Column(
            "first_day", "integer", "First day, from the last induction infusion.", low=0, high=3650
        ),
        Column(
            "last_day", "integer", "Last day, from the last induction infusion.", low=0, high=3650
        ),
        Column("target_day", "integer", "The score nearest this day is taken.", low=0, high=3650),
        Column(
            "min_usable_days", "integer", "Days that the recall must leave in the window.", low=1
        ),
        Column("sort_order", "integer", "Place in lists.", low=1),
        SOURCE,
    ),
)
MEASURES = Table(
    "measures",
    "One row per measure, instrument and category: the rule that makes two scores a yes or no.",
    ("measure", "instrument", "category"),
    (
        code("measure", "Code, as response_50."),
        of("instruments", "instrument", "Instrument."),
        of(
            "categories",
            "category",
            "Only in this category; empty: in all without a row of their own.",
            required=False,
        ),
        Column(
            "rule",
            "text",
            "fall_percent: fell by that share of the baseline or more. final_score: ended "
            "at that score or below. fall_points, rise_points: changed by that many points or more.",
            one_of=("fall_percent", "final_score", "fall_points", "rise_points"),
        ),
        Column("min_fall_percent", "integer", "For fall_percent.", False, low=1, high=100),
        Column("max_final_score", "decimal", "For final_score.", False, decimals=2),
        Column("min_fall_points", "decimal", "For fall_points.", False, low=0.01, decimals=2),
        Column("min_rise_points", "decimal", "For rise_points.", False, low=0.01, decimals=2),
        Column(
            "floor",
            "decimal",
            "Lowest baseline that counts; empty: every baseline counts.",
            False,
            decimals=2,
        ),
        Column(
            "missing_counts_as",
            "text",
            "not_met: the conservative rate counts a missing outcome as not met. "
            "excluded: the rate is among assessed courses, for harms.",
            one_of=("not_met", "excluded"),
        ),
        SOURCE,
    ),
)
MEASURE_LABELS = Table(
    "measure_labels",
    "One row per measure: its name and the words for those who meet it.",
    ("measure",),
    (
        code("measure", "Code."),
        LABEL,
        Column("met", "text", "What is said of those who meet it, as `responded`."),
        Column("sort_order", "integer", "Place in lists.", low=1),
        SOURCE,
    ),
)
HEADLINES = Table(
    "headlines",
    "One row per category, subtype and instrument: which instrument speaks for a condition, by which measure.",
    ("category", "subtype", "instrument"),
    (
        of("categories", "category", "Category."),
        code("subtype", "Only this subtype; empty: all without rows of their own.", False),
        of("instruments", "instrument", "Instrument."),
        Column("preference", "integer", "The lowest with a baseline is used.", low=1),
        of("measure_labels", "measure", "The measure that is called response."),
        SOURCE,
    ),
)
SETTINGS = Table(
    "settings",
    "One row per number that the counting rules use.",
    ("setting",),
    (
        code("setting", "Code."),
        Column("value", "integer", "The number.", low=0, high=36500),
        Column("unit", "text", "Its unit."),
        Column("means", "text", "What it decides."),
        SOURCE,
    ),
)
COUNTED_TREATMENTS = Table(
    "counted_treatments",
    "One row per agent and route whose infusions make courses.",
    ("agent", "route"),
    (
        Column("agent", "text", "Agent.", one_of=("ketamine", "esketamine", "other")),
        Column("route", "text", "Route.", one_of=("iv", "im", "sc", "intranasal", "oral", "other")),
        SOURCE,
    ),
)
BENCHMARKS = Table(
    "benchmarks",
    "One row per published figure.",
    ("benchmark",),
    (
        code("benchmark", "Code."),
        Column("label", "text", "Short name with year."),
        Column(
            "arm",
            "text",
            "What the group received.",
            one_of=("ketamine", "esketamine", "placebo", "other"),
        ),
        of("categories", "category", "Category.", required=False),
        code("subtype", "Subtype, where the population is that narrow.", False),
        Column("population", "text", "Who was studied."),
        code("instrument", "Instrument, where it is one of ours.", False),
        code("measure", "Measure, where the rule is one of ours.", False),
        Column("rule_as_published", "text", "The definition in the publication's terms."),
        Column(
            "first_day", "integer", "Earliest day of the outcome after treatment.", False, low=0
        ),
        Column("last_day", "integer", "Latest day of the outcome after treatment.", False, low=0),
        Column("n", "integer", "Persons analysed.", low=1),
        Column(
            "responders",
            "integer",
            "Persons who met the rule; empty where only a share is published.",
            False,
            low=0,
        ),
        Column("percent", "decimal", "Share as published.", False, low=0, high=100, decimals=2),
        Column(
            "counts_reconstructed",
            "flag",
            "Whether responders was worked out from a rounded share.",
        ),
        Column("citation", "text", "Publication."),
        SOURCE,
    ),
)
STATUSES = Table(
    "statuses",
    "One row per status of a course for a measure and window, in the order in which they are asked.",
    ("status",),
    (
        code("status", "Code."),
        Column("sort_order", "integer", "Order in which they are asked.", low=1),
        LABEL,
        Column("reason", "text", "Why such courses leave the count, as shown in the waterfall."),
        SOURCE,
    ),
)
LISTS = (
    "sex", "age_band", "population", "agent", "route", "visit_kind", "visit_status", "timing", "role",
    "treatment", "sign", "recovery_outcome", "chart_rules", "chart_kind", "event_kind", "stop_reason",
    "flow_chart", "visit_time", "weekday", "clinic_key", "clinician_key", "region",
)  # fmt: skip
LABELS = Table(
    "labels",
    "One row per list and code: how codes of the records are written on a page.",
    ("list", "code"),
    (
        Column("list", "text", "Column whose codes these are.", one_of=LISTS),
        Column("code", "text", "Code; of a clinic, clinician or region as the records write it."),
        Column("label", "text", "Name as shown; each once in its list."),
        Column("sort_order", "integer", "Place in lists.", low=1),
        SOURCE,
    ),
)

TABLES: tuple[Table, ...] = (
    CATEGORIES, SUBTYPES, INSTRUMENTS, SEVERITY_BANDS, DIAGNOSES, INDICATION_SOURCES, REFINEMENTS, WINDOWS,
    MEASURE_LABELS, MEASURES, HEADLINES, SETTINGS, COUNTED_TREATMENTS, *releasing.TABLES, BENCHMARKS,
    STATUSES, LABELS, *screening.TABLES, *quality.TABLES, *hints.TABLES, *restating.TABLES,
    *beside.TABLES, *lasting.TABLES, *privacy.TABLES, *omop.TABLES, *fhir.TABLES, *cms159.TABLES, *safety.TABLES,
)  # fmt: skip
