"""How pages look beyond the theme: the answer, the two charts, print."""

import streamlit as st

ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<rect width="16" height="16" rx="3" fill="#0F6E84"/>
<path d="M3 4 7 8 9 7 13 12" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round"/>
</svg>"""
SHEET = """<style>
.stMainBlockContainer { max-width: 1120px; padding-top: 3rem; padding-bottom: 3rem; }
.st-key-answer { gap: 0.35rem; margin-bottom: 0.75rem; }
.st-key-sentence p { font-size: 1.375rem; line-height: 1.4; color: #1F2933; text-wrap: balance; }
.st-key-foot p, .st-key-foot li {
  font-size: 0.875rem; line-height: 1.5; color: #56616D;
}
[class*="st-key-either_"] { container-type: inline-size; position: relative; gap: 0; }
/* What leaves goes through the download buttons, under the policy of what leaves. */
[class*="st-key-either_"] .stElementToolbar, .st-key-rules .stElementToolbar,
.st-key-overview .stElementToolbar { display: none; }
.st-key-rules { gap: 0.45rem; }
.stTable * { font-size: 0.8125rem; }
.stTable td, .stTable th { padding: 0.2rem 0.4rem !important; }
.stTable td *, .stTable th:not(:last-child) * { white-space: pre !important; }
.stTable td:not(:first-child), .stTable th:not(:first-child) { text-align: right !important; }
.st-key-foot em { color: #66727F; font-style: normal; }
@container (min-width: 700px) { [class*="st-key-narrow_"] { HIDDEN } }
@container (max-width: 699.9px) { [class*="st-key-wide_"] { HIDDEN } }
@media (max-width: 640px) {
  .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; }
  .st-key-sentence p { font-size: 1.2rem; }
}
@page { margin: 14mm; }
@media print {
  .stSidebar, .stAppHeader, .stAppToolbar, .stElementToolbar, .st-key-downloads,
  .stDownloadButton { display: none !important; }
  .stMainBlockContainer { padding: 0; max-width: none; }
  [class*="st-key-either_"] { container-type: normal; }
  .st-key-either_counted { break-inside: avoid; }
  h1, h2 { break-after: avoid; padding: 0 !important; }
  .stMainBlockContainer .stVerticalBlock { gap: 0.4rem; }
  [class*="st-key-narrow_"] { display: none !important; }
  [class*="st-key-wide_"] { position: static !important; visibility: visible !important;
    height: auto !important; overflow: visible !important; }
  [class*="st-key-either_"] svg { max-width: 100%; max-height: 640px; height: auto; }
}
</style>"""
OUT_OF_SIGHT = "position: absolute; visibility: hidden; height: 0; overflow: hidden; width: 100%;"


def apply() -> None:
    """Put the style sheet on the page."""
    st.html(SHEET.replace("HIDDEN", OUT_OF_SIGHT))
