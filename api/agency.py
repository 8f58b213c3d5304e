"""The office as its public page shows it, from `knowledge/agency.yml`."""

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from api.content import ContentFile


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Action(_Part):
    title: str
    text: str
    button: str
    say: str | None


class Step(_Part):
    when: str
    text: str


class OtherChannel(_Part):
    title: str
    value: str
    note: str
    link: str | None


class Hotline(_Part):
    label: str
    link: str


class Promise(_Part):
    title: str
    text: str


class Agency(_Part):
    service_name: str
    name: str
    short_name: str
    address: str
    office_hours: str
    website: str
    headline: str
    introduction: str
    example_questions: tuple[str, ...]
    actions: tuple[Action, ...]
    steps: tuple[Step, ...]
    channels: tuple[OtherChannel, ...]
    hotline: Hotline
    privacy: tuple[Promise, ...]
    unbroken_words: tuple[str, ...]


@lru_cache
def read_agency(knowledge_dir: Path) -> Agency:
    """Raises WrongContent naming each mistake with its line."""
    return ContentFile(knowledge_dir / "agency.yml", Agency).content
