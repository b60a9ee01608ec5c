"""Bodies of the routes of duplicates."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from profile_service.duplicates.domain import Scan, explanation
from profile_service.duplicates.service import Shown
from profile_service.identifiers.domain import shown

__all__ = ["DismissBody", "DuplicateResource", "EvidenceResource", "ScanResource"]


class DismissBody(RequestModel):
    """Why the two are not one, for whoever looks later."""

    reason: Annotated[str, Field(min_length=1, max_length=500)] | None = None


class EvidenceResource(ResponseModel):
    """How one field agrees: the two values as they are now (or masked), `similarity` 0 … 1."""

    field: str
    a: str | None
    b: str | None
    similarity: float


class DuplicateResource(ResponseModel):
    """Two customers that are one with probability `score`; `explanation` is in the caller's language."""

    id: UUID
    customer_ids: tuple[UUID, UUID]
    score: float
    evidence: list[EvidenceResource]
    explanation: str
    status: str

    @classmethod
    def of(cls, found: Shown, *, in_full: bool, persian: bool) -> DuplicateResource:
        """`in_full`: whether the reader may see national ids and phones unmasked."""
        duplicate = found.duplicate

        def seen(field: str, value: str | None) -> str | None:
            return value if value is None or in_full else shown(field, value)

        return cls(
            id=duplicate.id,
            customer_ids=(duplicate.customer_a, duplicate.customer_b),
            score=duplicate.score,
            evidence=[
                EvidenceResource(
                    field=each.field, a=seen(each.field, a), b=seen(each.field, b), similarity=round(each.similarity, 3)
                )
                for each, a, b in found.evidence
            ],
            explanation=explanation(duplicate.evidence, persian=persian),
            status=duplicate.status,
        )


class ScanResource(ResponseModel):
    """A scan of all customers; counts are null until it is done."""

    id: UUID
    status: str
    requested_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    customers: int | None
    compared: int | None
    suggested: int | None

    @classmethod
    def of(cls, scan: Scan) -> ScanResource:
        """As it is stored."""
        return cls(
            id=scan.id,
            status=scan.status,
            requested_at=scan.requested_at,
            started_at=scan.started_at,
            finished_at=scan.finished_at,
            customers=scan.customers,
            compared=scan.compared,
            suggested=scan.suggested,
        )
