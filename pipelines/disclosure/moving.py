"""What two releases of a row tell of those who came or left between them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipelines.disclosure.units import (
    LATER,
    LATER_WINDOWS,
    OTHERS,
    UNKNOWN,
    WIDTH_MONTHS,
    Unit,
    told,
)

Cells = Mapping[str, Mapping[str, int]]  # by part, then by what coarser rungs tell
# Who is not due yet: a number that some join and others leave, so that its change is of no persons.
STOCKS = {"steps=not_yet_due", *(f"{rung}=not_counted" for rung in ("due", *LATER_WINDOWS))}


def kind_of(rung: str, unit: Unit) -> str:
    """Return of which kind a rung is: those of one kind tell the same thing of a row more or less finely."""
    if not unit.parts:
        return rung
    return "period" if rung in WIDTH_MONTHS else rung.rpartition(" ")[0]


def moved(before: Unit, after: Unit) -> list[int]:
    """Return by how much each block, or sum of blocks, that both tell moved between two builds.

    Blocks of courses that are not due yet are left out: who came since and who left them is told by
    other blocks. The units may be of two rungs of one kind. Values that both tell are held against each
    other one by one, all others together. Of periods, what lies between two months at which both begin
    a period.
    """
    if not before.parts and not after.parts:
        blocks = [one for one in {**before.counts, **after.counts} if not _stock(one)]
        return [after.counts.get(block, 0) - before.counts.get(block, 0) for block in blocks]
    old, new = _cells(before), _cells(after)
    found: list[int] = []
    for these, those in _comparable(before, after):
        found += _differences(old, these, new, those)
    return found


def _stock(block: str) -> bool:
    return not STOCKS.isdisjoint(block.split("|"))


def _cells(unit: Unit) -> Cells:
    """Return the counts of a unit by part, but of stocks; the name of its rung is left out."""
    found: dict[str, dict[str, int]] = {}
    for block, count in unit.counts.items():
        if _stock(block):
            continue
        head, _, last = block.rpartition("|")
        part = last.partition("=")[2]
        found.setdefault(part, {})[head] = count
    return found


def _differences(old: Cells, these: Sequence[str], new: Cells, those: Sequence[str]) -> list[int]:
    before, after = _sums(old, these), _sums(new, those)
    return [after.get(head, 0) - before.get(head, 0) for head in {**before, **after}]


def _sums(cells: Cells, parts: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in parts:
        for head, count in cells.get(part, {}).items():
            found[head] = found.get(head, 0) + count
    return found


def _comparable(before: Unit, after: Unit) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the parts of either unit, as blocks write them, whose sums may be held against each other."""
    old, new = _spans(before), _spans(after)
    then, now = (
        set(unit.parts) - {span.part for span in spans}
        for unit, spans in ((before, old), (after, new))
    )
    alike = (then & now) - {OTHERS}  # whose others they are hangs on which values are told
    for part in alike:
        yield [_written(part)], [_written(part)]
    yield [_written(part) for part in then - alike], [_written(part) for part in now - alike]
    both = sorted({span.start for span in old} & {span.start for span in new})
    for start, end in pairwise([*both, None]):
        assert start is not None
        yield _between(old, start, end), _between(new, start, end)
    if both:
        yield _between(old, None, both[0]), _between(new, None, both[0])


@dataclass(frozen=True)
class _Span:
    """A period that is told: its first month, and how it is written."""

    start: str
    part: str


def _spans(unit: Unit) -> list[_Span]:
    """Return the periods of a unit in order; none of a ladder of values."""
    rungs = {block.rpartition("|")[2].partition("=")[0] for block in unit.counts}
    if not rungs or not rungs <= set(WIDTH_MONTHS):
        return []
    spans = [_Span(part.removeprefix(LATER), part) for part in unit.parts if part != UNKNOWN]
    return sorted(spans, key=lambda span: span.start)


def _between(spans: Sequence[_Span], start: str | None, end: str | None) -> list[str]:
    return [
        _written(span.part)
        for span in spans
        if (start is None or span.start >= start) and (end is None or span.start < end)
    ]


def _written(part: str) -> str:
    return told("", part)[1:]
