"""Whether a customer exists: the projection, then profile-service, then 404 or 503."""

from __future__ import annotations

import orjson

from hamdel.contracts.envelope import Event
from hamdel.contracts.profile import CustomerCreated
from hamdel.customers import Recall
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from interaction_service.subscriptions import SUBSCRIPTIONS
from tests.services.interaction.support import CONTEXT, Api, Profile, interaction


async def test_a_customer_whom_nobody_knows_is_not_found(api: Api, profile: Profile) -> None:
    answer = await api.post("/v1/interactions", interaction(str(new_id())))
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hamdel:problem:unknown-customer")
    assert len(profile.asked) == 1
    assert await api.rows("SELECT count(*) FROM event_streams") == [(0,)]


async def test_a_customer_made_a_moment_ago_is_asked_of_profile_once(api: Api, profile: Profile) -> None:
    customer = str(new_id())
    profile.known.add(customer)
    statuses = [(await api.post("/v1/interactions", interaction(customer))).status_code for _ in range(3)]
    assert statuses == [201, 201, 201]
    assert profile.asked == [[customer]]
    assert profile.tokens[0].startswith("Bearer ey")


async def test_a_customer_of_the_projection_is_not_asked_for(api: Api, profile: Profile) -> None:
    profile.status = 500
    assert (await api.post("/v1/interactions", interaction(await api.customer()))).status_code == 201
    assert profile.asked == []


async def test_an_unknown_customer_is_asked_for_again_the_next_time(api: Api, profile: Profile) -> None:
    customer = str(new_id())
    first = await api.post("/v1/interactions", interaction(customer))
    profile.known.add(customer)
    second = await api.post("/v1/interactions", interaction(customer))
    assert (first.status_code, second.status_code) == (404, 201)


async def test_while_profile_fails_nothing_of_a_batch_is_written(api: Api, profile: Profile) -> None:
    profile.status = 500
    items = [interaction(await api.customer()), interaction(str(new_id()))]
    answer = await api.post("/v1/interactions/batch", {"items": items})
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:hamdel:problem:profile-unreachable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert await api.rows("SELECT count(*) FROM interactions") == [(0,)]


async def test_a_profile_that_does_not_answer_is_given_a_second(api: Api, profile: Profile) -> None:
    profile.delay = 3.0
    answer = await api.post("/v1/interactions", interaction(str(new_id())))
    assert answer.status_code == 503


async def test_many_unknown_customers_are_asked_for_in_parts(api: Api, profile: Profile) -> None:
    customers = [str(new_id()) for _ in range(250)]
    profile.known.update(customers[:-1])
    answers = await api.batch("/v1/interactions/batch", [interaction(one) for one in customers])
    assert [one["status"] for one in answers] == ["created"] * 249 + ["rejected"]
    assert sorted(len(ids) for ids in profile.asked) == [50, 100, 100]


async def test_a_created_customer_enters_the_projection_once(api: Api, units: UnitOfWorkFactory) -> None:
    customer = new_id()
    fact = CustomerCreated(customer_id=customer, kind="person", version=1)
    event = Event.model_validate(
        {
            "specversion": "1.0",
            "id": str(new_id()),
            "type": fact.fact_type,
            "source": "/hamdel/profile-service",
            "subject": str(customer),
            "time": "2026-03-01T10:00:00Z",
            "sequence": 1,
            "correlationid": "c",
            "data": orjson.loads(fact.model_dump_json()),
        }
    )
    (subscription,) = SUBSCRIPTIONS
    assert "hamdel.profile.events" in subscription.topics
    for _ in range(2):
        async with units(CONTEXT) as unit:
            await subscription.handlers["profile.customer_created.v1"](unit, event)
    assert await api.rows("SELECT customer_id FROM known_customers") == [(customer,)]


def test_what_was_found_is_forgotten_after_its_time() -> None:
    now = [0.0]
    recall, one = Recall(seconds=10, clock=lambda: now[0]), new_id()
    recall.add([one])
    now[0] = 9.9
    assert recall.known([one]) == {one}
    now[0] = 10.0
    assert recall.known([one]) == set()


def test_the_oldest_half_is_forgotten_when_too_many_were_found() -> None:
    recall, ids = Recall(size=10), [new_id() for _ in range(11)]
    recall.add(ids)
    assert recall.known(ids) == set(ids[-5:])
