"""A question turned into what the search compares: words of one form, and runs of characters.

`knowledge/synonyms.yml` says which words are the same, which are near, and which say nothing.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.content import ContentFile, WrongContent
from api.thai_text import (
    Dictionary,
    fold,
    folded_syllables,
    grams,
    known_words,
    normalise,
    words,
)

LONGEST_QUESTION = 400
"""Characters that are read. What is longer is a story, and its subject stands at the beginning."""

LONG_WORD = 8
"""Letters. Shorter words taken apart say something else: `looking after` is not `looking`."""

_MARKS = re.compile(r"[\s?!…\"'“”()]")

_PARTS_OF_EVERY_ADDRESS = {"www", "http", "https", "go", "or", "co", "th", "com", "html", "page"}

Group = Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=2)]


class SynonymsFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    same: list[Group]
    related: list[Group]
    ignored: list[Group]
    asked_for: dict[str, list[Annotated[str, Field(min_length=1)]]]


@dataclass(frozen=True)
class Terms:
    """What is left of a text: its words in order, the concepts of each, and what all sound like."""

    key: str
    words: tuple[str, ...]
    concepts: tuple[tuple[str, ...], ...]

    @property
    def grams(self) -> Counter[str]:
        return Counter(grams(fold("".join(self.words))))

    @property
    def syllables(self) -> set[str]:
        """Each syllable, and each with the next one: `ร้องเรียน` cut or spelled however."""
        cut = words(fold("".join(self.words)), folded_syllables())
        return {*cut, *(f"{one} {following}" for one, following in pairwise(cut))}


class Analyser:
    def __init__(self, knowledge_dir: Path) -> None:
        synonyms = read_synonyms(knowledge_dir)
        every = [term for group in _groups(synonyms) for term in group]
        known = known_words(knowledge_dir) | {normalise(term) for term in every}
        self.dictionary = Dictionary(known)
        self._folded_dictionary = Dictionary(map(fold, known))
        self._asked_for = [_one_of(words) for words in synonyms.asked_for.values()]
        self._spellings: dict[str, set[str]] = {}
        for term in every:
            self._spellings.setdefault(fold(normalise(term)), set()).add(normalise(term))
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
        kept = self._one_form(self._cut(text))
        return Terms(plain_key(text), kept, self._concepts_of_each(kept))

    def asked_for(self, text: str) -> list[bool]:
        """Of each kind of thing (a person, an amount, a time …) whether the text asks for it."""
        normal = _normal(text)
        return [bool(words.search(normal)) for words in self._asked_for]

    def _cut(self, text: str) -> tuple[str, ...]:
        normal = _normal(text)
        cut = words(normal, self.dictionary)
        if strangers := _strangers(cut, self.dictionary):
            # Typed without tone marks, perhaps; then it must be cut without them too.
            again = words(fold(normal), self._folded_dictionary)
            if _strangers(again, self._folded_dictionary) < strangers:
                return tuple(part for word in again for part in _pieces(word))
        return tuple(self._fold(part) for word in cut for part in _pieces(word))

    def _fold(self, word: str) -> str:
        folded = fold(word)
        spellings = self._spellings.get(folded)
        # Without its tone mark the word for `new` would be taken for the one that ends a question.
        if spellings and word not in spellings and word in self.dictionary:
            return word
        return folded

    def _inside(self, word: str) -> list[str]:
        """The words a long word is made of: a letter of reply is a letter, and a reply."""
        dictionary = self._folded_dictionary
        if len(word) < LONG_WORD or (word,) in self._concepts:
            return []
        for first in range(len(word) - 3, 2, -1):
            head, tail = word[:first], word[first:]
            if head in dictionary and tail in dictionary:
                return [head, tail]
        return []

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

    def _concepts_of_each(self, cut: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        found: list[list[str]] = [[] for _ in cut]
        for start in range(len(cut)):
            for end in range(start + 1, min(start + self._longest, len(cut)) + 1):
                for name in self._concepts.get(cut[start:end], ()):
                    for place in range(start, end):
                        found[place].append(f"={name}")
        for place, word in enumerate(cut):
            for part in self._one_form(tuple(self._inside(word))):
                found[place] += [f"={name}" for name in self._concepts.get((part,), ())]
            if word.isascii() and word.isalpha():
                # `data services` and `dataservices` are one name.
                found[place].append(f"={word}")
                following = cut[place + 1] if place + 1 < len(cut) else ""
                if following.isascii() and following.isalpha():
                    found[place].append(f"={word}{following}")
        return tuple(map(tuple, found))


def _one_of(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(normalise(word)) for word in words))


def plain_key(question: str) -> str:
    """Equal for questions that differ in spaces, marks, digits' script or doubled letters only."""
    return _MARKS.sub("", _normal(question))


def _normal(text: str) -> str:
    return normalise(text[: 2 * LONGEST_QUESTION])[:LONGEST_QUESTION]


def _pieces(word: str) -> list[str]:
    """A web address as its telling parts; any other word as it is, without hyphens."""
    if "." not in word or not word[0].isascii() or word[0].isdigit():
        return [word.replace("-", "")]
    return [part for part in re.split(r"[._-]", word) if part not in _PARTS_OF_EVERY_ADDRESS]


def _strangers(cut: list[str], dictionary: Dictionary) -> int:
    """How many Thai characters stand in no known word."""
    return sum(len(word) for word in cut if word[0] >= "ก" and word not in dictionary)


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
