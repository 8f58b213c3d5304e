"""Refusals: each is a class with an HTTP status and a Thai sentence that says what to do next."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, OperationalError

log = structlog.get_logger()


class AppError(Exception):
    """A business refusal. `message` is shown to the person, so it holds no internals."""

    status = 400
    message = "ทำรายการนี้ไม่ได้ กรุณาลองใหม่อีกครั้ง"
    fields: tuple[str, ...] = ()
    """The fields of the request that are at fault, where it is a matter of fields."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message


class NotAllowed(AppError):
    status = 403
    message = "บัญชีนี้ไม่มีสิทธิ์ทำรายการนี้ หากจำเป็นกรุณาติดต่อผู้ดูแลระบบ"


class NotFound(AppError):
    status = 404
    message = "ไม่พบสิ่งที่ต้องการ กรุณาตรวจสอบอีกครั้ง"


class Conflict(AppError):
    status = 409
    message = "ข้อมูลเปลี่ยนไปแล้ว กรุณาเปิดหน้านี้ใหม่แล้วลองอีกครั้ง"


class TooMany(AppError):
    status = 429
    message = "ลองหลายครั้งเกินไป กรุณารอสักครู่แล้วลองใหม่"


class Malformed(AppError):
    status = 422
    message = "ข้อมูลที่ส่งมาไม่ถูกต้อง กรุณาตรวจสอบแล้วส่งใหม่"


class Unavailable(AppError):
    status = 503
    message = "ระบบขัดข้องชั่วคราว ยังไม่ได้บันทึก กรุณาลองใหม่อีกครั้งในอีกสักครู่"


def _answer(error: AppError) -> JSONResponse:
    seconds = getattr(error, "seconds", None)
    return JSONResponse(
        {"error": type(error).__name__, "detail": error.message}
        | ({"fields": list(error.fields)} if error.fields else {}),
        error.status,
        headers={"Retry-After": str(seconds)} if seconds else None,
    )


def install(app: FastAPI) -> None:
    """Turn refusals into JSON, and a database that cannot be written into an honest 503."""

    @app.exception_handler(AppError)
    async def refused(_: Request, error: AppError) -> JSONResponse:
        return _answer(error)

    @app.exception_handler(OperationalError)
    async def database_unavailable(request: Request, error: OperationalError) -> JSONResponse:
        # Only the driver's own words are logged: the statement's values may be personal data.
        log.error("database unavailable", path=request.url.path, reason=str(error.orig))
        return _answer(Unavailable())

    @app.exception_handler(DataError)
    async def impossible(request: Request, error: DataError) -> JSONResponse:
        # No column holds such a value, for example a text with a NUL character on PostgreSQL.
        log.warning("impossible value", path=request.url.path, kind=type(error.orig).__name__)
        return _answer(Malformed())

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        # The rejected input is left out of the answer, because it may be personal data.
        fields = [".".join(str(part) for part in e["loc"]) for e in error.errors()]
        detail = {"error": "MalformedRequest", "detail": Malformed.message, "fields": fields}
        return JSONResponse(detail, 422)
