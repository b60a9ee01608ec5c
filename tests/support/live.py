"""A whole stack started by the `hamdel` command, seen as its users see it: HTTP, Kafka, SQL, the command line."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import psutil

from hamdel.contracts.envelope import source_of
from hamdel.contracts.sections import SECTIONS
from hamdel.http.auth.keys import PRIVATE_KEY_FILE, issue_token
from tests.kafka.server import KafkaServer, own_kafka
from tests.support.topic_reader import TopicRecord, first_occurrences, read_topic

__all__ = ["SHORTS", "LiveStack", "temporary_stack"]

SHORTS = ("profile", "interaction", "survey", "loyalty")
READERS = SHORTS[1:]  # each of them applies the facts of all others; profile-service applies none


@contextmanager
def temporary_stack(*options: str) -> Iterator[LiveStack]:
    """A stack in a folder of its own, outside pytest's (see the fixture `home`); stopped and removed at the end.

    In a run on Apache Kafka it has a broker of its own as well: stacks on one broker would share their topics.
    """
    home = Path(mkdtemp(prefix="hamdel-stack-"))
    with own_kafka() as server:
        live = LiveStack(home, (*options, *(("--kafka", server.bootstrap) if server else ())), server=server)
        try:
            live.up()
            yield live
        finally:
            live.down()
            rmtree(home, ignore_errors=True)


@dataclass
class LiveStack:
    """One home folder with a stack; `options` go to `hamdel up`; `server` is its Apache Kafka, if it has one."""

    home: Path
    options: tuple[str, ...] = ()
    status: dict[str, Any] = field(default_factory=dict)
    server: KafkaServer | None = None

    def hamdel(self, *arguments: str, timeout: float = 180, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs the command line on this home and gives its output."""
        command = [sys.executable, "-m", "hamdel_cli", *arguments, "--home", str(self.home)]
        result = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
        if check and result.returncode:
            raise AssertionError(f"hamdel {' '.join(arguments)} ended with {result.returncode}\n{result.stderr}")
        return result

    def spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Starts the command line in the background."""
        command = [sys.executable, "-m", "hamdel_cli", *arguments, "--home", str(self.home)]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def up(self) -> None:
        """Starts (or repairs) the stack and its Apache Kafka and reads its addresses."""
        if self.server:
            self.server.start()
        self.hamdel("up", "--detach", *self.options)
        self.refresh()

    def down(self) -> None:
        """Stops everything."""
        self.hamdel("down")

    def refresh(self) -> None:
        """Reads `hamdel status` again: a reborn broker has another port."""
        self.status = json.loads(self.hamdel("status", "--json").stdout)

    @property
    def gateway(self) -> str:
        """The gateway's base URL."""
        return str(self.status["gateway"])

    @property
    def kafka(self) -> str:
        """The broker's address now."""
        return str(self.status["kafka"])

    def database(self, short: str) -> str:
        """The URL of a database, by the service's short name."""
        return str(self.status["databases"][short])

    def pid(self, process: str) -> int:
        """The process id of a part of the stack; its Apache Kafka goes by the name of the embedded broker."""
        if process == "broker" and self.server:
            if self.server.pid is None:
                raise ProcessLookupError("Apache Kafka is stopped")
            return self.server.pid
        return int(self.status["processes"][process]["pid"])

    def kill(self, process: str, number: signal.Signals = signal.SIGKILL, *, missing_ok: bool = False) -> None:
        """Sends a signal to one process that this stack started."""
        if process == "broker" and self.server and number == signal.SIGKILL:
            self.server.kill()
            return
        try:
            os.kill(self.pid(process), number)
        except ProcessLookupError:
            if not missing_ok:
                raise

    def kill_supervisor(self) -> None:
        """kill -9 of the process that watches the others."""
        os.kill(
            int(json.loads((self.home / "state" / "running.json").read_text())["supervisor"]["pid"]), signal.SIGKILL
        )

    def children(self, process: str) -> list[int]:
        """The ids of a process's own children."""
        return [child.pid for child in psutil.Process(self.pid(process)).children(recursive=True)]

    def client(
        self, role: str, *, customer_id: str | None = None, ttl_seconds: int = 3600, scopes: tuple[str, ...] = ()
    ) -> httpx.Client:
        """An HTTP client with a token for a role."""
        token = issue_token(
            self.home / "keys" / PRIVATE_KEY_FILE,
            role,
            subject=f"test-{role}",
            customer_id=UUID(customer_id) if customer_id else None,
            scopes=scopes,
            ttl_seconds=ttl_seconds,
        )
        return httpx.Client(base_url=self.gateway, headers={"Authorization": f"Bearer {token}"}, timeout=15)

    def fetch(self, short: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query in a service's database."""

        async def run() -> list[tuple[Any, ...]]:
            connection = await asyncpg.connect(self.database(short))
            try:
                return [tuple(row) for row in await connection.fetch(query, *values)]
            finally:
                await connection.close()

        return asyncio.run(run())

    def count(self, short: str, *tables: str) -> tuple[int, ...]:
        """Row counts."""
        return tuple(int(self.fetch(short, f"SELECT count(*) FROM {table}")[0][0]) for table in tables)

    def read(self, topic: str) -> list[TopicRecord]:
        """Every record of a topic."""
        return read_topic(self.kafka, topic, quiet=0.4)

    def sequences_on_topic(self, short: str, timeout: float = 30) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
        """What a reader from the start sees of a service's facts (first occurrences), and what it should see.

        A reborn broker is filled again a moment after it is back, so a difference counts only when it stays.
        """
        query = "SELECT customer_id::text, sequence FROM event_streams WHERE sequence > 0"
        deadline = time.monotonic() + timeout
        while True:
            expected = {str(customer): list(range(1, int(n) + 1)) for customer, n in self.fetch(short, query)}
            seen = first_occurrences(self.read(f"hamdel.{short}.events"))
            if seen == expected or time.monotonic() > deadline:
                return seen, expected
            time.sleep(0.5)

    def wait_until_quiet(self, timeout: float = 60) -> None:
        """Until nothing waits: every service has applied every fact of the others, outboxes are empty, no section is
        dirty, and the gateway has stored every section."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self._all_applied() and all(self._published(short) for short in SHORTS) and self._all_projected():
                return
            time.sleep(0.1)
        raise AssertionError(f"the stack did not come to rest within {timeout} s")

    def _all_applied(self) -> bool:
        recorded = "SELECT customer_id, sequence FROM event_streams WHERE sequence > 0"
        applied = "SELECT subject, applied FROM consumer_watermarks WHERE source = $1"
        return all(
            sorted(self.fetch(reader, applied, source_of(f"{source}-service"))) == sorted(self.fetch(source, recorded))
            for source in SHORTS
            for reader in READERS
            if reader != source
        )

    def _published(self, short: str) -> bool:
        waiting = self.fetch(
            short,
            "SELECT (SELECT count(*) FROM outbox), "
            "(SELECT count(*) FROM event_streams WHERE section_sequence > section_published)",
        )
        return waiting[0] == (0, 0)

    def _all_projected(self) -> bool:
        stored = "SELECT customer_id, {0}_sequence FROM customer_views WHERE {0}_sequence > 0"
        written = "SELECT customer_id, section_sequence FROM event_streams WHERE section_sequence > 0"
        return all(
            sorted(self.fetch(SECTIONS[section], written)) == sorted(self.fetch("gateway", stored.format(section)))
            for section in SECTIONS
        )
