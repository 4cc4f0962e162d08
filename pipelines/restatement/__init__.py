"""What other records or definitions say of courses whose headline rates a build has published."""

from pipelines.restatement.comparing import COMPARED, logged
from pipelines.restatement.proposing import proposed
from pipelines.restatement.recounting import counted

__all__ = ["COMPARED", "counted", "logged", "proposed"]
