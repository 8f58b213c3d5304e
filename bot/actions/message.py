"""The person's latest message, as the actions look at it."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker

_KEPT_FORMAT_MARKS = "\u200d"
_LETTERS = re.compile(r"[^\W\d_]|[\u0e30-\u0e4e]")
_LATE_PARTICLES = r"(?:ครับ|ค่ะ|คะ|คับ|ค้าบ|จ้ะ|จ๊ะ|อ่ะ|นะ|ล่ะ|เหรอ|หรอ|บ้าง|[\s?!.…ๆ])*$"
_QUESTION_WORD = (
    r"(?:\?|ไหม|มั้ย|มั๊ย|ไม๊|หรือเปล่า|รึเปล่า|หรือไม่|หรือยัง|รึยัง|อะไร|อย่างไร|ยังไง|ไง|ที่ไหน|ไหน|ใคร"
    r"|เมื่อไร|เมื่อไหร่|กี่\w{1,8}|เท่าไร|เท่าไหร่|เท่าใด|ทำไม|ใด)"
)
_ASKS = re.compile(_QUESTION_WORD + _LATE_PARTICLES)
_HAS_QUESTION = re.compile(_QUESTION_WORD)
_BEGINS_ASKING = re.compile(r"^(?:ทำไม|ขอถาม|ถามหน่อย|อยากถาม|สอบถาม|อยากทราบ|อยากรู้ว่า)")


@dataclass(frozen=True)
class Message:
    text: str
    intent: str
    confidence: float
    values: dict[str, str]
    """What a pressed button carries."""
    channel: str
    is_pressed: bool

    @classmethod
    def of(cls, tracker: Tracker) -> "Message":
        latest = tracker.latest_message
        metadata: dict[str, Any] = latest.get("metadata") or {}
        is_pressed = bool(metadata.get("is_payload"))
        intent = latest.get("intent") or {}
        entities = latest.get("entities") or []
        return cls(
            text="" if is_pressed else clean(latest.get("text") or ""),
            intent=intent.get("name") or "nlu_fallback",
            confidence=float(intent.get("confidence") or 0),
            values={e["entity"]: str(e["value"]) for e in entities} if is_pressed else {},
            channel=str(metadata.get("channel") or "web"),
            is_pressed=is_pressed,
        )

    def means(self, *intents: str, at_least: float = 0.5) -> bool:
        return self.intent in intents and (self.is_pressed or self.confidence >= at_least)

    @property
    def asks(self) -> bool:
        """It has the shape of a question, whatever the classifier thinks."""
        return bool(_ASKS.search(self.text) or _BEGINS_ASKING.search(self.text))

    @property
    def has_question(self) -> bool:
        """A question word is somewhere in it."""
        return bool(_HAS_QUESTION.search(self.text))


def clean(text: str) -> str:
    """Without control characters and invisible marks; the lines stay."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = (
        character
        for character in text
        if character in "\n\t"
        or character in _KEPT_FORMAT_MARKS
        or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return "".join(kept).strip()


def letters(text: str) -> int:
    """How much there is to read in `text`: an emoji or a row of dots is nothing."""
    return len(_LETTERS.findall(text))
