"""A question turned into what the search compares: words of one form, and runs of characters.

`knowledge/synonyms.yml` says which words are the same, which are near, and which say nothing.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.content import ContentFile, WrongContent
from api.thai_text import Dictionary, fold, grams, known_words, normalise, words

LONGEST_QUESTION = 400
"""Characters that are read. What is longer is a story, and its subject stands at the beginning."""

Group = Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=2)]


class SynonymsFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    same: list[Group]
    related: list[Group]
    ignored: list[Group]


@dataclass(frozen=True)
class Terms:
    """What is left of a text: `words` in order, `concepts` they belong to, `grams` of the whole."""

    words: tuple[str, ...]
    concepts: tuple[str, ...]
    grams: Counter[str]

    @property
    def key(self) -> str:
        return "".join(self.words)


class Analyser:
    def __init__(self, knowledge_dir: Path) -> None:
        synonyms = read_synonyms(knowledge_dir)
        every = [term for group in _groups(synonyms) for term in group]
        # Words are cut without tone marks, so that a question typed without them is cut alike.
        self._dictionary = Dictionary(
            fold(word) for word in known_words(knowledge_dir) | {normalise(t) for t in every}
        )
        self._same: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._concepts: dict[tuple[str, ...], list[str]] = {}
        for group in synonyms.ignored:
            self._same |= {self._cut(term): () for term in group}
        for group in synonyms.same:
            self._same |= {self._cut(term): self._cut(group[0]) for term in group}
        self._longest = max(map(len, self._same))
        for group in synonyms.related:
            for term in group:
                if form := self._one_form(self._cut(term)):
                    self._concepts.setdefault(form, []).append(group[0])

    def terms(self, text: str) -> Terms:
        kept = self._one_form(self._cut(text[: 2 * LONGEST_QUESTION]))
        concepts = dict.fromkeys(f"={name}" for name in self._concepts_of(kept))
        return Terms(kept, tuple(concepts), Counter(grams("".join(kept))))

    def _cut(self, text: str) -> tuple[str, ...]:
        folded = fold(normalise(text))[:LONGEST_QUESTION]
        return tuple(word.replace("-", "") for word in words(folded, self._dictionary))

    def _one_form(self, cut: tuple[str, ...]) -> tuple[str, ...]:
        position, kept = 0, list[str]()
        while position < len(cut):
            for size in range(min(self._longest, len(cut) - position), 0, -1):
                run = cut[position : position + size]
                if run in self._same:
                    kept += self._same[run]
                    break
            else:
                size = 1
                kept.append(cut[position])
            position += size
        return tuple(kept)

    def _concepts_of(self, cut: tuple[str, ...]) -> Iterator[str]:
        for position in range(len(cut)):
            for size in range(1, min(self._longest, len(cut) - position) + 1):
                yield from self._concepts.get(cut[position : position + size], ())


@lru_cache
def analyser(knowledge_dir: Path) -> Analyser:
    return Analyser(knowledge_dir)


def read_synonyms(knowledge_dir: Path) -> SynonymsFile:
    """Raises WrongContent when a term belongs to two groups that contradict each other."""
    file = ContentFile(knowledge_dir / "synonyms.yml", SynonymsFile)
    mistakes: list[str] = []
    first: dict[str, str] = {}
    for kind in ("same", "ignored"):
        for n, group in enumerate(getattr(file.content, kind)):
            for m, term in enumerate(group):
                form = normalise(term).replace(" ", "")
                if form in first and first[form] != f"{kind} {n}":
                    mistakes.append(file.mistake((kind, n, m), f"{term} is in another group too"))
                first.setdefault(form, f"{kind} {n}")
    if mistakes:
        raise WrongContent(mistakes)
    return file.content


def _groups(synonyms: SynonymsFile) -> list[list[str]]:
    return [*synonyms.same, *synonyms.related, *synonyms.ignored]
