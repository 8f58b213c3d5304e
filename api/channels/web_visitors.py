"""Who writes to us from the website: a browser with a secret, from our own page, not too often."""

import ipaddress
import re
import secrets
import time
from collections import defaultdict, deque
from urllib.parse import urlsplit

from fastapi import Request, Response

from api.encryption import look_up_key
from api.errors import AppError, TooMany
from api.settings import get_settings

_COOKIE_SECONDS = 30 * 24 * 3600
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_TIDY_EVERY = 1000


class ForeignPage(AppError):
    status = 403
    message = "คำขอนี้ไม่ได้มาจากหน้าเว็บของเรา กรุณาเปิดหน้าเว็บใหม่แล้วลองอีกครั้ง"


class TooManyMessages(TooMany):
    def __init__(self, seconds: int) -> None:
        super().__init__(f"ส่งถี่เกินไป ข้อความนี้ยังไม่ได้บันทึก กรุณารอ {seconds} วินาทีแล้วส่งใหม่")
        self.seconds = seconds


def visitor_of(request: Request) -> str | None:
    """The secret that a browser shows, if it is one of ours by its form."""
    secret = request.cookies.get(_cookie_name(), "")
    return secret if _SECRET.fullmatch(secret) else None


def new_visitor() -> str:
    return secrets.token_urlsafe(32)


def remember_visitor(response: Response, visitor: str) -> None:
    response.set_cookie(
        _cookie_name(),
        visitor,
        max_age=_COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=get_settings().secure_cookies,
    )


def forget_visitor(response: Response) -> None:
    response.delete_cookie(
        _cookie_name(), httponly=True, samesite="lax", secure=get_settings().secure_cookies
    )


def from_our_page(request: Request) -> None:
    """The guard of every POST: browsers say which site a request comes from.

    A program that says nothing may pass: it has no cookie of somebody else's to misuse.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise ForeignPage
    origin = request.headers.get("origin")
    ours = {request.headers.get("host"), urlsplit(get_settings().public_url).netloc}
    if origin is not None and urlsplit(origin).netloc not in ours:
        raise ForeignPage


def network_of(request: Request) -> str:
    """A keyed hash of the sender's address; of IPv6 the network, for a home has many addresses."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return look_up_key(host, "web.network")
    if address.version == 6:
        host = str(ipaddress.ip_network((address, 64), strict=False))
    return look_up_key(host, "web.network")


class Limits:
    """How often something happened lately, in this process's memory only."""

    def __init__(self) -> None:
        self._times: defaultdict[str, deque[float]] = defaultdict(deque)
        self._counted = 0

    def count(self, what: str, most: int, seconds: int) -> None:
        """Count one more. Raises TooManyMessages when there were `most` within `seconds`."""
        present = time.monotonic()
        self._counted += 1
        if self._counted % _TIDY_EVERY == 0:
            self._forget_before(present - 3600)
        times = self._times[what]
        while times and times[0] <= present - seconds:
            times.popleft()
        if len(times) >= most:
            raise TooManyMessages(max(1, round(times[0] + seconds - present)))
        times.append(present)

    def _forget_before(self, moment: float) -> None:
        for what in [what for what, times in self._times.items() if times[-1] < moment]:
            del self._times[what]


def _cookie_name() -> str:
    return "__Host-chat" if get_settings().secure_cookies else "chat"
