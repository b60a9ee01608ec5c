"""Single records that arrive together share a transaction, and nothing else."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from uuid import uuid4

import orjson
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from hamdel.http.gathering import Gatherer, Waiting
from hamdel.ids import new_id
from interaction_service.interactions.domain import Interaction
from tests.services.interaction.support import CONTEXT, Api, Profile, interaction


class Ledger:
    """Stores names: what it is given, batch by batch; `bad` names fail everybody who is stored with them."""

    def __init__(self, *bad: str, error: Exception | None = None) -> None:
        self.batches: list[list[str]] = []
        self.gate = asyncio.Event()
        self._bad = bad
        self._error = error or ValueError("bad name")

    async def store(self, batch: Sequence[Waiting[Interaction, str]]) -> list[str]:
        """Answers each name in capitals, once the gate is open."""
        names = [str(waiting.record) for waiting in batch]
        self.batches.append(names)
        await self.gate.wait()
        if set(names) & set(self._bad):
            raise self._error
        return [name.upper() for name in names]


def adding(ledger: Ledger, names: str) -> list[asyncio.Task[str]]:
    """All of the names, one letter each, asked for at once."""
    gatherer = Gatherer[Interaction, str](ledger.store)
    return [asyncio.create_task(gatherer.add(name, CONTEXT)) for name in names]  # type: ignore[arg-type]


async def test_what_arrives_while_a_transaction_runs_shares_the_next() -> None:
    ledger = Ledger()
    tasks = adding(ledger, "abcdef")
    await asyncio.sleep(0)
    ledger.gate.set()
    assert await asyncio.gather(*tasks) == list("ABCDEF")
    assert ledger.batches == [["a"], ["b", "c", "d", "e", "f"]]


async def test_nobodys_fault_becomes_anothers() -> None:
    ledger = Ledger("d")
    tasks = adding(ledger, "abcdef")
    ledger.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [answer for answer in answers if isinstance(answer, str)] == list("ABCEF")
    assert isinstance(answers[3], ValueError)


async def test_a_database_out_of_reach_is_everybodys_answer_at_once() -> None:
    ledger = Ledger("a", error=PoolTimeoutError())
    tasks = adding(ledger, "abcdef")
    ledger.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers] == [PoolTimeoutError] * 6
    assert ledger.batches == [["a"]]


async def test_a_caller_that_leaves_takes_nobody_along() -> None:
    ledger = Ledger()
    tasks = adding(ledger, "abcd")
    await asyncio.sleep(0)
    tasks[2].cancel()
    ledger.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [answer for answer in answers if isinstance(answer, str)] == ["A", "B", "D"]


async def test_sixty_at_once_are_all_stored_each_under_its_own_request(api: Api) -> None:
    customers = [await api.customer() for _ in range(5)]
    answers = await asyncio.gather(
        *(
            api.post(
                "/v1/interactions", interaction(customers[at % 5]), headers={"X-Request-ID": f"request-number-{at}"}
            )
            for at in range(60)
        )
    )
    assert Counter(answer.status_code for answer in answers) == {201: 60}
    async with api.engine.connect() as connection:
        payloads = (await connection.execute(text("SELECT payload FROM outbox ORDER BY seq"))).scalars()
        events = [orjson.loads(payload) for payload in payloads]
        transactions = (await connection.execute(text("SELECT count(DISTINCT xmin::text) FROM outbox"))).scalar_one()
    told = {event["data"]["interaction_id"]: event["correlationid"] for event in events}
    assert told == {answer.json()["id"]: f"request-number-{at}" for at, answer in enumerate(answers)}
    by_customer = {customer: [int(e["sequence"]) for e in events if e["subject"] == customer] for customer in customers}
    assert by_customer == {customer: list(range(1, 13)) for customer in customers}
    assert transactions < 60


async def test_a_stranger_among_them_is_refused_alone(api: Api) -> None:
    customer = await api.customer()
    whom = [customer, str(uuid4()), customer, customer, str(uuid4()), customer]
    answers = await asyncio.gather(*(api.post("/v1/interactions", interaction(one)) for one in whom))
    assert [answer.status_code for answer in answers] == [201, 404, 201, 201, 404, 201]


async def test_of_equal_records_at_once_one_is_stored_and_the_others_get_it(api: Api) -> None:
    body = interaction(await api.customer()) | {"source": "crm", "external_id": "m-1"}
    answers = await asyncio.gather(*(api.post("/v1/interactions", body) for _ in range(8)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 7}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_when_the_customers_cannot_be_checked_the_known_ones_are_still_served(api: Api, profile: Profile) -> None:
    customer = await api.customer()
    profile.status = 500
    whom = [customer, customer, str(new_id()), customer]
    answers = await asyncio.gather(*(api.post("/v1/interactions", interaction(one)) for one in whom))
    assert [answer.status_code for answer in answers] == [201, 201, 503, 201]
    assert answers[2].json()["type"].endswith("profile-unreachable")


async def test_the_sequence_is_that_of_ones_own_customer(api: Api) -> None:
    first, second = await api.customer(), await api.customer()
    for _ in range(3):
        await api.post("/v1/interactions", interaction(first))
    answers = await asyncio.gather(*(api.post("/v1/interactions", interaction(one)) for one in (first, second)))
    assert [answer.headers["Hamdel-Sequence"] for answer in answers] == ["interactions=4", "interactions=1"]
