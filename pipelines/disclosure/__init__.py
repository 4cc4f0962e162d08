"""What may be shown: a Result becomes a Finding under a policy."""

from pipelines.disclosure.disclose import disclose, why_refused
from pipelines.disclosure.finding import Finding
from pipelines.disclosure.quality import QualityFinding, disclose_quality

__all__ = ["Finding", "QualityFinding", "disclose", "disclose_quality", "why_refused"]
