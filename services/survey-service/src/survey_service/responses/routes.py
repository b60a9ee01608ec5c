"""HTTP of responses."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.http import Answer, Forbidden, Router, call_context, principal_of, query, require_own
from survey_service.responses.http import put_response
from survey_service.responses.schemas import ResponseState, StepBody
from survey_service.responses.service import response_of

__all__ = ["router"]

router = Router(prefix="/v1/surveys/{survey_id}/responses", tags=["responses"])


@router.put("/{response_id}", response_model=ResponseState, responses={201: {"model": ResponseState}})
async def put_survey_response(request: Request, survey_id: UUID, response_id: UUID, body: StepBody) -> Response:
    """Takes a step of the response with this client-made id: 201 begins it, 200 goes on with it, repeats it, or is too
    late to change anything. `finished` ends it for good, on the path that the server finds."""
    if body.customer_id is not None:
        require_own(principal_of(request), body.customer_id)
    return await put_response(request, body.submission(survey_id, response_id, call_context(request)))


@router.get("/{response_id}", response_model=ResponseState)
async def get_survey_response(request: Request, survey_id: UUID, response_id: UUID) -> Response:
    """A response by its client-made id; a customer sees an own one."""
    principal = principal_of(request)

    async def read(connection: AsyncConnection) -> Answer:
        state = ResponseState.of(await response_of(connection, survey_id, response_id))
        if principal.roles == {"customer"} and principal.customer_id != state.customer_id:
            raise Forbidden()
        return Answer(state, headers={"ETag": f'"{state.step}-{state.status}"'})

    return await query(request, read)
