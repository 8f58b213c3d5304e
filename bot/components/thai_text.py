"""One spelling for what looks or means the same, with the way back to the original characters."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

_SPLIT_SARA_AM = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32")
_THAI_DIGITS = {chr(ord("๐") + n): str(n) for n in range(10)}
_MARKS = dict.fromkeys(map(ord, "\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c"))
_SOUND_ALIKE = str.maketrans("ใๅศษณญฬฎฏฐฑฒธภฆฃฅ", "ไาสสนยลดตททททพคขค")


class Normalised(NamedTuple):
    text: str
    # starts[i] is where character i of `text` begins in the original; one more for the end.
    starts: list[int]


def normalise(text: str) -> Normalised:
    """Thai digits become Arabic, sara am one character, เเ becomes แ, capitals become small.

    Zero-width marks and repeats ("มากกกก") vanish; white space and control characters are spaces.
    """
    pieces = [(piece, start) for start, pieces in _characters(text) for piece in pieces]
    kept: list[tuple[str, int]] = []
    for piece, run in groupby(pieces, key=lambda pair: pair[0]):
        same = list(run)
        if piece == "เ" and len(same) == 2:
            kept.append(("แ", same[0][1]))
        else:
            kept.extend(same[:1] if _is_stretched(piece, len(same)) else same)
    return Normalised("".join(piece for piece, _ in kept), [*(s for _, s in kept), len(text)])


def fold(text: str) -> str:
    """Normalised text without tone marks, and with letters of the same sound made equal."""
    return text.translate(_MARKS).translate(_SOUND_ALIKE)


def _characters(text: str) -> Iterator[tuple[int, str]]:
    """Pairs of a position in `text` and what stands for the character there."""
    index = 0
    while index < len(text):
        sara_am = _SPLIT_SARA_AM.match(text, index)
        if sara_am:
            yield index, sara_am.group(1) + "ำ"
            index = sara_am.end()
        else:
            yield index, _plain(text[index])
            index += 1


def _plain(character: str) -> str:
    if "\u0e00" <= character <= "\u0e7f":
        return _THAI_DIGITS.get(character, character)
    if character.isspace() or unicodedata.category(character) == "Cc":
        return " "
    if unicodedata.category(character) in ("Cf", "Cs") or "\ufe00" <= character <= "\ufe0f":
        return ""
    return unicodedata.normalize("NFKC", character).lower()


def _is_stretched(piece: str, times: int) -> bool:
    """Three equal letters or more, or two equal vowels or tone marks above or below."""
    if piece.isdigit():
        return False
    return times > 2 or (times > 1 and (piece == " " or unicodedata.category(piece) == "Mn"))
