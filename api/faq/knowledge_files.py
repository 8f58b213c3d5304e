"""`knowledge/faq/` -> database: strict about the files, and touching only what changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field, RootModel, StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.content import ContentFile, Place, WrongContent
from api.faq.models import Entry
from api.faq.terms import plain_key
from api.settings import get_settings

log = structlog.get_logger()

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=80)]
Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]
Source = Annotated[str, StringConstraints(pattern=r"^\d{3}:\d+$")]


Audience = Literal[
    "citizen", "journalist", "supplier", "job_applicant", "civil_servant", "partner_agency"
]


class English(BaseModel):
    """The same answer for those who ask in English."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)

    questions: Annotated[list[Question], Field(min_length=1, max_length=30)]
    answer: Annotated[str, Field(min_length=10, max_length=600)]


class EntryInFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)

    id: Slug
    questions: Annotated[list[Question], Field(min_length=4, max_length=60)]
    answer: Annotated[str, Field(min_length=10, max_length=400)]
    detail: Annotated[str, Field(min_length=10, max_length=1500)] | None = None
    english: English | None = None
    link: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=300)] | None = None
    source: Annotated[list[Source], Field(min_length=1, max_length=30)]
    year: Annotated[int, Field(ge=2540, le=2640)]
    owner_unit: Annotated[str, Field(min_length=2, max_length=200)]
    audience: Annotated[list[Audience], Field(min_length=1)]
    related: Annotated[list[Slug], Field(max_length=5)] = []
    review_on: date


class SubjectFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    subject: Annotated[Slug, StringConstraints(max_length=60)]
    title: Annotated[str, Field(min_length=2, max_length=100)]
    entries: Annotated[list[EntryInFile], Field(min_length=1)]


class SourcesFile(RootModel[dict[str, Annotated[str, Field(min_length=2)]]]):
    pass


@dataclass(frozen=True)
class Written:
    """An entry and where it is written."""

    file: ContentFile[SubjectFile]
    number: int

    @property
    def entry(self) -> EntryInFile:
        return self.file.content.entries[self.number]

    def mistake(self, place: Place, reason: str) -> str:
        return self.file.mistake(("entries", self.number, *place), reason)

    @property
    def where(self) -> str:
        return self.mistake((), "").split(": ")[0]


def load(session: Session) -> int:
    """Make the table hold what the files say; how many entries were added, changed or removed."""
    stored = {entry.id: entry for entry in session.scalars(select(Entry))}
    changed = 0
    for subject, written in read(get_settings().knowledge_dir):
        values = written.model_dump() | {"subject": subject}
        entry = stored.pop(written.id, None)
        if entry is None:
            session.add(Entry(**values))
            changed += 1
        elif any(getattr(entry, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(entry, name, value)
            changed += 1
    for entry in stored.values():
        session.delete(entry)
        changed += 1
    session.flush()
    if changed:
        log.info("knowledge loaded", changed=changed)
    return changed


def read(knowledge_dir: Path) -> list[tuple[str, EntryInFile]]:
    """Every entry with its subject. Raises WrongContent naming every mistake of every file."""
    return [(one.file.content.subject, one.entry) for one in read_written(knowledge_dir)]


def read_written(knowledge_dir: Path) -> list[Written]:
    """Every entry with the place where it is written. Raises WrongContent as `read` does."""
    mistakes: list[str] = []
    files: list[ContentFile[SubjectFile]] = []
    sources = source_titles(knowledge_dir)
    for path in sorted((knowledge_dir / "faq").glob("*.yml")):
        try:
            files.append(ContentFile(path, SubjectFile))
        except WrongContent as wrong:
            mistakes += wrong.mistakes
    written = [Written(file, n) for file in files for n in range(len(file.content.entries))]
    for file in files:
        if file.content.subject != file.path.stem:
            mistakes.append(file.mistake(("subject",), f"must be {file.path.stem}, as the file"))
    mistakes += [*_doubled(written), *_unknown_sources(written, sources), *_lost_relatives(written)]
    if mistakes:
        raise WrongContent(mistakes)
    if not written:
        raise WrongContent([f"{knowledge_dir / 'faq'}:1: holds no entries"])
    return written


def source_titles(knowledge_dir: Path) -> dict[str, str]:
    return ContentFile(knowledge_dir / "sources.yml", SourcesFile).content.root


def _doubled(written: list[Written]) -> Iterator[str]:
    """Ids and questions must be unique, or a question would have two answers."""
    ids: dict[str, Written] = {}
    questions: dict[str, Written] = {}
    for one in written:
        first = ids.setdefault(one.entry.id, one)
        if first is not one:
            yield one.mistake(("id",), f"{one.entry.id} is already at {first.where}")
        for place, question in _ways_to_ask(one.entry):
            key = plain_key(question)
            if not any(letter.isalnum() for letter in key):
                yield one.mistake(place, "has no words")
            elif key in questions:
                first = questions[key]
                yield one.mistake(place, f"asked already by {first.entry.id} at {first.where}")
            else:
                questions[key] = one


def _ways_to_ask(entry: EntryInFile) -> Iterator[tuple[Place, str]]:
    for n, question in enumerate(entry.questions):
        yield ("questions", n), question
    for n, question in enumerate(entry.english.questions if entry.english else []):
        yield ("english", "questions", n), question


def _lost_relatives(written: list[Written]) -> Iterator[str]:
    ids = {one.entry.id for one in written}
    for one in written:
        for n, related in enumerate(one.entry.related):
            if related not in ids or related == one.entry.id:
                yield one.mistake(("related", n), f"{related} is not another entry")


def _unknown_sources(written: list[Written], titles: dict[str, str]) -> Iterator[str]:
    for one in written:
        for n, source in enumerate(one.entry.source):
            if source.split(":")[0] not in titles:
                yield one.mistake(("source", n), f"{source} is not a document of sources.yml")
