"""What is being looked at: a practice, a question, a policy. app.py sets it, pages read it."""

from dataclasses import dataclass

import streamlit as st

from pipelines.disclosure.policies import policy_row
from pipelines.estimates import Question
from pipelines.ledger import FIRST_POLICY
from pipelines.practice import Practice

AT_WORK = "internal"
KEY = "view"


@dataclass(frozen=True)
class View:
    """The open practice, what is asked of it in words too, and what the link asked in vain.

    The policy comes from who reads: people of the practice at work, who may switch to what others
    would see; never from the link. `leaving` is the policy under which numbers leave the practice.
    """

    practice: Practice
    question: Question
    filters: tuple[str, ...]
    warnings: tuple[str, ...]
    policy: str = AT_WORK
    leaving: str = FIRST_POLICY

    @property
    def protects(self) -> bool:
        """Return whether small numbers are hidden in this view."""
        return bool(policy_row(self.practice.definitions, self.policy)["protects"])


def show(view: View) -> None:
    """Make a view the one that pages read."""
    st.session_state[KEY] = view


def current() -> View:
    """Return the view that app.py has set."""
    view = st.session_state[KEY]
    assert isinstance(view, View)
    return view
