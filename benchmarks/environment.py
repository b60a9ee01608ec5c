"""What a benchmark runs in: a whole stack in a temporary home, servers for the floors, free ports."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.load import Request, measure

__all__ = ["Stack", "floor_server", "free_port", "one_service", "running_stack", "say"]


def say(line: str) -> None:
    """Progress, on the error channel, so that the table stays clean."""
    print(line, file=sys.stderr, flush=True)


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def hamdel(*arguments: str, timeout: float = 120) -> str:
    """Runs the hamdel command of this environment and gives what it printed; raises when it fails."""
    command = [str(Path(sys.executable).with_name("hamdel")), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=timeout).stdout


@dataclass(frozen=True)
class Stack:
    """A running stack: its home, what `hamdel status --json` said, and tokens for it."""

    home: Path
    status: dict[str, Any]

    @property
    def gateway_port(self) -> int:
        """The port of the gateway."""
        return int(str(self.status["gateway"]).rsplit(":", 1)[1].rstrip("/"))

    def port(self, process: str) -> int:
        """The port of a process."""
        return int(str(self.status["processes"][process]["url"]).rsplit(":", 1)[1].rstrip("/"))

    def database(self, service: str) -> str:
        """The URL of a database, by the service's short name."""
        return str(self.status["databases"][service])

    def token(self, role: str) -> str:
        """A token for a role."""
        return hamdel("token", "--home", str(self.home), "--role", role).strip()


@contextmanager
def running_stack(*options: str) -> Iterator[Stack]:
    """The whole stack in a temporary home; stopped and removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="hamdel-bench-"))
    try:
        hamdel("up", "--home", str(home), "--detach", *options)
        yield Stack(home, json.loads(hamdel("status", "--home", str(home), "--json")))
    finally:
        hamdel("down", "--home", str(home))
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def floor_server(name: str, **environment: str) -> Iterator[int]:
    """A floor from benchmarks.floors on a port of its own."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.floors", name, str(port)],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def one_service(package: str, url: str, jwks: Path) -> Iterator[int]:
    """A service on a database, as a process of its own on a port of its own; no broker is there."""
    port = free_port()
    settings = {"PORT": str(port), "DATABASE_URL": url, "JWKS_FILE": str(jwks)}
    settings |= {"KAFKA_BOOTSTRAP": "127.0.0.1:1", "LOG_LEVEL": "ERROR"}
    environment = os.environ | {f"HAMDEL_{name}": value for name, value in settings.items()}
    process = subprocess.Popen([sys.executable, "-m", package], env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(15)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


def constant_rate(name: str, body: Path, *, connections: int = 32, seconds: float = 5.0) -> float:
    """Requests per second of a floor that answers a constant."""
    with floor_server(name, FLOOR_BODY=str(body)) as port:
        return measure(port, [Request("GET", "/")], connections=connections, seconds=seconds).rate
