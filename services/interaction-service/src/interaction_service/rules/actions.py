"""What a rule can do: make a task, open a case, send a message. Each once for a fact, whatever is told again."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from hamdel.database import UnitOfWork, family_of
from hamdel.http import RequestModel
from interaction_service.cases.domain import PRIORITIES, TYPES, CaseDraft
from interaction_service.cases.repository.ties import owner_of
from interaction_service.delivery.domain import CHANNELS, LANGUAGES, MessageDraft
from interaction_service.delivery.service import enqueue
from interaction_service.queues import repository as queues
from interaction_service.recording.schemas import Channel
from interaction_service.rules.domain import filled
from interaction_service.tasks.schemas import Line, Staff, Zone
from interaction_service.tasks.service import TaskDraft, create_task

__all__ = ["ACTIONS", "Action", "CreateTask", "Occasion", "OpenCase", "SendMessage"]

Priority = Literal[PRIORITIES]  # type: ignore[valid-type]
CaseType = Literal[TYPES]  # type: ignore[valid-type]
MessageChannel = Literal[CHANNELS]  # type: ignore[valid-type]
Language = Literal[LANGUAGES]  # type: ignore[valid-type]
Code = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Owner = Literal["fixed", "relationship"]

DEFAULT_QUEUE: Final = "default"


@dataclass(frozen=True, slots=True)
class Occasion:
    """What an action works with: whom it is about, the fact's data, when it is due, and the origin that makes it
    happen once."""

    customer_id: UUID
    data: dict[str, Any]
    due_at: datetime
    origin: str


class _Action(RequestModel):
    @property
    def zone(self) -> ZoneInfo:
        """Where the days of a delay are counted."""
        return ZoneInfo("UTC")

    @abstractmethod
    def texts(self) -> Iterator[tuple[str, str]]:
        """The texts with fields of the fact, each with its place."""

    @abstractmethod
    async def perform(self, unit: UnitOfWork, occasion: Occasion) -> None:
        """Does it, in the transaction of the fact."""


class _Owned(_Action):
    owner: Owner = "fixed"
    """`relationship`: whoever keeps the relationship with the customer; `owner_id` where nobody is known."""

    async def found_owner(self, unit: UnitOfWork, customer_id: UUID) -> str | None:
        if self.owner == "fixed":
            return None
        return await owner_of(unit.connection, await family_of(unit.connection, customer_id))


class CreateTask(_Owned):
    """A task for `owner_id`, due when the delay is over; on a fact of a case it belongs to the case."""

    kind: Literal["create_task"]
    title: Line
    owner_id: Staff
    notes: Text | None = None
    priority: Priority = "normal"
    timezone: Zone = "UTC"
    remind_before_minutes: Annotated[int, Field(ge=0, le=527_040)] | None = None

    @property
    def zone(self) -> ZoneInfo:
        """That of the task."""
        return ZoneInfo(self.timezone)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Title and notes."""
        yield "title", self.title
        yield "notes", self.notes or ""

    async def perform(self, unit: UnitOfWork, occasion: Occasion) -> None:
        """Raises what `create_task` raises."""
        draft = TaskDraft(
            title=filled(self.title, occasion.data)[:300],
            owner_id=await self.found_owner(unit, occasion.customer_id) or self.owner_id,
            due_at=occasion.due_at,
            customer_id=occasion.customer_id,
            case_id=UUID(occasion.data["case_id"]) if "case_id" in occasion.data else None,
            notes=filled(self.notes, occasion.data) if self.notes else None,
            priority=self.priority,
            timezone=self.timezone,
            remind_before_minutes=self.remind_before_minutes,
            origin=occasion.origin,
        )
        await create_task(unit, draft)


class OpenCase(_Owned):
    """A case, at once. Without an owner its queue decides; with neither it goes into the queue `default`, where there
    is one."""

    kind: Literal["open_case"]
    type: CaseType
    subject: Line
    priority: Priority = "normal"
    channel: Channel | None = None
    policy: Code | None = None
    queue: Code | None = None
    owner_id: Staff | None = None
    tags: Annotated[tuple[Code, ...], Field(max_length=20)] = ()

    def texts(self) -> Iterator[tuple[str, str]]:
        """The subject."""
        yield "subject", self.subject

    async def perform(self, unit: UnitOfWork, occasion: Occasion) -> None:
        """Raises what `open_case` raises."""
        # cases tell rules what happened to them, so neither module can have the other when it is imported
        from interaction_service.cases.service import open_case

        owner = await self.found_owner(unit, occasion.customer_id) or self.owner_id
        draft = CaseDraft(
            customer_id=occasion.customer_id,
            type=self.type,
            priority=self.priority,
            subject=filled(self.subject, occasion.data)[:300],
            channel=self.channel,
            policy=self.policy,
            queue=self.queue or (None if owner else await self._default_queue(unit)),
            owner_id=owner,
            tags=self.tags,
            origin=occasion.origin,
        )
        await open_case(unit, draft)

    async def _default_queue(self, unit: UnitOfWork) -> str | None:
        found = await queues.by_code(unit.connection, DEFAULT_QUEUE)
        return found.code if found else None


class SendMessage(_Action):
    """A message from a template, not before the delay is over; whether it may be sent is asked then."""

    kind: Literal["send_message"]
    template: Code
    channel: MessageChannel
    purpose: Code
    variables: Annotated[dict[Code, Text], Field(max_length=50)] = Field(default_factory=dict)
    language: Language | None = None

    def texts(self) -> Iterator[tuple[str, str]]:
        """The variables."""
        for name, template in self.variables.items():
            yield f"variables/{name}", template

    async def perform(self, unit: UnitOfWork, occasion: Occasion) -> None:
        """Puts it into the delivery queue."""
        draft = MessageDraft(
            customer_id=occasion.customer_id,
            channel=self.channel,
            purpose=self.purpose,
            template=self.template,
            variables={name: filled(template, occasion.data) for name, template in self.variables.items()},
            key=occasion.origin,
            language=self.language,
            not_before=occasion.due_at if occasion.due_at > unit.now else None,
        )
        await enqueue(unit, draft)


Action = CreateTask | OpenCase | SendMessage
ACTIONS: Final[dict[str, type[CreateTask] | type[OpenCase] | type[SendMessage]]] = {
    "create_task": CreateTask,
    "open_case": OpenCase,
    "send_message": SendMessage,
}
