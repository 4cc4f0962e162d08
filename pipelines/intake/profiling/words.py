"""Words in the names of columns and files, and what they are hints of."""

import re
import unicodedata
from dataclasses import dataclass

from pipelines.definitions import Definitions

Words = tuple[str, ...]
PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
SHORTEST_INSIDE = 4


@dataclass(frozen=True)
class Hint:
    """A row of column_hints.csv that fits: its words, what they mean, and more of it."""

    words: Words
    means: str
    detail: str | None


def words(name: str) -> Words:
    """Return the words and numbers of a name in lower case without accents: HAM17_Total, ham 17 total."""
    folded = name.replace("ß", "ss")
    for umlaut, plain in (
        ("ä", "ae"),
        ("ö", "oe"),
        ("ü", "ue"),
        ("Ä", "Ae"),
        ("Ö", "Oe"),
        ("Ü", "Ue"),
    ):
        folded = folded.replace(umlaut, plain)
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    return tuple(piece.lower() for piece in PIECES.findall(plain))


class Hints:
    """The lists of column_hints.csv, for looking up names and cells.

    `snomed` gives the ICD-10-CM code of a SNOMED CT code, `loinc` the instrument of a LOINC code,
    `diagnoses` the first three characters of the ICD-10-CM codes that are defined.
    """

    def __init__(self, definitions: Definitions) -> None:
        """Sort the rows by list."""
        self._lists: dict[str, dict[Words, Hint]] = {}
        self._exact: dict[str, dict[str, Hint]] = {}
        rows = definitions["column_hints"].select("list", "word", "means", "detail")
        for name, word, means, detail in rows.iter_rows():
            hint = Hint(words(word), means, detail)
            self._lists.setdefault(name, {})[hint.words] = hint
            self._exact.setdefault(name, {})[word] = hint
        pairs = definitions["snomed_diagnoses"].select("snomed", "icd10cm").iter_rows()
        self.snomed: dict[str, str] = dict(pairs)
        prefixes = definitions["diagnoses"]["icd10cm_prefix"].str.slice(0, 3)
        self.diagnoses: frozenset[str] = frozenset(prefixes.to_list())
        loinc = definitions["fhir_codes"].filter(system="loinc", use="instrument")
        self.loinc: dict[str, str] = dict(loinc.select("code", "value").iter_rows())

    def exact(self, name: str) -> dict[str, Hint]:
        """Return a list whose words are codes, by the code as written."""
        return self._exact.get(name, {})

    def whole(self, name: str, text: Words) -> Hint | None:
        """Return the hint that is the whole text, written apart or together."""
        found = self._lists[name].get(text)
        if found:
            return found
        joined = "".join(text)
        return next(
            (hint for key, hint in self._lists[name].items() if "".join(key) == joined), None
        )

    def within(self, name: str, text: Words) -> Hint | None:
        """Return the longest hint that is among the words of a text."""
        fitting = [hint for key, hint in self._lists[name].items() if holds(text, key)]
        return max(fitting, key=_letters, default=None)

    def begins(self, name: str, text: Words) -> Hint | None:
        """Return the longest hint of four letters or more that a text without gaps begins with."""
        joined = "".join(text)
        fitting = [
            hint
            for key, hint in self._lists[name].items()
            if len("".join(key)) >= SHORTEST_INSIDE and joined.startswith("".join(key))
        ]
        return max(fitting, key=_letters, default=None)

    def cell(self, name: str, text: str) -> Hint | None:
        """Return the hint that a cell is: the whole of it, else a word inside it that is no number."""
        split = words(text)
        inside = tuple(word for word in split if len(word) > 1 and not word.isdigit())
        return self.whole(name, split) or self.within(name, inside)


def _letters(hint: Hint) -> int:
    return len("".join(hint.words))


def holds(text: Words, part: Words) -> bool:
    """Return whether the words of a part stand in the text, one after the other."""
    size = len(part)
    return any(text[start : start + size] == part for start in range(len(text) - size + 1))


def without(text: Words, part: Words) -> Words:
    """Return the text without the first place where the part stands."""
    for start in range(len(text) - len(part) + 1):
        if text[start : start + len(part)] == part:
            return text[:start] + text[start + len(part) :]
    joined, inside = "".join(text), "".join(part)
    return words(joined.removeprefix(inside)) if joined.startswith(inside) else text
