"""ThaiTokenizer: PyThaiNLP's words as Rasa tokens with exact offsets."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.components.thai_text import normalise

# What must stay whole, whatever the dictionary says. Addresses end where Thai letters begin.
_WHOLE = re.compile(
    r"""(?x)
    (?: https?:// | www\. ) [^\s\u0e00-\u0e7f<>"']+
  | [\w.+-]+ @ [a-z0-9-]+ (?: \.[a-z0-9-]+ )+
  | [a-z0-9-]+ (?: \.[a-z0-9-]+ )* \.(?: th|com|org|net|me ) \b
  | \d+ (?: [.,:/-] \d+ )*
    """,
    re.ASCII,
)
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff]+")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class ThaiTokenizer(Tokenizer):
    """Each token is an exact slice of the message; its lemma is the normalised spelling."""

    @staticmethod
    def supported_languages() -> list[str]:
        return ["th"]

    @staticmethod
    def required_packages() -> list[str]:
        return ["pythainlp"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            # Both are expected by Rasa's Tokenizer.
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            # A text file with one term a line, added to PyThaiNLP's words. None for none.
            "dictionary": "knowledge/dictionary.txt",
        }

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Makes Rasa cut the examples again when the dictionary changed."""
        path = config.get("dictionary")
        return hashlib.sha256(Path(path).read_bytes()).hexdigest() if path else None

    @classmethod
    def create(
        cls: type["ThaiTokenizer"],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "ThaiTokenizer":
        return cls(config)

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        from pythainlp.corpus import thai_words
        from pythainlp.util import dict_trie

        terms = set(thai_words()) | set(_terms(config.get("dictionary")))
        self._words = dict_trie(terms)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        text = message.get(attribute)
        tokens = [
            Token(text[start:end], start, end, lemma=spelling)
            for start, end, spelling in self._cut(text)
        ]
        return self._apply_token_pattern(tokens)

    def _cut(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and normalised spelling of each word of `text`."""
        plain, starts = normalise(text)
        position = 0
        for piece in self._pieces(plain):
            begin, position = position, position + len(piece)
            word = piece.strip()
            if not word:
                continue
            begin += len(piece) - len(piece.lstrip())
            start, end = starts[begin], starts[begin + len(word)]
            # What was left out before the next character, such as a space, is not of this word.
            while end > start + 1 and text[end - 1].isspace():
                end -= 1
            yield start, end, word

    def _pieces(self, plain: str) -> Iterator[str]:
        """Cuts `plain` without losing a character."""
        position = 0
        for whole in _WHOLE.finditer(plain):
            yield from self._words_of(plain[position : whole.start()])
            yield whole.group()
            position = whole.end()
        yield from self._words_of(plain[position:])

    def _words_of(self, plain: str) -> Iterator[str]:
        from pythainlp.tokenize import newmm

        position = 0
        for emoji in _EMOJI.finditer(plain):
            if position < emoji.start():
                yield from newmm.segment(plain[position : emoji.start()], self._words, True)
            yield emoji.group()
            position = emoji.end()
        if position < len(plain):
            yield from newmm.segment(plain[position:], self._words, True)


def _terms(path: str | None) -> Iterator[str]:
    if path:
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            yield normalise(line.strip()).text
