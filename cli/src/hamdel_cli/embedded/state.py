"""What a home folder remembers: ports and passwords for good, processes while they run. Files have mode 0600."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hamdel_cli.embedded.ports import LOOPBACK, PortClaims
from hamdel_cli.embedded.processes import ProcessMark, mark_of
from hamdel_cli.keys import KeyFolder, write_private
from hamdel_cli.topology import GATEWAY, PROCESSES

__all__ = ["Home", "HomeBusyError", "PortTakenError", "Running", "Settings"]

PREFERRED_GATEWAY_PORT = 8080


class HomeBusyError(RuntimeError):
    """Another supervisor works in this home."""


class PortTakenError(RuntimeError):
    """The port that was asked for is somebody else's."""


@dataclass
class Settings:
    """Ports by process (`postgres`, `broker`, `broker-alternate` and the five) and database passwords by short name.

    `kafka` is the bootstrap address of an Apache Kafka; None = the embedded broker.
    """

    ports: dict[str, int] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    kafka: str | None = None


@dataclass
class Running:
    """The processes of this moment. `phase` is starting, ready, failed or stopping; `problem` says why it failed;
    `kafka` is where the broker answers now."""

    supervisor: dict[str, float]
    phase: str = "starting"
    kafka: str = ""
    marks: dict[str, dict[str, float]] = field(default_factory=dict)
    problem: str | None = None

    @classmethod
    def by_this_process(cls, problem: str | None = None) -> Running:
        """The record of a supervisor that begins, or that had to give up at once because of a problem."""
        mark = mark_of(os.getpid())
        assert mark is not None
        phase = "failed" if problem else "starting"
        return cls(supervisor={"pid": mark.pid, "created": mark.created}, phase=phase, problem=problem)

    @property
    def supervisor_mark(self) -> ProcessMark:
        """The supervisor itself."""
        return to_mark(self.supervisor)

    def process_marks(self) -> dict[str, ProcessMark]:
        """Child processes by name."""
        return {name: to_mark(mark) for name, mark in self.marks.items()}


def to_mark(raw: dict[str, float]) -> ProcessMark:
    """A mark from its JSON form."""
    return ProcessMark(int(raw["pid"]), float(raw["created"]))


class Home:
    """A state folder (`--home`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.state = self.folder / "state"
        self.logs = self.folder / "logs"
        self.keys = KeyFolder(self.folder / "keys")

    def prepare(self) -> None:
        """Makes the folders; keys and state are closed to others. The keys themselves are made later."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.state, self.logs, self.keys.folder):
            folder.mkdir(mode=0o700, exist_ok=True)

    @property
    def exists(self) -> bool:
        """Whether `hamdel up` ever ran here."""
        return (self.state / "settings.json").exists()

    def settings(self) -> Settings:
        """The remembered settings, or empty ones."""
        return Settings(**(_read(self.state / "settings.json") or {}))

    def settle(self, claims: PortClaims, gateway_port: int | None, kafka: str | None = None) -> Settings:
        """Settings for the next start: remembered ports while they can be had, new ones otherwise; saved.

        All of them are claimed in `claims`. `kafka` replaces the remembered address; None keeps it.

        Raises PortTakenError for a `gateway_port` that cannot be had.
        """
        settings = self.settings()
        settings.kafka = kafka or settings.kafka
        settings.ports = _settle_ports(claims, settings.ports, gateway_port)
        for short in PROCESSES:
            settings.passwords.setdefault(short, secrets.token_urlsafe(24))
        write_private(self.state / "settings.json", json.dumps(asdict(settings), indent=2))
        return settings

    def running(self) -> Running | None:
        """What the last supervisor wrote, whether it lives or not."""
        raw = _read(self.state / "running.json")
        return Running(**raw) if raw else None

    def save_running(self, running: Running) -> None:
        """Replaces the record in one step: a reader never sees half of it."""
        write_private(self.state / "running.json", json.dumps(asdict(running)))

    def forget_running(self) -> None:
        """Nothing runs here any more."""
        with suppress(FileNotFoundError):
            (self.state / "running.json").unlink()

    def forget_failure(self) -> None:
        """A failed start of the past is no news for the next one."""
        record = self.running()
        if record and record.phase == "failed":
            self.forget_running()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Held by the supervisor as long as it lives; the kernel frees it when it dies. Raises HomeBusyError."""
        self.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.state / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise HomeBusyError(f"a stack is already running in {self.folder}") from error
            os.set_inheritable(file.fileno(), False)
            yield

    def locked(self) -> bool:
        """Whether a supervisor holds the lock."""
        if not self.state.exists():
            return False
        try:
            with self.lock():
                return False
        except HomeBusyError:
            return True

    def gateway_url(self, settings: Settings | None = None) -> str:
        """Where the gateway listens."""
        return f"http://{LOOPBACK}:{(settings or self.settings()).ports[GATEWAY]}"


def _settle_ports(claims: PortClaims, remembered: dict[str, int], gateway_port: int | None) -> dict[str, int]:
    names = ["postgres", "broker", "broker-alternate", *PROCESSES]
    if gateway_port is not None:
        if not claims.claim(gateway_port):
            raise PortTakenError(f"port {gateway_port} is taken")
        others = {name: port for name, port in remembered.items() if port != gateway_port}
        remembered = {**others, GATEWAY: gateway_port}
    ports = {name: port for name, port in remembered.items() if name in names and claims.claim(port)}
    if GATEWAY not in ports and claims.claim(PREFERRED_GATEWAY_PORT):
        ports[GATEWAY] = PREFERRED_GATEWAY_PORT
    missing = [name for name in names if name not in ports]
    return ports | dict(zip(missing, claims.claim_free(len(missing)), strict=True))


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return content
