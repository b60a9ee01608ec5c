"""A real process of loyalty-service on a port of its own, members with points, and many callers at once."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import aiohttp
import asyncpg
import orjson

from hamdel.ids import new_id

__all__ = ["LoyaltyProcess", "Told", "ask", "ask_until_answered", "code_of", "make_members", "running"]

Told = tuple[int, bytes]
"""Status and body."""

PROGRAM = """
    INSERT INTO programs (id, code, name, timezone, calendar, currency, enrolment, pending_days, expiry_round_up,
                          on_refund, points_paid_earn, stacking, created_at, updated_at, version)
    VALUES ($1, 'club', 'Club', 'UTC', 'gregorian', 'USD', 'automatic', 0, 'none', 'shortfall', false, 'stack', now(),
            now(), 1)
"""
KNOWN = "INSERT INTO known_customers (customer_id, known_at) SELECT unnest($1::uuid[]), now()"
MEMBERS = """
    INSERT INTO members (program_id, customer_id, enrolled_at, available, lifetime)
    SELECT $1, unnest($2::uuid[]), now(), $3, $3
"""
ENTRIES = """
    INSERT INTO entries (id, program_id, customer_id, kind, debit, credit, points, business_key, actor, occurred_at,
                         recorded_at)
    SELECT customer, $1, customer, 'earn', 'issued', 'available', $3, 'given:' || customer, 'test', now(), now()
    FROM unnest($2::uuid[]) AS customer
"""
LOTS = """
    INSERT INTO lots (id, program_id, customer_id, points, remaining, earned_at, available_at, matured)
    SELECT customer, $1, customer, $3, $3, now(), now(), true FROM unnest($2::uuid[]) AS customer
"""


@dataclass
class LoyaltyProcess:
    """One process; `start` again after `kill` gives it the same port."""

    environment: dict[str, str]
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it and waits until it listens."""
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = int(probe.getsockname()[1])
        environment = os.environ | self.environment | {"HAMDEL_PORT": str(self.port)}
        command = [sys.executable, "-m", "loyalty_service"]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not self._listens():
            assert self.process.poll() is None, "the service ended"
            assert time.monotonic() < deadline, "the service did not start"
            time.sleep(0.02)

    def send(self, what: signal.Signals) -> None:
        """SIGSTOP, SIGCONT."""
        assert self.process is not None
        self.process.send_signal(what)

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def running(database: str, jwks: Path, count: int = 1) -> Iterator[list[LoyaltyProcess]]:
    """So many processes on one database; no broker is there."""
    settings = {"DATABASE_URL": database, "JWKS_FILE": str(jwks), "KAFKA_BOOTSTRAP": "127.0.0.1:1"}
    environment = {f"HAMDEL_{name}": value for name, value in (settings | {"LOG_LEVEL": "ERROR"}).items()}
    processes = [LoyaltyProcess(environment | {"HAMDEL_INSTANCE": f"test-{at}"}) for at in range(count)]
    try:
        for each in processes:
            each.start()
        yield processes
    finally:
        for each in processes:
            if each.process is not None:
                each.kill()


async def make_members(connection: asyncpg.Connection, customers: Sequence[UUID], points: int) -> UUID:
    """A new programme whose members these are, each with a lot of so many points."""
    program = new_id()
    await connection.execute(PROGRAM, program)
    await connection.execute(KNOWN, customers)
    for statement in (MEMBERS, ENTRIES, LOTS):
        await connection.execute(statement, program, customers, points)
    return program


async def ask(session: aiohttp.ClientSession, url: str, key: str, body: bytes) -> Told:
    """One redemption. Raises aiohttp.ClientError when the service dies."""
    async with session.post(url, data=body, headers={"Idempotency-Key": key}) as answer:
        return answer.status, await answer.read()


async def ask_until_answered(session: aiohttp.ClientSession, url: str, key: str, body: bytes) -> Told:
    """As a careful client does: the same key again after a broken connection, 503 or a request still in progress."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            status, answer = await ask(session, url, key, body)
        except (aiohttp.ClientError, ConnectionError):
            await asyncio.sleep(0.2)
            continue
        if status != 503 and code_of((status, answer)) != "request-in-progress":
            return status, answer
        await asyncio.sleep(0.1)
    raise AssertionError("no answer within a minute")


def code_of(told: Told) -> str:
    """The code of a refusal, "" of an answer."""
    status, body = told
    return str(orjson.loads(body)["type"]).removeprefix("urn:hamdel:problem:") if status >= 400 else ""
