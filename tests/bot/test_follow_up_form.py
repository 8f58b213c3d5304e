import pytest
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.follow_up import ActionStartFollowUp, ValidateFollowUpForm

pytestmark = pytest.mark.asyncio

NUMBER, CODE = "2570-000001-8", "4821-9037-5562-1184"
BOTH = {"number": NUMBER, "receipt_code": CODE}


@pytest.mark.parametrize(
    ("intent", "purpose"),
    [("ask_status", "status"), ("add_information", "information"), ("withdraw_case", "withdrawal")],
)
async def test_number_and_code_are_taken_when_they_come_with_the_wish(tracker, intent, purpose):
    changes, _ = await run(ActionStartFollowUp(), tracker({}, f"เรื่อง {NUMBER} {CODE}", intent))

    assert {key: changes[key] for key in ("follow_up", *BOTH)} == {"follow_up": purpose, **BOTH}
    assert len(changes["request_id"]) == 36


async def test_number_and_code_are_taken_when_a_button_carries_them(tracker):
    pressed = tracker({}, "", "withdraw_case", 1.0, entities=BOTH, pressed=True)

    changes, _ = await run(ActionStartFollowUp(), pressed)

    assert (changes["number"], changes["receipt_code"]) == (NUMBER, CODE)


@pytest.mark.parametrize(
    ("known", "asked_for"),
    [
        ({"follow_up": "status"}, "number"),
        ({"follow_up": "status", "number": NUMBER}, "receipt_code"),
        ({"follow_up": "status", **BOTH}, None),
        ({"follow_up": "information", **BOTH}, "information"),
        ({"follow_up": "withdrawal", **BOTH}, "confirmation"),
    ],
)
async def test_only_what_is_missing_is_asked_when_the_form_begins(tracker, known, asked_for):
    changes, said = await run(ValidateFollowUpForm(), tracker(known, "ติดตามเรื่อง", "ask_status"))

    assert changes["requested_slot"] == asked_for
    assert bool(said) == (asked_for is not None)


@pytest.mark.parametrize(
    ("asked_for", "text", "found"),
    [
        ("number", "๒๕๗๐ ๐๐๐๐๐๑ ๘", {"number": NUMBER}),
        ("number", f"{NUMBER} รหัส 4821903755621184", BOTH),
        ("receipt_code", "4821 9037 5562 1184", {"receipt_code": CODE}),
    ],
)
async def test_number_and_code_are_found_when_they_are_typed(tracker, asked_for, text, found):
    slots = {"follow_up": "status", "requested_slot": asked_for}

    changes, _ = await run(ValidateFollowUpForm(), tracker(slots, text, "nlu_fallback"))

    assert {key: value for key, value in changes.items() if key in BOTH} == found


async def test_the_form_of_a_number_is_explained_when_it_is_not_one(tracker):
    slots = {"follow_up": "status", "requested_slot": "number"}

    changes, said = await run(ValidateFollowUpForm(), tracker(slots, "12345", "nlu_fallback"))

    assert (changes["number"], changes["requested_slot"]) == (None, "number")
    assert "11" in said[0]["text"]


async def test_information_is_taken_as_it_is_when_it_is_asked_for(tracker):
    slots = {"follow_up": "information", **BOTH, "requested_slot": "information"}
    text = "ธนาคารถามว่าทำไมไม่จ่าย แล้วเราควรทำยังไงต่อ เมื่อวานเขาโทรมาอีก"

    changes, _ = await run(ValidateFollowUpForm(), tracker(slots, text, "ask_question"))

    assert (changes["information"], changes["requested_slot"]) == (text, None)


async def test_files_alone_are_enough_when_the_person_says_so(tracker):
    slots = {"follow_up": "information", **BOTH, "requested_slot": "information"}
    file = tracker(slots, "", "send_file", 1.0, entities={"attachment": "f1"}, pressed=True)
    changes, said = await run(ValidateFollowUpForm(), file)
    assert changes["attachment_ids"] == ["f1"]
    assert said[0]["buttons"][0]["payload"] == "/send_case"

    slots.update(changes)
    changes, _ = await run(
        ValidateFollowUpForm(), tracker(slots, "", "send_case", 1.0, pressed=True)
    )

    assert "1" in changes["information"]
    assert changes["requested_slot"] is None


@pytest.mark.parametrize(
    ("text", "intent", "outcome"),
    [("ใช่", "affirm", "send"), ("ไม่", "deny", "cancelled"), ("ยกเลิก", "cancel", "cancelled")],
)
async def test_a_withdrawal_needs_a_yes_when_it_is_asked(tracker, text, intent, outcome):
    slots = {"follow_up": "withdrawal", **BOTH, "requested_slot": "confirmation"}

    changes, _ = await run(ValidateFollowUpForm(), tracker(slots, text, intent))

    assert (changes["confirmation"], changes["requested_slot"]) == (outcome, None)


async def test_a_refusal_of_the_api_is_told_in_its_own_words(tracker):
    slots = {"follow_up": "status", **BOTH, "has_failed": "รอหนึ่งชั่วโมงแล้วลองใหม่"}

    _, said = await run(
        ValidateFollowUpForm(), tracker(slots, "ใช่", "affirm", events=[{"event": "followup"}])
    )

    assert said[0]["text"] == "รอหนึ่งชั่วโมงแล้วลองใหม่"
    assert [button["payload"] for button in said[0]["buttons"]] == ["/send_case", "/cancel"]


async def test_the_rules_decide_when_a_question_comes_first(tracker):
    slots = {"follow_up": "status", "requested_slot": "receipt_code"}

    changes, said = await run(ValidateFollowUpForm(), tracker(slots, "รหัสลับคืออะไร", "ask_question"))

    assert (changes, said) == ({}, [])


async def run(action, tracker):
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, tracker, {})
    return {event["name"]: event["value"] for event in events}, dispatcher.messages
