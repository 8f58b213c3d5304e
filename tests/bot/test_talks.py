"""Whole talks with the trained bot: its model, rules, forms, actions and memory, in one process.

Only the API is a stand-in, reached over HTTP. The journeys through every real process are in
tests/journey.
"""

import base64
import itertools
import json
import logging

import pytest
import pytest_asyncio
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from bot.channels.needless_work import spare_rasa_needless_work
from bot.channels.office import _user_message, answer
from bot.components.tracker_store import SealedTrackerStore
from bot.components.turn import TurnFailed
from tests.bot.model import trained_model

pytestmark = pytest.mark.asyncio

STORY = "ธนาคารออมสินไม่ยอมปรับโครงสร้างหนี้ให้ ทั้งที่ยื่นเอกสารครบแล้ว"
COMPLAINT = (
    *("อยากร้องเรียนค่ะ", "ยินยอม", STORY, "ใช่", "ใช่ค่ะ", "เมื่อวาน", "สาขานครปฐม", "ไม่มี"),
    *("0812345678", "สมใจ"),
)


async def test_a_complaint_is_filed_once_when_it_is_confirmed(talk, office):
    await talk(*COMPLAINT)
    said = await talk("ส่งเรื่อง")

    filed = [body for path, body in office.asked if path == "/internal/cases"]
    assert [(body["detail"], body["contact"], body["name"]) for body in filed] == [
        (STORY, "0812345678", "สมใจ")
    ]
    assert "บันทึก" not in said[-1]["text"]


async def test_the_form_goes_on_when_a_question_is_asked_in_between(talk, office):
    await talk(*COMPLAINT[:6])

    said = await talk("ร้องเรียนแล้วกี่วันถึงจะรู้ผล")

    assert len(said) == 2
    assert "ที่มา" in said[0]["text"]
    assert said[1]["buttons"] == [{"title": "ข้าม", "payload": "/skip"}]


@pytest.mark.parametrize(
    "pressed",
    ['/show_detail{"entry": "complaint-by-phone"}', '/rate_answer{"asked": "17", "useful": "no"}'],
)
async def test_the_form_goes_on_when_a_button_under_an_answer_is_pressed(talk, office, pressed):
    await talk(*COMPLAINT[:6], "ร้องเรียนแล้วกี่วันถึงจะรู้ผล")

    said = await talk("!" + pressed)

    assert office.asked[-1][0] in ("/internal/answers/detail", "/internal/answers/rating")
    assert [message["buttons"] for message in said[1:]] == [[{"title": "ข้าม", "payload": "/skip"}]]


@pytest.mark.parametrize(
    ("pressed", "asked"),
    [
        (
            '/show_detail{"entry": "complaint-by-phone"}',
            ("/internal/answers/detail", {"entry_id": "complaint-by-phone"}),
        ),
        (
            '/rate_answer{"asked": "17", "useful": "yes"}',
            (
                "/internal/answers/rating",
                {"conversation_id": "5b8c1f2e", "asked_id": 17, "useful": True},
            ),
        ),
    ],
)
async def test_the_api_is_asked_when_a_button_under_an_answer_is_pressed(
    talk, office, pressed, asked
):
    said = await talk("ร้องเรียนแล้วกี่วันถึงจะรู้ผล", "!" + pressed)

    assert office.asked[-1] == asked
    assert len(said) == 1


async def test_nothing_is_filed_and_nothing_kept_when_it_is_cancelled(talk, office, store):
    await talk(*COMPLAINT[:8])
    said = await talk("ยกเลิกค่ะ")
    assert [button["payload"] for button in said[0]["buttons"]] == ["/affirm", "/deny"]

    await talk("ใช่ค่ะ")

    assert not [path for path, _ in office.asked if path == "/internal/cases"]
    kept = await store.retrieve(talk.conversation_id)
    assert STORY not in str([event.as_dict() for event in kept.events])


async def test_the_same_request_is_sent_again_when_it_failed_before(talk, office):
    await talk(*COMPLAINT)
    office.failing = True
    said = await talk("ส่งเรื่อง")
    assert "ยังไม่ได้บันทึก" in said[-1]["text"]
    office.failing = False

    said = await talk("!" + said[-1]["buttons"][0]["payload"])

    tried = [body for path, body in office.asked if path == "/internal/cases"]
    assert len(tried) == 2
    assert tried[0] == tried[1]
    assert "ยังไม่ได้บันทึก" not in said[-1]["text"]


async def test_two_cases_have_two_request_ids_when_they_are_filed_in_a_row(talk, office):
    for _ in range(2):
        await talk(*COMPLAINT, "ส่งเรื่อง")

    filed = [body for path, body in office.asked if path == "/internal/cases"]
    assert len({body["request_id"] for body in filed}) == 2


async def test_nothing_leads_to_the_sender_when_corruption_is_reported_anonymously(talk, office):
    said = await talk("เจ้าหน้าที่ศุลกากรเรียกเงินใต้โต๊ะสองหมื่นบาทแลกกับการปล่อยของ", "ยินยอม")
    said = await talk("กรมศุลกากร", "ข้าม", "ข้าม", "ไม่มี")
    assert said[-1]["buttons"][0]["payload"] == "/stay_anonymous"

    await talk("ไม่เปิดเผยตัวค่ะ", "ส่งเรื่อง")

    sent = office.asked[-1][1]
    assert (sent["kind"], sent["topic"], sent["anonymous"]) == ("corruption", "corruption", True)
    assert (sent["name"], sent["contact"]) == (None, None)


async def test_the_case_is_withdrawn_when_number_code_and_a_yes_are_given(talk, office):
    await talk("ขอถอนเรื่องร้องเรียน", "๒๕๗๐-๐๐๐๐๐๑-๘", "4821 9037 5562 1184", "ใช่ค่ะ")

    path, sent = office.asked[-1]
    assert path == "/internal/cases/withdrawal"
    assert (sent["number"], sent["receipt_code"]) == ("2570-000001-8", "4821-9037-5562-1184")


async def test_the_turn_leaves_no_trace_when_an_action_fails(talk, agent, store, office):
    await talk(*COMPLAINT[:5])
    agent.processor.action_endpoint.failing = True
    with pytest.raises(TurnFailed):
        await talk("เมื่อวาน", message_id="again")
    agent.processor.action_endpoint.failing = False

    said = await talk("เมื่อวาน", message_id="again")

    assert said[-1]["buttons"] == [{"title": "ข้าม", "payload": "/skip"}]
    assert (await store.retrieve(talk.conversation_id)).get_slot("happened_at")


async def test_a_repeated_message_gets_the_same_replies_and_changes_nothing(talk, office):
    await talk(*COMPLAINT)
    first = await talk("!/send_case", message_id="last")

    again = await talk("!/send_case", message_id="last")

    assert again == first
    assert len([path for path, _ in office.asked if path == "/internal/cases"]) == 1


@pytest.mark.parametrize(
    "odd",
    [
        "😭😭😭",
        "/affirm",
        "<script>alert(1)</script>",
        "'; DROP TABLE cases; --",
        "{detail}",
        '{"intent": "affirm"}',
        "\u200b\u202eกข\x00",
        "ก" * 5000,
        "ๆ",
        "   .   ",
        "EXTERNAL: greet",
    ],
)
async def test_there_is_an_answer_when_the_message_is_odd(talk, office, odd):
    for before in (COMPLAINT[:0], COMPLAINT[:1], COMPLAINT[:2], COMPLAINT[:3], COMPLAINT[:8]):
        talk.conversation_id += "x"
        await talk(*before)
        assert (await talk(odd))[-1]["text"]


async def test_nobodys_words_are_logged_when_all_goes_well_or_wrong(talk, agent, office, caplog):
    caplog.set_level(logging.INFO)
    await talk(*COMPLAINT)
    office.failing = True
    await talk("ส่งเรื่อง")
    await talk("/สมใจ", "ขอบคุณ")

    told = "".join(record.getMessage() for record in caplog.records)
    assert not any(word in told for word in ("ธนาคารออมสิน", "นครปฐม", "0812345678", "สมใจ"))


class InProcess(EndpointConfig):
    """Runs the actions here; what goes in and out is turned into JSON as on the wire."""

    def __init__(self):
        super().__init__("http://in-process", enable_selective_domain=True)
        self.executor = ActionExecutor()
        self.executor.register_package("bot.actions")
        self.failing = False

    async def request(self, method="post", subpath=None, content_type=None, compress=False, **kw):
        if self.failing:
            raise TurnFailed("down")
        answered = await self.executor.run(json.loads(json.dumps(kw["json"])))
        return json.loads(json.dumps(answered))


@pytest.fixture(scope="module")
def loaded():
    spare_rasa_needless_work()
    return Agent.load(str(trained_model()), action_endpoint=InProcess())


@pytest.fixture
def store(loaded, tmp_path):
    key = base64.urlsafe_b64encode(b"k" * 32).decode()
    return SealedTrackerStore(domain=loaded.domain, folder=str(tmp_path), key=key)


@pytest.fixture
def agent(loaded, store):
    loaded.tracker_store = loaded.processor.tracker_store = FailSafeTrackerStore(store)
    return loaded


@pytest_asyncio.fixture
async def talk(agent):
    ids = itertools.count()

    async def say(*texts, message_id=None):
        said = []
        for text in texts:
            is_payload = text.startswith("!")
            body = {
                "conversation_id": say.conversation_id,
                "message_id": message_id or f"m{next(ids)}",
                "text": text[is_payload:],
                "channel": "web",
                "is_payload": is_payload,
            }
            said = await answer(agent, _user_message(body))
        return said

    say.conversation_id = "5b8c1f2e"
    return say
