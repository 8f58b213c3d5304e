"""What is to happen once the present transaction is really stored, and not before."""

from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.orm import Session

Listener = Callable[[str], None]

_listeners: dict[str, list[Listener]] = {"conversation": [], "file": []}


def call(session: Session, action: Callable[[], object]) -> None:
    """Run `action` after the commit; forget it when the transaction is rolled back."""
    waiting = session.info.get("after_commit")
    if waiting is None:
        waiting = session.info["after_commit"] = []
        event.listen(session, "after_commit", _run)
        event.listen(session, "after_rollback", _forget)
    waiting.append(action)


def announce(session: Session, conversation_id: str) -> None:
    """Tell the workers of this process that there is something to do in a conversation."""
    if not session.info.get("keeps_quiet"):
        call(session, lambda: _tell("conversation", conversation_id))


def announce_file(session: Session, attachment_id: str) -> None:
    """Tell the workers of this process that a file waits to be fetched."""
    call(session, lambda: _tell("file", attachment_id))


def keep_quiet(session: Session) -> None:
    """What this session announces is nobody else's business."""
    session.info["keeps_quiet"] = True


def listen(topic: str, listener: Listener) -> None:
    _listeners[topic].append(listener)


def stop_listening(topic: str, listener: Listener) -> None:
    _listeners[topic].remove(listener)


def _tell(topic: str, identifier: str) -> None:
    for listener in list(_listeners[topic]):
        listener(identifier)


def _run(session: Session) -> None:
    # The end of a savepoint is announced too, but nothing is stored yet.
    if session.in_nested_transaction():
        return
    waiting, session.info["after_commit"][:] = list(session.info["after_commit"]), []
    for action in waiting:
        action()


def _forget(session: Session) -> None:
    session.info["after_commit"].clear()
