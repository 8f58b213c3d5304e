"""Refusals that more than one verb on cases shares."""

from api.errors import Conflict, NotFound


class ConversationUnknown(NotFound):
    message = "ไม่พบการสนทนานี้ กรุณาเริ่มสนทนาใหม่"


class RequestBelongsElsewhere(Conflict):
    message = "คำขอนี้เป็นของการสนทนาอื่น กรุณาเริ่มแจ้งเรื่องใหม่"
