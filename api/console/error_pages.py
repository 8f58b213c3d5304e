"""Refusals as pages for people. Programs, which do not ask for HTML, still get JSON."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException

from api.console.pages import page
from api.errors import AppError
from api.staff.guards import SignInNeeded

type Handler = Callable[[Request, Any], Awaitable[Response]]
type PublicPage = Callable[[int, str | None], Response]


def install(app: FastAPI, public_page: PublicPage) -> None:
    """Put a page before each handler of refusals that the application already has.

    For visitors of the questions `public_page` makes it, from the status and the sentence.
    """
    for kind in (
        AppError,
        DataError,
        OperationalError,
        RequestValidationError,
        HTTPException,
    ):
        app.add_exception_handler(kind, _page_before(app.exception_handlers[kind], public_page))


def _page_before(as_json: Any, public_page: PublicPage) -> Handler:
    async def refused(request: Request, error: Exception) -> Response:
        answer: Response = await as_json(request, error)
        if "text/html" not in request.headers.get("accept", ""):
            return answer
        if isinstance(error, SignInNeeded):
            return RedirectResponse(_sign_in_address(request), 303)
        told = error.message if isinstance(error, AppError) else None
        if request.url.path.startswith("/faq"):
            return public_page(answer.status_code, told)
        return page(request, "error.html", answer.status_code, code=answer.status_code, told=told)

    return refused


def _sign_in_address(request: Request) -> str:
    if request.method != "GET":
        return "/console/login"
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/console/login?next={quote(wanted)}"
