"""Depression remission at twelve months: eCQM CMS159 (MIPS 370) on FHIR R4 resources.

The logic is that of CMS159FHIR v0.3.000 (CQL). Its value sets are the practice's to bring; its
numbers and codes are rows of definitions.
"""

from pipelines.cms159.populations import Outcome, assessed
from pipelines.cms159.reading import Histories, read
from pipelines.cms159.report import bundle
from pipelines.cms159.rules import Rules, rules
from pipelines.cms159.summary import reasons, summary

__all__ = [
    "Histories",
    "Outcome",
    "Rules",
    "assessed",
    "bundle",
    "read",
    "reasons",
    "rules",
    "summary",
]
