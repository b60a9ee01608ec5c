"""HTTP of enrolment and cards."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response

from hamdel.customers import directory_of
from hamdel.database import UnitOfWork
from hamdel.http import Answer, Router, command
from loyalty_service.enrolment import service
from loyalty_service.enrolment.cards.service import issue_one
from loyalty_service.enrolment.schemas import CardResource, MembershipResource, ProgramChoice

__all__ = ["router"]

router = Router(prefix="/v1/members/{customer_id}", tags=["enrolment"])


@router.post("", status_code=201, response_model=MembershipResource)
async def enrol_member(request: Request, customer_id: UUID, body: ProgramChoice) -> Response:
    """Enrols a customer; 200 where the customer, or one who was merged with it, is a member already."""
    directory = directory_of(request)

    async def use_case(unit: UnitOfWork) -> Answer:
        membership, is_new = await service.join(unit, directory, customer_id, body.program_id)
        return Answer(MembershipResource.of(membership), 201 if is_new else 200)

    return await command(request, use_case)


@router.post("/cards", status_code=201, response_model=CardResource)
async def issue_card(request: Request, customer_id: UUID, body: ProgramChoice) -> Response:
    """One more card for a member; soon after, profile-service finds the customer by its number."""

    async def use_case(unit: UnitOfWork) -> CardResource:
        return CardResource.of(await issue_one(unit, customer_id, body.program_id))

    return await command(request, use_case)
