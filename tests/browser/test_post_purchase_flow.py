"""After a purchase: the whole journey over the broker, through a real mail server and a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from hamdel.clock import utc_now
from hamdel.ids import new_id
from tests.browser.looks import keep
from tests.browser.surveys import branching
from tests.faults.mailing import free_port
from tests.support.live import LiveStack, temporary_stack

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

T = TypeVar("T")

SECONDS = 30
ADDRESS = "sara@example.org"
JOURNEY = (
    "interaction.purchase_recorded.v1",
    "survey.invitation_sent.v1",
    "survey.response_submitted.v1",
    "survey.detractor_detected.v1",
    "interaction.case_opened.v1",
)


@dataclass
class Postbox:
    """A real mail server; what it has taken."""

    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """DATA."""
        mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@contextmanager
def mail_server(port: int) -> Iterator[Postbox]:
    """In a thread of its own."""
    postbox = Postbox()
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield postbox
    controller.stop()


class Journey:
    """Waits for one step after the other and tells how long each took."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def until(self, step: str, found: Callable[[], T]) -> T:
        """What is found, once it is there; fails after the time."""
        deadline = time.monotonic() + SECONDS
        while not (one := found()):
            assert time.monotonic() < deadline, f"{step}: not within {SECONDS} s"
            time.sleep(0.02)
        self.reached(step)
        return one

    def reached(self, step: str) -> None:
        """A step is done."""
        now = time.monotonic()
        print(f"{step}: {(now - self._last) * 1000:.0f} ms")
        self._last = now


def aside(work: Callable[..., T], *arguments: Any) -> T:
    """In another thread: this one's event loop is the browser's."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work, *arguments).result()


def made(answer: httpx.Response) -> Any:
    """The body of what was accepted."""
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def prepare_for_cases(staff: httpx.Client) -> None:
    """Somebody who takes them; what is promised is there in every new installation."""
    queue = staff.get("/v1/queues/default")
    made(staff.patch("/v1/queues/default", json={"members": ["ann"]}, headers={"If-Match": queue.headers["ETag"]}))


def customer_who_may_be_asked(staff: httpx.Client) -> str:
    """A Persian customer with an address and consent to surveys by e-mail."""
    person = {
        "kind": "person",
        "name": {"given": "سارا"},
        "language": "fa",
        "identifiers": [{"type": "email", "value": ADDRESS}],
    }
    customer_id: str = made(staff.post("/v1/customers", json=person))["id"]
    consent = {"purpose": "survey", "channel": "email", "status": "granted", "legal_basis": "consent", "source": "test"}
    made(staff.put(f"/v1/customers/{customer_id}/consents", json=consent))
    return customer_id


def survey_after_purchases(staff: httpx.Client) -> str:
    """A published survey that every purchase asks for."""
    survey_id: str = made(staff.post("/v1/surveys", json=branching()))["id"]
    made(staff.post(f"/v1/surveys/{survey_id}/publish"))
    made(staff.post(f"/v1/surveys/{survey_id}/triggers", json={"code": "bought", "on": "purchase_recorded"}))
    return survey_id


def buy(staff: httpx.Client, customer_id: str, correlation_id: str) -> None:
    """One purchase, through the gateway."""
    price = {"amount": "120.00", "currency": "EUR"}
    purchase = {
        "customer_id": customer_id,
        "external_id": str(new_id()),
        "occurred_at": utc_now().isoformat(),
        "channel": "web",
        "items": [{"sku": "s1", "name": "Kettle", "category": "kitchen", "quantity": 1, "unit_price": price}],
        "total": price,
    }
    made(staff.post("/v1/purchases", json=purchase, headers={"X-Request-ID": correlation_id}))


def link_in(mail: EmailMessage) -> str:
    """The address of the survey."""
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(r"https?://\S+/s/[\w-]+", body.get_content())
    assert found, body.get_content()
    return found[0]


def fill_in(page: Page) -> None:
    """NPS 3, and why."""
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.check("[name='a.nps'][value='3']")
    page.click(".go")
    page.fill("[name='a.why']", "بسته دیر رسید")
    page.click(".go")
    page.check("[name='a.channel'][value='web']")
    keep(page, "post-purchase")
    page.click(".go")
    page.wait_for_selector(".state")
    assert "سپاس از شما" in page.inner_text("main")


def told(stack: LiveStack, customer_id: str) -> dict[str, set[str]]:
    """Fact type → the correlation ids under which it was told of the customer."""
    found: dict[str, set[str]] = {}
    for short in ("interaction", "survey"):
        for record in aside(stack.read, f"hamdel.{short}.events"):
            event = record.json()
            if event["subject"] == customer_id:
                found.setdefault(event["type"], set()).add(event["correlationid"])
    return found


def test_a_purchase_ends_in_a_case_for_whoever_was_disappointed(
    monkeypatch: pytest.MonkeyPatch, open_page: Callable[..., Page]
) -> None:
    port = free_port()
    mailing = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": port, "SMTP_TLS": "none", "MAIL_FROM": "crm@hamdel.example"}
    for name, value in mailing.items():
        monkeypatch.setenv(f"HAMDEL_{name}", str(value))
    with mail_server(port) as postbox, temporary_stack() as stack, stack.client("admin") as staff:
        customer_id = customer_who_may_be_asked(staff)
        survey_after_purchases(staff)
        prepare_for_cases(staff)
        aside(stack.wait_until_quiet)
        correlation_id, journey = f"journey-{new_id()}", Journey()
        buy(staff, customer_id, correlation_id)
        journey.reached("purchase recorded")
        mail = journey.until("invitation in the postbox", lambda: postbox.mails)[0]
        assert mail["To"] == ADDRESS
        link = link_in(mail)
        assert link.startswith(f"{stack.gateway}/s/")
        fill_in(open_page(link))
        journey.reached("Persian page filled in with NPS 3")
        view = f"/v1/customers/{customer_id}/view"
        journey.until(
            "score in the customer's view", lambda: (made(staff.get(view))["surveys"]["nps"] or {}).get("score") == 3
        )
        cases = f"/v1/cases?customer_id={customer_id}"
        (case,) = journey.until("case for the detractor", lambda: made(staff.get(cases))["items"])
        assert case["due"]["resolution_at"]
        assert case["owner_id"] == "ann"
        journey.until("every fact on the topics", lambda: told(stack, customer_id).keys() >= set(JOURNEY))
        found = told(stack, customer_id)
        assert {fact: found[fact] for fact in JOURNEY} == {fact: {correlation_id} for fact in JOURNEY}
