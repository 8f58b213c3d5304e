"""What people call each subject of the knowledge, and the order in which entries are written."""

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel

from api.content import ContentFile


class _Entry(BaseModel):
    id: str


class _File(BaseModel):
    """What is read here. The rest is checked where the entries are loaded."""

    subject: str
    title: str
    entries: list[_Entry]


def subject_titles(knowledge_dir: Path) -> dict[str, str]:
    """Subject -> title, in the order of the files. Raises WrongContent when one is missing."""
    return {file.subject: file.title for file in _files(knowledge_dir)}


@lru_cache
def places(knowledge_dir: Path) -> dict[str, int]:
    """Entry id -> its place among all: those who write the answers put first what is asked most."""
    ids = [entry.id for file in _files(knowledge_dir) for entry in file.entries]
    return {entry_id: place for place, entry_id in enumerate(ids)}


@lru_cache
def _files(knowledge_dir: Path) -> list[_File]:
    paths = sorted((knowledge_dir / "faq").glob("*.yml"))
    return [ContentFile(path, _File).content for path in paths]
