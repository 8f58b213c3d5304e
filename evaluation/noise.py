"""Questions spoiled the way people spoil them, for calibrating the search. Always the same way."""

import random

_KEYS = "กขคงจชดตทนบปผพมยรลวสหอะาิีุูเแโไ"
_DROPPED_MARKS = dict.fromkeys(map(ord, "็่้๊๋์"))
_BEFORE = ["สวัสดีค่ะ ", "ขอสอบถามครับ ", "รบกวนถามหน่อยค่ะ ", "คือว่า", "พอดี", "แอดมินคะ "]
_AFTER = ["ครับ", "คะ", " ขอบคุณค่ะ", "ครับผม", " ช่วยตอบหน่อย", "จ้า"]


class Noise:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  # Not a secret, and it must repeat itself.

    def spoil(self, question: str) -> str:
        """Misspelled, without tone marks or spaces, or wrapped in politeness."""
        dice = self._random.random()
        if dice < 0.25:
            return question.translate(_DROPPED_MARKS).replace(" ", "")
        if dice < 0.5:
            return self._random.choice(_BEFORE) + question + self._random.choice(_AFTER)
        return self._misspell(question)

    def disturb(self, question: str, share: float) -> str:
        """Every letter is dropped, doubled, swapped or mistyped with the probability `share`."""
        letters = list(question)
        for place in range(len(letters)):
            if self._random.random() < share:
                self._misspell_at(letters, place)
        return "".join(letters)

    def _misspell(self, question: str) -> str:
        letters = list(question)
        for _ in range(max(1, len(letters) // 18)):
            self._misspell_at(letters, self._random.randrange(len(letters)))
        return "".join(letters)

    def _misspell_at(self, letters: list[str], place: int) -> None:
        dice = self._random.random()
        if dice < 0.4:
            letters[place] = ""
        elif dice < 0.6:
            letters[place] += letters[place]
        elif dice < 0.8:
            letters[place] = self._random.choice(_KEYS)
        elif place:
            letters[place - 1], letters[place] = letters[place], letters[place - 1]
