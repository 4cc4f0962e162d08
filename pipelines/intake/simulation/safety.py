"""Safety of infusions: adverse events, and vital signs by minute."""

from datetime import date

import numpy as np
import polars as pl

from pipelines.intake import contract
from pipelines.intake.simulation.arrays import Flags, Floats, Ints, epoch_day, framed, named
from pipelines.intake.simulation.people import People
from pipelines.intake.simulation.world import World

BLIP_CLINIC, BLIP_FROM, BLIP_UNTIL = "hill", date(2024, 10, 1), date(2024, 11, 1)
USUAL_DOSE = 0.5
GRADES = (0.76, 0.975, 0.9995)  # shares up to grade 1, 2, 3; the rest is grade 4
SERIOUS_GRADE_3 = 0.03
MINUTES = np.array([-10, 20, 40, 70])
OBSERVED_AT = 40
RISE = np.array([0.0, 0.75, 1.0, 0.25])  # of the peak
SYSTOLIC, DIASTOLIC, HEART_RATE, SPO2 = range(4)
OBSERVED = (4, 5, 6)  # respiratory rate, MOAA/S, CADSS, as in contract.SIGNS
UNREAD = 0.02


def adverse_events(rng: np.random.Generator, world: World, infusions: pl.DataFrame) -> pl.DataFrame:
    """Return one row per event: infusion (number of the row), reaction, grade, serious, minutes."""
    happened = rng.random((infusions.height, world.reactions.height)) < _chance(world, infusions)
    infusion, reaction = np.nonzero(happened)
    n = len(infusion)
    grade = 1 + (rng.random(n)[:, None] > np.array(GRADES)).sum(axis=1)
    serious = (grade == 4) | ((grade == 3) & (rng.random(n) < SERIOUS_GRADE_3))
    onset, lasting = (
        world.reactions[name].to_numpy()[reaction] for name in ("onset_minute", "lasting_minutes")
    )
    onset = np.round(onset * rng.uniform(0.5, 1.5, n))
    resolved = onset + np.round(lasting * rng.gamma(3, 1 / 3, n) / 5) * 5 + 5
    return pl.DataFrame(
        {
            "infusion": infusion, "reaction": reaction, "grade": grade, "serious": serious,
            "onset": onset, "resolved": np.where(rng.random(n) < 0.05, np.nan, resolved),
        }
    )  # fmt: skip


def adverse_events_frame(world: World, visit_key: pl.Series, events: pl.DataFrame) -> pl.DataFrame:
    """Return the canonical table adverse_events; `visit_key` has one key per infusion."""
    columns = {
        "visit_key": visit_key.gather(events["infusion"]),
        "term": named(world.reactions["term"].to_list(), events["reaction"].to_numpy()),
        "grade": events["grade"],
        "serious": events["serious"],
        "onset_minute": events["onset"],
        "resolved_minute": events["resolved"].fill_nan(None),
    }
    return framed(contract.ADVERSE_EVENTS, columns)


def _chance(world: World, infusions: pl.DataFrame) -> Floats:
    """Return infusion x reaction: more with the dose, and in the month of the blip."""
    reactions = world.reactions
    relative = infusions["per_kg"].to_numpy() / USUAL_DOSE
    relative = np.where(infusions["spray"].to_numpy(), 1, np.clip(relative, 0.2, 2))
    chance = (
        reactions["per_infusion"].to_numpy()
        * relative[:, None] ** reactions["dose_power"].to_numpy()
    )
    chance = chance * np.where(_in_blip(world, infusions)[:, None], reactions["blip"].to_numpy(), 1)
    condition = infusions["condition"].to_numpy()
    for column, subtype in enumerate(reactions["condition_subtype"].to_list()):
        if subtype is not None:
            chance[:, column] *= condition == world.condition_number(subtype)
    return np.asarray(chance, dtype=np.float64)


def _in_blip(world: World, infusions: pl.DataFrame) -> Flags:
    clinic = world.clinics["clinic_key"].to_list().index(BLIP_CLINIC)
    days = infusions["day"].is_between(epoch_day(BLIP_FROM), epoch_day(BLIP_UNTIL), closed="left")
    return np.asarray((infusions["clinic"] == clinic) & days, dtype=np.bool_)


def vital_signs_frame(
    rng: np.random.Generator,
    world: World,
    people: People,
    visit_key: pl.Series,
    infusions: pl.DataFrame,
    events: pl.DataFrame,
) -> pl.DataFrame:
    """Return the canonical table vital_signs, by infusion, sign and minute."""
    had = {
        term: np.isin(np.arange(infusions.height), _infusions_with(world, events, term))
        for term in ("hypertension", "dissociation")
    }
    usual = _usual(rng, people, infusions, had["hypertension"])
    observed = _observed(rng, infusions, had["dissociation"])
    n, size = infusions.height, 4 * len(MINUTES)
    values = np.concatenate([usual.reshape(n, size), observed], axis=1)
    sign = np.concatenate([np.repeat(np.arange(4), len(MINUTES)), np.array(OBSERVED)])
    minute = np.concatenate([np.tile(MINUTES, 4), np.full(len(OBSERVED), OBSERVED_AT)])
    read = rng.random(values.shape) >= UNREAD
    read[:, size:] &= (world.clinic("observes")[infusions["clinic"].to_numpy()] == 1)[:, None]
    row, column = np.nonzero(read)
    return framed(
        contract.VITAL_SIGNS,
        {
            "visit_key": visit_key.gather(row),
            "minute": minute[column],
            "sign": named(contract.SIGNS, sign[column]),
            "value": values[row, column].astype(np.int64),
        },
    )


def _infusions_with(world: World, events: pl.DataFrame, term: str) -> Ints:
    number = world.reactions["term"].to_list().index(term)
    return events.filter(pl.col("reaction") == number)["infusion"].to_numpy()


def _dose_effect(infusions: pl.DataFrame) -> Floats:
    relative = np.clip(infusions["per_kg"].to_numpy() / USUAL_DOSE, 0.2, 2)
    return np.where(infusions["spray"].to_numpy(), 0.8, relative)[:, None]


def _usual(
    rng: np.random.Generator, people: People, infusions: pl.DataFrame, hypertension: Flags
) -> Floats:
    """Return infusion x sign x minute of blood pressure, heart rate and oxygen saturation."""
    n, dose = infusions.height, _dose_effect(infusions)
    patient = infusions["patient"].to_numpy()
    own = rng.standard_normal((len(people.key), 2))[patient]
    age = people.age[patient][:, None]
    peak = (13 + 8 * rng.standard_normal((n, 1))) * dose**1.5 + 32 * hypertension[:, None]
    noise = rng.standard_normal((n, 4, len(MINUTES)))
    systolic = 121 + 0.2 * (age - 45) + 10 * own[:, :1] + peak * RISE + 4 * noise[:, SYSTOLIC]
    diastolic = 76 + 6 * own[:, :1] + 0.55 * peak * RISE + 3 * noise[:, DIASTOLIC]
    heart_rate = 74 + 9 * own[:, 1:] + 7 * dose * RISE + 4 * noise[:, HEART_RATE]
    spo2 = np.minimum(97.4 - 0.6 * RISE + 1.1 * noise[:, SPO2], 100)
    return np.asarray(np.round(np.stack([systolic, diastolic, heart_rate, spo2], axis=1)))


def _observed(rng: np.random.Generator, infusions: pl.DataFrame, dissociation: Flags) -> Floats:
    """Return infusion x (respiratory rate, MOAA/S, CADSS) at the end of the usual infusion."""
    n, dose = infusions.height, _dose_effect(infusions)[:, 0]
    rate = np.clip(np.round(15 + 2 * rng.standard_normal(n)), 6, 30)
    alert = 5 - (rng.random(n) < 0.3 * dose) - (rng.random(n) < 0.04 * dose)
    apart = np.minimum(np.round(rng.gamma(1.3, 5 * dose) + 14 * dissociation), 92)
    return np.stack([rate, alert, apart], axis=1)
