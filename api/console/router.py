"""Every page of the console. What is not listed here is a page that does not exist."""

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.console import cases, chats, faq, files, sign_in
from api.console.pages import CASE_ROLES, page
from api.errors import NotFound
from api.staff.guards import CurrentStaff, current_staff

router = APIRouter(prefix="/console", include_in_schema=False)


@router.get("")
def home(request: Request, staff: CurrentStaff) -> Response:
    if staff.role in CASE_ROLES:
        return RedirectResponse("/console/cases", 303)
    return page(request, "home.html")


router.include_router(sign_in.router)
router.include_router(cases.router)
router.include_router(chats.router)
router.include_router(files.router)
router.include_router(faq.router)


@router.get("/{anything:path}", dependencies=[Depends(current_staff)])
def no_such_page(anything: str) -> Response:
    """The last route, so that a signed-in person's mistyped address keeps the top bar."""
    raise NotFound
