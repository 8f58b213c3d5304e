import pytest
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.complaint_form import ValidateComplaintForm

pytestmark = pytest.mark.asyncio

STORY = "ธนาคารออมสินไม่ยอมปรับโครงสร้างหนี้ให้ ทั้งที่ยื่นเอกสารครบแล้ว"
TOPICS = [{"topic": "debt", "name": "หนี้สิน"}, {"topic": "unknown", "name": "ยังไม่แน่ใจ"}]
ASKED = {
    "kind": "complaint",
    "channel": "web",
    "consent": True,
    "detail": STORY,
    "topics": TOPICS,
    "topic": "debt",
    "agencies": ["ธนาคารออมสิน"],
    "proposed_agency": "ธนาคารออมสิน",
    "agency": "ธนาคารออมสิน",
    "happened_at": "1 พฤศจิกายน 2569",
    "place": "นครปฐม",
    "evidence": True,
    "contact": "0812345678",
    "anonymous": False,
    "name": "สมใจ",
}


async def test_a_long_first_message_fills_the_story_when_the_form_begins(office, tracker):
    changes, said = await run(tracker({}, STORY, "report_problem"))

    assert changes["detail"] == STORY
    assert (changes["kind"], changes["requested_slot"]) == ("complaint", "consent")
    assert "2562" in said[0]["text"]


@pytest.mark.parametrize(
    ("text", "intent", "kind"),
    [
        ("อยากร้องเรียนเจ้าหน้าที่หน่อยค่ะ", "report_problem", "complaint"),
        ("ขอร้องทุกข์", "report_problem", "grievance"),
        ("แจ้งเบาะแสทุจริต", "report_corruption", "corruption"),
        ("มีข้อเสนอแนะ", "give_suggestion", "suggestion"),
        ("อยากชมเชย", "give_compliment", "compliment"),
    ],
)
async def test_the_kind_is_known_and_the_story_is_not_when_one_only_announces(
    office, tracker, text, intent, kind
):
    changes, _ = await run(tracker({}, text, intent))

    assert changes["kind"] == kind
    assert "detail" not in changes


async def test_topic_and_agency_are_proposed_when_there_is_consent_and_a_story(office, tracker):
    slots = {"kind": "complaint", "detail": STORY, "requested_slot": "consent"}

    changes, said = await run(tracker(slots, "ยินยอม", "affirm"))

    assert office.asked == [("/internal/case-proposals", {"kind": "complaint", "detail": STORY})]
    assert (changes["consent"], changes["requested_slot"]) == (True, "topic")
    assert len(said[0]["buttons"]) == 3


async def test_nothing_is_sent_anywhere_when_there_is_no_consent(office, tracker):
    slots = {"kind": "complaint", "detail": STORY, "requested_slot": "consent"}

    changes, said = await run(tracker(slots, "ไม่ยินยอม", "deny"))

    assert (changes["confirmation"], changes["requested_slot"]) == ("refused", None)
    assert (office.asked, said) == ([], [])


async def test_the_form_goes_on_without_topic_when_none_can_be_proposed(office, tracker):
    office.failing = True
    slots = {"kind": "complaint", "detail": STORY, "requested_slot": "consent"}

    changes, _ = await run(tracker(slots, "ยินยอม", "affirm"))

    assert (changes["topic"], changes["requested_slot"]) == ("unknown", "agency")


@pytest.mark.parametrize(
    ("slot", "text", "intent", "value"),
    [
        ("detail", "เจ้าหน้าที่ถามว่าทำไมไม่มีปัญญาจ่าย แล้วจะให้ทำยังไง", "ask_question", None),
        ("topic", "ใช่", "affirm", "debt"),
        ("topic", "หนี้สิน", "nlu_fallback", "debt"),
        ("topic", "ไม่รู้", "skip", "unknown"),
        ("agency", "ใช่ค่ะ", "affirm", "ธนาคารออมสิน"),
        ("agency", "สรรพากรพื้นที่ 3", "report_problem", "สรรพากรพื้นที่ 3"),
        ("agency", "ไม่ทราบ", "skip", ""),
        ("happened_at", "๕ ต.ค. ๒๕๖๘", "nlu_fallback", "5 ตุลาคม 2568"),
        ("happened_at", "ช่วงต้นปี", "nlu_fallback", "ช่วงต้นปี"),
        ("happened_at", "5 ต.ค. 68 บ่ายสอง", "cancel", "5 ต.ค. 68 บ่ายสอง (5 ตุลาคม 2568)"),
        ("place", "ตลาดพลู", "greet", "ตลาดพลู"),
        ("place", "ข้าม", "skip", ""),
        ("evidence", "ไม่มีค่ะ", "deny", True),
        ("contact", "๐๘๑-๒๓๔-๕๖๗๘", "ask_status", "0812345678"),
        ("name", "สมใจ ตัวอย่าง", "ask_person", "สมใจ ตัวอย่าง"),
    ],
)
async def test_an_ordinary_answer_is_taken_when_the_classifier_thinks_otherwise(
    office, tracker, slot, text, intent, value
):
    confidence = 0.9 if intent in ("affirm", "deny", "skip", "ask_question") else 0.5
    changes, _ = await run(tracker(without(slot), text, intent, confidence))

    assert changes[slot] == (text if value is None else value)


@pytest.mark.parametrize("slot", ["consent", "detail", "topic", "agency", "happened_at", "place"])
@pytest.mark.parametrize(
    ("text", "intent"),
    [("กี่วันถึงจะรู้ผลคะ", "ask_question"), ("ขอคุยกับเจ้าหน้าที่", "ask_person"), ("ขอบคุณค่ะ", "thank")],
)
async def test_the_rules_decide_when_something_else_comes_first(
    office, tracker, slot, text, intent
):
    events, said = await raw(tracker(without(slot), text, intent))

    assert (events, said) == ([], [])


async def test_the_same_question_comes_again_when_something_else_is_done(office, tracker):
    rejected = [{"event": "action_execution_rejected", "name": "complaint_form"}]

    changes, said = await run(tracker(without("place"), "กี่วันรู้ผล", "ask_question", events=rejected))

    assert changes == {"requested_slot": "place"}
    assert payloads(said[0]) == ["/skip"]


async def test_a_future_day_is_questioned_when_it_is_given(office, tracker):
    slots = without("happened_at")
    changes, said = await run(tracker(slots, "5 ต.ค. 2590", "nlu_fallback"))
    assert (changes["happened_at"], changes["requested_slot"]) == (None, "happened_at")
    assert "2590" in said[0]["text"]

    changes, _ = await run(tracker({**slots, **changes}, "ใช่", "affirm"))

    assert (changes["happened_at"], changes["doubtful_date"]) == ("5 ตุลาคม 2590", None)


@pytest.mark.parametrize("text", ["😭😭😭", "...", "อืม", "\u200b"])
async def test_the_story_is_asked_again_when_there_is_nothing_to_read(office, tracker, text):
    changes, said = await run(tracker(without("detail"), text, "nlu_fallback"))

    assert (changes["detail"], changes["requested_slot"]) == (None, "detail")
    assert len(said) == 1


async def test_five_thousand_characters_are_taken_and_more_are_not(office, tracker):
    changes, _ = await run(tracker(without("detail"), "ก" * 5000, "nlu_fallback"))
    assert changes["detail"] == "ก" * 5000

    changes, said = await run(tracker(without("detail"), "ก" * 5001, "nlu_fallback"))

    assert changes["detail"] is None
    assert "5000" in said[0]["text"]


async def test_files_are_attached_when_they_come_at_any_question(office, tracker):
    slots = {**without("place"), "attachment_ids": ["f1"]}
    file = tracker(slots, "", "send_file", 1.0, entities={"attachment": "f2"}, pressed=True)

    changes, _ = await run(file)

    assert changes == {"attachment_ids": ["f1", "f2"], "requested_slot": "place"}


async def test_line_is_offered_for_answers_when_the_person_is_on_line(office, tracker):
    slots = {**without("contact"), "channel": "line", "name": None}
    asked = {**slots, "requested_slot": "evidence", "evidence": None}
    _, said = await run(tracker(asked, "ไม่มี", "deny", channel="line"))
    assert payloads(said[0]) == ['/choose_contact{"contact_way": "line"}', "/stay_anonymous"]

    changes, _ = await run(tracker(slots, "ตอบในไลน์นี้เลย", "nlu_fallback", channel="line"))
    assert changes["contact"] == "LINE"

    pressed = {"entities": {"contact_way": "line"}, "pressed": True, "channel": "line"}
    changes, _ = await run(tracker(slots, "", "choose_contact", 1.0, **pressed))

    assert (changes["contact"], changes["anonymous"]) == ("LINE", False)


async def test_no_name_is_asked_for_when_the_person_stays_anonymous(office, tracker):
    slots = {**without("contact"), "name": None, "kind": "corruption"}

    changes, _ = await run(tracker(slots, "ไม่เปิดเผยตัว", "stay_anonymous"))

    assert (changes["anonymous"], changes["contact"]) == (True, "")
    assert changes["requested_slot"] == "confirmation"


async def test_the_summary_has_a_request_id_of_its_own_when_it_is_shown(office, tracker):
    changes, said = await run(tracker(without("name"), "สมใจ", "nlu_fallback"))

    assert len(changes["request_id"]) == 36
    for value in (STORY, "หนี้สิน", "ธนาคารออมสิน", "1 พฤศจิกายน 2569", "นครปฐม", "0812345678"):
        assert value in said[0]["text"]
    assert payloads(said[0]) == ["/send_case", "/change_answer", "/cancel"]


async def test_one_line_is_asked_again_when_it_is_to_be_changed(office, tracker):
    slots = {**ASKED, "requested_slot": "confirmation", "request_id": "r1"}
    changes, said = await run(tracker(slots, "แก้ไข", "change_answer"))
    assert changes["requested_slot"] == "line"
    assert '/choose_line{"line": "place"}' in payloads(said[0])

    slots.update(changes)
    pressed = {"entities": {"line": "place"}, "pressed": True}
    changes, _ = await run(tracker(slots, "", "choose_line", 1.0, **pressed))
    assert (changes["place"], changes["requested_slot"]) == (None, "place")

    slots.update(changes)
    changes, said = await run(tracker(slots, "กรุงเทพ", "nlu_fallback"))
    assert (changes["place"], changes["requested_slot"]) == ("กรุงเทพ", "confirmation")
    assert "request_id" not in changes


@pytest.mark.parametrize(
    ("text", "line"), [("แก้เบอร์", "contact"), ("หน่วยงานผิด", "agency"), ("ก่อนหน้านี้ผิด", "place")]
)
async def test_the_line_is_understood_when_it_is_named(office, tracker, text, line):
    slots = {**without("evidence")}

    changes, _ = await run(tracker(slots, text, "change_answer"))

    assert changes[line] is None
    assert changes["requested_slot"] == line


async def test_cancelling_is_asked_once_and_then_done(office, tracker):
    slots = without("place")
    changes, said = await run(tracker(slots, "ยกเลิก", "cancel"))
    assert changes["requested_slot"] == "cancelling"
    assert payloads(said[0]) == ["/affirm", "/deny"]

    changes, said = await run(tracker({**slots, **changes}, "ใช่", "affirm"))

    assert (changes["confirmation"], changes["requested_slot"]) == ("cancelled", None)
    assert said == []


async def test_the_form_goes_on_when_cancelling_is_not_meant(office, tracker):
    slots = {**without("place"), "aside": "cancel", "requested_slot": "cancelling"}

    changes, _ = await run(tracker(slots, "ไม่", "deny"))
    assert (changes["aside"], changes["requested_slot"]) == (None, "place")

    changes, _ = await run(tracker(slots, "นครปฐม", "nlu_fallback"))
    assert (changes["place"], changes["aside"]) == ("นครปฐม", None)


async def test_sending_again_is_offered_when_the_case_was_not_saved(office, tracker):
    slots = {**ASKED, "has_failed": True, "request_id": "r1", "requested_slot": None}

    changes, said = await run(tracker(slots, "ส่ง", "affirm", events=[{"event": "followup"}]))

    assert changes == {"requested_slot": "confirmation"}
    assert payloads(said[0])[0] == "/send_case"
    assert "ยังไม่ได้บันทึก" in said[0]["text"]


async def test_only_the_few_needed_things_are_asked_when_it_is_a_suggestion(office, tracker):
    slots = {"kind": "suggestion", "channel": "web", "consent": True, "requested_slot": "detail"}
    changes, _ = await run(tracker(slots, "อยากให้มีที่จอดรถเพิ่มที่ตึกกระทรวง", "give_suggestion"))
    assert (changes["topic"], changes["requested_slot"]) == ("suggestion", "agency")

    slots.update(changes)
    changes, _ = await run(tracker(slots, "ข้าม", "skip"))
    assert changes["requested_slot"] == "contact"

    slots.update(changes)
    changes, _ = await run(tracker(slots, "ไม่ต้อง", "deny"))
    assert (changes["anonymous"], changes["requested_slot"]) == (True, "confirmation")


def without(slot):
    return {**ASKED, slot: None, "requested_slot": slot}


async def raw(tracker):
    dispatcher = CollectingDispatcher()
    events = await ValidateComplaintForm().run(dispatcher, tracker, {})
    return events, dispatcher.messages


async def run(tracker):
    events, said = await raw(tracker)
    return {event["name"]: event["value"] for event in events}, said


def payloads(message):
    return [button["payload"] for button in message["buttons"]]
