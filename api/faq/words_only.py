"""The plain search that takes over when the other one fails: BM25 over words, and little courage.

Without calibrated certainty only a known question is answered; everything else is offered.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from api.faq.compiled import Compiled
from api.faq.terms import Analyser

CHOICES = 3
ENOUGH = 0.5
"""How much of the question's words, by rarity, an entry must say to be offered."""

_SATURATION, _LENGTH = 1.2, 0.75


class WordsOnly:
    def __init__(self, compiled: Sequence[Compiled], analyser: Analyser) -> None:
        self._analyser = analyser
        entries = [one for one in compiled if not one.document.is_outside]
        self.ids = [one.document.id for one in entries]
        asked = [one.asked for one in entries]
        self._exact = {terms.key: n for n, one in enumerate(asked) for terms in one}
        counts = [Counter(word for terms in one for word in terms.words) for one in asked]
        lengths = np.array([count.total() for count in counts], dtype=float)
        self._relative = lengths / max(lengths.mean() if len(lengths) else 1.0, 1.0)
        self._postings: dict[str, list[tuple[int, int]]] = {}
        for n, count in enumerate(counts):
            for word, times in count.items():
                self._postings.setdefault(word, []).append((n, times))

    def best(self, question: str) -> tuple[list[str], bool]:
        """The entries nearest to the question, best first, and whether the first asks just it."""
        terms = self._analyser.terms(question)
        if (exact := self._exact.get(terms.key)) is not None:
            return [self.ids[exact]], True
        scores, said = np.zeros(len(self.ids)), np.zeros(len(self.ids))
        whole = 0.0
        for word in dict.fromkeys(terms.words):
            found = self._postings.get(word, [])
            rarity = np.log(1 + (len(self.ids) - len(found) + 0.5) / (len(found) + 0.5))
            whole += rarity
            for n, times in found:
                norm = _SATURATION * (1 - _LENGTH + _LENGTH * self._relative[n])
                scores[n] += rarity * times * (_SATURATION + 1) / (times + norm)
                said[n] += rarity
        order = [int(n) for n in np.argsort(-scores, kind="stable")[:CHOICES]]
        return [self.ids[n] for n in order if said[n] >= ENOUGH * max(whole, 1e-9)], False
