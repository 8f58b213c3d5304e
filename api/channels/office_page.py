"""The office's public page, and the files it is made of."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import Response
from starlette.types import Scope

from api.agency import read_agency
from api.channels.web_messages import TEXT_LIMIT
from api.settings import get_settings

_API = Path(__file__).parent.parent
_FONTS = _API.parent / "node_modules/@fontsource/ibm-plex-sans-thai-looped/files"
_templates = Environment(
    loader=FileSystemLoader(_API / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _whole_words(text: str) -> Markup:
    """Browsers cut Thai by a dictionary of their own; the office's words stay whole in a line."""
    words = read_agency(get_settings().knowledge_dir).unbroken_words
    cut = re.split(f"({'|'.join(map(re.escape, words))})", text) if words else [text]
    span = Markup('<span class="whole">{}</span>')
    return Markup("").join(span.format(part) if part in words else part for part in cut)


_templates.filters["whole_words"] = _whole_words


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
    settings = get_settings()
    page = _templates.get_template("office.html").render(
        agency=read_agency(settings.knowledge_dir),
        has_fonts=_FONTS.is_dir(),
        text_limit=TEXT_LIMIT,
        file_limit=settings.max_upload_bytes,
    )
    return HTMLResponse(page, headers={"Cache-Control": "no-cache"})


def mount_assets(app: FastAPI) -> None:
    # Scripts and styles are asked for again each time, which is cheap: mostly "not modified".
    app.mount("/static", _Assets(_API / "static", "no-cache"))
    app.mount("/fonts", _Assets(_FONTS, "public, max-age=31536000, immutable"))
