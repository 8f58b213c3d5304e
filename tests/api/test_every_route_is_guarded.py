"""No route is open by accident: each has a guard, or stands below with the reason why not."""

from collections.abc import Iterator

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts

from api.channels import web_visitors
from api.internal import bot_only
from api.main import create_app
from api.staff import guards
from api.staff.guards import RoleGuard, current_staff, own_form

PUBLIC = {
    "GET /healthz": "monitoring asks before anybody signs in; it names nothing",
    "GET /readyz": "monitoring; it names the parts and whether they are ready, nothing else",
    "GET /openapi.json": "the description of the open interface; console and bot are not in it",
    "GET /": "the office's page for everybody",
    "GET /faq": "the published answers are for everybody",
    "GET /faq/{subject}": "the published answers of a subject",
    "GET /faq/{subject}/{entry_id}": "one published answer",
    "GET /faq/search": "leads to /faq; shows nothing itself",
    "POST /faq/search": "searches the published answers; only from our own page, with limits",
    "POST /faq/suggestions": "names published answers; only from our own page, with limits",
    "GET /sitemap.xml": "the addresses of the public pages, for search engines",
    "MOUNT /static": "style, script and pictures of the pages",
    "MOUNT /fonts": "the letters of the pages",
    "POST /line/webhook": "LINE proves itself by a signature over the raw body",
    "POST /chat/open": "a visitor gets a secret of their own; only from our own page",
    "POST /chat/messages": "anybody may write to the office; only from our own page, with limits",
    "POST /chat/files": "as for messages; the kind and size of the file are checked",
    "GET /chat/messages": "shows the talk of whoever holds its secret, and nothing without one",
    "POST /chat/leave": "makes the browser forget its secret; only from our own page",
    "GET /console/login": "here one signs in",
    "POST /console/login": "here one signs in; only from our own page, and throttled",
}


def test_every_route_has_a_guard_or_a_reason_when_the_app_is_built():
    open_routes = {name for name, route in named_routes() if not is_guarded(route)}
    assert open_routes - set(PUBLIC) == set()


def test_list_of_public_routes_names_nothing_that_is_gone_or_guarded():
    open_routes = {name for name, route in named_routes() if not is_guarded(route)}
    assert set(PUBLIC) - open_routes == set()


def test_every_form_of_the_console_asks_for_the_token_of_the_session():
    for name, route in named_routes():
        if name.startswith("POST /console"):
            guard = guards.from_our_page if name == "POST /console/login" else own_form
            assert guard in calls_of(route.dependant), name


def test_every_post_of_the_public_pages_asks_whether_it_comes_from_our_own_page():
    beginnings = ("POST /chat", "POST /faq")
    posts = [(name, route) for name, route in named_routes() if name.startswith(beginnings)]
    assert posts
    for name, route in posts:
        assert web_visitors.from_our_page in calls_of(route.dependant), name


@pytest.mark.parametrize(
    ("prefix", "guard"), [("/console", current_staff), ("/internal", bot_only)]
)
def test_every_route_of_a_closed_area_has_that_area_s_guard(prefix, guard):
    routes = [
        (name, route)
        for name, route in named_routes()
        if (route.path or "").startswith(prefix) and name not in PUBLIC
    ]
    assert routes
    for name, route in routes:
        assert guard in calls_of(route.dependant), name


def named_routes() -> Iterator[tuple[str, RouteContext]]:
    for route in iter_route_contexts(create_app().routes):
        methods = (route.methods or {"MOUNT"}) - {"HEAD"}
        for method in methods:
            yield f"{method} {route.path or '/'}", route


def is_guarded(route: RouteContext) -> bool:
    dependant = getattr(route, "dependant", None)
    return dependant is not None and bool(GUARDS & calls_of(dependant))


def calls_of(dependant: Dependant) -> set[object]:
    """Every dependency of a route, also those of its dependencies."""
    found: set[object] = set()
    for child in dependant.dependencies:
        found.add(RoleGuard if isinstance(child.call, RoleGuard) else child.call)
        found |= calls_of(child)
    return found


GUARDS = {current_staff, own_form, RoleGuard, bot_only}
