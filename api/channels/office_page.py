"""The office's public page, and the files it is made of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

from api.agency import read_agency
from api.channels.public_pages import FONTS, page
from api.settings import get_settings

_STATIC = Path(__file__).parent.parent / "static"


class _Assets(StaticFiles):
    """Files that a browser may keep as long as the rule says."""

    def __init__(self, directory: Path, cache_rule: str) -> None:
        super().__init__(directory=directory, check_dir=False)
        self._cache_rule = cache_rule

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = self._cache_rule
        return response


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    # A wrong agency.yml stops the start, not the first visitor.
    read_agency(get_settings().knowledge_dir)
    yield


router = APIRouter(include_in_schema=False, lifespan=_lifespan)


@router.get("/")
def office_page() -> HTMLResponse:
    return page("office.html")


def mount_assets(app: FastAPI) -> None:
    # Scripts and styles are asked for again each time, which is cheap: mostly "not modified".
    app.mount("/static", _Assets(_STATIC, "no-cache"))
    app.mount("/fonts", _Assets(FONTS, "public, max-age=31536000, immutable"))
