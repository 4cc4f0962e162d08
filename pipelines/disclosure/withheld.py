"""Why a policy that protects what leaves the practice shows none of an estimate, or not all of it."""

FOLLOWED = (
    "How many infusions it takes, when to stop, how long it lasts day by day, mean scores and their"
    " distribution follow single patients, so they are shown inside the practice only."
)
COMPARED = (
    "What groups would be expected to reach, and what changed since the year before, is worked out course by"
    " course from all that is known of a patient, so it is shown inside the practice only."
)
WITHHELD_PROPOSAL = (
    "What would move is told inside the practice only: whoever may propose anything could subtract one"
    " answer from another and find a person."
)
VISITS = (
    "Waits, times, attrition and charts over time follow single visits, so they are shown inside the practice"
    " only."
)
INFUSIONS = (
    "Grades, serious events, vital signs and charts over time follow single infusions, so they are shown"
    " inside the practice only."
)
EVENT_LIMITS = (
    "Rates of events have no interval here: events of one patient are not independent, and how many each"
    " patient had is not let out, so that an interval made of these numbers alone would be too narrow."
)
WHOLE_ONLY = "Visits and events are let out of the practice as a whole only; take the filters off."
ONE_CUT = (
    "A chart over time is one cut of the courses already, so that others see it of response in the headline"
    " window only, without a filter but the condition."
)
TOO_FEW_TREND = "Too few courses to show them over time without showing a person."
ROUNDED_TREND = "From rounded counts no rate can be told, so none is drawn over time."
