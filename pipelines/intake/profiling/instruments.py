"""Which columns hold scores: of which instrument, at which time, on which scale."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipelines.definitions import Definitions
from pipelines.intake.profiling.facts import Column
from pipelines.intake.profiling.times import Moment, moment
from pipelines.intake.profiling.words import Hint, Hints, Words, holds, without, words

PAIN = "pain_intensity"
WIDE_SCALE = 0.2
RECALLS = ("7", "24", "now", "current", "week")
UNNAMED_DOUBT = "no word names the instrument; guessed from the range of its numbers"
RECALL_DOUBT = "version and recall are not said: check"
UNNAMED = ((10, "nrs_average_7d"), (100, "nrs_average_7d"), (27, "phq_9"), (60, "madrs"))


@dataclass(frozen=True)
class Score:
    """A column, or the items, that hold a score.

    `at` is the time in its name, `timing` before_infusion, during_infusion, after_infusion or "".
    `scale` multiplies, `unreachable` are codes of a missing number that the instrument can't reach.
    """

    column: Column
    instrument: str
    doubt: str
    at: Moment | None = None
    timing: str = ""
    scale: float | None = None
    unreachable: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    total: bool = False
    rest: Words = ()


class Instruments:
    """Looks for columns of scores with the instruments that are defined."""

    def __init__(self, definitions: Definitions, hints: Hints) -> None:
        """Keep ranges and constructs by instrument."""
        self.hints = hints
        rows = definitions["instruments"].iter_rows(named=True)
        self.known = {row["instrument"]: row for row in rows}
        self.by_loinc: dict[str, str] = {
            **{row["loinc"]: name for name, row in self.known.items() if row["loinc"]},
            **hints.loinc,
            **{code: hint.means for code, hint in hints.exact("loinc").items()},
        }

    def scores(self, columns: Sequence[Column], context: Words) -> list[Score]:
        """Return the columns of scores of a table; `context` are the words of its file."""
        found = [score for column in columns if (score := self._named(column))]
        chosen = [score for score in found if not score.items] + self._summed(found)
        chosen = _plainest(chosen)
        return chosen or self._by_file(columns, context) or self._unnamed(columns, context)

    def of_cell(self, text: str) -> str | None:
        """Return the instrument that a cell names: a LOINC code or a name; None where none."""
        if text in self.by_loinc:
            return self.by_loinc[text]
        hint = self.hints.whole("instrument", words(text)) or self._hint(words(text))
        return hint.means if hint else None

    def _named(self, column: Column) -> Score | None:
        hint = self._hint(column.words)
        if hint is None or hint.means not in self.known or not column.numeric:
            return None
        rest = without(column.words, hint.words)
        if any(self._aside(word) for word in rest):
            return None
        timing = next((t.means for word in rest if (t := self.hints.whole("timing", (word,)))), "")
        total = any(self.hints.whole("total", (word,)) for word in rest)
        rest = tuple(word for word in rest if not self.hints.whole("total", (word,)))
        items = (column.name,) if self._is_item(rest, hint) and not total else ()
        score = Score(
            column,
            hint.means,
            self._recall_doubt(hint),
            moment(rest, self.hints) if rest and not items else None,
            timing,
            items=items,
            total=total,
            rest=rest,
        )
        return score if items else self.fitted(score)

    def _hint(self, text: Words) -> Hint | None:
        """Return the longest name in a text: a code of ours, or a usual name; else how it begins."""
        own = [Hint(words(name), name, None) for name in self.known if holds(text, words(name))]
        usual = self.hints.within("instrument", text)
        found = max(
            [*own, *([usual] if usual else [])],
            key=lambda hint: len("".join(hint.words)),
            default=None,
        )
        if found is None:
            return self.hints.begins("instrument", text)
        detail = self.hints.within("instrument", words(found.means))
        return found if found.detail or detail is None else replace(found, detail=detail.detail)

    def _aside(self, word: str) -> bool:
        hint = self.hints.whole("column", (word,))
        return hint is not None and hint.means == "not_used"

    def _is_item(self, rest: Words, hint: Hint) -> bool:
        words = [word for word in rest if not word.isdigit()]
        numbered = len(rest) > 0 and rest[-1].isdigit() and len(rest[-1]) <= 2
        return (
            numbered
            and bool(hint.detail)
            and all(self.hints.whole("item", (word,)) for word in words)
        )

    def _summed(self, found: Iterable[Score]) -> list[Score]:
        """Return the sum of items for instruments that have all of their items and no total."""
        items: dict[str, list[Score]] = defaultdict(list)
        totals = {score.instrument for score in found if not score.items}
        for score in found:
            if score.items and score.instrument not in totals:
                items[score.instrument].append(score)
        summed = []
        for parts in items.values():
            hint = self._hint(parts[0].column.words)
            needed = int(hint.detail or 0) if hint else 0
            numbers = sorted(int(part.rest[-1]) for part in parts)
            if numbers[:needed] == list(range(1, needed + 1)):
                names = tuple(part.column.name for part in parts if int(part.rest[-1]) <= needed)
                summed.append(replace(parts[0], items=names, rest=(), doubt="the sum of the items"))
        return summed

    def fitted(self, score: Score) -> Score | None:
        """Return the score with its scale and missing codes; None where its numbers can't be it."""
        kind = self.known[score.instrument]
        least, most = float(kind["minimum"]), float(kind["maximum"])
        pain = kind["construct"] == PAIN
        hundred = pain and _share(score.column, most, 100) >= WIDE_SCALE
        most = 100 if hundred else most
        codes = [
            code
            for code, hint in self.hints.exact("missing").items()
            if hint.means == "number" and not least <= float(code) <= most
        ]
        cells = score.column.cells
        unreachable = tuple(code for code in codes if cells.is_in([code]).any())
        numbers = replace(score.column, cells=cells.filter(~cells.is_in(list(unreachable))))
        low, high = numbers.span
        doubt, scale = score.doubt, None
        if pain and low >= 0 and high <= 1 and not numbers.whole:
            scale, doubt = 10.0, "a scale of 0 to 1 becomes 0 to 10; " + (doubt or "check")
        elif hundred:
            scale, doubt = 0.1, "a scale of 0 to 100 becomes 0 to 10; " + (doubt or "check")
        elif low < least or high > most:
            doubt = f"numbers go beyond {least:g} to {most:g}; is it {score.instrument}?"
            if high > 2 * most or not numbers.filled:
                return None
        return replace(score, scale=scale, unreachable=unreachable, doubt=doubt)

    def _recall_doubt(self, hint: Hint) -> str:
        """Return a doubt where a questionnaire is defined with several recalls and none is named."""
        own = words(hint.means)
        several = sum(words(name)[0] == own[0] for name in self.known) > 1
        said = set(RECALLS) & set(hint.words)
        return RECALL_DOUBT if several and not said else ""

    def _by_file(self, columns: Sequence[Column], context: Words) -> list[Score]:
        """Return the one column called score or total of a file named like an instrument."""
        hint = self._hint(context)
        found = [
            column
            for column in columns
            if column.numeric
            and (named := self.hints.whole("column", column.words)) is not None
            and named.means == "score"
        ]
        if hint is None or hint.means not in self.known or len(found) != 1:
            return []
        score = self.fitted(Score(found[0], hint.means, "by the name of the file"))
        return [score] if score else []

    def _unnamed(self, columns: Sequence[Column], context: Words) -> list[Score]:
        """Return columns that are named by times alone, as T1, T2, T3, where numbers fit a scale."""
        groups: dict[Words, list[tuple[Column, Moment]]] = defaultdict(list)
        for column in columns:
            at = moment(column.words, self.hints)
            if at is not None and column.numeric:
                stem = (
                    tuple(w for w in column.words if not w.isdigit()) if at.kind == "order" else ()
                )
                groups[stem].append((column, at))
        several = [group for group in groups.values() if len(group) > 1]
        if not several:
            return []
        group = max(several, key=len)
        hint = self._hint(context)
        return self._guessed(group, hint.means if hint and hint.means in self.known else None)

    def _guessed(self, group: list[tuple[Column, Moment]], named: str | None) -> list[Score]:
        high = max(column.span[1] for column, _ in group)
        low = min(column.span[0] for column, _ in group)
        guess = named or next((name for most, name in UNNAMED if high <= most), None)
        if guess is None or low < 0:
            return []
        doubt = "by the name of the file" if named else UNNAMED_DOUBT
        made = [self.fitted(Score(column, guess, doubt, at)) for column, at in group]
        return [score for score in made if score]


def _share(column: Column, above: float, most: float) -> float:
    """Return which share of the numbers lies above one number and not above another."""
    inside = (column.numbers > above) & (column.numbers <= most)
    return float(inside.sum()) / max(column.numbers.len(), 1)


def _plainest(found: list[Score]) -> list[Score]:
    """Return one column for each instrument, time and timing: a total before others, then the shortest."""
    best: dict[tuple[str, Moment | None, str], Score] = {}
    for score in sorted(
        found, key=lambda score: (not score.total, len(score.rest), score.column.position)
    ):
        best.setdefault((score.instrument, score.at, score.timing), score)
    chosen = list(best.values())
    return sorted(chosen, key=lambda score: score.column.position)
