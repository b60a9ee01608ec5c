"""Batches: every item stands for itself, and the answers come in order."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from tests.services.interaction.support import Api, interaction, purchase

BATCH = "/v1/interactions/batch"


async def test_one_bad_item_never_rejects_the_others(api: Api) -> None:
    customer = await api.customer()
    good, stranger = interaction(customer), "0199a0de-7d2b-7a9f-8f6e-0a1b2c3d4e5f"
    items = [good, good | {"channel": "pigeon"}, interaction(stranger), 7, good | {"surprise": 1}, good]
    answers = await api.batch(BATCH, items)
    assert [one["status"] for one in answers] == ["created", "rejected", "rejected", "rejected", "rejected", "created"]
    assert [one["id"] is None for one in answers] == [False, True, True, True, True, False]
    assert [one["problem"] and one["problem"]["status"] for one in answers] == [None, 422, 404, 422, 422, None]
    assert await api.rows("SELECT count(*) FROM interactions") == [(2,)]


async def test_a_rejected_item_says_what_is_wrong_and_where(api: Api) -> None:
    body = purchase(await api.customer(), "p-1", total={"amount": 77, "currency": "usd"})
    (answer,) = await api.batch("/v1/purchases/batch", [body])
    problem = answer["problem"]
    assert (problem["type"], problem["status"]) == ("urn:hamdel:problem:invalid-value", 422)
    assert problem["title"]
    assert [error["pointer"] for error in problem["errors"]] == ["/total/amount", "/total/currency"]


async def test_answers_follow_the_order_of_the_items(api: Api) -> None:
    customer = await api.customer()
    kinds = [f"kind-{number}" for number in (5, 3, 9, 1)]
    items = [interaction(customer, kind=kind, external_id=kind) for kind in kinds]
    answers = await api.batch(BATCH, items)
    stored = {str(id_): kind for id_, kind in await api.rows("SELECT id, kind FROM interactions")}
    assert [stored[one["id"]] for one in answers] == kinds
    assert [event["data"]["kind"] for event in await api.events(customer)] == kinds


async def test_a_duplicate_inside_a_batch_gets_the_id_of_the_first(api: Api) -> None:
    one = purchase(await api.customer(), "p-1")
    first, same, other = await api.batch("/v1/purchases/batch", [one, one, one | {"channel": "app"}])
    assert (first["status"], same["status"], other["status"]) == ("created", "duplicate", "rejected")
    assert same["id"] == first["id"]
    assert other["problem"]["type"] == "urn:hamdel:problem:external-id-taken"


async def test_a_replayed_batch_is_all_duplicates_with_the_same_ids(api: Api) -> None:
    customer = await api.customer()
    items = [purchase(customer, f"p-{number}") for number in range(5)]
    first = await api.batch("/v1/purchases/batch", items)
    again = await api.batch("/v1/purchases/batch", items)
    assert [one["status"] for one in again] == ["duplicate"] * 5
    assert [one["id"] for one in again] == [one["id"] for one in first]
    assert len(await api.events(customer)) == 5


async def test_an_item_that_repeats_an_earlier_single_write_is_a_duplicate(api: Api) -> None:
    one = purchase(await api.customer(), "p-1")
    made = (await api.post("/v1/purchases", one)).json()
    (answer,) = await api.batch("/v1/purchases/batch", [one])
    assert answer == {"status": "duplicate", "id": made["id"], "problem": None}


async def test_a_nul_rejects_its_own_item_alone(api: Api) -> None:
    customer = await api.customer()
    items = [interaction(customer, subject="a\0b"), interaction(customer, attributes={"a\0": 1}), interaction(customer)]
    answers = await api.batch(BATCH, items)
    assert [one["status"] for one in answers] == ["rejected", "rejected", "created"]


async def test_a_backslash_before_u0000_is_text_and_no_nul(api: Api) -> None:
    (answer,) = await api.batch(BATCH, [interaction(await api.customer(), subject="\\u0000")])
    assert answer["status"] == "created"


async def test_a_batch_of_one_customer_tells_the_sequence(api: Api) -> None:
    customer = await api.customer()
    answer = await api.post(BATCH, {"items": [interaction(customer)] * 3})
    assert answer.headers["Hamdel-Sequence"] == "interactions=3"


async def test_a_batch_of_several_customers_tells_no_sequence(api: Api) -> None:
    items = [interaction(await api.customer()) for _ in range(2)]
    assert "Hamdel-Sequence" not in (await api.post(BATCH, {"items": items})).headers


async def test_a_batch_holds_a_thousand_items_and_no_more(api: Api) -> None:
    customer = await api.customer()
    assert len(await api.batch(BATCH, [interaction(customer)] * 1000)) == 1000
    answer = await api.post(BATCH, {"items": [interaction(customer)] * 1001})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/items")
    assert await api.rows("SELECT count(*) FROM interactions") == [(1000,)]


async def test_an_empty_batch_has_no_answers(api: Api) -> None:
    assert await api.batch(BATCH, []) == []


async def test_a_batch_with_an_idempotency_key_is_replayed_as_it_was(api: Api) -> None:
    body, key = {"items": [interaction(await api.customer())]}, {"Idempotency-Key": "b-1"}
    first = await api.post(BATCH, body, headers=key)
    again = await api.post(BATCH, body, headers=key)
    assert again.content == first.content
    assert again.json()["items"][0]["status"] == "created"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"items": [NaN]}', 400),
        (b'{"items": ["\xff"]}', 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"items": {}}', 422),
        (b'{"items": [], "more": 1}', 422),
    ],
)
async def test_a_body_that_is_no_batch_is_refused_whole(api: Api, body: bytes, status: int) -> None:
    assert (await api.post(BATCH, body)).status_code == status


async def test_deep_nesting_with_a_nul_is_a_rejected_item_and_no_fault(api: Api) -> None:
    deep = b"[" * 900 + b'"\\u0000"' + b"]" * 900
    answer = await api.post(BATCH, b'{"items": [' + deep + b"]}")
    assert (answer.status_code, answer.json()["items"][0]["status"]) == (200, "rejected")


async def test_batches_that_share_customers_and_keys_in_other_orders_all_end(api: Api) -> None:
    customers = [await api.customer() for _ in range(4)]
    items = [purchase(customers[number % 4], f"p-{number}") for number in range(40)]
    orders: list[list[Any]] = [items, items[::-1], items[20:] + items[:20], items[::2] + items[1::2]]
    answers = await asyncio.gather(*(api.batch("/v1/purchases/batch", order) for order in orders))
    created = [one["id"] for answer in answers for one in answer if one["status"] == "created"]
    assert (len(created), len(set(created))) == (40, 40)
    sequences = [int(event["sequence"]) for event in await api.events(customers[0])]
    assert sequences == list(range(1, 11))


async def test_an_item_at_the_edge_of_the_body_limit_is_kept_whole(api: Api) -> None:
    text = "ی" * 20_000
    (answer,) = await api.batch(BATCH, [interaction(await api.customer(), body=text)])
    assert (await api.get(f"/v1/interactions/{answer['id']}")).json()["body"] == text
    assert len(orjson.dumps(text)) > 40_000
