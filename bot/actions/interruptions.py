"""Whether a message in the middle of a form is an answer, or something else that comes first.

A story is never taken for a question because the classifier thinks so: what is typed while words of
one's own are asked for counts as something else only when it is short and has its shape too.
"""

from bot.actions.message import Message

OWN_WORDS = frozenset({"detail", "agency", "happened_at", "place", "name", "information"})

_QUESTIONS = ("ask_question", "help", "nlu_fallback", "show_entry")
_ABOUT_AN_ANSWER = ("show_detail", "rate_answer")
_OTHER_ERRANDS = ("ask_status", "add_information", "withdraw_case")
_NEW_CASES = ("report_problem", "report_corruption", "give_suggestion", "give_compliment")
_COURTESIES = ("greet", "thank", "goodbye")
_LONGEST_QUESTION = {"detail": 40, "information": 40}
_LONGEST_QUESTION_ELSEWHERE = 90
_LONGEST_REQUEST = 40
_LONGEST_COURTESY = 20


def is_something_else(message: Message, asked_for: str) -> bool:
    if message.is_pressed:
        return message.means(
            "ask_person",
            *_QUESTIONS,
            *_ABOUT_AN_ANSWER,
            *_OTHER_ERRANDS,
            *_NEW_CASES,
            *_COURTESIES,
        )
    if asked_for in OWN_WORDS:
        return _interrupts_own_words(message, asked_for)
    # Only choices are left, and this is none of them.
    is_question = message.asks or message.means("ask_question", "help", at_least=0.4)
    return is_question or message.means("ask_person", *_OTHER_ERRANDS, *_COURTESIES)


def _interrupts_own_words(message: Message, asked_for: str) -> bool:
    length = len(message.text)
    if message.means("ask_person", at_least=0.6) and length <= _LONGEST_REQUEST:
        return True
    if message.means(*_COURTESIES, at_least=0.7) and length <= _LONGEST_COURTESY:
        return True
    if message.means(*_OTHER_ERRANDS, at_least=0.75) and length <= _LONGEST_REQUEST:
        return True
    if length > _LONGEST_QUESTION.get(asked_for, _LONGEST_QUESTION_ELSEWHERE):
        return False
    is_sure = message.means("ask_question", "help", at_least=0.6)
    tells_a_story = asked_for in _LONGEST_QUESTION
    return (message.asks and (is_sure or not tells_a_story)) or (is_sure and message.has_question)
