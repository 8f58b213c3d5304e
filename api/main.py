"""The application: settings, routers, what runs beside the requests, start and stop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api import encryption, errors, health, internal
from api.database import connect
from api.settings import get_settings


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings = get_settings()
    encryption.use_key(settings.data_key_bytes)
    engine = connect(settings.database_url)
    yield
    engine.dispose()


def create_app() -> FastAPI:
    app = FastAPI(title="ถามคลัง", lifespan=_lifespan, docs_url=None, redoc_url=None)
    errors.install(app)
    app.include_router(health.router)
    app.include_router(internal.router)
    return app
