"""Data quality as it may be shown: the only way from a QualityResult to a QualityFinding."""

from dataclasses import dataclass, field, replace

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure import quality_words
from pipelines.disclosure.policies import policy_row
from pipelines.estimates.grades import SEVERITIES
from pipelines.estimates.quality import STATUSES, QualityResult
from pipelines.estimates.result import Provenance

NUMBERS = ("failing", "counted", "share")


@dataclass(frozen=True)
class QualityFinding:
    """Data quality as a policy lets it be shown; only `disclose_quality` makes one.

    The frames are those of the QualityResult. `rules` and `clinics` carry `hidden`: whether the
    numbers of a row are withheld, which are null then. Under a protecting policy `months`,
    `capture` and `trust` are empty.
    """

    policy: str
    window: str
    rules: pl.DataFrame
    clinics: pl.DataFrame
    months: pl.DataFrame
    grades: pl.DataFrame
    capture: pl.DataFrame
    trust: pl.DataFrame
    definitions: Definitions = field(repr=False)
    provenance: Provenance

    @property
    def protects(self) -> bool:
        """Return whether the policy hides small counts."""
        return bool(policy_row(self.definitions, self.policy)["protects"])

    @property
    def failures(self) -> pl.DataFrame:
        """Return the rules that fail, in the practice or at some clinic; the gravest first."""
        return self.rules.filter((pl.col("status") == "failed") | (pl.col("failing_clinics") > 0))

    @property
    def sentence(self) -> str:
        """Return what limits these data, in a sentence or two."""
        return quality_words.answer(self.failures, self.rules, self.clinics, self.definitions)

    @property
    def footnote(self) -> str:
        """Return build, days and policy in a line."""
        return quality_words.footnote(
            self.provenance, policy_row(self.definitions, self.policy), self.definitions
        )


def disclose_quality(result: QualityResult, policy: str = "cms11") -> QualityFinding:
    """Return the numbers of a QualityResult that a policy allows.

    Under a protecting policy there are grades and statuses and no numbers: those count other records
    than rates do, and would be subtracted from these and from those of another day. Raises InputError
    for an unknown policy.
    """
    row = policy_row(result.definitions, policy)
    found = QualityFinding(
        policy,
        result.window,
        result.rules.with_columns(hidden=pl.lit(False)),
        result.clinics.with_columns(hidden=pl.lit(False)),
        result.months,
        result.grades,
        result.capture,
        result.trust,
        result.definitions,
        result.provenance,
    )
    if not row["protects"]:
        return found
    return replace(
        found,
        rules=_in_plain_order(_withheld(found.rules.with_columns(hidden=pl.lit(True)))),
        clinics=_withheld(found.clinics.with_columns(hidden=pl.lit(True))),
        months=result.months.clear(),
        capture=result.capture.clear(),
        trust=result.trust.clear(),
    )


def _in_plain_order(rules: pl.DataFrame) -> pl.DataFrame:
    """Return rules by what stays visible: failing or not, severity, status, name."""
    somewhere = (pl.col("status") == "failed") | (pl.col("failing_clinics") > 0)
    severity = pl.col("severity").cast(pl.Enum(SEVERITIES))
    return rules.sort(~somewhere, severity, pl.col("status").cast(pl.Enum(STATUSES)), "label")


def _withheld(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.when(~pl.col("hidden")).then(pl.col(name)).alias(name)
                              for name in NUMBERS)  # fmt: skip
