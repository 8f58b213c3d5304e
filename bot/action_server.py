"""The action server: rasa_sdk's own, on loopback only and behind INTERNAL_TOKEN.

Run it with `python -m bot.action_server`. rasa_sdk listens on every address, lets everybody in, and
answers a failure with the whole request, a person's words included.
"""

import logging
import os
import secrets
import sys
from urllib.parse import urlsplit

from rasa_sdk.endpoint import create_app
from sanic import Sanic, response
from sanic.handlers import ErrorHandler
from sanic.request import Request
from sanic.response import HTTPResponse

logger = logging.getLogger(__name__)

_HOST = "127.0.0.1"
_DEFAULT_PORT = 5055
_SHORTEST_TOKEN = 32


class _QuietErrorHandler(ErrorHandler):
    """Says what went wrong by its kind only; texts of errors may hold a person's words."""

    def response(self, request: Request, exception: BaseException) -> HTTPResponse:
        status = getattr(exception, "status_code", 500)
        logger.error("%s answered %s: %s", request.path, status, type(exception).__name__)
        logger.debug("The failure", exc_info=exception)
        return response.json({"error": type(exception).__name__}, status=status)


def guarded_app(token: str) -> Sanic:
    app = create_app("bot.actions", cors_origins="")
    app.error_handler = _QuietErrorHandler()
    expected = f"Bearer {token}".encode()

    @app.middleware("request")
    async def require_token(request: Request) -> HTTPResponse | None:
        given = request.headers.get("Authorization", "").encode()
        if request.path != "/health" and not secrets.compare_digest(given, expected):
            return response.json({"error": "NotAllowed"}, status=401)
        return None

    return app


def _port() -> int:
    if "ACTION_SERVER_PORT" in os.environ:
        return int(os.environ["ACTION_SERVER_PORT"])
    return urlsplit(os.environ.get("ACTION_SERVER_URL", "")).port or _DEFAULT_PORT


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    # One line a request would only repeat what the API's log says.
    logging.getLogger("sanic.access").setLevel(logging.WARNING)
    token = os.environ.get("INTERNAL_TOKEN", "")
    if len(token) < _SHORTEST_TOKEN:
        sys.exit("INTERNAL_TOKEN must have at least 32 characters")
    guarded_app(token).run(_HOST, _port(), access_log=False, motd=False)


if __name__ == "__main__":
    main()
