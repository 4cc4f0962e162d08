"""What we mean: instruments, conditions, windows, measures, policies and benchmarks, as CSV."""

from pipelines.definitions.errors import InputError
from pipelines.definitions.loading import Definitions, load

__all__ = ["Definitions", "InputError", "load"]
