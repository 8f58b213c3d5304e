"""How a page for everybody is made: its template, the office's data, how long it may be kept."""

import re
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api import clock
from api.agency import read_agency
from api.channels.web_messages import TEXT_LIMIT
from api.settings import get_settings

_API = Path(__file__).parent.parent
FONTS = _API.parent / "node_modules/@fontsource/ibm-plex-sans-thai-looped/files"


def page(
    template: str, status: int = 200, *, keep: str = "no-cache", **values: Any
) -> HTMLResponse:
    """A page with the chat in its corner; `keep` says how long browsers may show it again."""
    text = render(template, has_fonts=FONTS.is_dir(), text_limit=TEXT_LIMIT, **values)
    return HTMLResponse(text, status, headers={"Cache-Control": keep})


def render(template: str, **values: Any) -> str:
    settings = get_settings()
    return _templates.get_template(template).render(
        agency=read_agency(settings.knowledge_dir),
        file_limit=settings.max_upload_bytes,
        public_url=settings.public_url.rstrip("/"),
        **values,
    )


def error_page(code: int, told: str | None) -> HTMLResponse:
    """A refusal in the look of the public pages, with ways to go on. `told` says why."""
    return page("error.html", code, code=code, told=told)


def _whole_words(text: str) -> Markup:
    """Browsers cut Thai by a dictionary of their own; the office's words stay whole in a line."""
    words = read_agency(get_settings().knowledge_dir).unbroken_words
    cut = re.split(f"({'|'.join(map(re.escape, words))})", text) if words else [text]
    span = Markup('<span class="whole">{}</span>')
    return Markup("").join(span.format(part) if part in words else part for part in cut)


def _templates_for_everybody() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(_API / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["whole_words"] = _whole_words
    templates.filters["thai_date"] = clock.thai_date
    return templates


_templates = _templates_for_everybody()
