"""The closed loop over the broker, on an installation where nobody set up more than who works in the queue."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from hamdel.ids import new_id
from tests.support.live import LiveStack

pytestmark = pytest.mark.slow

SECONDS = 30
CONSENT = {"purpose": "survey", "channel": "email", "status": "granted", "legal_basis": "consent", "source": "test"}
AFTER_CASES = {"code": "after", "on": "case_closed", "origin": "detractor", "ignore_recontact": True}
LOOP = (
    "survey.response_submitted.v1",
    "survey.detractor_detected.v1",
    "interaction.case_opened.v1",
    "interaction.case_assigned.v1",
)


def done(answer: httpx.Response) -> Any:
    """The body of what was accepted."""
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def until(step: str, found: Callable[[], Any]) -> Any:
    """What is found, once it is there."""
    deadline = time.monotonic() + SECONDS
    while not (one := found()):
        assert time.monotonic() < deadline, f"{step}: not within {SECONDS} s"
        time.sleep(0.05)
    return one


def published(staff: httpx.Client, trigger: dict[str, Any] | None = None) -> str:
    """A survey of one question."""
    asked = [{"id": "p1", "questions": [{"id": "nps", "kind": "nps", "text": {"any": "?"}, "required": True}]}]
    body = {"code": f"loop-{new_id()}", "title": {"any": "Loop"}, "pages": asked}
    survey_id: str = done(staff.post("/v1/surveys", json=body))["id"]
    done(staff.post(f"/v1/surveys/{survey_id}/publish"))
    if trigger:
        done(staff.post(f"/v1/surveys/{survey_id}/triggers", json=trigger))
    return survey_id


def customer(staff: httpx.Client) -> str:
    """Somebody who may be asked by e-mail."""
    address = {"type": "email", "value": f"{new_id()}@example.org"}
    made: str = done(staff.post("/v1/customers", json={"name": {"given": "Sara"}, "identifiers": [address]}))["id"]
    done(staff.put(f"/v1/customers/{made}/consents", json=CONSENT))
    return made


def correlations(stack: LiveStack, customer_id: str) -> dict[str, set[str]]:
    """Fact type → the correlation ids under which it was told of the customer."""
    found: dict[str, set[str]] = {}
    for short in ("interaction", "survey"):
        for record in stack.read(f"hamdel.{short}.events"):
            event = record.json()
            if event["subject"] == customer_id:
                found.setdefault(event["type"], set()).add(event["correlationid"])
    return found


def test_a_detractor_is_cared_for_and_asked_again_after_the_case_is_closed(stack: LiveStack) -> None:
    with stack.client("admin") as staff:
        queue = staff.get("/v1/queues/default")
        done(staff.patch("/v1/queues/default", json={"members": ["ann"]}, headers={"If-Match": queue.headers["ETag"]}))
        first, again, who = published(staff), published(staff, AFTER_CASES), customer(staff)
        stack.wait_until_quiet()
        answer = {"customer_id": who, "step": 1, "finished": True, "answers": {"nps": {"value": 2}}}
        journey = f"journey-{new_id()}"
        done(staff.put(f"/v1/surveys/{first}/responses/{uuid4()}", json=answer, headers={"X-Request-ID": journey}))

        (case,) = until("a case", lambda: done(staff.get(f"/v1/cases?customer_id={who}"))["items"])
        assert (case["owner_id"], case["queue"], case["priority"]) == ("ann", "default", "high")
        assert case["due"]["resolution_at"] > case["opened_at"]
        until("its facts", lambda: correlations(stack, who).keys() >= set(LOOP))
        told = correlations(stack, who)
        assert {fact: told[fact] for fact in LOOP} == {fact: {journey} for fact in LOOP}

        invitations = f"/v1/surveys/{again}/invitations"
        done(staff.post(f"/v1/cases/{case['id']}/resolve", json={"resolution": "called"}))
        stack.wait_until_quiet()
        assert done(staff.get(invitations))["items"] == [], "nobody is asked before the case is closed"
        done(staff.post(f"/v1/cases/{case['id']}/close"))
        (invitation,) = until("the second survey", lambda: done(staff.get(invitations + "?status=sent"))["items"])
        assert invitation["customer_id"] == who
        view = f"/v1/customers/{who}/view"
        until(
            "it in the view",
            lambda: [one["survey_id"] for one in done(staff.get(view))["surveys"]["pending"]] == [again],
        )
        stack.wait_until_quiet()
        assert staff.get(f"/v1/customers/{first}/view").status_code == 404, "a survey is nobody"
    assert stack.hamdel("doctor", "--views").stdout.endswith("differences: 0\n")
