"""Keys that tell nothing: counters, scattered one to one over 30 bits and written in base 32."""

import numpy as np
import polars as pl

from pipelines.intake.simulation.arrays import Ints

BITS = 30
MASK = (1 << BITS) - 1
ALPHABET = np.frombuffer(b"0123456789abcdefghijklmnopqrstuv", dtype=np.uint8)
SHIFTS = np.arange(BITS - 5, -1, -5)
DIRT = MASK  # dirty rows count down from here, so that their keys meet no true one


class Keys:
    """Keys of one kind, as `p3k7q0a`: the same for the same seed and counter, each once."""

    def __init__(self, letter: str, seed: np.random.SeedSequence) -> None:
        """Make the keys of one letter, in an order that the seed decides."""
        self._letter = letter
        state = [int(word) & MASK for word in seed.generate_state(4)]
        self._factors = (state[0] | 1, state[1] | 1)
        self._shift = state[2]

    def scattered(self, counter: Ints) -> Ints:
        """Return each counter's place, below 2 ** 30, in an order unlike that of the counters."""
        place = (counter + self._shift) & MASK
        for factor in self._factors:
            place = (place * factor) & MASK
            place = place ^ (place >> 16)
        return place

    def written(self, place: Ints) -> pl.Series:
        """Return places as text that sorts as they do."""
        letters = ALPHABET[(place[:, None] >> SHIFTS) & 31]
        text = letters.view(f"S{len(SHIFTS)}").ravel().astype(str)
        return self._letter + pl.Series(text.tolist(), dtype=pl.String)
