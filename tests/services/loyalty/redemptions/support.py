"""Points to spend, and what is bought with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

import httpx

from hamdel.database import UnitOfWorkFactory
from loyalty_service.ledger.service import lock_families, open_book
from loyalty_service.ledger.verification import verify
from loyalty_service.programs.service import program_of
from tests.services.loyalty.support import CONTEXT, Api

numbers = count(1)


async def give(
    units: UnitOfWorkFactory,
    program_id: str,
    customer_id: str,
    points: int,
    *,
    expires_at: datetime | None = None,
    available_at: datetime | None = None,
) -> None:
    """Makes the customer a member and grants the points, as one lot."""
    owner = UUID(customer_id)
    async with units(CONTEXT) as unit:
        await lock_families(unit, [owner])
        program = await program_of(unit.connection, UUID(program_id))
        book = await open_book(unit, program, [owner], enrol=True)
        wallet = book.wallet(owner)
        assert wallet is not None
        dates: dict[str, Any] = {"at": unit.now, "available_at": available_at, "expires_at": expires_at}
        if points:
            wallet.earn(owner, points, key=f"gift:{next(numbers)}", **dates)
        await book.save()


async def make_reward(api: Api, program_id: str, price: int = 100, **more: Any) -> dict[str, Any]:
    """A new reward: a product at a price."""
    body = {"code": f"reward-{next(numbers)}", "kind": "product", "price_points": price} | more
    answer = await api.post(f"/v1/programs/{program_id}/rewards", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def redeem(api: Api, customer_id: str, program_id: str, **more: Any) -> httpx.Response:
    """Asks for a redemption; `role`, `headers` and the like go to the call."""
    options = {name: more.pop(name) for name in ("role", "headers", "customer_id", "subject") if name in more}
    if "owner" in more:
        options["customer_id"] = more.pop("owner")
    return await api.post(f"/v1/members/{customer_id}/redemptions", {"program_id": program_id} | more, **options)


async def act(api: Api, redemption: Mapping[str, Any], what: str, **options: Any) -> httpx.Response:
    """`capture` or `release`."""
    return await api.post(f"/v1/members/{redemption['customer_id']}/redemptions/{redemption['id']}/{what}", **options)


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, str(answer.json()["type"]).removeprefix("urn:hamdel:problem:")


async def balance(api: Api, customer: str) -> tuple[int, int]:
    """What the customer has available and reserved."""
    query = "SELECT sum(available), sum(reserved) FROM members WHERE customer_id = CAST(:id AS uuid)"
    ((available, reserved),) = await api.rows(query, id=customer)
    return int(available), int(reserved)


async def assert_the_ledger_agrees(api: Api) -> None:
    """Members, lots and uses are what the entries say, and all accounts together are zero."""
    report = await verify(api.engine)
    assert (report.differences, report.total) == ([], 0)


async def stock_left(api: Api, program: str, code: str) -> int:
    """What is left of a reward."""
    return int((await api.get(f"/v1/programs/{program}/rewards/{code}")).json()["stock_left"])
