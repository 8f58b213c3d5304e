"""Every setting of the service, read once from the environment or from `.env`."""

import base64
import binascii
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """Start-up cannot go on; the message names each wrong setting and what it should be."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"
    secure_cookies: bool = False

    database_url: str = "sqlite:///var/thamkhlang.db"
    data_dir: Path = Path("var")
    knowledge_dir: Path = Path("knowledge")

    data_key: SecretStr
    internal_token: Annotated[SecretStr, Field(min_length=32)]

    rasa_url: str = "http://127.0.0.1:5005"
    rasa_timeout_seconds: Annotated[float, Field(gt=0, le=4.5)] = 4.0
    rasa_model: Path | None = None
    action_server_url: str = "http://127.0.0.1:5055"

    line_channel_secret: SecretStr | None = None
    line_channel_access_token: SecretStr | None = None
    line_api_base: str = "https://api.line.me"
    line_data_api_base: str = "https://api-data.line.me"

    max_upload_bytes: Annotated[int, Field(gt=0)] = 10_000_000

    @field_validator("data_key")
    @classmethod
    def _data_key_is_32_bytes(cls, value: SecretStr) -> SecretStr:
        try:
            raw = base64.urlsafe_b64decode(value.get_secret_value())
        except (binascii.Error, ValueError) as error:
            raise ValueError("must be URL-safe base64 of 32 random bytes") from error
        if len(raw) != 32:
            raise ValueError("must be URL-safe base64 of 32 random bytes")
        return value

    @property
    def data_key_bytes(self) -> bytes:
        return base64.urlsafe_b64decode(self.data_key.get_secret_value())

    @property
    def line_is_on(self) -> bool:
        return bool(self.line_channel_secret and self.line_channel_access_token)


@lru_cache
def get_settings() -> Settings:
    """The settings of this process. Raises SettingsError naming every setting that is wrong."""
    try:
        return Settings()  # type: ignore[call-arg]  # the required fields come from the environment
    except ValidationError as error:
        # Only names and reasons are printed: the rejected value may be a secret.
        lines = [f"  {'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        raise SettingsError(
            "These settings are missing or wrong (see .env.example):\n" + "\n".join(lines)
        ) from None
