"""What ends a turn without leaving a trace of it."""


class TurnFailed(BaseException):
    """This message cannot be handled now; nothing of it may be kept, so that it can come again.

    Not an Exception on purpose. Rasa swallows every Exception of an action ("Bot will continue, but
    the actions events are lost") and of a tracker store (it goes on in memory), and the person is
    told something that is not true. A BaseException passes both and reaches our channel, which
    answers 503.
    """
