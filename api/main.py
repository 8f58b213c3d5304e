"""The application: settings, routers, what runs beside the requests, start and stop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI

from api import encryption, errors, health, internal
from api.cases import topics
from api.channels import faq_pages, line_webhook, office_page, public_pages, web_chat
from api.channels.line_sender import LineChannel
from api.console import error_pages
from api.console.router import router as console
from api.conversations.models import Channel
from api.conversations.outbox import OutsideChannel
from api.conversations.rasa import Rasa
from api.conversations.worker import Worker
from api.database import connect, session_scope, writers_at_once
from api.faq import search
from api.security_headers import SecurityHeaders
from api.settings import Settings, get_settings

log = structlog.get_logger()


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings = get_settings()
    encryption.use_key(settings.data_key_bytes)
    # A wrong knowledge file stops the start here, with its line and reason.
    topics.prepare()
    engine = connect(settings.database_url)
    # The first question of the day shall not wait for the index either.
    with session_scope(read_only=True) as session:
        search.prepare(session)
    app.state.worker = Worker(
        Rasa(settings), _outside_channels(settings), threads=writers_at_once(engine)
    )
    await app.state.worker.start()
    try:
        yield
    finally:
        await app.state.worker.stop()
        engine.dispose()


def _outside_channels(settings: Settings) -> dict[Channel, OutsideChannel]:
    if settings.line_is_on:
        return {Channel.line: LineChannel(settings)}
    log.warning("LINE is off: LINE_CHANNEL_SECRET or LINE_CHANNEL_ACCESS_TOKEN is empty")
    return {}


def create_app() -> FastAPI:
    app = FastAPI(title="ถามคลัง", lifespan=_lifespan, docs_url=None, redoc_url=None)
    errors.install(app)
    error_pages.install(app, public_pages.error_page)
    app.include_router(health.router)
    app.include_router(internal.router)
    app.include_router(line_webhook.router)
    app.include_router(console)
    app.include_router(office_page.router)
    app.include_router(faq_pages.router)
    app.include_router(web_chat.router)
    office_page.mount_assets(app)
    app.add_middleware(SecurityHeaders)
    return app
