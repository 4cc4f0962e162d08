"""The practice in chunks of patients, so that memory does not grow with its size."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.definitions import Definitions
from pipelines.intake import annotations
from pipelines.intake.simulation.arrays import Flags
from pipelines.intake.simulation.capture import REMINDED_CLINIC, REMINDED_FROM, Missing, captured
from pipelines.intake.simulation.courses import Courses, courses
from pipelines.intake.simulation.dirt import dirtied
from pipelines.intake.simulation.history import diagnoses_frame, prior_treatments_frame
from pipelines.intake.simulation.infusions import (
    DOSE_CHANGED_FOR,
    DOSE_CHANGED_ON,
    infusions,
    infusions_frame,
)
from pipelines.intake.simulation.keys import Keys
from pipelines.intake.simulation.outcomes import Outcomes, outcomes
from pipelines.intake.simulation.people import People, patients_frame, people
from pipelines.intake.simulation.safety import (
    adverse_events,
    adverse_events_frame,
    vital_signs_frame,
)
from pipelines.intake.simulation.scores import scores_frame
from pipelines.intake.simulation.truth import truth_frame
from pipelines.intake.simulation.visits import infusion_visits, other_visits, visits_frame
from pipelines.intake.simulation.world import World, world

EVENTS = pl.DataFrame(
    [
        (REMINDED_FROM, "Text reminders, for courses from this day", "qi_cycle",
         REMINDED_CLINIC, None, annotations.FOLLOW_UP, None),
        (DOSE_CHANGED_ON, "Neuropathic pain: 0.75 mg/kg instead of 0.5", "protocol_change",
         None, DOSE_CHANGED_FOR, None, None),
    ],
    schema=annotations.EVENTS.empty().schema,
    orient="row",
)  # fmt: skip
TOPICS = ("people", "patients", "courses", "outcomes", "capture", "scores", "infusions", "visits",
          "safety", "history", "dirt")  # fmt: skip


@dataclass(frozen=True)
class Chunk:
    """Canonical tables of some patients, dirty rows included, and the truth about them.

    truth: category, subtype, window, courses, probability_sum; add the sums up over chunks and
    divide once. One row per condition that is judged and window that it is judged in.
    """

    tables: dict[str, pl.DataFrame]
    truth: pl.DataFrame


def simulated(
    patients: int, seed: int, missing: Missing, definitions: Definitions, chunk_size: int = 20_000
) -> Iterator[Chunk]:
    """Yield a practice of so many patients, the same for the same arguments.

    Practices that differ only in `missing` have the same patients, courses and scores; some scores
    were not taken.
    """
    root = np.random.SeedSequence(seed)
    patient_keys, visit_keys = (Keys(letter, root.spawn(1)[0]) for letter in "pv")
    practice = world(definitions)
    visits_so_far = 0
    for first in range(0, patients, chunk_size):
        n = min(chunk_size, patients - first)
        places = np.sort(patient_keys.scattered(np.arange(first, first + n)))
        chance = _generators(root.spawn(1)[0])
        who = people(chance["people"], practice, patient_keys.written(places))
        chunk = _chunk(chance, practice, who, missing, visit_keys, visits_so_far)
        visits_so_far += chunk.tables["visits"].height
        number = first // chunk_size * 100
        tables = dirtied(chance["dirt"], chunk.tables, patient_keys, visit_keys, number)
        yield Chunk(tables, chunk.truth)


def _generators(seed: np.random.SeedSequence) -> dict[str, np.random.Generator]:
    """Return a generator per topic, so that a change in one leaves the others as they were."""
    return {
        topic: np.random.default_rng(s)
        for topic, s in zip(TOPICS, seed.spawn(len(TOPICS)), strict=True)
    }


def _chunk(
    chance: dict[str, np.random.Generator],
    practice: World,
    who: People,
    missing: Missing,
    keys: Keys,
    visits_so_far: int,
) -> Chunk:
    treated = courses(chance["courses"], practice, who)
    ends = outcomes(chance["outcomes"], practice, treated)
    taken = captured(chance["capture"], practice, treated, missing)
    tables = {
        "patients": patients_frame(chance["patients"], practice, who),
        **_at_visits(chance, practice, who, treated, (ends, taken), keys, visits_so_far),
        "diagnoses": diagnoses_frame(chance["history"], practice, who, treated),
        "scores": scores_frame(chance["scores"], practice, who, treated, ends, taken),
        "prior_treatments": prior_treatments_frame(chance["history"], practice, who, treated),
    }
    return Chunk(tables, truth_frame(practice, who, treated, ends))


def _at_visits(
    chance: dict[str, np.random.Generator],
    practice: World,
    who: People,
    treated: Courses,
    ends: tuple[Outcomes, Flags],
    keys: Keys,
    visits_so_far: int,
) -> dict[str, pl.DataFrame]:
    """Return visits and what hangs on them, all in the order of the visits' keys."""
    given = infusions(chance["infusions"], practice, who, treated)
    other = other_visits(chance["visits"], practice, who, treated, *ends, given)
    place = keys.scattered(visits_so_far + np.arange(given.height + other.height))
    of_infusions, of_others = place[: given.height], place[given.height :]
    given = given[np.argsort(of_infusions)]
    key = keys.written(np.sort(of_infusions))
    rows = pl.concat([infusion_visits(chance["visits"], given), other])
    every = np.concatenate([np.sort(of_infusions), of_others])
    events = adverse_events(chance["safety"], practice, given)
    return {
        "visits": visits_frame(
            who, practice, keys.written(np.sort(every)), rows[np.argsort(every)]
        ),
        "infusions": infusions_frame(practice, key, given),
        "vital_signs": vital_signs_frame(chance["safety"], practice, who, key, given, events),
        "adverse_events": adverse_events_frame(practice, key, events),
    }
