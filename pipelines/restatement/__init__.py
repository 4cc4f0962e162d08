"""What a new build says otherwise of courses whose headline rates the current build had published."""

from pipelines.restatement.comparing import COMPARED, logged
from pipelines.restatement.proposing import proposed

__all__ = ["COMPARED", "logged", "proposed"]
