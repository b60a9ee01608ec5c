"""Cards are issued with the enrolment or on request, and registered at profile-service until it knows them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.database import UnitOfWorkFactory
from hamdel.http import Conflict
from hamdel.ids import new_id
from loyalty_service.enrolment.cards.domain import Card, card_number
from loyalty_service.enrolment.cards.registrar import Outcome, register_due
from loyalty_service.enrolment.cards.service import issue
from tests.services.loyalty.enrolment.support import PREFIX, born, cards, made
from tests.services.loyalty.support import CONTEXT, Api, Clock, Deliver


class Neighbour:
    """A profile-service that gives these answers one after the other, the last one for ever."""

    def __init__(self, *answers: Outcome) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, card: Card) -> Outcome:
        self.asked.append(card.number)
        await asyncio.sleep(0)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def numbered(*drawn: int) -> Callable[[str], str]:
    """Draws these numbers one after the other."""
    left = list(drawn)
    return lambda prefix: card_number(prefix, str(left.pop(0)).zfill(9))


def number(drawn: int) -> str:
    """The number that is made of it."""
    return card_number(PREFIX, str(drawn).zfill(9))


async def when(engine: AsyncEngine) -> Sequence[tuple[datetime | None, datetime]]:
    """When each card was registered, or is tried again."""
    return [(card.registered_at, card.next_at) for card in await cards(engine)]


async def test_an_enrolment_issues_a_card_where_the_programme_has_cards(
    units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver
) -> None:
    program = await made(units, card_prefix=PREFIX)
    await made(units)
    customer = new_id()
    await deliver(born(customer))
    (card,) = await cards(engine)
    assert (card.program_id, card.customer_id, card.registered_at) == (program.id, customer, None)
    assert card.number.startswith(PREFIX)


async def test_the_number_travels_in_no_fact(units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver) -> None:
    await made(units, card_prefix=PREFIX)
    await deliver(born(new_id()))
    (card,) = await cards(engine)
    async with engine.connect() as connection:
        payloads = (await connection.execute(text("SELECT payload FROM outbox"))).scalars().all()
    assert payloads
    assert all(card.number.encode() not in payload for payload in payloads)


async def test_a_number_that_was_drawn_before_is_drawn_again(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    program = await made(units, card_prefix=PREFIX)
    async with units(CONTEXT) as unit:
        await issue(unit, program, [new_id()], numbered(7))
    async with units(CONTEXT) as unit:
        found = await issue(unit, program, [new_id(), new_id()], numbered(7, 8, 8, 9))
    # 7 is taken; the first of the two gets 8 only when it asks again, and then 8 is the other's
    assert sorted(card.number for card in found) == [number(8), number(9)]
    assert len({card.number for card in await cards(engine)}) == 3


async def test_numbers_that_are_all_taken_are_refused(units: UnitOfWorkFactory) -> None:
    program = await made(units, card_prefix=PREFIX)
    async with units(CONTEXT) as unit:
        await issue(unit, program, [new_id()], numbered(7))
    with pytest.raises(Conflict, match="no-card-numbers"):
        async with units(CONTEXT) as unit:
            await issue(unit, program, [new_id()], lambda prefix: number(7))


async def test_a_registered_card_is_not_asked_about_again(
    units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver
) -> None:
    await made(units, card_prefix=PREFIX)
    await deliver(born(new_id()))
    neighbour = Neighbour(Outcome.REGISTERED)
    assert [await register_due(units, neighbour) for _ in range(2)] == [1, 0]
    assert len(neighbour.asked) == 1
    ((registered_at, _),) = await when(engine)
    assert registered_at is not None


async def test_a_neighbour_out_of_reach_is_asked_again_ever_later(
    units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver, clock: Clock
) -> None:
    await made(units, card_prefix=PREFIX)
    await deliver(born(new_id()))
    neighbour = Neighbour(Outcome.NOT_YET, Outcome.NOT_YET, Outcome.REGISTERED)
    for pause in (2, 4):
        assert await register_due(units, neighbour) == 1
        ((_, next_at),) = await when(engine)
        assert next_at == clock.now + timedelta(seconds=pause)
        clock.advance(seconds=pause - 0.5)
        assert await register_due(units, neighbour) == 0
        clock.advance(seconds=0.5)
    assert await register_due(units, neighbour) == 1
    assert len(set(neighbour.asked)) == 1
    ((registered_at, _),) = await when(engine)
    assert registered_at == clock.now


async def test_a_number_that_is_somebody_elses_at_the_neighbour_is_replaced(
    units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    program = await made(units, card_prefix=PREFIX)
    async with units(CONTEXT) as unit:
        await issue(unit, program, [new_id()], numbered(7))
    neighbour = Neighbour(Outcome.TAKEN, Outcome.REGISTERED)
    for _ in range(2):
        await register_due(units, neighbour, numbered(8))
    assert neighbour.asked == [number(7), number(8)]
    assert [card.number for card in await cards(engine)] == [number(8)]


async def test_a_process_that_died_on_the_way_leaves_the_card_for_the_next_one(
    units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver, clock: Clock
) -> None:
    await made(units, card_prefix=PREFIX)
    await deliver(born(new_id()))

    async def dies(card: Card) -> Outcome:
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        await register_due(units, dies)
    neighbour = Neighbour(Outcome.REGISTERED)
    assert await register_due(units, neighbour) == 0
    clock.advance(seconds=61)
    assert await register_due(units, neighbour) == 1


async def test_two_processes_never_ask_about_the_same_card(
    units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver
) -> None:
    await made(units, card_prefix=PREFIX)
    await deliver(*(born(new_id()) for _ in range(20)), together=True)
    neighbour = Neighbour(Outcome.REGISTERED)
    done = await asyncio.gather(*(register_due(units, neighbour, at_once=10) for _ in range(4)))
    assert sum(done) == len(neighbour.asked) == len(set(neighbour.asked)) == 20


async def test_a_member_asks_for_one_more_card(api: Api) -> None:
    program = await api.program(card_prefix=PREFIX, enrolment="opt_in")
    customer, body = await api.customer(), {"program_id": program["id"]}
    first = await api.post(f"/v1/members/{customer}", body)
    second = await api.post(f"/v1/members/{customer}/cards", body, role="agent")
    assert second.status_code == 201, second.text
    answer = second.json()
    assert (answer["customer_id"], answer["program_id"], answer["status"]) == (customer, program["id"], "waiting")
    assert answer["number"] != first.json()["card"]


async def test_nobody_but_a_member_gets_a_card_and_no_programme_without_cards_gives_one(api: Api) -> None:
    with_cards, without = await api.program(card_prefix=PREFIX, enrolment="opt_in"), await api.program()
    customer = await api.customer()
    codes = []
    for program in (with_cards, without):
        answer = await api.post(f"/v1/members/{customer}/cards", {"program_id": program["id"]})
        codes.append((answer.status_code, answer.json()["type"]))
    assert codes == [(409, "urn:hamdel:problem:not-a-member"), (409, "urn:hamdel:problem:no-cards")]


async def test_a_customer_has_at_most_ten_cards(api: Api) -> None:
    program = await api.program(card_prefix=PREFIX, enrolment="opt_in")
    customer, body = await api.customer(), {"program_id": program["id"]}
    await api.post(f"/v1/members/{customer}", body)
    answers = [await api.post(f"/v1/members/{customer}/cards", body) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [201] * 9 + [409]
    assert answers[-1].json()["type"] == "urn:hamdel:problem:too-many-cards"
