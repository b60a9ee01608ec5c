"""The view's routes. `get_customer_view` is mostly answered by `hot.py`; this is the same operation in full."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Header, Query, Request
from starlette.responses import Response

from gateway.customer_view.assemble import View
from gateway.customer_view.hot import WAITED
from gateway.customer_view.schemas import CompareRequest, Comparison, CustomerView
from gateway.customer_view.sequences import parse_sequences
from gateway.parts import parts_of
from hamdel.http import Router, outgoing_headers, principal_of
from hamdel.http.responses import JsonBytes

__all__ = ["router"]

router = Router(tags=["customer view"])

Consistency = Annotated[
    Literal["projected", "live"],
    Query(description="`projected` reads the projection; `live` asks every owner and may answer with stale sections"),
]
MinSequence = Annotated[
    str | None,
    Header(
        alias="Hamdel-Min-Sequence",
        description="what the reader has seen written (`Hamdel-Sequence` of a write), such as `interactions=5`",
    ),
]


@router.get("/v1/customers/{customer_id}/view", response_model=CustomerView)
async def get_customer_view(
    request: Request,
    customer_id: UUID,
    consistency: Consistency = "projected",
    minimum: MinSequence = None,
) -> Response:
    """Everything known of one customer; `Hamdel-Sequence` names what is shown.

    The id of a customer that was merged into another one answers with the survivor's view, and with its address in
    `Content-Location`."""
    return await _view(request, customer_id, consistency, minimum)


@router.get("/v1/customers/by/{kind}/{value:path}/view", response_model=CustomerView)
async def get_customer_view_by_identifier(
    request: Request,
    kind: str,
    value: str,
    consistency: Consistency = "projected",
    minimum: MinSequence = None,
) -> Response:
    """The view of the customer that an identifier (`phone`, `email`, `external:<system>` …) belongs to."""
    headers = {**outgoing_headers(request), "Authorization": request.headers["authorization"]}
    customer_id = await parts_of(request).lookup.find(kind, value, headers)
    return await _view(request, customer_id, consistency, minimum)


@router.post("/internal/views/compare", response_model=Comparison, include_in_schema=False)
async def compare_views(request: Request, wanted: CompareRequest) -> Comparison:
    """Compares the projection with the owners' sections, a page of customers at a time."""
    return await parts_of(request).comparer.compare(wanted)


async def _view(request: Request, customer_id: UUID, consistency: str, minimum: str | None) -> Response:
    wanted = parse_sequences(minimum) if minimum is not None else {}
    masked = not principal_of(request).sees_personal_data
    reader = parts_of(request).reader
    if consistency == "live":
        return _answer(customer_id, await reader.live(customer_id, masked=masked))
    waited = WAITED in request.scope
    return _answer(customer_id, await reader.projected(customer_id, wanted, masked=masked, waited=waited))


def _answer(asked: UUID, view: View) -> Response:
    headers = {"Hamdel-Sequence": view.sequences.decode()}
    if view.customer_id != str(asked):
        headers["Content-Location"] = f"/v1/customers/{view.customer_id}/view"
    return JsonBytes(view.body, headers=headers)
