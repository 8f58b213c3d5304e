"""What became of a question: whether it helped, where it ended, and that it can be forgotten."""

from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from api import clock
from api.conversations.models import Conversation
from api.database import session_scope
from api.faq import trace
from api.faq.models import AskedQuestion, Ending
from tests.api.bot_side import CONVERSATION, in_contract
from tests.api.factories import FRIDAY_MORNING, make_conversation
from tests.api.office import Time


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    time.moment = FRIDAY_MORNING
    monkeypatch.setattr(clock, "now", time)
    monkeypatch.setattr(trace, "now", time)
    return time


@pytest.fixture(autouse=True)
def conversation(database: Engine) -> Conversation:
    return make_conversation(id=CONVERSATION)


def asked(conversation_id: str | None = CONVERSATION, minutes_ago: int = 1) -> int:
    with session_scope() as session:
        row = AskedQuestion(
            conversation_id=conversation_id,
            channel="web",
            asked_at=FRIDAY_MORNING - timedelta(minutes=minutes_ago),
            question="เบอร์ร้องเรียนกระทรวงการคลัง",
            outcome="answered",
            entry_id="complaint-by-phone",
            score=0.9,
        )
        session.add(row)
        session.flush()
        return row.id


def row(asked_id: int) -> AskedQuestion:
    with session_scope() as session:
        return session.get_one(AskedQuestion, asked_id)


def rate(internal: TestClient, asked_id: int, useful: bool, who: str = CONVERSATION) -> bool:
    request = {"conversation_id": who, "asked_id": asked_id, "useful": useful}
    answer = internal.post("/internal/answers/rating", json=request)
    assert answer.status_code == 200
    return answer.json()["kept"]


def file_case(internal: TestClient, **changes: object) -> None:
    request = in_contract("open_case")["request"] | {"request_id": str(uuid4())} | changes
    assert internal.post("/internal/cases", json=request).status_code == 200


class TestRating:
    def test_the_last_thumb_counts_when_it_is_pressed_twice(self, internal: TestClient) -> None:
        question, other = asked(), asked()
        assert rate(internal, question, True) is True
        assert row(question).useful is True
        assert rate(internal, question, False) is True
        assert row(question).useful is False
        assert row(other).useful is None

    def test_it_is_not_kept_when_the_question_is_somebody_elses(self, internal: TestClient) -> None:
        question = asked(make_conversation().id)
        assert rate(internal, question, True) is False
        assert row(question).useful is None

    def test_it_is_not_kept_when_the_question_is_nobodys(self, internal: TestClient) -> None:
        question = asked(None)
        assert rate(internal, question, True) is False
        assert row(question).useful is None

    @pytest.mark.parametrize("asked_id", [0, 999_999])
    def test_it_is_not_kept_when_there_is_no_such_question(
        self, internal: TestClient, asked_id: int
    ) -> None:
        assert rate(internal, asked_id, True) is False

    @pytest.mark.parametrize("asked_id", [2**31, 2**63, 10**30, -(10**30)])
    def test_it_is_no_fault_of_ours_when_the_number_is_absurd(
        self, internal: TestClient, asked_id: int
    ) -> None:
        request = {"conversation_id": CONVERSATION, "asked_id": asked_id, "useful": True}
        answer = internal.post("/internal/answers/rating", json=request)
        assert answer.status_code in (200, 422)
        assert answer.json().get("kept", False) is False


class TestEndings:
    def test_it_ended_with_a_person_when_somebody_is_asked_for(self, internal: TestClient) -> None:
        earlier, question = asked(minutes_ago=5), asked()
        internal.post("/internal/handovers", json=in_contract("ask_person")["request"])
        assert row(question).ended_in == Ending.person
        assert row(earlier).ended_in is None

    def test_it_ended_with_a_case_when_one_is_opened(self, internal: TestClient) -> None:
        question, strangers = asked(), asked(make_conversation().id)
        file_case(internal)
        assert row(question).ended_in == Ending.case
        assert row(question).conversation_id == CONVERSATION
        assert row(strangers).ended_in is None

    def test_the_first_ending_stays_when_another_follows(self, internal: TestClient) -> None:
        question = asked()
        internal.post("/internal/handovers", json=in_contract("ask_person")["request"])
        file_case(internal)
        assert row(question).ended_in == Ending.person

    @pytest.mark.parametrize(("minutes", "ends"), [(29, True), (31, False)])
    def test_it_is_another_errand_when_half_an_hour_has_passed(
        self, internal: TestClient, minutes: int, ends: bool
    ) -> None:
        question = asked(minutes_ago=minutes)
        file_case(internal)
        assert (row(question).ended_in is not None) is ends

    def test_nothing_happens_when_nothing_was_asked(self, internal: TestClient) -> None:
        file_case(internal)
        with session_scope() as session:
            assert session.scalars(select(AskedQuestion)).all() == []


class TestForgetting:
    def test_nobody_knows_who_asked_when_the_case_is_anonymous(self, internal: TestClient) -> None:
        earlier, question = asked(minutes_ago=600), asked()
        file_case(internal, anonymous=True, name=None, contact=None, consent_version=None)
        for one in (earlier, question):
            assert row(one).conversation_id is None
            assert row(one).question == "เบอร์ร้องเรียนกระทรวงการคลัง"
        # Whose it was is forgotten for good.
        assert rate(internal, question, True) is False

    def test_only_ones_own_questions_are_forgotten(self, database: Engine) -> None:
        other = make_conversation().id
        mine, theirs = asked(), asked(other)
        with session_scope() as session:
            trace.forget_who_asked(session, CONVERSATION)
        assert row(mine).conversation_id is None
        assert row(theirs).conversation_id == other
