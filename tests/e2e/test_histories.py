"""Random histories against the running stack: whatever is created, changed, recorded, repeated, replayed or delivered
late, the stored view is the composed view, watermarks stand at the last sequence and no sequence has a gap."""

from __future__ import annotations

import asyncio
import json
import random
import time
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.support.live import LiveStack
from tests.support.topic_reader import TopicRecord, first_occurrences

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Cf")), min_size=1, max_size=20)
AMOUNTS = st.decimals(0, 10_000, places=2).map(lambda amount: f"{amount:.2f}")
MOMENTS = st.datetimes().filter(lambda moment: 1990 <= moment.year <= 2025).map(lambda m: m.isoformat() + "Z")
REPLAYED = ("hamdel.profile.events", "hamdel.interaction.sections", "hamdel.profile.sections")
CHANNELS = st.sampled_from(["phone", "in_person", "web", "chat", "email"])


class Histories(RuleBasedStateMachine):
    """Every rule goes through the front door, except replay and late delivery, which go through Kafka."""

    live: LiveStack
    customers = Bundle("customers")
    numbers = iter(range(10**9))

    @initialize()
    def connect(self) -> None:
        self.http: httpx.Client = self.live.client("agent")
        self.ids: list[str] = []
        self.writes: list[tuple[str, dict[str, Any]]] = []

    @rule(target=customers, name=NAMES)
    def create(self, name: str) -> str:
        """A customer appears."""
        answer = self.http.post("/v1/customers", json={"kind": "person", "name": {"display": name}})
        assert answer.status_code == 201, answer.text
        self.ids.append(answer.json()["id"])
        return self.ids[-1]

    @rule(customer=customers, name=NAMES, tags=st.lists(st.sampled_from(["vip", "new", "b2b"]), unique=True))
    def patch(self, customer: str, name: str, tags: list[str]) -> None:
        """A clerk corrects a customer."""
        tag = self.http.get(f"/v1/customers/{customer}").headers["ETag"]
        answer = self.http.patch(
            f"/v1/customers/{customer}", json={"name": {"given": name}, "tags": tags}, headers={"If-Match": tag}
        )
        assert answer.status_code == 200, answer.text

    @rule(customer=customers, channel=CHANNELS, at=MOMENTS)
    def record(self, customer: str, channel: str, at: str) -> None:
        """A touchpoint is recorded."""
        body = {"customer_id": customer, "channel": channel, "direction": "inbound", "kind": "call", "occurred_at": at}
        self._write("/v1/interactions", {**body, "external_id": f"h-{next(self.numbers)}", "source": str(id(self))})

    @rule(customer=customers, amount=AMOUNTS, at=MOMENTS)
    def buy(self, customer: str, amount: str, at: str) -> None:
        """A purchase is recorded."""
        body = {"customer_id": customer, "channel": "web", "occurred_at": at, "items": []}
        total = {"amount": amount, "currency": "USD"}
        external = {"external_id": f"h-{next(self.numbers)}", "source": str(id(self))}
        self._write("/v1/purchases", {**body, **external, "total": total})

    def _write(self, path: str, body: dict[str, Any]) -> None:
        answer = self.http.post(path, json=body)
        assert answer.status_code == 201, answer.text
        self.writes.append((path, body))

    @rule(choice=st.integers(0, 1000))
    def repeat_a_write(self, choice: int) -> None:
        """A client that lost the answer sends the same again."""
        if self.writes:
            path, body = self.writes[choice % len(self.writes)]
            assert self.http.post(path, json=body).status_code == 200

    @rule(topic=st.sampled_from(REPLAYED), shuffle=st.randoms(use_true_random=False))
    def replay_and_reorder(self, topic: str, shuffle: random.Random) -> None:
        """Kafka delivers old facts and old sections once more, in another order than they were written."""
        mine = [r for r in self.live.read(topic) if r.key and r.key.decode() in self.ids][-8:]
        seed = shuffle.getrandbits(32)
        random.Random(seed).shuffle(mine)
        deliver(self.live.kafka, topic, mine)

    def teardown(self) -> None:
        """What must hold after any history."""
        if not getattr(self, "ids", None):
            return
        for customer in self.ids:
            self._until_the_views_agree(customer)
        self._no_gap_and_no_lag()
        self.http.close()

    def _until_the_views_agree(self, customer: str) -> None:
        path = f"/v1/customers/{customer}/view"
        live = self.http.get(path, params={"consistency": "live"})
        assert live.status_code == 200, live.text
        deadline = time.monotonic() + 15
        while (projected := self.http.get(path)).content != live.content:
            assert time.monotonic() < deadline, f"{projected.text}\n{live.text}"
            time.sleep(0.05)
        counted = live.json()["interactions"]
        expected = [body for path, body in self.writes if body["customer_id"] == customer]
        assert counted["total"] == sum("total" not in body for body in expected)
        assert counted["purchases"]["count"] == sum("total" in body for body in expected)

    def _no_gap_and_no_lag(self) -> None:
        for short in ("profile", "interaction"):
            query = "SELECT customer_id::text, sequence FROM event_streams WHERE customer_id::text = ANY($1)"
            last = {str(row[0]): int(row[1]) for row in self.live.fetch(short, query, self.ids)}
            seen = first_occurrences(self.live.read(f"hamdel.{short}.events"))
            for customer, sequence in last.items():
                assert seen.get(customer, []) == list(range(1, sequence + 1))
            if short == "profile":
                self._watermarks_reach(last)

    def _watermarks_reach(self, last: dict[str, int]) -> None:
        query = (
            "SELECT subject::text, applied FROM consumer_watermarks "
            "WHERE source = '/hamdel/profile-service' AND subject::text = ANY($1)"
        )
        deadline = time.monotonic() + 15
        while {str(r[0]): int(r[1]) for r in self.live.fetch("interaction", query, self.ids)} != last:
            assert time.monotonic() < deadline, "interaction-service did not apply every profile fact"
            time.sleep(0.05)


def deliver(bootstrap: str, topic: str, records: list[TopicRecord]) -> None:
    """Puts the same bytes on the topic again."""

    async def run() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
        await producer.start()
        try:
            for record in records:
                await producer.send_and_wait(topic, record.value, key=record.key, headers=list(record.headers))
        finally:
            await asyncio.wait_for(producer.stop(), 10)

    asyncio.run(run())


@pytest.mark.slow
def test_any_history_leaves_one_true_picture(stack: LiveStack) -> None:
    class OnThisStack(Histories):
        live = stack

    run_state_machine_as_test(
        OnThisStack,
        settings=settings(
            max_examples=5 if stack.server else 8,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


@pytest.mark.parametrize("topic", [f"hamdel.{s}.events" for s in ("profile", "interaction")])
def test_every_event_names_its_subject_as_key(stack: LiveStack, topic: str) -> None:
    with stack.client("agent") as client:
        made = client.post("/v1/customers", json={"kind": "person", "name": {"given": "Key"}}).json()["id"]
        body = {"customer_id": made, "channel": "web", "direction": "inbound", "kind": "visit"}
        client.post("/v1/interactions", json={**body, "occurred_at": "2026-01-01T00:00:00Z"}).raise_for_status()
    stack.wait_until_quiet()
    records = stack.read(topic)
    assert records
    for record in records:
        assert record.key is not None
        assert record.key.decode() == json.loads(record.value or b"{}")["subject"]
