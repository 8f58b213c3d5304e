"""What the bot sends and gets, as written down in tests/contract/."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from api.cases.knowledge import knowledge
from api.cases.models import CaseKind
from api.thai_text import clean


def _known_topic(topic: str) -> str:
    if topic not in knowledge().routes:
        raise ValueError("unknown topic")
    return topic


def _cleaned(text: str) -> str:
    cleaned = clean(text)
    if not cleaned:
        raise ValueError("empty")
    return cleaned


def _cleaned_or_none(text: str | None) -> str | None:
    return clean(text) or None if text else None


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Id = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[\w-]+$")]
Story = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_cleaned)]
Line = Annotated[str | None, Field(default=None, max_length=500), AfterValidator(_cleaned_or_none)]
Note = Annotated[
    str | None, Field(default=None, max_length=10_000), AfterValidator(_cleaned_or_none)
]
Name = Annotated[str | None, Field(default=None, max_length=200), AfterValidator(_cleaned_or_none)]
Topic = Annotated[str, AfterValidator(_known_topic)]
FileIds = Annotated[list[Id], Field(default_factory=list, max_length=50)]
Typed = Annotated[str, StringConstraints(max_length=5_000)]
Moment = Annotated[datetime, AfterValidator(_utc)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Proposing(_Request):
    kind: CaseKind
    detail: Story


class ProposedTopic(BaseModel):
    topic: str
    name: str
    probability: float


class Proposed(BaseModel):
    topics: list[ProposedTopic]
    agency: str | None
    agencies: list[str]
    outside_ministry: bool


class Opening(_Request):
    conversation_id: Id
    request_id: Id
    kind: CaseKind
    topic: Topic
    agency: Line
    detail: Story
    happened_at: Line
    place: Line
    anonymous: bool
    name: Line
    contact: Line
    attachment_ids: FileIds
    consent_version: Annotated[str | None, Field(default=None, max_length=20)]


class Opened(BaseModel):
    number: str
    receipt_code: str
    unit: str
    unit_because: str
    forward_by: Moment
    answer_by: Moment
    repeated: bool


class AskingStatus(_Request):
    conversation_id: Id
    number: Typed
    receipt_code: Typed


class Status(BaseModel):
    """All but `found` is null when number and code do not open a case."""

    found: bool
    number: str | None = None
    state: str | None = None
    state_name: str | None = None
    next_step: str | None = None
    unit: str | None = None
    answer_by: str | None = None
    updated_at: str | None = None


class Adding(AskingStatus):
    request_id: Id
    text: Note
    attachment_ids: FileIds


class Withdrawing(AskingStatus):
    request_id: Id
    reason: Note


class Found(BaseModel):
    found: bool
    number: str | None = None


class AskingPerson(_Request):
    conversation_id: Id


class Waiting(BaseModel):
    waiting: bool
    office_is_open: bool


class AskingQuestion(_Request):
    conversation_id: Id
    question: Story
    entry_id: Annotated[str | None, Field(default=None, max_length=80)]


class AskingDetail(_Request):
    entry_id: Annotated[str, Field(max_length=80)]


class Detail(BaseModel):
    detail: str
    link: str | None


class Rating(_Request):
    conversation_id: Id
    asked_id: Annotated[int, Field(ge=0, le=2**31 - 1)]
    useful: bool


class Rated(BaseModel):
    kept: bool


Answer = dict[str, Any]
"""As in answer_question.json; shaped by api.faq."""
