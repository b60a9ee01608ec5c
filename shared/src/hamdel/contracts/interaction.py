"""Facts of interaction-service. Subjects and bodies stay out: free text never travels in facts."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from hamdel.contracts.base import Fact, Moment, Money

__all__ = [
    "FACTS",
    "CaseAssigned",
    "CaseClosed",
    "CaseEscalated",
    "CaseFact",
    "CaseOpened",
    "CaseReopened",
    "CaseReplied",
    "CaseResolved",
    "InteractionRecorded",
    "PurchaseCorrected",
    "PurchaseItem",
    "PurchaseRecorded",
    "PurchaseRefunded",
    "RefundedItem",
    "SlaBreached",
    "SlaWarned",
    "TaskDue",
]


class InteractionRecorded(Fact):
    """A touchpoint on any channel; `duration_seconds` where the channel has one."""

    fact_type: ClassVar[str] = "interaction.interaction_recorded.v1"
    interaction_id: UUID
    customer_id: UUID
    channel: str
    direction: str
    kind: str
    occurred_at: Moment
    source: str
    external_id: str | None = None
    agent_id: str | None = None
    duration_seconds: int | None = None
    outcome: str | None = None


class PurchaseItem(BaseModel):
    """One line of a purchase; `quantity` is a count, `unit_price` is money per piece."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sku: str | None = None
    name: str | None = None
    category: str | None = None
    quantity: int
    unit_price: Money | None = None


class PurchaseRecorded(Fact):
    """A purchase; (`source`, `external_id`) is unique, `total` is what was paid, and `paid_with_points` the part of it
    that was paid with points (None: nothing that we know of); `channel` where it is known."""

    fact_type: ClassVar[str] = "interaction.purchase_recorded.v1"
    purchase_id: UUID
    customer_id: UUID
    source: str
    external_id: str
    occurred_at: Moment
    channel: str | None = None
    items: list[PurchaseItem]
    total: Money
    paid_with_points: Money | None = None


class RefundedItem(BaseModel):
    """So many pieces of a line of the purchase (counted from 0) came back; `sku` where the line has one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    line: int
    sku: str | None = None
    quantity: int


class PurchaseRefunded(Fact):
    """Money went back. `amount` is this refund, `refunded_total` adds up this and all earlier ones of the purchase,
    which was over `purchase_total` then; all three in the purchase's currency. (`source`, `external_id`) is unique."""

    fact_type: ClassVar[str] = "interaction.purchase_refunded.v1"
    refund_id: UUID
    purchase_id: UUID
    customer_id: UUID
    source: str
    external_id: str
    occurred_at: Moment
    amount: Money
    refunded_total: Money
    purchase_total: Money
    items: list[RefundedItem]


class PurchaseCorrected(Fact):
    """A purchase was recorded otherwise than it was: `total` and `items` hold from now on, `previous_total` did until
    now; never less than `refunded_total`. (`source`, `external_id`) names the correction and is unique."""

    fact_type: ClassVar[str] = "interaction.purchase_corrected.v1"
    correction_id: UUID
    purchase_id: UUID
    customer_id: UUID
    source: str
    external_id: str
    occurred_at: Moment
    total: Money
    previous_total: Money
    refunded_total: Money
    items: list[PurchaseItem]


class TaskDue(Fact):
    """A task for a customer: its reminder (`reminder`) or its due date `due_at` has come. Told once for each."""

    fact_type: ClassVar[str] = "interaction.task_due.v1"
    task_id: UUID
    customer_id: UUID
    owner_id: str
    due_at: Moment
    reminder: bool


class CaseFact(Fact):
    """What every fact of a case says: how the case stands after it. `queue` and `owner_id` are codes of staff."""

    case_id: UUID
    customer_id: UUID
    type: str
    priority: str
    status: str
    channel: str | None = None
    queue: str | None = None
    owner_id: str | None = None


class CaseOpened(CaseFact):
    """Somebody answers for something from now on; `number` is what people call it by."""

    fact_type: ClassVar[str] = "interaction.case_opened.v1"
    number: int
    conversation_id: UUID | None = None


class CaseAssigned(CaseFact):
    """`owner_id` answers for the case; `strategy` says how the owner was found."""

    fact_type: ClassVar[str] = "interaction.case_assigned.v1"
    strategy: str
    previous_owner_id: str | None = None


class CaseReplied(CaseFact):
    """A message of the case: `direction` outbound is an agent's, inbound the customer's."""

    fact_type: ClassVar[str] = "interaction.case_replied.v1"
    interaction_id: UUID
    direction: str


class CaseEscalated(CaseFact):
    """The case was raised; `level` counts how often."""

    fact_type: ClassVar[str] = "interaction.case_escalated.v1"
    level: int


class CaseResolved(CaseFact):
    """It is answered; `resolution` is a code."""

    fact_type: ClassVar[str] = "interaction.case_resolved.v1"
    resolution: str | None = None


class CaseClosed(CaseFact):
    """It is over; `resolution` is a code, `merged_into` set where another case absorbed it. `origin` is `detractor` for
    a case that a bad answer to a survey opened."""

    fact_type: ClassVar[str] = "interaction.case_closed.v1"
    resolution: str | None = None
    merged_into: UUID | None = None
    origin: str | None = None


class CaseReopened(CaseFact):
    """It was not over after all; `cause` is `agent` or `customer_reply`."""

    fact_type: ClassVar[str] = "interaction.case_reopened.v1"
    cause: str


class _Promise(Fact):
    case_id: UUID
    customer_id: UUID
    target: str
    due_at: Moment
    policy: str | None = None


class SlaWarned(_Promise):
    """A deadline comes near; `target` is first_response, next_response or resolution, `policy` a code."""

    fact_type: ClassVar[str] = "interaction.sla_warned.v1"


class SlaBreached(_Promise):
    """The deadline of a promise passed before it was kept; told once, also where it was kept late."""

    fact_type: ClassVar[str] = "interaction.sla_breached.v1"


FACTS: Final[tuple[type[Fact], ...]] = (
    InteractionRecorded,
    PurchaseRecorded,
    PurchaseRefunded,
    PurchaseCorrected,
    TaskDue,
    CaseOpened,
    CaseAssigned,
    CaseReplied,
    CaseEscalated,
    CaseResolved,
    CaseClosed,
    CaseReopened,
    SlaWarned,
    SlaBreached,
)
