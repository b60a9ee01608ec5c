"""One Apache Kafka node of our own, with handles for what goes wrong with a broker: stop, kill -9, SIGSTOP, restart.

It listens on 127.0.0.1 alone. A restart keeps the ports and the data, so clients meet the same broker again.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final

from aiokafka.client import AIOKafkaClient

from tests.kafka.distribution import KafkaUnavailableError, libraries

__all__ = ["VARIABLE", "KafkaServer", "answers", "own_kafka", "wait_until_answers"]

VARIABLE: Final = "HAMDEL_TEST_KAFKA"

HEAP: Final = "512m"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0
TEMPLATE: Final = Path(__file__).with_name("server.properties")
PR_SET_PDEATHSIG: Final = 1
CLUSTER_ID: Final = "MkU3OEVBNTcwNTJENDM2Qg"
"""Sixteen bytes as URL-safe base64; one node alone needs no other."""

SPAWNER: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kafka")
"""The parent-death signal comes when the *thread* that made the child ends, so this one lives as long as the run."""


class KafkaServer:
    """A broker in a folder of its own below the system's temporary folder; `close()` removes the folder."""

    def __init__(self) -> None:
        self._libraries = libraries()
        self._home = Path(tempfile.mkdtemp(prefix="hamdel-kafka-"))
        self._process: subprocess.Popen[bytes] | None = None
        port, controller = free_ports(2)
        self.bootstrap = f"127.0.0.1:{port}"
        self._properties = self._home / "server.properties"
        self._properties.write_text(
            TEMPLATE.read_text(encoding="utf-8") + self._addresses(controller), encoding="utf-8"
        )

    def __enter__(self) -> KafkaServer:
        try:
            self._format()
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The process id while the broker runs, else None."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Starts the broker on the data it has and waits until it serves metadata. Raises KafkaUnavailableError."""
        if self.pid is not None:
            return
        self._process = SPAWNER.submit(self._spawn).result()
        if not wait_until_answers(self.bootstrap, START_SECONDS, alive=lambda: self.pid is not None):
            raise KafkaUnavailableError(f"Apache Kafka did not start: {self._last_line()}")

    def stop(self) -> None:
        """An orderly shutdown (SIGTERM); killed when it takes longer than 30 s."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """`kill -9`: nothing is flushed, nothing is said to the clients."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """SIGSTOP: connections stay open and nothing answers, which is what a stalled machine looks like."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT after `pause()`."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """Ends the broker and removes its folder."""
        self.kill()
        shutil.rmtree(self._home, ignore_errors=True)

    def _spawn(self) -> subprocess.Popen[bytes]:
        with (self._home / "kafka.log").open("ab") as log:
            return subprocess.Popen(
                self._java(HEAP, "kafka.Kafka", str(self._properties)),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def _addresses(self, controller: int) -> str:
        return (
            f"listeners=PLAINTEXT://{self.bootstrap},CONTROLLER://127.0.0.1:{controller}\n"
            f"advertised.listeners=PLAINTEXT://{self.bootstrap}\n"
            f"controller.quorum.bootstrap.servers=127.0.0.1:{controller}\n"
            f"log.dirs={self._home / 'data'}\n"
        )

    def _java(self, heap: str, main: str, *arguments: str) -> list[str]:
        level = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
        return ["java", f"-Xmx{heap}", level, "-cp", f"{self._libraries}/*", main, *arguments]

    def _format(self) -> None:
        arguments = ("format", "-t", CLUSTER_ID, "-c", str(self._properties), "--standalone")
        command = self._java("128m", "kafka.tools.StorageTool", *arguments)
        done = subprocess.run(command, capture_output=True, text=True, timeout=START_SECONDS, check=False)
        if done.returncode != 0:
            raise KafkaUnavailableError(f"storage was not formatted: {done.stderr.strip()[-300:]}")

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._signal(number)
        # A paused process acts on SIGTERM only once it continues.
        self._signal(signal.SIGCONT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_SECONDS)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    def _last_line(self) -> str:
        lines = (self._home / "kafka.log").read_text(encoding="utf-8", errors="replace").splitlines()
        return lines[-1][:300] if lines else "no output"


@contextlib.contextmanager
def own_kafka(environment: Mapping[str, str] = os.environ) -> Iterator[KafkaServer | None]:
    """A fresh broker of one's own in a run on Apache Kafka; None in one on the embedded broker."""
    if VARIABLE not in environment:
        yield None
        return
    with KafkaServer() as server:
        yield server


def die_with_parent() -> None:
    """In the child: the kernel ends the broker when the test run dies, however it dies (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different because they are held open together."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def answers(bootstrap: str, seconds: float = 5.0) -> bool:
    """Whether a broker serves metadata there; an open port alone is not a started Kafka.

    Has a thread and an event loop of its own, so it may be called where another loop runs.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, _answers(bootstrap, seconds)).result()


async def _answers(bootstrap: str, seconds: float) -> bool:
    client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=int(seconds * 1000))
    try:
        await asyncio.wait_for(client.bootstrap(), seconds)
        return bool(client.cluster.brokers())
    except Exception:  # noqa: BLE001 - any failure to connect or to speak means "not yet"
        return False
    finally:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(client.close(), seconds)


def wait_until_answers(bootstrap: str, seconds: float, *, alive: Callable[[], bool] = lambda: True) -> bool:
    """Asks until the broker answers, the time is over, or `alive` says that there is nothing to wait for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and alive():
        if port_open(bootstrap) and answers(bootstrap):
            return True
        time.sleep(0.2)
    return False


def port_open(bootstrap: str) -> bool:
    """Whether something listens: a cheap question before the dear one, and quiet in the log."""
    host, port = bootstrap.rsplit(":", 1)
    with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1.0):
        return True
    return False
