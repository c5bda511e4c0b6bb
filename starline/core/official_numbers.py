"""Numbers that authorities give out, and how to tell a mistyped one."""

import re

NPI_PREFIX = "80840"
"""What the check digit of an NPI is computed with (CMS, "Requirements for NPI and NPI check digit")."""

_LETTER = "[AC-HJKMNP-RT-Y]"
_MEDICARE = re.compile(
    f"[1-9]{_LETTER}[AC-HJKMNP-RT-Y0-9][0-9]{_LETTER}[AC-HJKMNP-RT-Y0-9][0-9]{_LETTER}{{2}}[0-9]{{2}}"
)
"""The Medicare beneficiary identifier (CMS, "Understanding the MBI format"): no S, L, O, I, B or Z."""


def is_npi(text: str) -> bool:
    """Whether `text` is ten digits starting with 1 or 2 whose last one is the Luhn check of `80840` and the rest."""
    return bool(re.fullmatch(r"[12][0-9]{9}", text)) and luhn_remainder(NPI_PREFIX + text) == 0


def luhn_remainder(digits: str) -> int:
    """The Luhn sum modulo 10 (ISO/IEC 7812-1); 0 for a number that ends in its right check digit."""
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    return (
        sum(int(digit) for digit in digits[-1::-2]) + sum(value - 9 if value > 9 else value for value in doubled)
    ) % 10


def ssn_digits(text: str) -> str | None:
    """The nine digits of a social security number, or None where it can't be one.

    Never given out: area 000, 666 and 900-999, group 00, serial 0000 (SSA, POMS RM 10201.035).
    """
    if not re.fullmatch(r"[0-9]{3}([- ]?)[0-9]{2}\1[0-9]{4}", text.strip()):
        return None
    digits = re.sub(r"[^0-9]", "", text)
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    is_possible = area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"
    return digits if is_possible else None


def tax_id_digits(text: str) -> str | None:
    """The nine digits of a taxpayer identification number, or None: an employer's 12-3456789, or a person's own."""
    if not re.fullmatch(r"[0-9]{2}-?[0-9]{7}", text.strip()):
        return ssn_digits(text)
    digits = re.sub(r"[^0-9]", "", text)
    return digits if int(digits) else None


def medicare_id(text: str) -> str | None:
    """The eleven characters of a Medicare id without its hyphens, or None where it can't be one."""
    plain = re.sub(r"[-\s]", "", text).upper()
    return plain if _MEDICARE.fullmatch(plain) else None
