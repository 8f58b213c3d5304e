"""Telephone numbers, e-mail addresses, case numbers and secret codes inside a message."""

import re

import phonenumbers

_DIGITS = {ord("๐") + n: str(n) for n in range(10)}
_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}(?![\w@])", re.ASCII
)
_GAP = r"[\s\-–—.]{0,3}"
# A code is four groups of four digits, a case number a year, a running number and a check digit.
_CODE = re.compile(rf"(?<!\d)(\d{{4}}){_GAP}(\d{{4}}){_GAP}(\d{{4}}){_GAP}(\d{{4}})(?!\d)")
_NUMBER = re.compile(rf"(?<!\d)(2[5-6]\d\d){_GAP}(\d{{6}}){_GAP}(\d)(?!\d)")


def read_contact(text: str) -> str | None:
    """Every valid telephone number and e-mail address in `text`, or None."""
    text = text.translate(_DIGITS)
    emails = _EMAIL.findall(text)
    found: list[str] = []
    for match in phonenumbers.PhoneNumberMatcher(_EMAIL.sub(" ", text), "TH"):
        number = match.number
        if number.country_code == 66:
            written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
            found.append(re.sub(r"\D", "", written))
        else:
            found.append(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return ", ".join(dict.fromkeys(found + emails)) or None


def read_case(text: str) -> tuple[str | None, str | None]:
    """The case number and the secret code in `text`; either may be missing."""
    text = text.translate(_DIGITS)
    number = _NUMBER.search(text)
    # The number is taken out first: its digits must not be read as part of a code.
    rest = text[: number.start()] + " ; " + text[number.end() :] if number else text
    code = _CODE.search(rest)
    if number and not code:
        # Or the number was found inside a code that happens to begin like a year.
        whole = _CODE.search(text)
        if whole and whole.start() <= number.start() and number.end() <= whole.end():
            return None, "-".join(whole.groups())
    return (
        "-".join(number.groups()) if number else None,
        "-".join(code.groups()) if code else None,
    )
