"""Rows that are hidden, taken together: what is left of the row above them without those shown."""

from collections.abc import Sequence

from pipelines.disclosure.asked import NOTHING, Numbers, Told

TOGETHER = "Hidden rows together"
HEADLINE_TOGETHER = "Hidden headline conditions together"


def is_shown(told: Told) -> bool:
    """Return whether all that a rate is made of is told."""
    return "not_assessed" in told.numbers


def together(parent: Told, children: Sequence[Told]) -> Told:
    """Return what those of `children` that are hidden add up to.

    NOTHING where the parent is hidden or none of them is, where nobody of them is due or nobody of the
    others, and where the parent and those shown are not all of one build: numbers of two days can't be
    subtracted. Who adds up what is shown finds the same.
    """
    shown = [child for child in children if is_shown(child)]
    of_one_build = all(
        child.kept is not None and parent.kept is not None and child.kept.build == parent.kept.build
        for child in shown
    )
    if not is_shown(parent) or len(shown) == len(children) or not of_one_build:
        return NOTHING
    names = [name for name in parent.numbers if all(name in child.numbers for child in shown)]
    left: Numbers = {
        name: parent.numbers[name] - sum(child.numbers[name] for child in shown) for name in names
    }
    return Told(left, parent.kept) if 0 < left["due"] < parent.numbers["due"] else NOTHING
