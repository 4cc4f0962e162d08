"""Identifiers of twelve kinds, each unlike anything that a practice folder holds by itself."""

import random
import re
from collections import Counter
from datetime import date, datetime, timedelta

KINDS = (
    "name", "e-mail", "phone", "social_security", "record_number", "date", "url", "ip_address",
    "address", "account", "licence_or_device", "zip_plus_4",
)  # fmt: skip
ONSETS = ("zv", "kh", "vr", "szt", "tj", "gw", "drz", "mbl", "pf", "ksh")
VOWELS = ("a", "e", "i", "o", "u", "oo", "ei")
ENDS = ("lk", "rgh", "nvz", "tsk", "mbr", "ddw")
FIRST_DAY, MOST_DATES = date(1911, 1, 5), 1_600
DATES = ("%Y-%m-%d", "%m/%d/%Y", "%d.%m.%Y", "%B %d, %Y", "%Y-%m-%dT09:41:27Z", "%Y%m%d")


class Plants:
    """Makes identifiers and remembers how each could show: as planted, and in other spellings.

    Texts are long or unusual, so that finding one is no accident. Dates lie in the last century,
    where no record of a practice has a day.
    """

    def __init__(self, seed: int) -> None:
        """Start with nothing planted."""
        self._chance = random.Random(seed)
        self._used: set[str] = set()
        self.needles: dict[str, str] = {}
        self.planted: Counter[str] = Counter()

    def plant(self, kind: str) -> str:
        """Return a new identifier."""
        text = self._new(kind)
        self.planted[kind] += 1
        for needle in _spellings(kind, text):
            self.needles[needle.lower()] = kind
        return text

    def as_code(self, kind: str) -> str:
        """Return a new identifier in the form of a code: lower case, digits and underscores."""
        return re.sub(r"[^a-z0-9]+", "_", self.plant(kind).lower()).strip("_")

    def word(self) -> str:
        """Return a word that no language has, not yet given."""
        while True:
            parts = [f"{self._one(ONSETS)}{self._one(VOWELS)}" for _ in range(2)]
            word = "".join(parts) + self._one(ONSETS) + self._one(VOWELS) + self._one(ENDS)
            if word not in self._used:
                self._used.add(word)
                return word.capitalize()

    def _one(self, choices: tuple[str, ...]) -> str:
        return self._chance.choice(choices)

    def _digits(self, count: int) -> str:
        return str(self._chance.randrange(10 ** (count - 1), 10**count))

    def _new(self, kind: str) -> str:
        digits, word = self._digits, self.word
        if kind == "name":
            return f"{word()} {word()}"
        if kind == "e-mail":
            return f"{word()}.{word()}@{word()}.example".lower()
        if kind == "phone":
            form = self._one(("({}) {}-{}", "{}-{}-{}", "+1 {} {} {}", "fax {}.{}.{}"))
            return form.format(digits(3), digits(3), digits(4))
        if kind == "social_security":
            return f"9{digits(2)}-{digits(2)}-{digits(4)}"
        if kind == "record_number":
            return f"MRN-{digits(10)}"
        if kind == "date":
            return self._date()
        if kind == "url":
            return f"https://{word()}.example/chart/{word()}".lower()
        if kind == "ip_address":
            return ".".join(str(self._chance.randrange(100, 255)) for _ in range(4))
        if kind == "address":
            return f"{digits(4)} {word()} {self._one(('Street', 'Avenue', 'Road', 'Lane'))}"
        if kind == "account":
            return f"ACCT {digits(12)}"
        if kind == "licence_or_device":
            return self._one(("DL {}{}", "VIN 1HG{}{}", "SN:{}-{}")).format(digits(4), digits(8))
        return f"{digits(5)}-{digits(4)}"

    def _date(self) -> str:
        """Return a date 16 days or more from every other: no slide takes one to another."""
        while True:
            day = FIRST_DAY + timedelta(days=16 * self._chance.randrange(MOST_DATES))
            if day.isoformat() not in self._used:
                self._used.add(day.isoformat())
                return day.strftime(self._one(DATES))


def _spellings(kind: str, text: str) -> list[str]:
    """Return how an identifier could show if it got through whole or in its telling part."""
    if kind in ("name", "address"):
        return [word for word in text.split() if len(word) > 7]
    if kind == "date":
        return [text, *_dates(text)]
    plain = re.sub(r"[^A-Za-z0-9]+", "", text.removeprefix("fax").removeprefix("+1"))
    slug = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")
    return [text, plain, slug]


def _dates(text: str) -> list[str]:
    for spelling in DATES:
        try:
            day = datetime.strptime(text, spelling)
        except ValueError:
            continue
        return [day.strftime(other) for other in (*DATES, "%Y_%m_%d", "%m_%d_%Y", "%d_%m_%Y")]
    raise AssertionError(text)
