"""SMS and push as signed HTTP calls, and the log where no server is set."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import web

from interaction_service.delivery.signing import is_signed
from tests.services.interaction.delivery.support import People, Queue, serving


class Provider:
    """A provider of text messages: `answers` are given in turn as (status, body, headers)."""

    def __init__(self, *answers: tuple[int, Any, dict[str, str]]) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[dict[str, str], bytes]] = []

    async def take(self, request: web.Request) -> web.Response:
        """One message."""
        self.calls.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        status, body, headers = self.answers.pop(0)
        return web.json_response(body, status=status, headers=headers)


async def send(queue: Queue, provider: Provider, tmp_path: Path, rounds: int = 1, **settings: Any) -> None:
    """Lets the provider have what is due, again and again as if time had passed."""
    secret = tmp_path / "secret"
    secret.write_text("between us")
    app = web.Application()
    app.router.add_post("/send", provider.take)
    async with serving(app) as url:
        for _ in range(rounds):
            await queue.run("sms", sms_url=f"{url}/send", sms_secret_file=secret, **settings)
            if rounds > 1:
                await queue.due_again()


async def test_a_text_message_is_one_signed_call(mail_queue: Queue, people: People, tmp_path: Path) -> None:
    provider = Provider((202, {"id": "p-1"}, {}))
    message = await mail_queue.put(
        people.person(addresses=["+989121234567"], language="fa"), channel="sms", template="thank-you"
    )
    await send(mail_queue, provider, tmp_path)
    ((headers, body),) = provider.calls
    assert is_signed(b"between us", headers, body, float(headers["webhook-timestamp"]))
    assert headers["webhook-id"] == str(message)
    assert b'"to":"+989121234567"' in body
    assert await mail_queue.rows("SELECT status, provider_message_id FROM messages") == [("sent", "p-1")]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ((400, {}, {}), ("failed", "http-400", 1)),
        ((302, {}, {"Location": "/elsewhere"}), ("failed", "http-302", 1)),
        ((429, {}, {"Retry-After": "7200"}), ("deferred", "http-429", 1)),
        ((503, {}, {}), ("deferred", "http-503", 1)),
    ],
)
async def test_what_an_answer_means(
    mail_queue: Queue, people: People, tmp_path: Path, answer: Any, state: tuple[Any, ...]
) -> None:
    message = await mail_queue.put(people.person(), channel="sms", subject=None)
    await send(mail_queue, Provider(answer), tmp_path)
    assert await mail_queue.state(message) == state


async def test_retry_after_is_kept(mail_queue: Queue, people: People, tmp_path: Path) -> None:
    await mail_queue.put(people.person(), channel="sms", subject=None)
    await send(mail_queue, Provider((429, {}, {"Retry-After": "7200"})), tmp_path)
    ((wait,),) = await mail_queue.rows("SELECT next_attempt_at - begun_at FROM messages")
    assert timedelta(minutes=119) < wait < timedelta(minutes=121)


async def test_every_attempt_has_the_same_id_so_that_a_provider_can_drop_a_second_one(
    mail_queue: Queue, people: People, tmp_path: Path
) -> None:
    provider = Provider((500, {}, {}), (200, [], {}))
    message = await mail_queue.put(people.person(), channel="sms", subject=None)
    await send(mail_queue, provider, tmp_path, rounds=2)
    assert [headers["webhook-id"] for headers, _ in provider.calls] == [str(message)] * 2
    assert await mail_queue.state(message) == ("sent", None, 2)


async def test_a_provider_that_cannot_be_reached_is_tried_again(
    mail_queue: Queue, people: People, tmp_path: Path
) -> None:
    message = await mail_queue.put(people.person(), channel="sms", subject=None)
    secret = tmp_path / "secret"
    secret.write_text("x")
    await mail_queue.run("sms", sms_url="http://127.0.0.1:1/send", sms_secret_file=secret)
    assert await mail_queue.state(message) == ("deferred", "network", 1)


async def test_without_a_server_a_message_is_told_to_the_log_without_anything_personal(
    mail_queue: Queue, people: People
) -> None:
    message = await mail_queue.put(people.person(addresses=["+989121234567"]), channel="push", body="Dear Sara")
    with structlog.testing.capture_logs() as lines:
        await mail_queue.run("push")
    (line,) = [each for each in lines if each["event"] == "message_to_the_log"]
    assert (line["message"], line["characters"]) == (str(message), 9)
    assert "Sara" not in str(line)
    assert "4567" not in str(line)
    assert (await mail_queue.state(message))[0] == "sent"
