"""The supervisor of the embedded stack: starts everything in order, restarts what dies, stops everything."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from hamdel_cli.embedded.broker import EmbeddedBroker
from hamdel_cli.embedded.children import Child
from hamdel_cli.embedded.environment import database_url, environment_of
from hamdel_cli.embedded.health import is_ready
from hamdel_cli.embedded.ports import is_free, listens
from hamdel_cli.embedded.postgres import EmbeddedPostgres
from hamdel_cli.embedded.processes import end_processes, kill_processes, spawn
from hamdel_cli.embedded.state import Home, Running, Settings
from hamdel_cli.topology import GATEWAY, PACKAGES, PROCESSES

__all__ = ["StackFailedError", "Supervisor", "end_leftovers"]

BROKER = "broker"
POSTGRES = "postgres"
START_TIMEOUT = 120.0
SERVICE_STOP_TIMEOUT = 4.0


class StackFailedError(RuntimeError):
    """The stack could not be started; the message is one line."""


def end_leftovers(home: Home) -> None:
    """Ends what a supervisor that was killed left behind: only processes this home started."""
    recorded = home.running()
    if recorded:
        marks = list(recorded.process_marks().values())
        kill_processes(end_processes(marks, signal.SIGTERM, 3.0))
    EmbeddedPostgres(home.folder, 0).end_leftovers()
    home.forget_running()


class Supervisor:
    """Owns the processes of one home. Everything happens in the main thread; `ask_to_stop` may come from a signal."""

    def __init__(self, home: Home, settings: Settings, report: Callable[[str], None]) -> None:
        self.home = home
        self.settings = settings
        self.stopping = False
        self._topics_missing = False
        self.phases: dict[str, float] = {}
        self._report = report
        self._postgres = EmbeddedPostgres(home.folder, self.settings.ports[POSTGRES])
        self._broker = EmbeddedBroker(self.settings.ports[BROKER], log=home.logs / "broker.log")
        self._services = [Child(name, self._launcher(short)) for short, name in PROCESSES.items()]
        servers = [Child(POSTGRES, self._launch_postgres), Child(BROKER, self._launch_broker)]
        # With a Kafka of one's own the embedded broker is there, but never started.
        self._children = servers[: 1 if settings.kafka else 2] + self._services
        self._running = Running.by_this_process()

    def ask_to_stop(self, *_: object) -> None:
        """Makes `start` and `watch` end soon."""
        self.stopping = True

    def start(self) -> None:
        """From nothing to ready. Raises StackFailedError or PostgresFailedError; call `stop` then."""
        with self._phase("postgres and broker"):
            keys = self._in_background(self.home.keys.initialise)
            self._start(BROKER, POSTGRES)
            self._wait(self._postgres.ready, "PostgreSQL", self._postgres_died)
        with self._phase("databases"):
            self._make_databases()
        with self._phase("keys"):
            keys.result()
        with self._phase("topics and processes"):
            self._start(*PROCESSES.values())
            if self.settings.kafka is None:
                self._wait(self._broker.ready, "the broker")
            self._make_topics()
            self._wait(self._all_ready, "the processes", self._dead_service)
        self._running.phase = "ready"
        self._save()

    def watch(self) -> None:
        """Restarts what dies until somebody asks to stop."""
        while not self.stopping:
            started = [child.name for child in self._children if child.tend()]
            if started:
                self._report(f"restarted {', '.join(started)}")
                self._save()
            self._topics_missing |= BROKER in started
            if self._topics_missing and self._broker.ready():
                self._topics_missing = False
                self._in_background(self._make_topics_again)
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends the services, then the broker, then PostgreSQL: at most about 9 seconds."""
        self._running.phase = "stopping"
        self._save()
        services = [child.mark for child in self._services if child.mark]
        kill_processes(end_processes(services, signal.SIGTERM, SERVICE_STOP_TIMEOUT))
        self._broker.stop(timeout=1.0)
        self._postgres.stop(timeout=2.0)
        for child in self._children:
            if child.process:
                child.process.poll()
        self.home.forget_running()

    def fail(self, problem: str) -> None:
        """Records why the start failed, for the command that waits."""
        self._running.phase, self._running.problem, self._running.marks = "failed", problem, {}
        self.home.save_running(self._running)

    @property
    def _kafka(self) -> str:
        return self.settings.kafka or self._broker.bootstrap

    @staticmethod
    def _in_background(work: Callable[[], object]) -> Future[object]:
        pool = ThreadPoolExecutor(1)
        try:
            return pool.submit(work)
        finally:
            pool.shutdown(wait=False)

    def _make_databases(self) -> None:
        from hamdel_cli.embedded.databases import create_databases, migrate_all

        async def make() -> None:
            await create_databases(self._postgres.url(), self.settings.passwords)
            await migrate_all((short, database_url(self.settings, short)) for short in PROCESSES)

        asyncio.run(make())

    def _make_topics(self) -> None:
        from hamdel_cli.kafka import apply_all_topics, tool_kafka

        replication = int(environment_of(self.home, self.settings, GATEWAY).get("HAMDEL_KAFKA_REPLICATION", "1"))
        asyncio.run(apply_all_topics(tool_kafka(self._kafka).model_copy(update={"replication": replication})))

    def _make_topics_again(self) -> None:
        """A broker that came back has forgotten its topics; what fails is tried again by `watch`."""
        try:
            self._make_topics()
        except OSError as error:
            self._report(f"topics: {error}")
            self._topics_missing = True

    def _launcher(self, short: str) -> Callable[[], subprocess.Popen[bytes]]:
        log = self.home.logs / f"{PROCESSES[short]}.log"

        def launch() -> subprocess.Popen[bytes]:
            environment = environment_of(self.home, self.settings, short)
            return spawn([sys.executable, "-m", PACKAGES[short]], log=log, environment=environment)

        return launch

    def _launch_postgres(self) -> subprocess.Popen[bytes]:
        self._postgres.launch()
        assert self._postgres.process is not None
        return self._postgres.process

    def _launch_broker(self) -> subprocess.Popen[bytes]:
        """A broker that died comes back empty and on its other port: no late request of an old client, which would
        create a topic with one partition, can reach it."""
        if self._broker.process is not None:
            ports = [self.settings.ports["broker-alternate"], self.settings.ports[BROKER]]
            others = [port for port in ports if port != self._broker.port and is_free(port)]
            self._broker.port = others[0] if others else self._broker.port
        self._broker.launch()
        assert self._broker.process is not None
        return self._broker.process

    def _start(self, *names: str) -> None:
        for child in self._children:
            if child.name in names and not self.stopping:
                child.start()
        self._save()

    def _save(self) -> None:
        self._running.kafka = self._kafka
        self._running.marks = {
            child.name: {"pid": child.mark.pid, "created": child.mark.created} for child in self._children if child.mark
        }
        self.home.save_running(self._running)

    def _wait(self, ready: Callable[[], bool], what: str, failure: Callable[[], str | None] = lambda: None) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while not ready():
            problem = failure()
            if self.stopping:
                raise StackFailedError("stopped while starting")
            if problem or time.monotonic() > deadline:
                raise StackFailedError(problem or f"{what} did not become ready within {START_TIMEOUT:.0f} s")
            time.sleep(0.04)

    def _all_ready(self) -> bool:
        children = {child.name: child for child in self._services}
        return all(
            is_ready(self.settings.ports[short]) and self._answers_itself(children[name], short)
            for short, name in PROCESSES.items()
        )

    def _answers_itself(self, child: Child, short: str) -> bool:
        """Another's process on our port would answer that it is ready as well."""
        return child.mark is not None and listens(child.mark.pid, self.settings.ports[short])

    def _postgres_died(self) -> str | None:
        dead = not self._children[0].alive
        return f"PostgreSQL did not start; see {self.home.logs / 'postgres.log'}" if dead else None

    def _dead_service(self) -> str | None:
        for child in self._services:
            if not child.alive:
                return f"{child.name} ended while starting; see {self.home.logs / (child.name + '.log')}"
        return None

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.phases[name] = time.monotonic() - began
        self._report(f"{name}: {self.phases[name]:.2f} s")
