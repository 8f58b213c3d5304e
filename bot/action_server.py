"""`python -m bot.action_server`: rasa_sdk's server on loopback, for callers with the shared token."""

import hmac
import os

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse


def make_app(token: str) -> Sanic:
    """The action server; every request must carry `Authorization: Bearer <token>`."""
    app = create_app("bot.actions")
    expected = f"Bearer {token}".encode()

    @app.on_request
    async def check_token(request: Request) -> "HTTPResponse | None":
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, expected):
            return response.json({"error": "unauthorized"}, status=401)
        return None

    return app


if __name__ == "__main__":
    make_app(os.environ["INTERNAL_TOKEN"]).run(
        host="127.0.0.1",
        port=int(os.environ.get("ACTION_SERVER_PORT", "5055")),
        access_log=False,
        workers=1,
    )
