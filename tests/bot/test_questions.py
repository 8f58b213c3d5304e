import pytest

from bot.actions.questions import ActionAnswerQuestion, ActionRateAnswer, ActionShowDetail
from tests.bot.acting import payloads, run, titles
from tests.bot.fake_office import contract
from tests.bot.test_wording import graphemes

pytestmark = pytest.mark.asyncio

ANSWERS = "/internal/answers"
WAYS_OUT = ["/ask_person", "/report_problem"]
MENU = ["/ask_question", "/report_problem", "/ask_status", "/ask_person"]
_LONGEST_TITLE = 20


async def test_the_answer_shows_its_source_and_year_when_it_is_known(office, tracker):
    example = contract("answer_question")

    _, said = await run(ActionAnswerQuestion(), tracker(text=example["request"]["question"]))

    assert office.asked == [(example["path"], example["request"])]
    answer = example["answer"]["answer"]
    assert said[0]["text"] == (
        f"{answer['answer']}\n\nที่มา: {answer['source']} (ปี {answer['year']})"
    )


async def test_two_thumbs_follow_the_answer_when_it_has_no_longer_one(office, tracker):
    _, said = await run(ActionAnswerQuestion(), tracker(text="เบอร์อะไร"))

    assert payloads(said[0]) == [
        '/rate_answer{"asked": "17", "useful": "yes"}',
        '/rate_answer{"asked": "17", "useful": "no"}',
    ]
    assert [title[0] for title in titles(said[0])] == ["👍", "👎"]


async def test_the_longer_answer_is_offered_but_not_told_when_there_is_one(office, tracker):
    found(office, has_detail=True, link="https://www.mof.go.th")

    _, said = await run(ActionAnswerQuestion(), tracker(text="เบอร์อะไร"))

    assert payloads(said[0])[0] == '/show_detail{"entry": "complaint-by-phone"}'
    assert len(said[0]["buttons"]) == 3
    assert said[0]["text"].endswith("อ่านต่อ: https://www.mof.go.th")


async def test_everything_around_an_english_answer_is_english(office, tracker):
    found(office, language="en", answer="Call 1689 and press 1.", link="https://www.mof.go.th")

    _, said = await run(ActionAnswerQuestion(), tracker(text="What number can I call?"))

    told = said[0]["text"].replace(contract("answer_question")["answer"]["answer"]["source"], "")
    assert "Source: " in told
    assert "Read more: " in told
    assert not has_thai(told + "".join(titles(said[0])))


@pytest.mark.parametrize("language", ["th", "en"])
async def test_titles_fit_line_when_an_answer_has_all_its_buttons(office, tracker, language):
    found(office, has_detail=True, language=language)

    _, said = await run(ActionAnswerQuestion(), tracker(text="เบอร์อะไร"))

    assert len(said[0]["buttons"]) == 3
    assert max(map(graphemes, titles(said[0]))) <= _LONGEST_TITLE


async def test_choices_a_person_and_a_case_are_offered_when_the_search_is_not_sure(office, tracker):
    choices = [{"entry_id": f"e{n}", "question": f"คำถาม {n}"} for n in range(5)]
    office.answers[ANSWERS] |= {"outcome": "choices", "answer": None, "choices": choices}

    _, said = await run(ActionAnswerQuestion(), tracker(text="เบอร์อะไร"))

    offered = [f'/show_entry{{"entry": "e{n}"}}' for n in range(3)]
    assert payloads(said[0]) == offered + WAYS_OUT
    _, said = await run(ActionAnswerQuestion(), tracker(text="เบอร์อะไร", form="complaint_form"))
    assert payloads(said[0]) == offered


async def test_choices_are_english_when_the_question_is(office, tracker):
    choices = [{"entry_id": "e1", "question": "What is it?", "language": "en"}]
    office.answers[ANSWERS] |= {"outcome": "choices", "answer": None, "choices": choices}

    _, said = await run(ActionAnswerQuestion(), tracker(text="what is it"))

    assert (said[0]["text"] + "".join(titles(said[0]))).isascii()
    assert payloads(said[0])[1:] == WAYS_OUT


@pytest.mark.parametrize(
    ("kind", "offered"),
    [
        ("elsewhere", WAYS_OUT),
        ("not_known", WAYS_OUT),
        ("abuse", WAYS_OUT),
        ("instruction", MENU),
        ("opinion", MENU),
        ("small_talk", MENU),
        (None, MENU),
    ],
)
async def test_a_fixed_reply_is_said_with_what_helps_then(office, tracker, kind, offered):
    found(office, outcome="outside", reply="เรื่องนี้ไม่ใช่งานของเรา", kind=kind)

    _, said = await run(ActionAnswerQuestion(), tracker(text="ทำพาสปอร์ตที่ไหน"))

    assert said[0]["text"] == "เรื่องนี้ไม่ใช่งานของเรา"
    assert payloads(said[0]) == offered


async def test_a_fixed_reply_leads_nowhere_else_when_a_form_is_open(office, tracker):
    found(office, outcome="outside", reply="เรื่องนี้ไม่ใช่งานของเรา", kind="elsewhere")

    _, said = await run(ActionAnswerQuestion(), tracker(text="พาสปอร์ต", form="complaint_form"))

    assert (said[0]["text"], said[0]["buttons"]) == ("เรื่องนี้ไม่ใช่งานของเรา", [])


async def test_the_bot_admits_it_and_names_1111_when_it_does_not_know(office, tracker):
    found(office, outcome="unknown")

    _, said = await run(ActionAnswerQuestion(), tracker(text="เบอร์อะไร"))

    assert "1111" in said[0]["text"]
    assert payloads(said[0]) == WAYS_OUT


async def test_the_chosen_entry_is_asked_for_when_its_button_is_pressed(office, tracker):
    pressed = tracker(intent="show_entry", entities={"entry": "complaint-by-phone"}, pressed=True)

    await run(ActionAnswerQuestion(), pressed)

    assert office.asked[0][1]["entry_id"] == "complaint-by-phone"


async def test_an_emoji_is_not_searched_for_when_it_comes_alone(office, tracker):
    _, said = await run(ActionAnswerQuestion(), tracker(text="😂😂"))

    assert office.asked == []
    assert said[0]["buttons"]


async def test_a_kind_sentence_is_said_when_the_search_is_down(office, tracker):
    office.failing = True

    _, said = await run(ActionAnswerQuestion(), tracker(text="เบอร์อะไร"))

    assert "1689" in said[0]["text"]


async def test_the_longer_answer_is_told_when_it_is_asked_for(office, tracker):
    example = contract("answer_detail")

    _, said = await run(ActionShowDetail(), tracker(**pressed("show_detail", example["request"])))

    assert office.asked == [(example["path"], example["request"])]
    assert said[0]["text"] == example["answer"]["detail"]
    office.answers[example["path"]]["link"] = "https://www.mof.go.th"
    _, said = await run(ActionShowDetail(), tracker(**pressed("show_detail", example["request"])))
    assert said[0]["text"].endswith("\n\nอ่านต่อ: https://www.mof.go.th")


async def test_a_kind_sentence_is_said_when_the_longer_answer_cannot_be_had(office, tracker):
    office.failing = True

    asked = pressed("show_detail", contract("answer_detail")["request"])
    _, said = await run(ActionShowDetail(), tracker(**asked))

    assert "1689" in said[0]["text"]


async def test_a_thumb_up_is_kept_and_thanked_for(office, tracker):
    example = contract("rate_answer")

    _, said = await run(ActionRateAnswer(), tracker(**thumb("yes")))

    assert office.asked == [(example["path"], example["request"])]
    assert "ขอบคุณ" in said[0]["text"]
    assert said[0]["buttons"] == []


async def test_a_person_and_a_case_are_offered_after_a_thumb_down(office, tracker):
    _, said = await run(ActionRateAnswer(), tracker(**thumb("no")))

    assert office.asked[0][1] == {**contract("rate_answer")["request"], "useful": False}
    assert payloads(said[0]) == WAYS_OUT


async def test_no_other_case_is_offered_after_a_thumb_down_when_a_form_is_open(office, tracker):
    _, said = await run(ActionRateAnswer(), tracker(**thumb("no"), form="complaint_form"))

    assert payloads(said[0]) == ["/ask_person"]


async def test_the_person_is_thanked_when_the_rating_was_lost(office, tracker):
    office.failing = True

    _, said = await run(ActionRateAnswer(), tracker(**thumb("yes")))

    assert "ขอบคุณ" in said[0]["text"]


@pytest.mark.parametrize("asked", ["", "x", "²", "-1"])
async def test_nothing_is_kept_when_a_thumb_names_no_answer(office, tracker, asked):
    _, said = await run(ActionRateAnswer(), tracker(**thumb("yes", asked)))

    assert office.asked == []
    assert "ขอบคุณ" in said[0]["text"]


def found(office, outcome="answered", reply=None, kind=None, **answer):
    """Makes the API find this; `answer` is what is different from the agreed example."""
    example = office.answers[ANSWERS]
    known = {**example["answer"], **answer} if outcome == "answered" else None
    office.answers[ANSWERS] = {
        **example, "outcome": outcome, "answer": known, "reply": reply, "kind": kind
    }  # fmt: skip


def pressed(intent, request):
    return {"intent": intent, "entities": {"entry": request["entry_id"]}, "pressed": True}


def thumb(useful, asked="17"):
    entities = {"asked": asked, "useful": useful}
    return {"intent": "rate_answer", "entities": entities, "pressed": True}


def has_thai(text):
    return any("\u0e00" <= character <= "\u0e7f" for character in text)
