"""HTTP of the ledger itself: counting it again, for `hamdel ledger verify`."""

from __future__ import annotations

from fastapi import Request, Response

from hamdel.http import JsonBytes, Router, call_context, json_bytes, services_of
from loyalty_service.ledger.schemas import ReportResource, VerificationBody
from loyalty_service.ledger.verification import rebuild, verify

__all__ = ["internal"]

internal = Router(prefix="/internal/ledger", include_in_schema=False)


@internal.post("/verifications", response_model=ReportResource)
async def verify_ledger(request: Request, body: VerificationBody) -> Response:
    """Counts everything again; takes as long as that takes."""
    services, rebuilt = services_of(request), 0
    report = await verify(services.engine)
    if body.rebuild and report.differences:
        rebuilt = await rebuild(services.units, call_context(request), report.differences)
        report = await verify(services.engine)
    return JsonBytes(json_bytes(ReportResource.of(report, rebuilt)))
