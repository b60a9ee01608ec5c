"""Bodies of the case routes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from interaction_service.calendars.schemas import Code
from interaction_service.cases.assignment import Assignment
from interaction_service.cases.domain import PRIORITIES, RELATIONS, STATUSES, TYPES, Case, CaseDraft, Line, Note
from interaction_service.cases.moves import Escalation
from interaction_service.cases.replies import Message
from interaction_service.conversations.schemas import Passage
from interaction_service.interactions.schemas import Direction, InteractionResource
from interaction_service.queues.schemas import Strategy
from interaction_service.recording.schemas import Channel, Name
from interaction_service.sla.domain import Due

__all__ = [
    "AssignBody",
    "CaseBody",
    "CaseDetail",
    "CaseMessage",
    "CasePatch",
    "CaseResource",
    "DoneBody",
    "EscalateBody",
    "HistoryLine",
    "LinkBody",
    "MergeBody",
    "MessageBody",
    "NoteBody",
    "NoteResource",
    "Priority",
    "Status",
    "WatchBody",
]


def _one_spelling(value: Any) -> Any:
    return value.replace("-", "_") if isinstance(value, str) else value


Priority = Literal[PRIORITIES]  # type: ignore[valid-type]
Status = Literal[STATUSES]  # type: ignore[valid-type]
CaseType = Annotated[Literal[TYPES], BeforeValidator(_one_spelling)]  # type: ignore[valid-type]
Relation = Literal[RELATIONS]  # type: ignore[valid-type]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Tags = Annotated[list[Annotated[str, StringConstraints(min_length=1, max_length=100)]], Field(max_length=50)]


class CaseBody(RequestModel):
    """A new case. `policy` is the code of an SLA policy, the default one where it is not given; `follow-up` is taken
    for `follow_up`; a case that is kept in a conversation belongs to the conversation's customer."""

    customer_id: UUID
    type: CaseType
    priority: Priority = "normal"
    subject: Subject
    channel: Channel | None = None
    policy: Code | None = None
    queue: Code | None = None
    owner_id: Name | None = None
    tags: Tags = Field(default_factory=list)
    conversation_id: UUID | None = None

    def draft(self) -> CaseDraft:
        """The draft of the domain."""
        return CaseDraft(**(self.model_dump() | {"tags": _each_once(self.tags)}))


class CasePatch(RequestModel):
    """A merge patch (RFC 7396); only `queue` and `policy` can be taken away."""

    type: CaseType = "question"
    priority: Priority = "normal"
    subject: Subject = ""
    policy: Code | None = None
    queue: Code | None = None
    tags: Tags = Field(default_factory=list)

    def changes(self) -> dict[str, Any]:
        """What was given."""
        given = self.model_dump(exclude_unset=True)
        return given | ({"tags": _each_once(self.tags)} if "tags" in given else {})


class MessageBody(RequestModel):
    """A reply; `inbound` is what a customer said to the agent. `waiting`: it is the customer's turn now."""

    body: Passage
    direction: Direction = "outbound"
    subject: Subject | None = None
    waiting: bool = False

    def message(self) -> Message:
        """The message of the domain."""
        return Message(**self.model_dump())


class NoteBody(RequestModel):
    """A note that no customer ever sees."""

    body: Passage


class AssignBody(RequestModel):
    """An agent, or a way to find one; with neither the queue's own way. `queue` moves the case there first."""

    agent_id: Name | None = None
    strategy: Strategy | None = None
    queue: Code | None = None

    def assignment(self) -> Assignment:
        """The wish in the words of the domain."""
        return Assignment(self.agent_id, self.strategy, self.queue)


class DoneBody(RequestModel):
    """How it ended, as a code."""

    resolution: Code | None = None


class EscalateBody(RequestModel):
    """`reason` becomes an internal note; `to` is an agent."""

    reason: Passage | None = None
    to_queue: Code | None = None
    to: Name | None = None

    def escalation(self) -> Escalation:
        """The wish in the words of the domain."""
        return Escalation(self.reason, self.to_queue, self.to)


class WatchBody(RequestModel):
    """Who follows the case."""

    agent_id: Name


class LinkBody(RequestModel):
    """What the other case is to this one."""

    case_id: UUID
    relation: Relation = "related"


class MergeBody(RequestModel):
    """The case that is closed; this one goes on for both."""

    absorb: UUID


class DueResource(ResponseModel):
    """Deadlines in UTC; null where nothing is promised or the clock stands. `next_at` is the earliest that somebody
    still has to keep; `states` says how each target stands."""

    first_response_at: Moment | None
    next_response_at: Moment | None
    resolution_at: Moment | None
    next_at: Moment | None
    states: dict[str, str]

    @classmethod
    def of(cls, due: Due) -> DueResource:
        """From the clocks."""
        values = {name: getattr(due, name) for name in cls.model_fields}
        return cls(**(values | {"states": dict(due.states)}))


class CaseResource(ResponseModel):
    """A case; times are UTC, `level` counts escalations."""

    id: UUID
    number: int
    customer_id: UUID
    type: str
    priority: str
    status: str
    subject: str
    channel: str | None
    policy: str | None
    queue: str | None
    owner_id: str | None
    tags: list[str]
    conversation_id: UUID | None
    level: int
    resolution: str | None
    merged_into: UUID | None
    opened_at: Moment
    opened_by: str
    resolved_at: Moment | None
    closed_at: Moment | None
    version: int
    due: DueResource

    @classmethod
    def of(cls, case: Case, due: Due) -> CaseResource:
        """Its public form."""
        return cls(**_fields(case, due))


class CaseLink(ResponseModel):
    """What another case is to this one."""

    case_id: UUID
    relation: str


class CaseDetail(CaseResource):
    """A case with who follows it and what it is linked to."""

    watchers: list[str]
    links: list[CaseLink]

    @classmethod
    def whole(cls, case: Case, due: Due, watchers: Sequence[str], links: Iterable[tuple[UUID, str]]) -> CaseDetail:
        """Its public form."""
        tied = [CaseLink(case_id=other, relation=relation) for other, relation in links]
        return cls(**_fields(case, due), watchers=list(watchers), links=tied)


class CaseMessage(InteractionResource):
    """The recorded message, and what it made of the case."""

    case_id: UUID
    case_status: str


class NoteResource(ResponseModel):
    """A note; `case_id` is the case it was written in, which may be one that was absorbed since."""

    id: UUID
    case_id: UUID
    author: str
    body: str
    noted_at: Moment

    @classmethod
    def of(cls, note: Note) -> NoteResource:
        """Its public form."""
        return cls(**{name: getattr(note, name) for name in cls.model_fields})


class HistoryLine(ResponseModel):
    """One change: who, when, in the course of what, and the field before and after (null for none). The line with the
    empty field is the opening."""

    version: int
    at: Moment
    actor: str
    source: str
    action: str
    field: str
    before: Any
    after: Any

    @classmethod
    def of(cls, line: Line) -> HistoryLine:
        """Its public form."""
        return cls(**{name: getattr(line, name) for name in cls.model_fields})


def _each_once(tags: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tags))


def _fields(case: Case, due: Due) -> dict[str, Any]:
    values = {name: getattr(case, name) for name in CaseResource.model_fields if name != "due"}
    return values | {"tags": list(case.tags), "due": DueResource.of(due)}
