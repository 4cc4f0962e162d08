"""Data quality as one HTML file: prints well, loads nothing, can be mailed."""

from collections.abc import Mapping
from html import escape

import vl_convert as vlc

from pipelines.charts import quality_failures, theme
from pipelines.charts.quality_cards import cards
from pipelines.charts.spelled import unbroken
from pipelines.disclosure import QualityFinding
from pipelines.disclosure.quality_tables import by_clinic, meanings
from pipelines.disclosure.quality_words import numbers, status

SHEET = f"""<style>
body {{ font: 15px/1.5 "Helvetica Neue", Helvetica, Arial, sans-serif; color: {theme.INK};
  max-width: 960px; margin: 32px auto; padding: 0 16px; }}
h1 {{ font-size: 28px; margin: 0 0 8px; }} h2 {{ font-size: 20px; margin: 32px 0 8px; }}
h3 {{ font-size: 16px; margin: 24px 0 4px; }}
.lead {{ font-size: 20px; line-height: 1.4; }} .muted {{ color: {theme.MUTED}; font-size: 13px; }}
.rule {{ border-top: 1px solid {theme.GRID}; break-inside: avoid; }} .rule p {{ margin: 4px 0; }}
.status {{ font-weight: 400; color: {theme.MUTED}; }} .failed .status {{ color: #A85F14; }}
svg {{ max-width: 100%; height: auto; }} .narrow {{ display: none; }}
@media screen and (max-width: 640px) {{ .wide {{ display: none; }} .narrow {{ display: block; }} }}
@page {{ margin: 14mm; }} @media print {{ body {{ margin: 0; max-width: none; font-size: 12px; }} }}
</style>"""


def report(finding: QualityFinding) -> str:
    """Return the whole of a QualityFinding as an HTML document."""
    said = "".join(
        f"<li><strong>{escape(about)}</strong>: {escape(text)}</li>"
        for about, text in meanings(finding)
    )
    rules = "".join(_rule(finding, row) for row in finding.rules.iter_rows(named=True))
    picture = _picture(finding) if finding.failures.height else ""
    return unbroken(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Data quality</title>{SHEET}</head><body><h1>How far can the data be trusted?</h1>"
        f'<p class="lead">{escape(finding.sentence)}</p>{cards(finding)}'
        f"<h2>What fails</h2>{picture or '<p>No rule fails.</p>'}"
        f"<h2>What it means for the measures</h2><ul>{said or '<li>No measure suffers.</li>'}</ul>"
        f'<h2>Every rule</h2>{rules}<p class="muted">{escape(finding.footnote)}</p></body></html>\n'
    )


def _picture(finding: QualityFinding) -> str:
    """Return the chart of failures for both widths; the style sheet shows the one that fits."""
    said = escape(quality_failures.alt_text(finding))
    parts = []
    for name, narrow in (("wide", False), ("narrow", True)):
        svg = vlc.vegalite_to_svg(quality_failures.chart(finding, narrow=narrow).to_dict())
        parts.append(f'<div class="{name}" role="img" aria-label="{said}">{svg}</div>')
    return "".join(parts)


def _rule(finding: QualityFinding, row: Mapping[str, object]) -> str:
    places = by_clinic(finding, str(row["rule"]))
    at = "; ".join(f"{clinic}: {said}" for clinic, said in places.select("Clinic", "Status").rows())
    where = f'<p class="muted">{escape(at)}</p>' if at else ""
    return (
        f'<div class="rule {escape(str(row["status"]))}"><h3>{escape(str(row["label"]))}'
        f' <span class="status">{escape(status(row))} · {escape(str(row["severity"]))}'
        f" · {escape(str(row['kind']))}</span></h3><p>{escape(numbers(row))}</p>"
        f"<p><strong>Why it matters.</strong> {escape(str(row['why_it_matters']))}</p>"
        f"<p><strong>What to do.</strong> {escape(str(row['what_to_do']))}</p>{where}</div>"
    )
