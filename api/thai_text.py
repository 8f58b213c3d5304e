"""Thai text as people really type it, brought into one form and cut into words.

PyThaiNLP is imported at the first use: most processes that import this module never cut a word.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from api.settings import get_settings

_JOINERS_OF_EMOJI = "\u200d\ufe0f"
_ZERO_WIDTH = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufe0e\ufe0f\ufeff"))
_DIGITS = {ord("๐") + n: str(n) for n in range(10)}
_SPLIT_SARA_AM = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32")
_TWO_SARA_E = re.compile("เเ")
# Digits are left alone: the hotline 1111 is a number, not a shout.
_REPEATED = re.compile(r"([^\W\d_]|[\u0e30-\u0e4e])\1{2,}")
_SPACES = re.compile(r"\s+")
# Addresses and terms such as `mof.go.th` and `e-gp` stay whole.
_LATIN = re.compile(r"[a-z0-9]+(?:[.&_-]+[a-z0-9]+)*")
_HAS_SUBSTANCE = re.compile(r"[^\W_]")

_MARKS = dict.fromkeys(map(ord, "\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c"))
_SOUND_ALIKE = str.maketrans("ใๅศษณญฬฎฏฐฑฒธภฆฃฅ", "ไาสสนยลดตททททพคขค")


def clean(text: str) -> str:
    """What may be stored and shown: no control characters, no text-direction tricks, NFC."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(character for character in text if _may_stay(character)).strip()


def _may_stay(character: str) -> bool:
    if character in "\n\t" or character in _JOINERS_OF_EMOJI:
        return True
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Cn", "Co")


@lru_cache(maxsize=64)  # The parts of the search normalise the same question one after the other.
def normalise(text: str) -> str:
    """One spelling for what looks or means the same; for comparing, not for showing."""
    from pythainlp.util import normalize

    text = unicodedata.normalize("NFKC", clean(text)).translate(_ZERO_WIDTH)
    # NFKC takes sara am apart, and some keyboards type it in two pieces.
    text = _SPLIT_SARA_AM.sub("\\1\u0e33", text).translate(_DIGITS)
    text = _REPEATED.sub(r"\1", _TWO_SARA_E.sub("แ", text))
    return _SPACES.sub(" ", normalize(text)).strip().lower()


def fold(text: str) -> str:
    """Normalised text without tone marks, and with letters of the same sound made equal."""
    return text.translate(_MARKS).translate(_SOUND_ALIKE)


class Dictionary:
    """What newmm needs of a dictionary, without the 60 MB of PyThaiNLP's own trie."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = {word for word in words if word}
        self._longest: dict[str, int] = {}
        for word in self._words:
            self._longest[word[:2]] = max(self._longest.get(word[:2], 0), len(word))

    def __len__(self) -> int:
        return len(self._words)

    def __contains__(self, word: object) -> bool:
        return word in self._words

    def prefixes(self, text: str, start: int = 0) -> list[str]:
        """The words that begin at `start`, shortest first."""
        longest = self._longest.get(text[start : start + 2], 1)
        ends = range(start + 1, min(start + longest, len(text)) + 1)
        return [word for end in ends if (word := text[start:end]) in self._words]


def words(text: str, dictionary: Dictionary | None = None) -> list[str]:
    """The words of normalised text, without spaces, punctuation and emoji."""
    from pythainlp.tokenize.newmm import segment

    # newmm asks a dictionary for nothing but its prefixes.
    trie: Any = dictionary or office_dictionary(get_settings().knowledge_dir)
    cut: list[str] = []
    position = 0
    for latin in _LATIN.finditer(text):
        cut += segment(text[position : latin.start()], trie)
        cut.append(latin.group())
        position = latin.end()
    cut += segment(text[position:], trie)
    return [word for word in cut if _HAS_SUBSTANCE.search(word)]


def grams(text: str, sizes: range = range(2, 4)) -> Iterator[str]:
    """Every run of two or three characters: equal even where the words are misspelled."""
    for size in sizes:
        for start in range(len(text) - size + 1):
            yield text[start : start + size]


def known_words(knowledge_dir: Path) -> set[str]:
    """Thai words and the office's own terms, normalised."""
    from pythainlp.corpus import thai_words

    terms = (knowledge_dir / "dictionary.txt").read_text(encoding="utf-8").splitlines()
    return set(thai_words()) | {normalise(term) for term in terms}


@lru_cache
def office_dictionary(knowledge_dir: Path) -> Dictionary:
    return Dictionary(known_words(knowledge_dir))


@lru_cache
def folded_syllables() -> Dictionary:
    from pythainlp.corpus import thai_syllables

    return Dictionary(fold(normalise(one)) for one in thai_syllables() if len(one) > 1)
