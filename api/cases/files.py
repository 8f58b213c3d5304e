"""The files that belong to a case."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases.models import Case, CaseAttachment
from api.conversations.models import Attachment
from api.errors import AppError


class FileOfAnotherConversation(AppError):
    status = 422
    fields = ("attachment_ids",)
    message = "ไม่พบไฟล์ที่แนบ กรุณาส่งไฟล์ใหม่อีกครั้ง"


def check_files(session: Session, conversation_id: str, attachment_ids: Sequence[str]) -> None:
    wanted = set(attachment_ids)
    owned = session.scalars(
        select(Attachment.id).where(
            Attachment.id.in_(wanted), Attachment.conversation_id == conversation_id
        )
    )
    if wanted - set(owned):
        raise FileOfAnotherConversation


def attach(session: Session, case: Case, attachment_ids: Sequence[str]) -> None:
    for attachment_id in dict.fromkeys(attachment_ids):
        session.merge(CaseAttachment(case_id=case.id, attachment_id=attachment_id))
