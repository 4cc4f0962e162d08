"""Definitions in words: rules, windows and published figures as a clinician would say them."""

from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.words import percent
from pipelines.estimates import Question
from pipelines.estimates.benchmarks import matching
from pipelines.estimates.result import Provenance

Row = Mapping[str, object]
WEIGHTING = (
    "The estimate lets assessed courses speak for missing ones that are like them in severity at"
    " baseline, condition, sex, age band, clinic, and whether it is a first course. It is right only"
    " if among such courses the missing fared as the others did; the range from at least to at most"
    " needs no such belief."
)
BY_INFUSION = (
    "Blue: had been seen to respond by then, with 95 % intervals. Grey: stopped with no response seen; some were"
    " not scored to the end and may have responded. White: still being treated. Numbers: courses that had this infusion"
    " without an earlier response. Who stops may be who does not respond, so this says what happened,"
    " not what further infusions would do."
)
FOLLOWED_FOR_RESPONSE = (
    "How many infusions it takes, when to stop and how long it lasts are about response, whatever the"
    " measure above."
)
FUTILITY = (
    "For deciding with a patient, not for them: some who hardly improved early still responded."
    " Missing outcomes stand beside; Possible is the range that they leave open."
)
LASTING = (
    "Turnbull's estimate, for times known to lie between two scores, drawn as long as enough courses are"
    " still seen. It is right only if who is no longer scored fares as those who stay, and if scores are"
    " not taken because a response was lost. Numbers: seen in response then or later."
)
FIRST_TO_COME = (
    "An infusion outside the induction, given while in response, may be what keeps it; here it ends the"
    " count as a loss does (Aalen-Johansen), so that the share in response without it is not mixed with"
    " the share that was kept by it. It counts as given in response if the last score before it was;"
    " after a lost score it counts as the answer to a loss. A loss is dated to the score that shows it."
)
TRAJECTORY = (
    "Means with 95 % intervals of those scored in each week; numbers: how many these are. Who is still"
    " scored later may differ from who is not, so the line is no course of one patient."
)
ADJUSTED = (
    "As if nobody had stopped being scored: a linear mixed model, in which each week has its own mean"
    " and patients differ from it in where they start and by a straight line in how they go on, with 95 %"
    " intervals. Right only if patients' ways do not bend away from the mean, and if who is missing depends"
    " on nothing but the scores that were seen."
)
EARLIER = (
    "A course stands in the row of each treatment that had been tried, so rows overlap. None recorded:"
    " nothing is known of what was tried."
)
BESIDE = (
    "Each is judged on its own scale at baseline and end, whatever speaks for the condition. Only who"
    " had enough at baseline to lose counts: for the opioid dose, who was on opioids."
)
THIRDS = (
    "High scores fall by themselves (regression to the mean), so a higher response of the most severe"
    " third is no proof that treatment helps them more."
)
TREND_POINTS = (
    "Each point: courses that began then. Grey: chance explains it. Blue: better, orange: worse than"
    " chance explains. Hollow: kept out, because not all are due or too few were followed up. Step lines:"
    " limits. The centre is the mean of all courses counted, or the median of the points where they are too"
    " few for limits; dashed: runs or crossings signal. Numbered lines: changes at the practice."
)
EVENT_EFFECT = (
    "Before-and-after lines through the months, with a 95 % interval that allows neighbouring months to be"
    " alike. A step after a change is no proof that the change made it: whatever else happened then, and"
    " who came then, is in it too."
)
BUDGET = (
    "Each condition gives two charts, rate and follow-up, taken as independent. The more charts are looked"
    " at, the more of them signal by chance alone; a chart stands out only where stable charts like it"
    " hardly ever show as much."
)
OTHERS = (
    "A preview of what people outside the practice would see: small numbers hidden, so that none can be"
    " worked out. Give away downloads, which are written down, and no pictures of this: two of them, of two"
    " days, could be subtracted."
)
VISITS = "All visits and courses; of what is chosen at the left only window, period, clinic, sex and age matter"
FLOW = (
    "- Months are those of the visit, of the start of the course, and of the first consultation.\n"
    "- Limits are Wilson's; visits of one patient are taken as independent.\n"
    "- How long ahead a visit was booked is not recorded, so nothing is told by lead time."
)
KEPT = (
    "No-shows and late cancellations over visits that held a place: those that were kept, missed, or"
    " cancelled late. Who cancelled in time held none."
)
NO_WEEKDAYS = "Days of these records are slid or relative, so nothing can be told by weekday."
ATTRITION = (
    "Of the induction. Why someone left is recorded only where the last infusion was stopped early; May"
    " still go on: too recent to tell."
)
INFUSIONS = "All infusions of courses; measure, window and first courses do not matter here"
SAFETY = (
    "- Infusions: those of agent and route that make courses, whatever the condition. Filters by period are"
    " by the month of the infusion.\n"
    "- Rates count recorded events per 100 infusions; limits are exact Poisson ones (Garwood 1936) of"
    " effective numbers, because patients differ in how often they have events.\n"
    "- Events are what staff wrote down during and after the infusion; more may mean more care in writing."
)
TERMS = (
    "Events per 100 infusions with 95 % limits that allow for several events of one patient. Begins:"
    " median minutes after the start of the infusion; lasts: median minutes of those whose end is recorded."
)
BETWEEN = (
    "Each point: the infusions since the serious event before; those since the last one are no point yet."
    " Higher is better. The centre is the median; limits need twelve points. Within a month the order of"
    " infusions is not known exactly where days are slid."
)
EXCURSIONS = (
    "Readings beyond thresholds after the start of the infusion, of infusions that were read for them. An"
    " excursion is not an adverse event: a short rise without symptoms needs no treatment. Limits allow for"
    " several infusions of one patient. Thresholds are definitions and can be changed."
)
DOSES = (
    "By what was given, so that infusions stopped early stand at low doses: this is no comparison of what was"
    " ordered. Who gets more differs too."
)
TOGETHER = "All headline conditions together"
EXPECTED = (
    "Expected: what the whole practice reaches with patients alike in severity at baseline, condition,"
    " age band, sex, treatments tried before and first or later course; what the groups differ in by"
    " name is left out. Lines: exact 95 % intervals, as if the expected number were known for sure; in"
    " simulations of clinics that do alike they held the truth in about 97 %."
    " Hollow: few assessed."
)
TWO_GROUPS = (
    "Rates among those assessed, as they are, with Newcombe's 95 % interval of the difference; not"
    " adjusted for whom the groups treat, as the chart above is."
)
POOLED = (
    "A second estimate, not the rate: each group is drawn towards what all have in common, the more the"
    " smaller it is (partial pooling, beta-binomial). It orders small groups more fairly than their"
    " rates. In simulations its 95 % intervals held the truth in 94 to 95 % where groups differ much,"
    " in up to 99 % where they hardly do."
)
MIX = (
    "Who came: what the change would be if every condition had kept its rate. How they fared: if the"
    " same conditions had been treated in the same shares (Kitagawa 1955). The latest twelve months of"
    " starts with a due course against the twelve before."
)
CALIBRATION = (
    "Chances of patients whom the model had not seen: each tenth of the patients is told by the other"
    " nine. Observed with exact 95 % intervals."
)
FUNNEL = (
    "Each dot is a group with enough follow-up. Between the lines (of a ratio: on its bar) lie 95 % (inner,"
    " thick) and 99.8 % (outer, thin) of groups like it, by chance and, where the sentence above says so, by"
    " what groups differ by. That a group is a part of the whole is allowed for. Small"
    " groups may lie far out without meaning anything. A low or uneven follow-up makes outliers too: look at"
    " the share followed up in the table. No ranking: the order of groups inside the limits is chance."
    " Could show: the smallest difference above or below the whole that puts a group of its size outside the"
    " 95 % limits in 80 of 100 cases."
)
NO_CAUSE = (
    "No control group: these are differences between groups, not effects of a clinic or a treatment."
    " What was not recorded at the start is not allowed for, and who is missing may differ from group"
    " to group."
)


def nothing_beside(definitions: Definitions, rows: pl.DataFrame) -> str:
    """Return that nobody is due who could meet the measures on scales of their own."""
    labels = definitions.labels("measure_labels", "measure")
    instruments = definitions.labels("instruments", "instrument")
    named = [
        f"{labels[row['measure']]} ({instruments[row['instrument']]})" for row in rows.to_dicts()
    ]
    return f"{'; '.join(named)}: no course with a baseline that counts is due."


def recovery(definitions: Definitions) -> str:
    """Return what recovery and reliable change are, with their scores."""
    labels = definitions.labels("instruments", "instrument")
    rows = list(definitions["recovery"].iter_rows(named=True))
    cases = " or ".join(
        f"{labels[row['instrument']]} of {_number(row['caseness_score'])} or more" for row in rows
    )
    points = ", ".join(
        f"{_number(row['reliable_points'])} points on {labels[row['instrument']]}" for row in rows
    )
    return (
        f"As NHS Talking Therapies counts it. At caseness: {cases}. Recovery: at caseness on at least"
        f" one at the start, on none at the end. Reliable: by {points} or more, and the opposite on"
        " none. Who lacks one of the scales at the start is without a baseline, at the end not assessed."
    )


def rule(row: Row) -> str:
    """Return a row of measures in words, as `fall of 50 % or more from a baseline of at least 10`."""
    kinds = {
        "fall_percent": f"fall of {row['min_fall_percent']} % or more",
        "final_score": f"final score of {_number(row['max_final_score'])} or less",
        "fall_points": f"fall of {_number(row['min_fall_points'])} points or more",
        "rise_points": f"rise of {_number(row['min_rise_points'])} points or more",
    }
    floor = row["floor"]
    start = (
        "from any baseline" if floor is None else f"from a baseline of at least {_number(floor)}"
    )
    return f"{kinds[str(row['rule'])]} {start}"


def loss(row: Row) -> str:
    """Return the scores of a row of loss_of_response in words."""
    at = "" if row["min_score"] is None else f", at {_number(row['min_score'])} or more"
    return f"improved by less than {row['below_fall_percent']} %{at}"


def confirmed(row: Row) -> str:
    """Return when another such score must follow a first one."""
    first, last = row["confirm_first_day"], row["confirm_last_day"]
    if last is not None:
        return f"{first} to {last} days later"
    return "on the next score" if first == 1 else f"from {first} days later on"


def _number(value: object) -> str:
    return f"{float(str(value)):g}" if value is not None else ""


def days(row: Row) -> str:
    """Return a row of windows in words, as `day 14 to 31`."""
    if row["first_day"] == row["last_day"]:
        return f"day {row['first_day']}"
    return f"day {row['first_day']} to {row['last_day']}"


def used(definitions: Definitions, question: Question) -> str:
    """Return for each condition its scales, best first, each with rule, days and source."""
    names = Names(definitions)
    windows = definitions["windows"].filter(pl.col("window") == question.window)
    said: dict[str, list[str]] = {}
    for headline in _in_order(definitions).iter_rows(named=True):
        measure = headline["measure"] if question.measure == "response" else question.measure
        found = _rule_of(definitions, measure, headline)
        span = windows.filter(pl.col("family") == names.families[headline["instrument"]])
        if found is not None and span.height:
            scale = names.instruments[headline["instrument"]]
            when = f"{days(span.row(0, named=True))} after the last induction infusion"
            line = f"{scale}: {rule(found)}, {when}. *{found['source']}*"
            said.setdefault(names.condition(headline), []).append(line)
    if not said:
        return "No condition has a rule for this measure and window."
    alike: dict[tuple[str, ...], list[str]] = {}
    for condition, lines in said.items():
        alike.setdefault(tuple(lines), []).append(condition)
    parts = [f"**{'; '.join(same)}**\n\n{_numbered(lines)}" for lines, same in alike.items()]
    return "\n\n".join(["The first scale with a baseline counts, at both ends.", *parts])


def response_in_short(definitions: Definitions) -> str:
    """Return for each condition what response means, on the scale that speaks for it first."""
    names = Names(definitions)
    lines = []
    for headline in _in_order(definitions).iter_rows(named=True):
        found = _rule_of(definitions, headline["measure"], headline)
        if headline["preference"] == 1 and found is not None:
            scale = names.instruments[headline["instrument"]]
            lines.append(f"- **{names.condition(headline)}**: {scale}, {rule(found)}")
    return "\n".join(lines)


def _numbered(lines: Sequence[str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def _in_order(definitions: Definitions) -> pl.DataFrame:
    places = definitions["categories"].select("category", place="sort_order")
    return (
        definitions["headlines"]
        .join(places, on="category")
        .sort("place", "category", "subtype", "preference", nulls_last=False)
    )


def _rule_of(definitions: Definitions, measure: object, headline: Row) -> Row | None:
    """Return the measure's row for a condition: its own, else that of all conditions."""
    rows = definitions["measures"].filter(
        (pl.col("measure") == measure) & (pl.col("instrument") == headline["instrument"])
    )
    own = rows.filter(pl.col("category") == headline["category"])
    found = own if own.height else rows.filter(pl.col("category").is_null())
    return found.row(0, named=True) if found.height else None


class Names:
    """Labels by code."""

    def __init__(self, definitions: Definitions) -> None:
        """Read the labels of conditions and scales."""
        self.instruments = definitions.labels("instruments", "instrument")
        self.families = dict(definitions["instruments"].select("instrument", "family").rows())
        self.categories = definitions.labels("categories", "category")
        self.subtypes = {
            (row["category"], row["subtype"]): str(row["label"])
            for row in definitions["subtypes"].iter_rows(named=True)
        }

    def condition(self, row: Row) -> str:
        """Return the category, with the subtype where there is one."""
        label = self.categories.get(str(row["category"]), "none of our conditions")
        subtype = self.subtypes.get((row["category"], row["subtype"]))
        return f"{label}: {subtype}" if subtype else label


def figure(row: Row, definitions: Definitions) -> str:
    """Return a published figure in words, with what it counted and where it stands."""
    if row["share"] is None:
        share = f"no share published, {row['n']:,} persons"
    else:
        share = f"{percent(row['share'])} of {row['n']:,}"
    return (
        f"**{row['label']}** ({Names(definitions).condition(row)}): {share}."
        f" {row['rule_as_published']}. {row['population']}. *{row['citation']}*"
    )


def listed_figures(figures: pl.DataFrame, definitions: Definitions) -> str:
    """Return published figures as a list, those of placebo groups last."""
    order = figures.sort(pl.col("arm") == "placebo", maintain_order=True)
    lines = [f"- {figure(row, definitions)}" for row in order.iter_rows(named=True)]
    return "\n".join(lines) or "None for these conditions."


def compared(definitions: Definitions, question: Question, category: str | None = None) -> str:
    """Return what the rates, or those of one category, may be held against, if it is published."""
    figures = matching(definitions, question).filter("comparable")
    if category is not None:
        figures = figures.filter(pl.col("category") == category)
    placebo = figures.filter(pl.col("arm") == "placebo")
    ketamine = figures.filter(pl.col("arm") == "ketamine")
    lines = ["**No control group.** Some would have improved without treatment, so these rates are"
             " not effects of treatment."]  # fmt: skip
    if placebo.is_empty():
        lines[0] += " No placebo figure is published for the same rule and window."
    lines += [f"With placebo: {figure(row, definitions)}" for row in placebo.iter_rows(named=True)]
    lines += [
        f"Of the same rule and window: {figure(row, definitions)}"
        for row in ketamine.iter_rows(named=True)
    ]
    if ketamine.is_empty():
        lines.append("No published benchmark for this rule.")
    return "\n".join(f"- {line}" for line in lines)


def later(definitions: Definitions, question: Question) -> str:
    """Return what the table of earlier responders tells."""
    window = definitions.labels("windows", "window")[question.window].lower()
    return (
        f"Of those who responded {window}, how many still do later. Whoever had infusions between"
        " stands apart, because the relief may be theirs."
    )


def origin(definitions: Definitions, made: Provenance, policy: str) -> str:
    """Return where the numbers come from: days, build, policy, definitions changed here."""
    promise = definitions["policies"].row(by_predicate=pl.col("policy") == policy, named=True)
    through = "a study in days from treatment, without a calendar"
    if made.data_through:
        through = f"data through {made.data_through:%-d %B %Y}"
    files = definitions.overrides["file"].value_counts(sort=True).rows()
    changed = ", ".join(f"{file.removesuffix('.csv').replace('_', ' ')} ({n})" for file, n in files)
    return "\n".join(
        [
            f"- Build {made.build}, {through}.",
            f"- {promise['label']}: {promise['sentence']}",
            f"- Definitions changed by this practice: {changed}." if changed
            else "- Definitions as shipped; the Definitions page shows them all.",
        ]
    )  # fmt: skip


def trend(definitions: Definitions, rules: str) -> str:
    """Return what the rules of a chart are, and where they come from."""
    known = definitions["labels"].filter(pl.col("list") == "chart_rules", pl.col("code") == rules)
    label, source = known.select("label", "source").row(0)
    least = definitions.setting("follow_up_min_percent")
    return "\n".join(
        [
            f"- Rules: {label}. {source}",
            "- Month: that in which the course began. Lines are computed from the points that count.",
            f"- Kept out of the rules of the rate: months not due in full, and under {least} % follow-up.",
            "- Rates of a clinic over time are not treatment effects.",
        ]
    )
