"""Every endpoint the bot's actions may call, behind one shared token."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Header

from api.errors import NotAllowed
from api.settings import get_settings


def bot_only(authorization: Annotated[str, Header()] = "") -> None:
    """The guard of this router: the caller must hold INTERNAL_TOKEN."""
    expected = f"Bearer {get_settings().internal_token.get_secret_value()}"
    if not secrets.compare_digest(authorization.encode(), expected.encode()):
        raise NotAllowed


router = APIRouter(prefix="/internal", dependencies=[Depends(bot_only)], include_in_schema=False)
