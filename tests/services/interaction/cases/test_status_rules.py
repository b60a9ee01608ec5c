"""The status machine of a case; no database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from interaction_service.cases.domain import Moved, escalated_priority, move

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES = ["agent_replied", "wait", "customer_replied", "resolve", "close", "reopen"]

ALLOWED = {
    ("open", "agent_replied"): "open",
    ("open", "wait"): "waiting",
    ("open", "customer_replied"): "open",
    ("open", "resolve"): "resolved",
    ("open", "close"): "closed",
    ("waiting", "agent_replied"): "open",
    ("waiting", "wait"): "waiting",
    ("waiting", "customer_replied"): "open",
    ("waiting", "resolve"): "resolved",
    ("waiting", "close"): "closed",
    ("resolved", "agent_replied"): "resolved",
    ("resolved", "customer_replied"): "open",
    ("resolved", "close"): "closed",
    ("resolved", "reopen"): "open",
    ("closed", "reopen"): "open",
}


@pytest.mark.parametrize("status", ["open", "waiting", "resolved", "closed"])
@pytest.mark.parametrize("name", NAMES)
def test_every_move_from_every_status(status: str, name: str) -> None:
    found = move(status, name, done_at=NOW, now=NOW)
    assert (found and found.status) == ALLOWED.get((status, name))


@pytest.mark.parametrize(("days", "status"), [(30, "open"), (30.001, None)])
def test_a_case_comes_back_within_30_days(days: float, status: str | None) -> None:
    found = move("closed", "reopen", done_at=NOW - timedelta(days=days), now=NOW)
    assert (found and found.status) == status


def test_only_what_was_done_is_opened_again() -> None:
    assert move("waiting", "customer_replied", done_at=None, now=NOW) == Moved("open", reopened=False)
    assert move("resolved", "customer_replied", done_at=NOW, now=NOW) == Moved("open", reopened=True)


@pytest.mark.parametrize(("before", "after"), [("low", "normal"), ("normal", "high"), ("high", "urgent")])
def test_an_escalation_raises_the_priority_by_one(before: str, after: str) -> None:
    assert escalated_priority(before) == after


def test_urgent_stays_urgent() -> None:
    assert escalated_priority("urgent") == "urgent"


class LifeOfACase(RuleBasedStateMachine):
    """Any moves at any times: a done case gets up only by a reply or by being opened again, and not after 30 days."""

    def __init__(self) -> None:
        super().__init__()
        self.status, self.now, self.done_at = "open", NOW, NOW
        self.is_done = False

    @rule(name=st.sampled_from(NAMES), hours=st.integers(0, 24 * 40))
    def moves(self, name: str, hours: int) -> None:
        self.now += timedelta(hours=hours)
        late = self.now - self.done_at > timedelta(days=30)
        found = move(self.status, name, done_at=self.done_at if self.is_done else None, now=self.now)
        if found is None:
            return
        gets_up = self.is_done and found.status in ("open", "waiting")
        assert not gets_up or (name in ("reopen", "customer_replied") and not late)
        assert found.reopened == gets_up
        done = found.status in ("resolved", "closed")
        if done and not self.is_done:
            self.done_at = self.now
        self.status, self.is_done = found.status, done

    @invariant()
    def it_can_always_end_or_is_over(self) -> None:
        assert self.status == "closed" or move(self.status, "close", done_at=None, now=self.now) is not None


TestLifeOfACase = LifeOfACase.TestCase
