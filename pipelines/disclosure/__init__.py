"""What may be shown: a Result becomes a Finding under a policy."""

from pipelines.disclosure.disclose import disclose, why_refused
from pipelines.disclosure.finding import Finding

__all__ = ["Finding", "disclose", "why_refused"]
