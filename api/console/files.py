"""The one way to a file that a citizen sent: checked, logged, and never opened by the browser."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Response

from api.console.access import access_file, note_access
from api.console.pages import CASE_ROLES
from api.conversations import files
from api.database import ReadSession
from api.staff import Staff
from api.staff.guards import role_required

router = APIRouter(include_in_schema=False)


@router.get("/files/{attachment_id}")
def download(
    attachment_id: str,
    staff: Annotated[Staff, Depends(role_required(*CASE_ROLES))],
    session: ReadSession,
) -> Response:
    attachment = access_file(session, staff, attachment_id)
    content = files.read(attachment)
    note_access(staff, "file", attachment.id)
    name = quote(attachment.name or attachment.id, safe="")
    return Response(
        content,
        # The type that the sender claims is not repeated: nothing may be run or shown in place.
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )
