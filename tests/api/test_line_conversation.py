"""What a person on LINE sends, and what comes back."""

from tests.api.line_office import LineOffice, incoming
from tests.line_stand_in import events

SOMCHAI = events.user_id()
MALEE = events.user_id()


def test_text_is_answered_by_reply_when_the_bot_answers(line_office: LineOffice) -> None:
    line_office.send(events.text(SOMCHAI, "สวัสดี"))

    assert line_office.wait_for_texts(SOMCHAI, 1) == ["ตอบ: สวัสดี"]
    assert [call.endpoint for call in line_office.line.calls] == ["reply"]
    assert line_office.rasa.asked[0]["is_payload"] is False
    line_office.wait_until_quiet()
    assert [message.text for message in incoming()] == ["สวัสดี"]
