"""A synthetic practice with known truth: six clinics, three years, believable records.

What is simulated stands in the CSV files beside this: conditions with their true probabilities of
response, clinics, scales, reactions. Nothing in it is a real patient.
"""

from pipelines.intake.simulation.arrays import DATA_FROM, DATA_THROUGH
from pipelines.intake.simulation.capture import Missing
from pipelines.intake.simulation.chunks import EVENTS, Chunk, simulated

__all__ = ["DATA_FROM", "DATA_THROUGH", "EVENTS", "Chunk", "Missing", "simulated"]
