"""For whose eyes a chart is: said in its title, its data and the name it is saved under."""

from typing import Any

import altair as alt

from pipelines.definitions import Definitions
from pipelines.disclosure.policies import policy_row

INTERNAL = "Internal, not for sharing"


def marked(
    chart: alt.LayerChart, policy: str, about: str, definitions: Definitions
) -> alt.LayerChart:
    """Return a chart that says under which policy its numbers are shown, in a picture of it too.

    `about` begins the name of the file under which a reader's browser saves it.
    """
    row = policy_row(definitions, policy)
    mark = f"{row['label']} (policy {policy})" if row["protects"] else INTERNAL
    drawn = chart.copy(deep=False)
    title = chart.title
    if isinstance(title, alt.TitleParams):
        title = title.copy(deep=False)
        said: Any = title.subtitle
    else:
        title, said = (
            alt.TitleParams("" if chart.title is alt.Undefined else chart.title),
            alt.Undefined,
        )
    before = [] if said is alt.Undefined else [said] if isinstance(said, str) else list(said)
    title.subtitle = [*before, mark]
    drawn.title = title
    meta = {} if drawn.usermeta is alt.Undefined else drawn.usermeta
    options = meta.get("embedOptions", {})
    drawn.usermeta = meta | {
        "policy": policy,
        "embedOptions": options | {"downloadFileName": f"abate-{about}-{policy}"},
    }
    return drawn
