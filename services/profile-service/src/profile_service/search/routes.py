"""HTTP of search."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.http import Page, PageQuery, Router, principal_of, query
from profile_service.search import service
from profile_service.search.schemas import FoundCustomer, SearchWish

__all__ = ["router"]

router = Router(prefix="/v1/customers", tags=["customers"])


@router.get("", response_model=Page[FoundCustomer])
async def search_customers(request: Request, wish: SearchWish, paging: PageQuery) -> Response:
    """Customers by name in either script, part of a phone, code, e-mail, organisation or any identifier; best first.
    Every word of `q` must be found, in any order. Without `q`: all of a tag or a kind, newest first."""
    in_full = principal_of(request).sees_personal_data

    async def read(connection: AsyncConnection) -> Page[FoundCustomer]:
        found, cursor = await service.find(connection, wish, paging)
        return Page(items=[FoundCustomer.found(each, in_full=in_full) for each in found], next_cursor=cursor)

    return await query(request, read)
