"""How a staff page is made: its template, its headers, and what stands in its top bar."""

from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api import clock
from api.cases.knowledge import knowledge
from api.staff import Role, Staff

CASE_ROLES = frozenset(
    {
        Role.grievance_officer,
        Role.unit_officer,
        Role.anti_corruption,
        Role.supervisor,
        Role.executive,
    }
)
CHAT_ROLES = CASE_ROLES - {Role.unit_officer}
FAQ_ROLES = frozenset({Role.editor, Role.administrator, Role.supervisor})

_FOLDER = Path(__file__).parent

# No script at all runs on a staff page: what a citizen wrote is only ever text. The other headers
# are those of every answer, from api/security_headers.py.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of the console. Every value is escaped by the template engine."""
    staff: Staff | None = getattr(request.state, "staff", None)
    text = _templates.get_template(template).render(
        path=request.url.path,
        staff=staff,
        csrf=getattr(request.state, "csrf", ""),
        sees_cases=staff is not None and staff.role in CASE_ROLES,
        sees_chats=staff is not None and staff.role in CHAT_ROLES,
        sees_faq=staff is not None and staff.role in FAQ_ROLES,
        present=clock.now(),
        **values,
    )
    return HTMLResponse(text, status, headers=_HEADERS)


def days_until(moment: datetime, present: datetime) -> int:
    """Days on a Bangkok calendar, so that a time later today is 0 and one tomorrow is 1."""
    return (clock.bangkok(moment).date() - clock.bangkok(present).date()).days


def topic_name(topic: str) -> str:
    """What people call the topic; the code itself once the office has dropped the topic."""
    route = knowledge().routes.get(topic)
    return route.name if route else topic


def _templates_of_the_console() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["bangkok"] = clock.bangkok
    templates.globals["days_until"] = days_until
    templates.globals["topic_name"] = topic_name
    return templates


_templates = _templates_of_the_console()
