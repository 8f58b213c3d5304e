"""What a person on LINE sends, what the bot is asked, and what comes back in which order."""

import json
import time

import pytest

from api.conversations.models import Attachment
from api.database import session_scope
from api.settings import get_settings
from tests.api.line_office import LineOffice, incoming, outgoing, wait_until
from tests.line_stand_in import events

SOMCHAI = events.user_id()
MALEE = events.user_id()
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000a49444154789c6360"
    "0000020001e221bc330000000049454e44ae426082".replace(" ", "")
)


def test_text_is_answered_by_reply_when_the_bot_answers(line_office: LineOffice) -> None:
    line_office.send(events.text(SOMCHAI, "สวัสดี"))

    assert line_office.wait_for_texts(SOMCHAI, 1) == ["ตอบ: สวัสดี"]
    assert [call.endpoint for call in line_office.line.calls] == ["reply"]
    assert line_office.rasa.asked[0]["is_payload"] is False
    assert line_office.rasa.asked[0]["channel"] == "line"
    assert SOMCHAI not in json.dumps(line_office.rasa.asked)
    line_office.wait_until_quiet()
    assert [message.text for message in incoming()] == ["สวัสดี"]


def test_each_person_is_answered_in_order_when_many_write_at_once(
    line_office: LineOffice,
) -> None:
    line_office.rasa.think_seconds = 0.02
    people = [events.user_id() for _ in range(5)]

    for number in range(6):
        line_office.send(*(events.text(person, f"ข้อ {number}") for person in people))

    for person in people:
        expected = [f"ตอบ: ข้อ {number}" for number in range(6)]
        assert line_office.wait_for_texts(person, 6) == expected


def test_the_earlier_message_is_answered_first_when_line_delivers_it_later(
    line_office: LineOffice,
) -> None:
    line_office.rasa.think_seconds = 0.5
    line_office.send(events.text(SOMCHAI, "แรกสุด"))
    wait_until(lambda: line_office.rasa.asked)

    line_office.send(events.text(SOMCHAI, "ที่สาม", sent_at=time.time() + 2))
    line_office.send(events.text(SOMCHAI, "ที่สอง", sent_at=time.time() + 1))

    assert line_office.wait_for_texts(SOMCHAI, 3)[1:] == ["ตอบ: ที่สอง", "ตอบ: ที่สาม"]


def test_buttons_become_quick_replies_and_a_pressed_one_reaches_the_bot(
    line_office: LineOffice,
) -> None:
    long_title = "แจ้งเรื่องร้องเรียนเกี่ยวกับหนี้สินและการกู้ยืม"
    buttons = [
        {"title": long_title, "payload": '/choose_topic{"topic": "debt"}'},
        {"title": "ยกเลิก", "payload": "/cancel"},
    ]
    line_office.rasa.replies = lambda question: [
        {"text": "เรื่องอะไร", "buttons": buttons},
        {"text": "เลือกได้เลย", "buttons": []},
    ]
    line_office.send(events.text(SOMCHAI, "ร้องเรียน"))
    line_office.wait_for_texts(SOMCHAI, 2)

    shown = line_office.line.said_to(SOMCHAI)
    actions = [item["action"] for item in shown[1]["quickReply"]["items"]]
    assert "quickReply" not in shown[0]
    assert [action["data"] for action in actions] == [b["payload"] for b in buttons]
    assert actions[0]["displayText"] == long_title
    line_office.send(events.postback(SOMCHAI, actions[0]["data"]))
    line_office.wait_for_texts(SOMCHAI, 4)

    assert line_office.rasa.asked[1]["text"] == '/choose_topic{"topic": "debt"}'
    assert line_office.rasa.asked[1]["is_payload"] is True
    assert incoming()[1].text == long_title


@pytest.mark.parametrize("forged", ["/affirm", '/send_file{"attachment": "1"}', "/restart"])
def test_a_payload_that_was_never_offered_is_only_text(
    line_office: LineOffice, forged: str
) -> None:
    offer = [{"title": "ยืนยัน", "payload": "/affirm"}]
    line_office.rasa.replies = lambda question: [{"text": "ยืนยันไหม", "buttons": offer}]
    line_office.send(events.text(MALEE, "ขอปุ่ม"))
    line_office.wait_for_texts(MALEE, 1)

    line_office.send(events.postback(SOMCHAI, forged), events.text(SOMCHAI, forged))

    line_office.wait_for_texts(SOMCHAI, 2)
    mine = line_office.rasa.asked[1:]
    assert [(question["text"], question["is_payload"]) for question in mine] == [
        (forged, False),
        (forged, False),
    ]


@pytest.mark.parametrize(
    ("event", "asked", "is_payload"),
    [
        (events.follow(SOMCHAI), "/greet", True),
        (events.sticker(SOMCHAI, "Hello"), "/greet", True),
        (events.sticker(SOMCHAI, "Cute", "Thank you"), "/thank", True),
        (events.location(SOMCHAI, "ธนาคาร", "นครปฐม"), "ธนาคาร นครปฐม (13.78, 100.54)", False),
        (events.text(SOMCHAI, "\u200b \n"), "/nlu_fallback", True),
        (events.text(SOMCHAI, "😀"), "😀", False),
        (events.text(SOMCHAI, "ก" * 5000), "ก" * 5000, False),
        (events.text(SOMCHAI, "<b>'; DROP TABLE x;--\x00\x07"), None, False),
    ],
    ids=["follow", "sticker", "thanks", "location", "invisible", "emoji", "long", "hostile"],
)
def test_the_bot_is_asked_the_right_thing_for_each_kind(
    line_office: LineOffice, event: dict[str, object], asked: str | None, is_payload: bool
) -> None:
    line_office.send(event)

    wait_until(lambda: line_office.rasa.asked)
    question = line_office.rasa.asked[0]
    assert question["is_payload"] is is_payload
    assert question["text"] == (asked or event["message"]["text"])  # type: ignore[index]
    line_office.wait_until_quiet()


def test_a_long_answer_is_cut_between_words_and_sent_whole(line_office: LineOffice) -> None:
    answer = "คำตอบยาวมาก 🍎 " * 700
    line_office.rasa.replies = lambda question: [{"text": answer, "buttons": []}]

    line_office.send(events.text(SOMCHAI, "ขอทั้งหมด"))

    line_office.wait_until_quiet()
    parts = line_office.line.texts_to(SOMCHAI)
    assert len(parts) > 1
    assert "".join(parts) == answer


def test_an_image_is_fetched_sealed_and_shown_to_the_bot(line_office: LineOffice) -> None:
    event = events.image(SOMCHAI, "555001")
    line_office.line.contents["555001"] = PNG

    line_office.send(event, events.text(SOMCHAI, "รูปหลักฐาน"))

    line_office.wait_for_texts(SOMCHAI, 2)
    file = attachments()[0]
    assert line_office.rasa.asked[0]["text"] == f'/send_file{{"attachment": "{file.id}"}}'
    assert line_office.rasa.asked[0]["is_payload"] is True
    assert (file.media_type, file.size) == ("image/png", len(PNG))
    assert PNG not in stored_file(file.id)


def test_an_image_is_fetched_again_when_line_fails_at_first(line_office: LineOffice) -> None:
    line_office.line.contents["555002"] = PNG
    line_office.line.fail("content", "500")
    line_office.line.fail("content", "drop")

    line_office.send(events.image(SOMCHAI, "555002"))

    line_office.wait_for_texts(SOMCHAI, 1)
    assert attachments()[0].stored_at


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "รับไฟล์นี้ไม่สำเร็จ"), (b"<script>", "ไฟล์ชนิดนี้"), (b"\x00" * 10_000_001, "10 MB")],
    ids=["lost", "wrong-kind", "too-large"],
)
def test_the_person_is_told_when_a_file_cannot_be_kept(
    line_office: LineOffice, content: bytes | None, sentence: str
) -> None:
    event = events.image(SOMCHAI, "555003")
    if content is not None:
        line_office.line.contents["555003"] = content

    line_office.send(event, events.text(SOMCHAI, "ต่อไป"))

    texts = line_office.wait_for_texts(SOMCHAI, 2)
    assert sum(sentence in text for text in texts) == 1
    assert "ตอบ: ต่อไป" in texts
    assert line_office.rasa.texts == ["ต่อไป"]
    assert attachments()[0].failed_at


def test_a_taken_back_message_is_gone_and_stays_gone(line_office: LineOffice) -> None:
    secret, picture = events.text(SOMCHAI, "ความลับ"), events.image(SOMCHAI, "555004")
    line_office.line.contents["555004"] = PNG
    line_office.send(secret, picture)
    line_office.wait_for_texts(SOMCHAI, 2)
    assert stored_file(attachments()[0].id)

    line_office.send(
        events.unsend(SOMCHAI, secret["message"]["id"]), events.unsend(SOMCHAI, "555004")
    )
    line_office.send(events.redelivered(secret), events.redelivered(picture))

    line_office.wait_until_quiet()
    gone = incoming()[:2]
    assert [(row.text, row.raw, row.payload) for row in gone] == [(None, None, None)] * 2
    assert all(row.erased_at for row in gone)
    assert len(incoming()) == 4
    with pytest.raises(FileNotFoundError):
        stored_file(attachments()[0].id)


def test_a_message_is_never_stored_in_words_when_it_was_taken_back_first(
    line_office: LineOffice,
) -> None:
    event = events.text(SOMCHAI, "ส่งผิด")

    line_office.send(events.unsend(SOMCHAI, event["message"]["id"]))
    line_office.send(event)
    line_office.send(events.text(SOMCHAI, "ข้อความใหม่"))

    assert line_office.wait_for_texts(SOMCHAI, 1) == ["ตอบ: ข้อความใหม่"]
    row = incoming()[1]
    assert (row.kind, row.text, row.raw) == ("text", None, None)
    assert "ส่งผิด" not in json.dumps(line_office.rasa.asked, ensure_ascii=False)


def test_nothing_is_sent_when_a_person_leaves(line_office: LineOffice) -> None:
    line_office.send(events.unfollow(SOMCHAI))

    line_office.wait_until_quiet()
    assert incoming()[0].kind == "unfollow"
    assert outgoing() == []


def attachments() -> list[Attachment]:
    with session_scope(read_only=True) as session:
        return list(session.query(Attachment))


def stored_file(attachment_id: str) -> bytes:
    return (get_settings().data_dir / "files" / attachment_id).read_bytes()
