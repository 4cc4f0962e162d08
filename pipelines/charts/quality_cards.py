"""Grades as cards: a letter per clinic, what it means and what fails there; plain HTML."""

from collections.abc import Mapping
from html import escape

import polars as pl

from pipelines.charts import theme
from pipelines.disclosure import QualityFinding
from pipelines.disclosure.quality_tables import below_clinics
from pipelines.disclosure.quality_words import clinic_name

MOST_NAMED = 3  # failing rules on a card
COLOURS = {"A": theme.IMPROVEMENT, "B": theme.IMPROVEMENT, "C": theme.MUTED, "D": "#A85F14",
           "F": "#A85F14"}  # fmt: skip
SHEET = f"""<style>
.cards {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); gap: 12px; }}
.card {{ border: 1px solid {theme.GRID}; border-radius: 8px; padding: 12px 14px; display: flex;
  gap: 12px; color: {theme.INK}; background: {theme.WHITE}; break-inside: avoid; }}
.card.whole {{ background: {theme.SURFACE}; grid-column: 1 / -1; }}
.card .letter {{ flex: none; width: 44px; height: 44px; border-radius: 6px; color: {theme.WHITE};
  font-size: 26px; font-weight: 700; display: flex; align-items: center; justify-content: center;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
.card h4 {{ margin: 0; padding: 0; font-size: 16px; font-weight: 600; }}
.card p {{ margin: 2px 0 0; font-size: 14px; line-height: 1.4; }}
.card p.fails {{ color: {theme.MUTED}; }}
</style>"""


def cards(finding: QualityFinding) -> str:
    """Return the practice's grade and one card per clinic, the worst first, as HTML."""
    order = pl.col("grade").rank("dense").fill_null(0)
    whole = finding.grades.filter(pl.col("clinic_key").is_null())
    clinics = finding.grades.filter(pl.col("clinic_key").is_not_null()).sort(
        order, "clinic_key", descending=[True, False]
    )
    lower = below_clinics(finding)
    shown = [
        _card(finding, row, lower) for row in pl.concat([whole, clinics]).iter_rows(named=True)
    ]
    return f'{SHEET}<div class="cards">{"".join(shown)}</div>'


def _card(finding: QualityFinding, row: Mapping[str, object], lower: str | None) -> str:
    clinic, grade = row["clinic_key"], row["grade"]
    name = "The whole practice" if clinic is None else clinic_name(finding.definitions, clinic)
    colour = COLOURS.get(str(grade), theme.MUTED)
    said = row["means"] if grade else _ungraded(finding, str(row["ungraded_by"]))
    kind = "card whole" if clinic is None else "card"
    why = f"<p>{escape(lower)}</p>" if clinic is None and lower else ""
    return (
        f'<div class="{kind}"><div class="letter" style="background:{colour}">{escape(str(grade or "–"))}'
        f"</div><div><h4>{escape(name)}</h4><p>{escape(str(said))}</p>"
        f'<p class="fails">{escape(_fails(finding, row))}</p>{why}</div></div>'
    )


def _ungraded(finding: QualityFinding, rule: str) -> str:
    labels = finding.definitions.labels("quality_rules", "rule")
    label = labels.get(rule, rule)
    return f"No grade: nothing could be counted yet for {label[:1].lower()}{label[1:]}."


def _fails(finding: QualityFinding, row: Mapping[str, object]) -> str:
    """Return what fails there, the gravest first, and out of how many rules."""
    clinic, frame = row["clinic_key"], finding.rules
    if clinic is not None:
        own = finding.clinics.filter(pl.col("clinic_key") == clinic).select("rule", "status")
        frame = finding.rules.drop("status").join(own, on="rule", maintain_order="left")
    failed = frame.filter(pl.col("status") == "failed")["label"].to_list()
    if not failed:
        return f"All {row['evaluated']} rules that could be asked are kept."
    more = len(failed) - MOST_NAMED
    rest = f" and {more} more" if more > 0 else ""
    named = "; ".join(
        [failed[0], *(label[:1].lower() + label[1:] for label in failed[1:MOST_NAMED])]
    )
    return f"Fails: {named[:1].lower()}{named[1:]}{rest} (of {row['evaluated']} rules)."


def title(finding: QualityFinding) -> str:
    """Return how many clinics have which grade, best first."""
    clinics = finding.grades.filter(pl.col("clinic_key").is_not_null())
    counted = clinics.group_by("grade").len().sort("grade", nulls_last=True)
    parts = [f"{count} with {grade}" if grade else f"{count} not graded"
             for grade, count in counted.rows()]  # fmt: skip
    noun = "clinic" if clinics.height == 1 else "clinics"
    return f"{clinics.height} {noun}: {', '.join(parts)}" if parts else "No clinic to grade"
