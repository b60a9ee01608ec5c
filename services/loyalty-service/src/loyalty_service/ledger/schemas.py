"""The bodies of the ledger's own route, for the command line alone."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from hamdel.http import RequestModel, ResponseModel
from loyalty_service.ledger.verification import Report

__all__ = ["ReportResource", "VerificationBody"]

SHOWN = 100


class VerificationBody(RequestModel):
    """With `rebuild`, cached sums of members that differ are written anew, and everything is counted once more."""

    rebuild: bool = False


class DifferenceResource(ResponseModel):
    """Something that is not as it follows from the entries; `about` is the lot, the entry or the redemption."""

    what: str
    program_id: UUID | None
    customer_id: UUID | None
    about: UUID | None
    expected: int | None
    found: int | None


class ReportResource(ResponseModel):
    """What was counted; of the differences the first hundred are named. `total` is the sum over all accounts."""

    members: int
    entries: int
    accounts: dict[str, int]
    total: int
    differences: int
    rebuilt: int
    items: list[DifferenceResource]

    @classmethod
    def of(cls, report: Report, rebuilt: int) -> Self:
        """The resource of a report."""
        return cls(
            members=report.members,
            entries=report.entries,
            accounts=report.accounts,
            total=report.total,
            differences=len(report.differences) + (report.total != 0),
            rebuilt=rebuilt,
            items=[DifferenceResource(**one._asdict()) for one in report.differences[:SHOWN]],
        )
