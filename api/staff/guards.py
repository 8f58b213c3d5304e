"""The guards of every staff page. A route of the console has one of them, which a test checks."""

import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Form, Request

from api.errors import AppError, NotAllowed
from api.settings import get_settings
from api.staff.models import Role, Staff
from api.staff.sessions import csrf_token, find_staff


class SignInNeeded(AppError):
    status = 401
    message = "กรุณาเข้าสู่ระบบก่อน หากเข้าแล้ว อาจหมดเวลาใช้งาน"


class ForeignForm(AppError):
    status = 403
    message = "แบบฟอร์มนี้หมดอายุหรือไม่ได้ส่งจากหน้านี้ กรุณาเปิดหน้านี้ใหม่แล้วส่งอีกครั้ง"


def cookie_name() -> str:
    # The prefix makes browsers refuse the cookie from a subdomain, but needs HTTPS.
    return "__Host-staff" if get_settings().secure_cookies else "staff"


def current_staff(request: Request) -> Staff:
    """Whoever is signed in. Raises SignInNeeded."""
    token = request.cookies.get(cookie_name(), "")
    staff = find_staff(token) if token else None
    if staff is None:
        raise SignInNeeded
    request.state.staff = staff
    request.state.csrf = csrf_token(token)
    return staff


CurrentStaff = Annotated[Staff, Depends(current_staff)]


class RoleGuard:
    """A dependency that lets in only staff of the given roles."""

    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset(roles)

    def __call__(self, staff: CurrentStaff) -> Staff:
        if staff.role not in self.roles:
            raise NotAllowed
        return staff


def role_required(*roles: Role) -> RoleGuard:
    return RoleGuard(*roles)


def from_our_page(request: Request) -> None:
    """The form was sent by a page of ours, as the browser itself says. Raises ForeignForm."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise ForeignForm
        return
    # Browsers leave Sec-Fetch-Site out over plain HTTP; every one of them sends Origin on a POST.
    sender = urlsplit(request.headers.get("origin", "")).netloc
    ours = (request.headers.get("host"), urlsplit(get_settings().public_url).netloc)
    if not sender or sender not in ours:
        raise ForeignForm


def own_form(request: Request, staff: CurrentStaff, csrf: Annotated[str, Form()] = "") -> Staff:
    """The guard of every form of a signed-in person: our page, and this session's own token."""
    from_our_page(request)
    if not secrets.compare_digest(csrf.encode(), request.state.csrf.encode()):
        raise ForeignForm
    return staff
