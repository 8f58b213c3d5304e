"""Spells a message the way the knowledge does, where it was typed without tone marks or with slips.

The meaning of a text is computed from its letters, and misspelled words mean nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from api.thai_text import Dictionary, fold, normalise, words

SHORTEST = 4
"""Letters (folded) of a word that may be a misspelled one; shorter ones are too like each other."""


FEW_MARKS = 0.03
"""Share of tone marks in a text below which they were left out; usual are eight in a hundred."""

_MARKED = re.compile("[\u0e47-\u0e4c]")


class Spelling:
    def __init__(self, counts: Iterable[Counter[str]], dictionary: Dictionary) -> None:
        """`counts` are those of the words of all that the knowledge asks, as it spells them."""
        self._dictionary = dictionary
        counted: Counter[str] = Counter()
        for count in counts:
            counted.update(count)
        self._spelled: dict[str, str] = {}
        for word, _ in counted.most_common():
            if word in dictionary:
                self._spelled.setdefault(fold(word), word)
        self._folded = Dictionary(self._spelled)
        self._long = [word for word in self._spelled if len(word) >= SHORTEST]

    @staticmethod
    def count(texts: Iterable[str], dictionary: Dictionary) -> Counter[str]:
        return Counter(word for text in texts for word in words(normalise(text), dictionary))

    def mended(self, text: str) -> str:
        """Normalised; as it is where every word is known."""
        normal = normalise(text)
        if len(_MARKED.findall(normal)) < FEW_MARKS * len(normal):
            again = words(fold(normal), self._folded)
            return "".join(self._mend(run) for run in _joined_strangers(again, self._folded))
        cut = words(normal, self._dictionary)
        if not any(self._is_strange(word) for word in cut):
            return normal
        runs = _joined_strangers(cut, self._dictionary)
        return "".join(self._mend(fold(run)) if self._is_strange(run) else run for run in runs)

    def _is_strange(self, word: str) -> bool:
        return word[0] >= "ก" and word not in self._dictionary

    def _mend(self, word: str) -> str:
        if word in self._spelled:
            return self._spelled[word]
        if word.isascii():
            return f" {word} "
        if len(word) < SHORTEST:
            return word
        slips = 1 if len(word) < 8 else 2
        near = process.extractOne(word, self._long, scorer=OSA.distance, score_cutoff=slips)
        return self._spelled[near[0]] if near else word


def _joined_strangers(cut: list[str], known: Dictionary) -> list[str]:
    """Neighbouring pieces that are no words belong to one word that was cut in the wrong places."""
    joined: list[str] = []
    is_open = False
    for word in cut:
        is_strange = not word.isascii() and word not in known
        if is_strange and is_open:
            joined[-1] += word
        else:
            joined.append(word)
        is_open = is_strange
    return joined
