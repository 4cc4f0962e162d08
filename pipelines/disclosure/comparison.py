"""What may be shown of groups beside each other: all inside the practice, the reason elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.groups import group_place, narrowest_label, whole_label
from pipelines.disclosure.policies import policy_row
from pipelines.disclosure.withheld import COMPARED
from pipelines.estimates.calibration import Calibration
from pipelines.estimates.case_mix import CaseMix
from pipelines.estimates.comparison import Comparison
from pipelines.estimates.funnel import Funnel
from pipelines.estimates.mix import CONDITION, Mix
from pipelines.estimates.pooling import Pooled
from pipelines.estimates.result import Provenance, Question


@dataclass(frozen=True)
class ComparisonFinding:
    """Groups beside each other as a policy lets them be shown; only `disclose_comparison` makes one.

    `groups` is the frame of `estimates.case_mix` in the order of the definitions with label, and
    why_not (a sentence) for each that has no ratio or no interval; `pooled` that of
    `estimates.pooling` with label, highest pooled rate first; `change` is that of `estimates.mix`; the
    funnels are those of `estimates.funnel` with label.
    """

    policy: str
    question: Question
    groups: pl.DataFrame
    terms: pl.DataFrame = field(repr=False)
    calibration: Calibration | str
    pooled: pl.DataFrame
    pooling: Pooled = field(repr=False)
    change: Mix
    rate_funnel: Funnel = field(repr=False)
    ratio_funnel: Funnel = field(repr=False)
    definitions: Definitions = field(repr=False)
    provenance: Provenance

    def reason(self, code: str) -> str:
        """Return the sentence of a reason."""
        reasons = self.definitions.reasons
        return str(reasons[code])

    def group(self, label: str) -> Mapping[str, object]:
        """Return the row of a group by its label."""
        return self.groups.row(by_predicate=pl.col("label") == label, named=True)


def disclose_comparison(found: Comparison, policy: str) -> ComparisonFinding | str:
    """Return groups beside each other, or the reason why a protecting policy shows none of them.

    Raises InputError for an unknown policy.
    """
    expected = found.case_mix
    if policy_row(expected.definitions, policy)["protects"]:
        return COMPARED
    ranked = _labelled(found.pooled.frame, expected).sort(
        "pooled", descending=True, nulls_last=True, maintain_order=True
    )
    return ComparisonFinding(
        policy=policy,
        question=expected.question,
        groups=_named(expected),
        terms=expected.terms,
        calibration=expected.calibration,
        pooled=ranked,
        pooling=found.pooled,
        change=found.mix,
        rate_funnel=_with_labels(found.rate_funnel, expected),
        ratio_funnel=_with_labels(found.ratio_funnel, expected),
        definitions=expected.definitions,
        provenance=expected.provenance,
    )


def _with_labels(found: Funnel, expected: CaseMix) -> Funnel:
    return replace(found, frame=_labelled(found.frame, expected))


def _named(found: CaseMix) -> pl.DataFrame:
    by, definitions = list(found.question.by), found.definitions
    sentences = definitions["estimate_refusals"].select("reason", "sentence")
    reasons = found.refused.join(sentences, on="reason", how="left").select(
        *by, pl.col("sentence").alias("why_not")
    )
    rows = found.frame.join(reasons, on=by, how="left", nulls_equal=True, maintain_order="left")
    return _labelled(rows, found)


def _labelled(rows: pl.DataFrame, found: CaseMix) -> pl.DataFrame:
    """Return groups with their label, in the order of the definitions."""
    by, definitions = list(found.question.by), found.definitions
    keys = list(rows.iter_rows(named=True))
    places = [tuple(group_place(definitions, key, name) for name in by) for key in keys]
    order = sorted(range(len(keys)), key=places.__getitem__)
    label = narrowest_label if by == [*CONDITION] else whole_label
    labels = [label(definitions, key, by) for key in keys]
    return rows.with_columns(label=pl.Series(labels, dtype=pl.String))[order]
