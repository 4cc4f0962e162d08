"""What is said when a person's input is wrong."""

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(Exception):
    """Input that can't be used: one plain message per problem.

    Each message says whose input it is, what was found and what is allowed. The command line
    prints the messages and exits with 1; nothing has been changed on disk when one is raised.
    """

    def __init__(self, *messages: str) -> None:
        """Keep each message as a line of its own."""
        super().__init__("\n".join(messages))
        self.messages = messages


def did_you_mean(found: str, allowed: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the closest allowed word, or an empty string."""
    close = get_close_matches(found, list(allowed), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def listed(words: Iterable[str], most: int = 12) -> str:
    """Return words joined by commas, cut after `most` with the number left out."""
    all_words = [str(word) for word in words]
    rest = len(all_words) - most
    return ", ".join(all_words[:most]) + (f" and {rest} more" if rest > 0 else "")
