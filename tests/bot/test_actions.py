import pytest

from bot.actions.filing import ActionOpenCase
from bot.actions.follow_up import ActionAddInformation, ActionCaseStatus, ActionWithdrawCase
from bot.actions.questions import ActionAskPerson
from tests.bot.acting import changed, payloads, reset, run
from tests.bot.fake_office import contract

pytestmark = pytest.mark.asyncio

FILED = contract("open_case")["request"]
FULL = {
    "kind": "complaint",
    "consent": True,
    "confirmation": "send",
    **{key: FILED[key] for key in ("request_id", "topic", "agency", "detail", "happened_at")},
    **{key: FILED[key] for key in ("place", "anonymous", "name", "contact", "attachment_ids")},
}
FOLLOWED = {key: contract("case_status")["request"][key] for key in ("number", "receipt_code")}


async def test_the_filing_is_as_agreed_when_the_form_is_full(office, tracker):
    events, said = await run(ActionOpenCase(), tracker(FULL))

    assert office.asked == [("/internal/cases", FILED)]
    assert reset(events) >= {"detail", "contact", "name", "request_id", "confirmation"}
    assert not any(digit in said[0]["text"] for digit in "0123456789")


async def test_every_answer_stays_when_the_api_is_down(office, tracker):
    office.failing = True

    events, said = await run(ActionOpenCase(), tracker(FULL))

    assert said == []
    assert changed(events) == {"has_failed": True, "confirmation": None}
    assert {"event": "followup", "timestamp": None, "name": "complaint_form"} in events


async def test_every_answer_stays_when_nobody_listens(office, tracker, monkeypatch):
    monkeypatch.setenv("API_URL", "http://127.0.0.1:9")

    events, _ = await run(ActionOpenCase(), tracker(FULL))

    assert changed(events) == {"has_failed": True, "confirmation": None}


async def test_nothing_that_tells_who_it_is_is_sent_when_the_case_is_anonymous(office, tracker):
    await run(ActionOpenCase(), tracker({**FULL, "kind": "corruption", "anonymous": True}))

    sent = office.asked[0][1]
    assert (sent["anonymous"], sent["name"], sent["contact"]) == (True, None, None)


@pytest.mark.parametrize("confirmation", ["cancelled", "refused"])
async def test_nothing_is_filed_when_the_person_does_not_want_it(office, tracker, confirmation):
    events, said = await run(ActionOpenCase(), tracker({**FULL, "confirmation": confirmation}))

    assert office.asked == []
    assert "detail" in reset(events)
    assert said[0]["buttons"]


async def test_information_is_sent_as_agreed_when_it_is_complete(office, tracker):
    asked = contract("add_information")["request"]
    slots = {**FOLLOWED, "follow_up": "information", "information": asked["text"]}

    events, _ = await run(
        ActionAddInformation(), tracker({**slots, "request_id": asked["request_id"]})
    )

    assert office.asked == [("/internal/cases/information", asked)]
    assert reset(events) >= {"number", "receipt_code", "information", "follow_up"}


async def test_withdrawal_is_sent_as_agreed_when_it_is_confirmed(office, tracker):
    asked = contract("withdraw_case")["request"]
    slots = {**FOLLOWED, "follow_up": "withdrawal", "confirmation": "send"}

    await run(ActionWithdrawCase(), tracker({**slots, "request_id": asked["request_id"]}))

    assert office.asked == [("/internal/cases/withdrawal", {**asked, "reason": None})]


async def test_state_and_next_step_are_told_when_number_and_code_are_right(office, tracker):
    events, said = await run(ActionCaseStatus(), tracker({**FOLLOWED, "follow_up": "status"}))

    example = contract("case_status")
    assert office.asked == [(example["path"], example["request"])]
    for key in ("number", "state_name", "next_step", "unit", "answer_by"):
        assert example["answer"][key] in said[0]["text"]
    assert reset(events) >= {"number", "receipt_code"}


async def test_another_try_is_offered_when_no_case_is_found(office, tracker):
    office.answers["/internal/cases/status"] = {"found": False}

    _, said = await run(ActionCaseStatus(), tracker({**FOLLOWED, "follow_up": "status"}))

    assert payloads(said[0]) == ["/ask_status", "/ask_person"]


async def test_the_form_asks_again_when_following_up_fails(office, tracker):
    office.failing = True

    events, said = await run(ActionWithdrawCase(), tracker({**FOLLOWED, "request_id": "r"}))

    assert said == []
    assert changed(events) == {"has_failed": True, "confirmation": None}


async def test_only_the_api_tells_of_the_handover_when_it_worked(office, tracker):
    _, said = await run(ActionAskPerson(), tracker(form="complaint_form"))

    example = contract("ask_person")
    assert office.asked == [(example["path"], example["request"])]
    assert said == []


async def test_the_truth_is_told_when_the_handover_failed(office, tracker):
    office.failing = True

    _, said = await run(ActionAskPerson(), tracker())

    assert payloads(said[0]) == ["/ask_person"]
