"""Bodies of the queue routes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from hamdel.http import RequestModel, ResponseModel
from interaction_service.calendars.schemas import Code
from interaction_service.queues.domain import STRATEGIES, Queue
from interaction_service.recording.schemas import Name

__all__ = ["QueueBody", "QueuePatch", "QueueResource", "Strategy"]

Strategy = Literal[STRATEGIES]  # type: ignore[valid-type]
_QueueStrategy = Literal["manual", *STRATEGIES]  # type: ignore[valid-type]
_Members = Annotated[list[Name], Field(max_length=500)]


class _Fields(RequestModel):
    @field_validator("members", check_fields=False)
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        if len(set(value)) < len(value):
            raise PydanticCustomError("given_twice", "is given twice")
        return value


class QueueBody(_Fields):
    """A new queue. `members` are agent ids in the order of their turns; `strategy` assigns what opens in the queue."""

    code: Code
    name: Name
    members: _Members = Field(default_factory=list)
    strategy: _QueueStrategy = "manual"
    calendar: Code | None = None

    def queue(self) -> Queue:
        """The queue of the domain, its first turn untaken."""
        members = tuple(self.members)
        return Queue(
            code=self.code,
            name=self.name,
            members=members,
            strategy=self.strategy,
            calendar=self.calendar,
            turn=0,
            version=1,
        )


class QueuePatch(_Fields):
    """A merge patch (RFC 7396); only `calendar` can be taken away."""

    name: Name = ""
    members: _Members = Field(default_factory=list)
    strategy: _QueueStrategy = "manual"
    calendar: Code | None = None

    def changes(self) -> dict[str, Any]:
        """What was given."""
        given = self.model_dump(exclude_unset=True)
        return given | ({"members": tuple(given["members"])} if "members" in given else {})


class QueueResource(ResponseModel):
    """A queue."""

    code: str
    name: str
    members: list[str]
    strategy: str
    calendar: str | None
    version: int

    @classmethod
    def of(cls, queue: Queue) -> QueueResource:
        """Its public form."""
        values = {name: getattr(queue, name) for name in cls.model_fields}
        return cls(**(values | {"members": list(queue.members)}))
