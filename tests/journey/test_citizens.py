"""Both channels through the real stack: LINE or browser, API, Rasa, action server, database."""

import io

import pytest
from PIL import Image

from api.cases.models import Case, CaseAttachment, CaseEvent
from api.conversations.models import Message
from api.faq.models import AskedQuestion
from tests.journey.filing import answer_until, number_and_code
from tests.journey.people import LinePerson, WebPerson
from tests.journey.records import case_count, records
from tests.stack import Stack

TROUBLE = "ธนาคารออมสินไม่ยอมปรับโครงสร้างหนี้ให้ ทั้งที่ผมยื่นเอกสารครบตั้งแต่เดือนก่อน"


@pytest.fixture(params=["line", "web"])
def person(request: pytest.FixtureRequest) -> LinePerson | WebPerson:
    return request.getfixturevalue(f"on_{request.param}")


def test_a_question_is_answered_with_its_source_and_year(person, stack) -> None:
    heard = person.say("โทรร้องเรียนเบอร์อะไร")
    assert "1689" in str(heard)
    assert "ที่มา" in str(heard)
    assert "2565" in str(heard)
    with records(stack) as session:
        asked = session.query(AskedQuestion).order_by(AskedQuestion.id.desc()).first()
        assert (asked.question, asked.outcome) == ("โทรร้องเรียนเบอร์อะไร", "answered")


def test_what_is_not_known_is_not_guessed(person) -> None:
    heard = person.say("พรุ่งนี้ฝนจะตกที่เชียงรายไหม")
    assert "ที่มา" not in str(heard)
    assert "/ask_person" in heard.buttons.values()


def test_a_complaint_becomes_a_case_with_a_unit_and_due_dates(person, stack) -> None:
    heard = answer_until(person, person.say(TROUBLE), "/send_case")
    assert TROUBLE[:30] in str(heard)
    heard = person.press("ส่งเรื่อง")
    number, code = number_and_code(heard)
    assert "ธนาคารออมสิน" in str(heard)
    with records(stack) as session:
        case = session.query(Case).filter_by(number=number).one()
        assert (case.topic, case.agency, case.unit) == ("debt", "ธนาคารออมสิน", "ธนาคารออมสิน")
        assert case.detail == TROUBLE
        assert case.received_at < case.forward_by < case.answer_by
        assert [e.verb for e in session.query(CaseEvent).filter_by(case_id=case.id)] == ["opened"]
        confirmation = session.query(Message).filter_by(author="system").all()
        assert any(number in (message.text or "") for message in confirmation)

    person.say("ติดตามเรื่อง")
    heard = person.say(f"{number} {code}")
    assert "รับเรื่องแล้ว" in str(heard)
    assert "ธนาคารออมสิน" in str(heard)


def test_a_wrong_code_tells_nothing(person, stack) -> None:
    answer_until(person, person.say(TROUBLE), "/send_case")
    number, code = number_and_code(person.press("ส่งเรื่อง"))
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    person.say("ติดตามเรื่อง")
    heard = person.say(f"{number} {wrong}")
    assert "ไม่พบเรื่อง" in str(heard)
    assert "ธนาคารออมสิน" not in str(heard)


def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(person) -> None:
    heard = answer_until(person, person.say(TROUBLE), "/choose_date")
    question = heard.texts[-1]
    heard = person.say("โทรร้องเรียนเบอร์อะไร")
    assert "1689" in str(heard)
    assert heard.texts[-1] == question


def test_cancelling_leaves_no_case(person, stack) -> None:
    before = case_count(stack)
    answer_until(person, person.say(TROUBLE), "/choose_date")
    person.say("ยกเลิก")
    heard = person.press("ยกเลิกเรื่องนี้")
    assert "ไม่มีการเปิดเรื่อง" in str(heard)
    assert case_count(stack) == before


def test_a_line_of_the_summary_can_be_corrected(person, stack) -> None:
    answer_until(person, person.say(TROUBLE), "/send_case")
    person.press("แก้ไข")
    person.press("ที่ไหน")
    heard = person.say("สาขาพุทธมณฑล")
    assert "สาขาพุทธมณฑล" in str(heard)
    assert "สาขานครปฐม" not in str(heard)
    number, _ = number_and_code(person.press("ส่งเรื่อง"))
    with records(stack) as session:
        assert session.query(Case).filter_by(number=number).one().place == "สาขาพุทธมณฑล"


def test_an_anonymous_report_of_corruption_leads_to_nobody(person, stack) -> None:
    secret = "เห็นเจ้าหน้าที่รับซองขาวจากผู้รับเหมาหลังห้องประชุมชั้นสี่"
    answer_until(person, person.say("อยากแจ้งเบาะแสทุจริต"), "/affirm")
    person.press("ยินยอม")
    answer_until(person, person.say(secret), "/stay_anonymous")
    heard = answer_until(person, person.press("ไม่เปิดเผยตัว"), "/send_case")
    number, _ = number_and_code(person.press("ส่งเรื่อง"))
    with records(stack) as session:
        case = session.query(Case).filter_by(number=number).one()
        assert (case.anonymous, case.confidential, case.conversation_id) == (True, True, None)
        assert case.unit == "ศูนย์ปฏิบัติการต่อต้านการทุจริต"
        assert not any(secret in (message.text or "") for message in session.query(Message))
    assert heard


def test_a_picture_sent_on_line_becomes_evidence(on_line: LinePerson, stack: Stack) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(picture, "PNG")
    answer_until(on_line, on_line.say(TROUBLE), "มีรูป")
    heard = on_line.send_picture(picture.getvalue())
    assert "1 ไฟล์" in str(heard)
    answer_until(on_line, heard, "/send_case")
    number, _ = number_and_code(on_line.press("ส่งเรื่อง"))
    with records(stack) as session:
        case = session.query(Case).filter_by(number=number).one()
        assert session.query(CaseAttachment).filter_by(case_id=case.id).count() == 1


@pytest.mark.parametrize(
    "odd",
    [
        "😀😀😀",
        "<script>alert(1)</script>",
        "'; DROP TABLE cases; --",
        "/restart",
        '/choose_topic{"topic": "debt"}',
        "ก" * 5000,
        "เ็้้้้้้้ก์์์",
        "\u200b\u200b",
    ],
)
def test_odd_input_gets_a_sentence(on_line: LinePerson, odd: str) -> None:
    assert on_line.say(odd).texts[-1].strip()
    assert "1689" in str(on_line.say("โทรร้องเรียนเบอร์อะไร"))
