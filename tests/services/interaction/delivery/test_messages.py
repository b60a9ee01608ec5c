"""Looking at messages, and what providers report of them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from hamdel.ids import new_id
from interaction_service.delivery.signing import signature_headers
from tests.services.interaction.delivery.support import People, Postbox, Queue
from tests.services.interaction.support import CONTEXT, Api

AT = "2026-03-01T10:00:00Z"
REPORT = "/v1/deliveries/status"


async def test_a_message_shows_its_attempts_and_a_list_shows_the_newest_first(
    api: Api, mail_queue: Queue, people: People
) -> None:
    customer = people.person()
    first = await mail_queue.put(customer, not_before=None)
    await mail_queue.run()
    second = await mail_queue.put(new_id(), key="own key", variables={"a": 1}, template="thank-you")
    shown = (await api.get(f"/v1/messages/{first}")).json()
    assert (shown["status"], shown["attempts_made"]) == ("sent", 1)
    assert [(each["number"], each["outcome"]) for each in shown["attempts"]] == [(1, "sent")]
    assert shown["provider_message_id"] == f"<{first}@hamdel.example>"
    listed = (await api.get("/v1/messages?limit=1")).json()
    following = (await api.get(f"/v1/messages?limit=1&cursor={listed['next_cursor']}")).json()
    assert [item["id"] for item in listed["items"] + following["items"]] == [str(second), str(first)]
    assert following["next_cursor"] is None
    assert (listed["items"][0]["key"], listed["items"][0]["variables"]) == ("own key", {"a": 1})


async def test_messages_are_found_by_customer_whoever_that_was_merged_with_and_by_status(
    api: Api, mail_queue: Queue
) -> None:
    survivor, absorbed = new_id(), new_id()
    async with mail_queue.units(CONTEXT) as unit:
        await unit.link_stream(absorbed, survivor)
    message = await mail_queue.put(absorbed, template="nothing", purpose="x")
    await mail_queue.put(new_id(), template="nothing", purpose="x")
    found = [
        len((await api.get(f"/v1/messages?{query}")).json()["items"])
        for query in (
            f"customer_id={survivor}",
            f"customer_id={absorbed}&status=failed",
            "status=failed",
            "status=sent",
        )
    ]
    assert (found, (await api.get(f"/v1/messages/{message}")).json()["reason"]) == ([1, 1, 2, 0], "unknown-template")


@pytest.mark.parametrize(
    ("path", "status"), [("/v1/messages/01900000-0000-7000-8000-000000000001", 404), ("/v1/messages?status=lost", 422)]
)
async def test_a_wrong_question_is_refused(api: Api, path: str, status: int) -> None:
    assert (await api.get(path)).status_code == status


async def test_a_phone_number_is_masked_for_an_agent(api: Api, mail_queue: Queue) -> None:
    message = await mail_queue.put(new_id(), channel="sms", address="+989121234567")
    shown = [(await api.get(f"/v1/messages/{message}", role=role)).json()["address"] for role in ("agent", "manager")]
    assert shown == ["*********4567", "+989121234567"]


async def sent(queue: Queue, people: People, address: str = "sara@example.org") -> UUID:
    """A message that left."""
    message = await queue.put(people.person(addresses=[address]))
    await queue.run()
    return message


@pytest.mark.parametrize(
    ("report", "state", "suppressed"),
    [
        ({"status": "delivered"}, ("delivered", None), 0),
        ({"status": "bounced"}, ("bounced", "hard-bounce"), 1),
        ({"status": "bounced", "hard": False}, ("bounced", "soft-bounce"), 0),
        ({"status": "complained"}, ("delivered", "complaint"), 1),
    ],
)
async def test_what_a_report_changes(
    api: Api, mail_queue: Queue, people: People, report: dict[str, Any], state: tuple[Any, ...], suppressed: int
) -> None:
    message = await sent(mail_queue, people)
    for _ in range(2):
        answer = await api.post(REPORT, report | {"message_id": str(message), "at": AT}, role="service")
        assert answer.status_code == 204
    assert (await mail_queue.state(message))[:2] == state
    assert await mail_queue.rows("SELECT count(*) FROM suppressed_addresses") == [(suppressed,)]


async def test_a_complaint_keeps_every_later_message_away_from_the_address(
    api: Api, mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    message = await sent(mail_queue, people)
    await api.post(REPORT, {"message_id": str(message), "status": "complained", "at": AT}, role="service")
    other = await sent(mail_queue, people, "SARA@example.org")
    assert await mail_queue.state(other) == ("suppressed", "address-suppressed", 0)
    assert len(postbox.mails) == 1


async def test_a_report_that_comes_late_does_not_undo_a_newer_one(api: Api, mail_queue: Queue, people: People) -> None:
    message = await sent(mail_queue, people)
    name = {"provider_message_id": f"<{message}@hamdel.example>"}
    await api.post(REPORT, name | {"status": "bounced", "at": "2026-03-01T10:00:05Z"}, role="service")
    late = await api.post(REPORT, name | {"status": "delivered", "at": "2026-03-01T10:00:01Z"}, role="service")
    assert (late.status_code, (await mail_queue.state(message))[0]) == (204, "bounced")


async def test_a_report_of_a_message_that_never_left_is_not_found(api: Api, mail_queue: Queue) -> None:
    waiting = await mail_queue.put(new_id())
    bodies = [{"message_id": str(waiting)}, {"provider_message_id": "nothing"}]
    found = [
        (await api.post(REPORT, body | {"status": "delivered", "at": AT}, role="service")).status_code
        for body in bodies
    ]
    nameless = await api.post(REPORT, {"status": "delivered", "at": AT}, role="service")
    assert ([*found, nameless.status_code]) == [404, 404, 400]


@pytest.mark.parametrize("role", ["agent", "customer", "analyst"])
async def test_people_do_not_report_deliveries(api: Api, role: str) -> None:
    body = {"message_id": str(new_id()), "status": "delivered", "at": AT}
    assert (await api.post(REPORT, body, role=role)).status_code == 401


async def test_a_provider_signs_its_report(
    api: Api, mail_queue: Queue, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await sent(mail_queue, people)
    secret = tmp_path / "callback"
    secret.write_text("the provider's")
    transport: Any = api.client._transport
    services = transport.app.state.services
    changed = services.settings.model_copy(update={"delivery_callback_secret_file": secret})
    monkeypatch.setattr(services, "settings", changed)
    body = json.dumps({"message_id": str(message), "status": "delivered", "at": AT}).encode()
    statuses = []
    for key in (b"somebody else's", b"the provider's"):
        headers = signature_headers(key, "report-1", int(time.time()), body) | {"Content-Type": "application/json"}
        statuses.append((await api.client.post(REPORT, content=body, headers=headers)).status_code)
    assert (statuses, (await mail_queue.state(message))[0]) == ([401, 204], "delivered")
