"""What a new build says otherwise of courses whose headline rates the current build had published."""

from pipelines.restatement.comparing import COMPARED, logged

__all__ = ["COMPARED", "logged"]
