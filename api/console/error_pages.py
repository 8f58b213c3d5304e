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


def install(app: FastAPI) -> None:
    """Put a page before each handler of refusals that the application already has."""
    for kind in (
        AppError,
        DataError,
        OperationalError,
        RequestValidationError,
        HTTPException,
    ):
        app.add_exception_handler(kind, _page_before(app.exception_handlers[kind]))


def _page_before(as_json: Any) -> Handler:
    async def refused(request: Request, error: Exception) -> Response:
        answer: Response = await as_json(request, error)
        if "text/html" not in request.headers.get("accept", ""):
            return answer
        if isinstance(error, SignInNeeded):
            return RedirectResponse(_sign_in_address(request), 303)
        told = error.message if isinstance(error, AppError) else None
        return page(request, "error.html", answer.status_code, code=answer.status_code, told=told)

    return refused


def _sign_in_address(request: Request) -> str:
    if request.method != "GET":
        return "/console/login"
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/console/login?next={quote(wanted)}"
