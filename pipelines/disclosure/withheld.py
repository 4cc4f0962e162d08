"""Why a policy that protects what leaves the practice shows none of an estimate."""

WITHHELD = (
    "These estimates follow single courses over time. The policy that protects what leaves the"
    " practice does not cover them yet, so they are shown inside the practice only."
)
WITHHELD_COMPARISON = (
    "These estimates compare groups course by course. The policy that protects what leaves the"
    " practice does not cover them yet, so they are shown inside the practice only."
)
WITHHELD_PROPOSAL = (
    "What would move is told inside the practice only: whoever may propose anything could subtract one"
    " answer from another and find a person."
)
WITHHELD_FLOW = (
    "These numbers follow single visits and courses. The policy that protects what leaves the practice does"
    " not cover them yet, so they are shown inside the practice only."
)
WITHHELD_SAFETY = (
    "Adverse events are few and follow single infusions. The policy that protects what leaves the practice"
    " does not cover them yet, so they are shown inside the practice only."
)
WITHHELD_TREND = (
    "Month by month groups are small. The policy that protects what leaves the practice does not cover"
    " charts over time yet, so they are shown inside the practice only."
)
