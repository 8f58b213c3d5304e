"""Floors under what `make evaluate` prints, on messages that nothing was fitted to.

They leave two points of room; raise them as the search improves.
"""

from itertools import pairwise

import pytest

from api.faq.index import Index
from api.faq.outside import read_outside
from evaluation import measure, sets
from evaluation.__main__ import system_of
from evaluation.measure import Figures, Result

REGISTERS = {
    "formal",
    "long_story",
    "mixed_english",
    "no_spaces",
    "no_tone_marks",
    "spoken",
    "terse",
    "typos",
}
KINDS = {
    "abuse",
    "gibberish",
    "instruction",
    "near_subject",
    "opinion",
    "other_agency",
    "other_language",
    "small_talk",
}


@pytest.fixture(scope="module")
def asked(index: Index) -> list[Result]:
    subject_of = {entry.id: subject for subject, entry in sets.entries()}
    return measure.ask(system_of(index), sets.held_out(), subject_of)


@pytest.fixture(scope="module")
def unanswerable(index: Index) -> list[Result]:
    return measure.ask_unanswerable(system_of(index), sets.held_out_unanswerable())


class TestTheSearch:
    def test_most_questions_are_answered_rightly(self, asked: list[Result]) -> None:
        assert Figures(asked).share("right") >= 0.89

    def test_few_questions_are_answered_wrongly(self, asked: list[Result]) -> None:
        assert Figures(asked).share("wrong") <= 0.038

    def test_the_right_entry_is_near_the_top(self, asked: list[Result]) -> None:
        assert Figures(asked).first >= 0.94
        assert Figures(asked).among_three >= 0.975

    def test_no_way_of_writing_is_left_behind(self, asked: list[Result]) -> None:
        groups = measure.grouped(asked, lambda result: result.group)
        assert {name: f.helped for name, f in groups.items() if f.helped < 0.93} == {}

    def test_few_messages_are_answered_that_must_not_be(self, unanswerable: list[Result]) -> None:
        assert Figures(unanswerable).answered <= 0.033

    @pytest.mark.parametrize("kind", ["abuse", "instruction", "opinion", "small_talk"])
    def test_almost_nothing_is_answered_that_is_no_question(
        self, unanswerable: list[Result], kind: str
    ) -> None:
        answered = [r for r in unanswerable if r.group == kind and r.outcome == "answered"]
        assert len(answered) <= 1, [(r.message, r.ranked[0]) for r in answered]

    def test_almost_nothing_is_answered_that_is_another_agencys(
        self, unanswerable: list[Result]
    ) -> None:
        group = [result for result in unanswerable if result.group == "other_agency"]
        assert Figures(group).answered <= 0.03


class TestTheCertainty:
    def test_the_probabilities_come_true(
        self, asked: list[Result], unanswerable: list[Result]
    ) -> None:
        assert measure.calibration_error([*asked, *unanswerable]) < 0.04

    def test_the_surer_it_is_the_oftener_it_is_right(self, asked: list[Result]) -> None:
        ordered = sorted((r for r in asked if r.ranked), key=lambda result: result.score)
        size = len(ordered) // 4
        quarters = [ordered[n * size : (n + 1) * size] for n in range(4)]
        shares = [Figures(quarter).first for quarter in quarters]
        # Between quarters that are nearly always right, one question more or less decides.
        assert all(lower <= higher + 0.02 for lower, higher in pairwise(shares)), shares
        assert shares[-1] - shares[0] > 0.1

    def test_what_has_no_answer_is_thought_less_likely(
        self, asked: list[Result], unanswerable: list[Result]
    ) -> None:
        def middle(results: list[Result]) -> float:
            return sorted(result.score for result in results)[len(results) // 2]

        assert middle(unanswerable) < 0.3 < 0.8 < middle(asked)


class TestTheSets:
    def test_no_held_out_message_is_nearly_a_copy_of_an_example(self) -> None:
        assert sets.near_copies() == []

    def test_a_copy_would_be_noticed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        copy = sets.Asked(f"{sets.development()[100].question} ครับ", "office-vision", "spoken")
        monkeypatch.setattr(sets, "held_out", lambda: [copy])
        monkeypatch.setattr(sets, "held_out_unanswerable", list)
        assert [held for held, _ in sets.near_copies()] == [copy.question]

    def test_there_are_enough_of_every_kind(self) -> None:
        questions, others = sets.held_out(), sets.held_out_unanswerable()
        assert len(questions) >= 600
        assert len(others) >= 250
        assert {one.register for one in questions} == REGISTERS
        assert {one.kind for one in others} == KINDS

    def test_the_labels_exist(self) -> None:
        known = {entry.id for _, entry in sets.entries()}
        for questions in (sets.held_out(), sets.development()):
            assert {label for one in questions for label in one.right} <= known

    def test_no_label_is_an_entrys_and_a_strange_subjects_too(self) -> None:
        ours = {entry.id for _, entry in sets.entries()}
        theirs = {subject.id for subject in read_outside(sets.KNOWLEDGE).subjects}
        assert ours & theirs == set()

    def test_no_question_is_held_out_twice(self) -> None:
        messages = [one.question for one in sets.held_out()]
        messages += [one.message for one in sets.held_out_unanswerable()]
        assert len(set(messages)) == len(messages)
