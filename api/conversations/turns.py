"""One message and what the bot makes of it: which question to ask, and what to do with the answer.

Every function here works inside somebody's short transaction. Nothing waits for the bot.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, select, update
from sqlalchemy.orm import Session

from api.clock import now
from api.conversations import outbox, service
from api.conversations.long_texts import is_visible
from api.conversations.models import (
    Attachment,
    Author,
    Conversation,
    Direction,
    Message,
)
from api.conversations.rasa import Question, Reply
from api.wording import say

FILE_KINDS = frozenset({"image", "file", "video", "audio"})
_BACKOFF_SECONDS = (2, 5, 15, 30, 60)
_ATTEMPTS_TO_GIVE_UP = 8
_GIVE_UP_AFTER = timedelta(minutes=30)
_BUTTONS_LOOKED_AT = 100
_UNREADABLE = "/nlu_fallback"
_STICKER_MEANINGS = {
    "thanks": "/thank",
    "thank you": "/thank",
    "bye": "/goodbye",
    "goodbye": "/goodbye",
}


@dataclass(frozen=True)
class Turn:
    message_id: int
    newest_id: int
    question: Question


def next_turn(session: Session, conversation: Conversation) -> Turn | datetime | None:
    """The message to answer now, or when to look again, or None when all is answered."""
    newest_id = select(func.max(Message.id)).scalar_subquery()
    found = session.execute(
        select(Message, newest_id)
        .where(
            Message.conversation_id == conversation.id,
            Message.direction == Direction.incoming,
            Message.answered_at.is_(None),
        )
        # A message once shown to the bot stays first; LINE may deliver the others out of order.
        .order_by(
            case((Message.attempts > 0, 0), else_=1),
            func.coalesce(Message.occurred_at, Message.created_at),
            Message.id,
        )
        .limit(1)
    ).first()
    if found is None:
        return None
    message = found[0]
    if message.next_attempt_at and message.next_attempt_at > now():
        return message.next_attempt_at
    file = _file_of(session, message)
    if file and file.stored_at is None:
        # Whoever fetches it wakes this conversation; the time is only for the worst case.
        return now() + timedelta(seconds=15)
    text, is_payload = _words_for_bot(session, message, file)
    return Turn(
        message_id=message.id,
        newest_id=found[1],
        question=Question(conversation.id, message.key, message.channel, text, is_payload),
    )


def answered(
    session: Session, conversation: Conversation, turn: Turn, replies: Sequence[Reply]
) -> None:
    message = session.get_one(Message, turn.message_id)
    if message.answered_at:
        return
    if not replies:
        if not _office_spoke(session, turn):
            # The bot's own server hides its failures behind an empty answer.
            failed(session, conversation, turn, "nothing was said", others_are_answered=True)
            return
        _adopt(session, turn)
    for reply in replies:
        outbox.queue(
            session,
            conversation.id,
            reply.text,
            reply.buttons,
            Author.bot,
            turn.message_id,
            # What must be forgotten is often repeated in the answer.
            short_lived=message.short_lived,
        )
    conversation.told_unavailable_at = None
    _close(message)


def failed(
    session: Session,
    conversation: Conversation,
    turn: Turn,
    reason: str,
    *,
    others_are_answered: bool,
) -> None:
    """Try again later, say so once per outage, and hand a hopeless message to the staff."""
    message = session.get_one(Message, turn.message_id)
    if message.answered_at:
        return
    message.attempts += 1
    message.last_error = reason[:200]
    # Words of the office are true whatever became of the bot: no excuse may contradict them.
    office_spoke = _office_spoke(session, turn)
    _adopt(session, turn)
    too_old = now() - message.created_at > _GIVE_UP_AFTER
    if message.attempts >= _ATTEMPTS_TO_GIVE_UP and (others_are_answered or too_old):
        if _last_kind(session, conversation.id) != "gave_up":
            _excuse(session, turn, "bot_gave_up", "gave_up")
        conversation.waiting_for_staff_since = conversation.waiting_for_staff_since or now()
        _close(message)
        return
    wait = _BACKOFF_SECONDS[min(message.attempts, len(_BACKOFF_SECONDS)) - 1]
    message.next_attempt_at = now() + timedelta(seconds=wait)
    if conversation.told_unavailable_at is None and not office_spoke:
        _excuse(session, turn, "bot_unavailable", "unavailable")
        conversation.told_unavailable_at = now()


def file_refused(session: Session, message_id: int, sentence: str) -> None:
    """A file could not be kept: the person hears it, and the bot is not asked."""
    message = session.get_one(Message, message_id)
    if message.answered_at is None and message.conversation_id:
        outbox.queue(session, message.conversation_id, sentence, answers_id=message.id)
        _close(message)


def _file_of(session: Session, message: Message) -> Attachment | None:
    if message.kind not in FILE_KINDS:
        return None
    return session.scalars(select(Attachment).filter_by(message_id=message.id)).first()


def _words_for_bot(session: Session, message: Message, file: Attachment | None) -> tuple[str, bool]:
    """What to ask, and whether it is a payload. Nobody but us can make a payload of words."""
    if file:
        return "/send_file" + json.dumps({"attachment": file.id}), True
    if message.kind == "follow":
        return "/greet", True
    if message.kind == "sticker":
        return _sticker_meaning(message.raw), True
    if message.kind == "postback" and message.payload:
        title = _title_of_offered_button(session, message)
        if title is not None:
            message.text = message.text or title
            return message.payload, True
    text = message.text or message.payload or ""
    return (text, False) if is_visible(text) else (_UNREADABLE, True)


def _title_of_offered_button(session: Session, message: Message) -> str | None:
    offers = session.scalars(
        select(Message)
        .where(
            Message.conversation_id == message.conversation_id,
            Message.direction == Direction.outgoing,
            Message.buttons.is_not(None),
        )
        .order_by(Message.id.desc())
        .limit(_BUTTONS_LOOKED_AT)
    )
    for offer in offers:
        for button in offer.buttons or []:
            if button["payload"] == message.payload:
                return button["title"]
    return None


def _sticker_meaning(event: object) -> str:
    """A sticker is friendly; LINE's own keywords tell thanks and farewell from a greeting."""
    sticker = event.get("message") if isinstance(event, dict) else None
    keywords = sticker.get("keywords") if isinstance(sticker, dict) else None
    for keyword in keywords if isinstance(keywords, list) else []:
        if meaning := _STICKER_MEANINGS.get(str(keyword).lower()):
            return meaning
    return "/greet"


def _said_during(turn: Turn) -> ColumnElement[bool]:
    """The rows that the office itself (not the bot) queued because of this message."""
    return and_(
        Message.conversation_id == turn.question.conversation_id,
        Message.direction == Direction.outgoing,
        Message.author == Author.system,
        Message.kind == "text",
        (Message.answers_id == turn.message_id)
        | ((Message.id > turn.newest_id) & Message.answers_id.is_(None)),
    )


def _office_spoke(session: Session, turn: Turn) -> bool:
    return bool(session.scalar(exists().where(_said_during(turn)).select()))


def _adopt(session: Session, turn: Turn) -> None:
    """Let what the office said go out under the reply token of the message that caused it."""
    session.execute(update(Message).where(_said_during(turn)).values(answers_id=turn.message_id))


def _excuse(session: Session, turn: Turn, sentence: str, kind: str) -> None:
    outbox.queue(
        session,
        turn.question.conversation_id,
        say(sentence),
        answers_id=turn.message_id,
        kind=kind,
    )


def _last_kind(session: Session, conversation_id: str) -> str | None:
    return session.scalar(
        select(Message.kind)
        .where(Message.conversation_id == conversation_id, Message.direction == Direction.outgoing)
        .order_by(Message.id.desc())
        .limit(1)
    )


def _close(message: Message) -> None:
    message.answered_at = now()
    message.next_attempt_at = None
    service.forget_if_served(message)
