"""What we claim: statistics of counts, frame in, Result out."""

from pipelines.estimates.response import response
from pipelines.estimates.result import Question, Result

__all__ = ["Question", "Result", "response"]
