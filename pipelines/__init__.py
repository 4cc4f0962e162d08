"""The analysts' door: open a practice, ask it, and disclose what may be shown.

from pipelines import open_practice, disclose

practice = open_practice("data/sample")
finding = disclose(practice.response(by=["category", "subtype"]), policy="internal")
finding.sentence, finding.table(), finding.chart()
"""

from pipelines.analysts import disclose, disclose_trend
from pipelines.definitions import InputError
from pipelines.disclosure import Finding
from pipelines.disclosure.comparison import ComparisonFinding, disclose_comparison
from pipelines.disclosure.condition import ConditionFinding, disclose_condition
from pipelines.disclosure.flow import FlowFinding, disclose_flow
from pipelines.disclosure.safety import SafetyFinding, disclose_safety
from pipelines.disclosure.trend import TrendFinding
from pipelines.estimates import Result
from pipelines.estimates.reliable_change import Group, ReliableChange, reliable_change
from pipelines.practice import Practice, open_practice

__all__ = [
    "ComparisonFinding", "ConditionFinding", "Finding", "FlowFinding", "Group", "InputError", "Practice",
    "ReliableChange", "Result", "SafetyFinding", "TrendFinding", "disclose", "disclose_comparison",
    "disclose_condition", "disclose_flow", "disclose_safety", "disclose_trend", "open_practice", "reliable_change",
]  # fmt: skip
