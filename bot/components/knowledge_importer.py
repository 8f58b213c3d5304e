"""KnowledgeImporter: what people ask, as written in `knowledge/`, is training data as well.

Whoever adds an answer need not think of the classifier: the ways to ask it, and the messages that
are known not to be ours, all teach what goes to the search.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

KNOWLEDGE = Path("knowledge")
SEARCHED = "ask_question"


class KnowledgeImporter(RasaFileImporter):
    def get_nlu_data(self, language: str | None = "th") -> TrainingData:
        written = super().get_nlu_data(language)
        # The same words with another intent were written with thought; they win.
        known = {_plain(example.get(TEXT)) for example in written.intent_examples}
        asked = {_plain(text): text for text in questions(KNOWLEDGE)}
        added = [text for plain, text in asked.items() if plain not in known and _is_asked(text)]
        examples = [Message.build(text, SEARCHED) for text in added]
        return written.merge(TrainingData(examples))


# "Somebody takes bribes, I report it" may lead to an answer, but it opens a case all the same.
_ERRAND = re.compile(
    r"^(?:ขอ|อยาก|จะ|ต้องการ|มา)*(?:แจ้ง|ร้อง|ฟ้อง|รายงาน|ชม|ติชม|เสนอ|แนะนำ|ติดตาม|เพิ่ม|แก้|ถอน|คุย|ปิดชื่อ)"
)
# So does a story of what somebody went through, told without a question.
_STORY = re.compile(
    r"โดน|เดือดร้อน|ไม่ยอม|พูดจา|ห่วย|แย่มาก|ช่วยดี|บริการดีมาก|ถูก(?:เรียก|ขอ|โกง|หลอก|ยึด|ฟ้อง)"
    r"|ไม่คืน|ไม่จ่าย|ไม่โอน|ไม่เข้า|เข้า.{0,20}ไม่ได้"
)
_ASKS = re.compile(
    r"\?|ไหม|มั้ย|ไม๊|มัย|ม้าย|หรือ|หรอ|รึ|ป่าว|ป่ะ|ปะ|ไร|หยัง|ไง|ไหน|ใคร|ไคร|ไผ|เมื่อ|กี่|เท่า|ทำไม|ใด"
    r"|ช่องทาง|วิธี|เบอ|เว็บ|อยากรู้|อยากทราบ|ขอทราบ"
    r"|\b(?:what|where|how|who|when|which|why|can|do|does|is|are)\b",
    re.IGNORECASE,
)


def _is_asked(text: str) -> bool:
    return bool(_ASKS.search(text)) or not (_ERRAND.match(text) or _STORY.search(text))


def questions(folder: Path) -> Iterator[str]:
    for path in sorted((folder / "faq").glob("*.yml")):
        for entry in _read(path)["entries"]:
            yield from map(str, entry["questions"])
            yield from map(str, (entry.get("english") or {}).get("questions", []))
    for subject in _read(folder / "outside.yml")["subjects"]:
        yield from map(str, subject["messages"])


def _read(path: Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506  # It is safe.


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text or "").lower()
