"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.console.pages import page
from api.database import ReadSession, session_scope
from api.errors import AppError
from api.settings import get_settings
from api.staff import Staff, accounts
from api.staff.guards import cookie_name, from_our_page, own_form
from api.staff.sessions import find_staff, sign_in, sign_out

router = APIRouter(include_in_schema=False)


@router.get("/login")
def sign_in_page(request: Request, session: ReadSession, next: str = "") -> Response:
    if find_staff(request.cookies.get(cookie_name(), "")):
        return RedirectResponse(_own_address(next), 303)
    return page(
        request,
        "sign_in.html",
        next=_own_address(next),
        login="",
        told=None,
        no_account=not accounts.any_account(session),
    )


@router.post("/login", dependencies=[Depends(from_our_page)])
def sign_in_with_password(
    request: Request,
    login: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    address = request.client.host if request.client else ""
    old_token = request.cookies.get(cookie_name())
    try:
        token = sign_in(login, password, address, old_token)
    except AppError as refusal:
        with session_scope(read_only=True) as session:
            no_account = not accounts.any_account(session)
        return page(
            request,
            "sign_in.html",
            refusal.status,
            next=_own_address(next),
            login=login[:60],
            told=refusal.message,
            no_account=no_account,
        )
    answer = RedirectResponse(_own_address(next), 303)
    answer.set_cookie(
        cookie_name(),
        token,
        path="/",
        httponly=True,
        samesite="lax",
        secure=get_settings().secure_cookies,
    )
    return answer


@router.post("/logout")
def leave(request: Request, _: Annotated[Staff, Depends(own_form)]) -> Response:
    sign_out(request.cookies.get(cookie_name(), ""))
    answer = RedirectResponse("/console/login", 303)
    answer.delete_cookie(
        cookie_name(), httponly=True, samesite="lax", secure=get_settings().secure_cookies
    )
    return answer


def _own_address(address: str) -> str:
    """A page of the console, whatever was asked for: a link must not lead to another site."""
    ours = address == "/console" or address.startswith(("/console/", "/console?"))
    return address if ours and "\\" not in address and address.isprintable() else "/console"
