"""When the search fails, is slow, or has no encoder, words alone must do."""

import time
from types import SimpleNamespace

import pytest
import structlog
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.database import session_scope
from api.faq import follow_up, knowledge_files, meaning, search
from api.faq.compiled import Compiler
from api.faq.index import Index
from api.faq.search import Found, Outcome
from api.faq.service import answer_question
from api.faq.words_only import WordsOnly
from evaluation.calibrate import documents
from evaluation.sets import KNOWLEDGE
from tests.api.factories import make_conversation

EXACT = "ร้องเรียนทางโทรศัพท์ได้ที่เบอร์อะไร"
NEAR = "อยากทราบเบอร์โทรศัพท์ร้องเรียน"
STRANGE = "ฟุตบอลโลกนัดชิงแข่งวันไหน"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """`clock.moment` is what the search takes for the time."""
    clock = SimpleNamespace(moment=1000.0)
    monkeypatch.setattr(search, "time", SimpleNamespace(monotonic=lambda: clock.moment))
    return clock


@pytest.fixture
def knowledge(database: Engine) -> None:
    with session_scope() as session:
        knowledge_files.load(session)


@pytest.fixture(scope="module")
def words_only() -> WordsOnly:
    by = search.compiler(KNOWLEDGE)
    return WordsOnly(by.compile(documents()), by.analyser)


def fails(*_: object, **__: object) -> Found:
    raise ZeroDivisionError


def ask(question: str) -> Found:
    with session_scope() as session:
        return search.search(session, question)


@pytest.mark.usefixtures("knowledge")
class TestFailing:
    def test_words_answer_when_the_search_raises(
        self, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(search, "find", fails)
        with structlog.testing.capture_logs() as logs:
            assert ask(EXACT) == Found(Outcome.answered, ["complaint-by-phone"], 1.0)
        assert [row["reason"] for row in logs if "reason" in row] == ["ZeroDivisionError"]
        assert EXACT not in str(logs)

    def test_the_search_is_left_alone_until_it_has_rested(
        self, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tried = []
        monkeypatch.setattr(search, "find", lambda *_: tried.append(1) or fails())
        for _ in range(3):
            ask(NEAR)
        assert len(tried) == 1
        clock.moment += search.REST_SECONDS - 1
        ask(NEAR)
        assert len(tried) == 1
        clock.moment += 2
        ask(NEAR)
        assert len(tried) == 2

    def test_all_is_searched_again_when_it_has_rested(
        self, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wanted = Found(Outcome.choices, ["office-vision"], 0.4)
        with monkeypatch.context() as broken:
            broken.setattr(search, "find", fails)
            ask(NEAR)
        monkeypatch.setattr(search, "find", lambda *_: wanted)
        assert ask(NEAR) != wanted
        clock.moment += search.REST_SECONDS
        assert ask(NEAR) == wanted

    def test_nobody_waits_when_the_search_is_slow(
        self, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slow = Found(Outcome.unknown, [], 0.0)
        monkeypatch.setattr(search, "PATIENCE_SECONDS", 0.001)
        monkeypatch.setattr(search, "find", lambda *_: time.sleep(0.3) or slow)
        with structlog.testing.capture_logs() as logs:
            assert ask(EXACT).entry_ids == ["complaint-by-phone"]
        assert [row["reason"] for row in logs if "reason" in row] == ["TimeoutError"]
        assert not search.is_whole()

    def test_what_is_being_typed_is_found_by_words_meanwhile(
        self, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(search, "find", fails)
        ask(NEAR)
        with session_scope() as session:
            assert search.suggest(session, EXACT, 5) == ["complaint-by-phone"]

    def test_a_leaning_question_is_answered_when_nothing_can_be_compared(
        self, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        conversation = make_conversation().id
        with session_scope() as session:
            answer_question(session, conversation, EXACT)
        monkeypatch.setattr(Index, "compare", fails)
        with session_scope() as session:
            answer = answer_question(session, conversation, "แล้วอีเมลล่ะ")
        assert answer["outcome"] in ("choices", "unknown")

    def test_suggestions_are_no_error_when_nothing_can_be_compared(
        self, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Index, "compare", fails)
        with session_scope() as session:
            assert search.suggest(session, EXACT, 5) == ["complaint-by-phone"]


class TestReadiness:
    def test_monitoring_is_told_and_told_again_when_it_recovers(
        self, client: TestClient, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert client.get("/readyz").json()["parts"]["search"] == "ready"
        monkeypatch.setattr(search, "find", fails)
        ask(NEAR)
        assert client.get("/readyz").json()["parts"]["search"] == "words only"
        clock.moment += search.REST_SECONDS
        assert client.get("/readyz").json()["parts"]["search"] == "ready"

    def test_the_service_is_not_stopped_when_only_words_are_left(
        self, client: TestClient, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = client.get("/readyz")
        monkeypatch.setattr(search, "find", fails)
        ask(NEAR)
        after = client.get("/readyz")
        assert (after.status_code, after.json()["ready"]) == (
            before.status_code,
            before.json()["ready"],
        )


class TestWords:
    @pytest.mark.parametrize("question", [EXACT, EXACT.replace("ทาง", " ทาง "), f"{EXACT} "])
    def test_a_known_question_is_known(self, words_only: WordsOnly, question: str) -> None:
        assert words_only.best(question) == (["complaint-by-phone"], True)

    @pytest.mark.parametrize(
        ("question", "wanted"),
        [
            (NEAR, "complaint-by-phone"),
            ("คลินิกภาษีเก็บค่าบริการแพงไหม", "tax-clinic-fee"),
            ("วิสัยทัศน์ของสำนักงานนี้", "office-vision"),
        ],
    )
    def test_it_is_among_three_when_its_words_are_known(
        self, words_only: WordsOnly, question: str, wanted: str
    ) -> None:
        ids, is_exact = words_only.best(question)
        assert is_exact is False
        assert wanted in ids
        assert len(ids) <= 3

    @pytest.mark.parametrize("question", [STRANGE, "", "???", "请问怎么投诉", "asdf qwer", "ใบขับขี่"])
    def test_nothing_is_offered_to_strangers(self, words_only: WordsOnly, question: str) -> None:
        assert words_only.best(question) == ([], False)

    def test_an_empty_knowledge_is_no_error(self) -> None:
        empty = WordsOnly([], search.compiler(KNOWLEDGE).analyser)
        assert empty.best(EXACT) == ([], False)


class TestWithoutMeaning:
    def test_it_is_said_so_when_the_encoder_cannot_run(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(meaning.Meaning, "__init__", fails)
        with structlog.testing.capture_logs() as logs:
            assert meaning.open_meaning(None) is None
        assert [row["reason"] for row in logs] == ["ZeroDivisionError"]

    def test_entries_are_found_by_their_words(self) -> None:
        by = Compiler(search.compiler(KNOWLEDGE).analyser, None)
        index = Index(documents(), by)
        assert search.find(index, EXACT) == Found(Outcome.answered, ["complaint-by-phone"], 1.0)
        assert "complaint-by-phone" in search.find(index, NEAR).entry_ids
        assert search.find(index, "ต่อใบขับขี่ที่ขนส่ง").outcome is not Outcome.answered


def test_a_whole_answer_needs_no_search_to_follow_it(session: Session) -> None:
    found = Found(Outcome.answered, ["complaint-by-phone"], 1.0)
    assert follow_up.understand(session, None, EXACT, found) == (None, found)
