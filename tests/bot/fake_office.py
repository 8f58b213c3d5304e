"""A stand-in for the API's internal endpoints, for tests and for talking to the bot by hand.

`python -m tests.bot.fake_office` serves it on 127.0.0.1:5190. It answers as written in
tests/contract, remembers what it was asked, and fails while `failing` is true.
"""

import json
import os
from pathlib import Path
from typing import Any

from aiohttp import web

CONTRACT = Path(__file__).parents[1] / "contract"


def contract(name: str) -> dict[str, Any]:
    return json.loads((CONTRACT / f"{name}.json").read_text(encoding="utf-8"))


class FakeOffice:
    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.failing = False
        self.answers = {
            example["path"]: example["answer"]
            for example in map(contract, (path.stem for path in CONTRACT.glob("*.json")))
            if "path" in example
        }

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/internal/{rest:.*}", self._answer)
        app.router.add_post("/fail/{how}", self._fail)
        app.router.add_get("/asked", self._show)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append((request.path, body))
        if self.failing:
            return web.json_response({"error": "Broken"}, status=500)
        return web.json_response(self.answers[request.path])

    async def _fail(self, request: web.Request) -> web.Response:
        self.failing = request.match_info["how"] == "on"
        return web.json_response({"failing": self.failing})

    async def _show(self, request: web.Request) -> web.Response:
        return web.json_response(self.asked)


if __name__ == "__main__":
    port = int(os.environ.get("FAKE_OFFICE_PORT", "5190"))
    web.run_app(FakeOffice().app(), host="127.0.0.1", port=port, print=None)
