"""The check digit of LOINC codes, which tells most mistyped codes."""

import re

FORM = re.compile(r"[0-9]{1,7}-[0-9]")


def check_digit(number: str) -> int:
    """Return the check digit of the number before the dash, by modulus 10.

    Every second digit from the right, beginning with the last, is doubled; the digit sums are
    added and completed to the next ten (LOINC Users' Guide, appendix on check digits).
    """
    doubled = [int(digit) * 2 for digit in number[::-2]]
    single = [int(digit) for digit in number[-2::-2]]
    return -(sum(sum(divmod(value, 10)) for value in doubled) + sum(single)) % 10


def well_formed(code: str) -> bool:
    """Return whether a text has the form of a LOINC code and its right check digit."""
    if not FORM.fullmatch(code):
        return False
    number, digit = code.split("-")
    return check_digit(number) == int(digit)
